extension Simulation {
  /// An item is created in its stream's first stage, and the next arrival is planned.
  mutating func arrive(_ stream: Int) {
    scheduleArrival(stream)
    itemNumbers[stream] += 1
    let item = SimulatedItem(
      number: itemNumbers[stream], stream: UInt8(stream), stage: 0,
      kind: UInt8([0, 0, 0, 0, 0, 1, 1, 1, 2, 3][random.below(10)]),
      serviceClass: UInt8([0, 0, 0, 0, 0, 0, 0, 1, 2, 2][random.below(10)]), team: UInt8(random.below(2)),
      service: UInt8(random.below(3)))
    tellCreation(item)
    if random.chance(300) { link(item) }
    let slot = items.add(item)
    stay(slot)
  }

  private mutating func tellCreation(_ item: SimulatedItem) {
    let stream = Organisation.streams[Int(item.stream)]
    beginItem("item.created", item)
    member("kind", Organisation.kinds[Int(item.kind)])
    lines.text(",")
    member("title", pick(Organisation.titles))
    lines.text(",")
    member("stage", stream.stages[0].name)
    lines.text(",")
    member("team", stream.teams[Int(item.team)])
    lines.text(",")
    member("service", stream.services[Int(item.service)])
    lines.text(",")
    member("class", Organisation.classes[Int(item.serviceClass)])
    lines.text(",\"value\":")
    lines.number(500 + random.below(96) * 100)
    lines.text(",\"size\":")
    lines.number([1, 2, 3, 5, 8][random.below(5)])
    // A third of the items says what a week without it costs.
    if item.number % 3 == 0 {
      lines.text(",\"costOfDelay\":")
      lines.number(20 + Int(item.number) * 7 % 40 * 10)
    }
    lines.text(",\"labels\":{")
    member("channel", pick(Organisation.channels))
    lines.text("}")
    end()
  }

  /// Relates a new item to an earlier one.
  private mutating func link(_ item: SimulatedItem) {
    guard item.number > 1001 else { return }
    let earlier = item.number - 1 - UInt32(random.below(Int(min(item.number - 1001, 40))))
    beginItem("item.linked", item)
    lines.text("\"to\":\"")
    itemID(stream: Int(item.stream), earlier)
    lines.text("\",")
    member("relation", pick(["parent", "causedBy", "blocks"]))
    end()
  }

  /// Enters the stage that the item is about to enter.
  mutating func enter(_ slot: UInt32) {
    let item = items[slot]
    beginItem("item.entered", item)
    member("stage", stage(item).name)
    if stage(item).kind == .work {
      lines.text(",")
      member("actor", pick(Organisation.actors))
    }
    end()
    stay(slot)
  }

  /// Decides how long the item stays where it is, and whether it is blocked there.
  private mutating func stay(_ slot: UInt32) {
    var item = items[slot]
    let stage = stage(item)
    var time = SkewedTimes.skewed(stage.medianHours * Self.hour, &random)
    if item.serviceClass == 1 { time = time * 2 / 5 }
    if stage.role == .verify && isInBadWeeks { time *= 2 }
    time = max(60 * Self.second, time)
    guard random.chance(stage.kind == .work ? 900 : 200) else {
      return schedule(.moveOn, inWorkingTime: time, item: slot, stream: Int(item.stream))
    }
    let before = time * Int64(1 + random.below(8)) / 10
    item.remaining = time - before
    items[slot] = item
    schedule(.block, inWorkingTime: before, item: slot, stream: Int(item.stream))
  }

  /// Three weeks in which those who verify are short of people.
  private var isInBadWeeks: Bool {
    let days = (now - startMicros) / Self.day % 181
    return days >= 98 && days < 119
  }

  mutating func block(_ slot: UInt32) {
    let item = items[slot]
    beginItem("item.blocked", item)
    member("reason", pick(Organisation.blockReasons))
    end()
    let time = max(300 * Self.second, SkewedTimes.skewed(6 * Self.hour, &random))
    schedule(.unblock, inWorkingTime: time, item: slot, stream: Int(item.stream))
  }

  mutating func unblock(_ slot: UInt32) {
    let item = items[slot]
    beginItem("item.unblocked", item)
    end()
    schedule(.moveOn, inWorkingTime: item.remaining, item: slot, stream: Int(item.stream))
  }

  /// The work in the item's stage is over: it is checked, and moves on, back or out.
  mutating func moveOn(_ slot: UInt32) {
    var item = items[slot]
    let stream = Organisation.streams[Int(item.stream)]
    if item.stage <= 2 && random.chance(150) { return cancel(slot) }
    if random.chance(250) { change(&item) }

    var next = Int(item.stage) + 1
    switch stream.stages[Int(item.stage)].role {
    case .none: break
    case .build: finishBuilding(&item)
    case .verify: if !verify(&item) { next = stream.buildStage }
    }
    if next > Int(item.stage) {
      while next < stream.stages.count && isSkipped(stream.stages[next]) { next += 1 }
    }
    guard next < stream.stages.count && stream.stages[next].kind != .done else {
      items[slot] = item
      return deliver(slot)
    }
    let leavesFirst = random.chance(250)
    if leavesFirst {
      beginItem("item.left", item)
      member("stage", stage(item).name)
      end()
    }
    item.stage = UInt8(next)
    items[slot] = item
    guard leavesFirst else { return enter(slot) }
    let pause = max(60 * Self.second, SkewedTimes.skewed(2 * Self.hour, &random))
    schedule(.enter, inWorkingTime: pause, item: slot, stream: Int(item.stream))
  }

  private mutating func isSkipped(_ stage: SimulatedStage) -> Bool {
    if stage.isLater && now < redefinitionMicros { return true }
    return stage.kind == .queue && random.chance(600)
  }

  private mutating func change(_ item: inout SimulatedItem) {
    let toOtherTeam = random.chance(7000)
    if toOtherTeam { item.team ^= 1 } else { item.serviceClass = UInt8((Int(item.serviceClass) + 1) % 3) }
    beginItem("item.changed", item)
    if toOtherTeam {
      member("team", Organisation.streams[Int(item.stream)].teams[Int(item.team)])
    } else {
      member("class", Organisation.classes[Int(item.serviceClass)])
    }
    end()
    // Now and then by mistake. The event's number says which one is to be voided.
    if random.chance(1200) {
      schedule(.voiding, in: SkewedTimes.skewed(3 * Self.hour, &random), number: eventNumber, stream: Int(item.stream))
    }
  }

  private mutating func cancel(_ slot: UInt32) {
    beginItem("item.cancelled", items[slot])
    member("reason", pick(Organisation.cancelReasons))
    end()
    items.remove(slot)
  }

  /// A delivered item comes back and is built again.
  mutating func reopen(_ happening: Happening) {
    let stream = Int(happening.stream)
    let item = SimulatedItem(
      number: happening.item, stream: happening.stream, stage: UInt8(Organisation.streams[stream].buildStage),
      kind: 1, serviceClass: 0, team: UInt8(random.below(2)), service: happening.service)
    beginItem("item.reopened", item)
    member("stage", stage(item).name)
    end()
    stay(items.add(item))
  }
}
