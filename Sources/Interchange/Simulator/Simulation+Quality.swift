extension Simulation {
  /// What leaves the building stage: checks, and a change.
  mutating func finishBuilding(_ item: inout SimulatedItem) {
    var runs = 1
    while runs < 3 && random.chance(1200) {
      check(item, outcome: "failed", coverage: nil)
      runs += 1
    }
    check(item, outcome: random.chance(150) ? "skipped" : "passed", coverage: 700 + random.below(220))
    mergeChange(&item)
    if random.chance(500) { logWork(item) }
  }

  /// True when the item may go on.
  mutating func verify(_ item: inout SimulatedItem) -> Bool {
    let passes = item.reworks >= 3 || random.chance(9000)
    if random.chance(4500) { check(item, outcome: passes ? "passed" : "failed", coverage: nil) }
    if !passes {
      item.reworks += 1
      if random.chance(5000) { findDefect(item) }
      return false
    }
    if random.chance(200) { findDefect(item) }
    if random.chance(250) { reject(item) }
    return true
  }

  private mutating func check(_ item: SimulatedItem, outcome: StaticString, coverage: Int?) {
    checkNumber += 1
    begin("check.completed", source: "/ci/main")
    lines.text("run-")
    lines.number(Int(truncatingIfNeeded: checkNumber))
    middle(Int(item.stream))
    member("outcome", outcome)
    lines.text(",")
    member("name", pick(Organisation.checks))
    lines.text(",")
    itemMember(stream: Int(item.stream), item.number)
    lines.text(",")
    member("stage", stage(item).name)
    if let coverage {
      lines.text(",\"coverage\":")
      lines.decimal(thousandths: coverage)
    }
    lines.text(",\"durationSeconds\":")
    lines.number(30 + Int(SkewedTimes.skewed(240, &random)))
    end()
  }

  private mutating func mergeChange(_ item: inout SimulatedItem) {
    changeNumber += 1
    item.change = changeNumber
    begin("change.merged", source: "/git/main")
    changeID(changeNumber)
    middle(Int(item.stream))
    itemMember(stream: Int(item.stream), item.number)
    lines.text(",")
    member("service", service(Int(item.stream), item.service))
    lines.text(",\"committedAt\":\"")
    lines.time(max(startMicros, now - SkewedTimes.skewed(9 * Self.hour, &random)))
    lines.text("\"")
    end()
  }

  private mutating func logWork(_ item: SimulatedItem) {
    beginItem("work.logged", item)
    lines.text("\"seconds\":")
    lines.number(Int(SkewedTimes.skewed(7200, &random)) / 60 * 60 + 60)
    lines.text(",")
    member("stage", stage(item).name)
    lines.text(",")
    member("actor", pick(Organisation.actors))
    end()
  }

  private mutating func reject(_ item: SimulatedItem) {
    let stream = Organisation.streams[Int(item.stream)]
    beginItem("item.rejected", item)
    member("origin", stream.stages[stream.buildStage].name)
    lines.text(",")
    member("by", stage(item).name)
    lines.text(",")
    member("reason", "incomplete")
    end()
  }

  private mutating func findDefect(_ item: SimulatedItem) {
    let stream = Organisation.streams[Int(item.stream)]
    let origin = random.chance(7000) ? stream.stages[stream.buildStage].name : stream.stages[1].name
    tellDefect(stream: Int(item.stream), item.number, stage: stage(item).name, origin: origin, escaped: nil)
  }

  mutating func findEscapedDefect(_ happening: Happening) {
    let stream = Organisation.streams[Int(happening.stream)]
    // Half of them say that they escaped; the others leave it to be seen.
    tellDefect(
      stream: Int(happening.stream), happening.item, stage: "production",
      origin: stream.stages[stream.buildStage].name, escaped: random.chance(5000) ? true : nil)
  }

  private mutating func tellDefect(
    stream: Int, _ item: UInt32, stage: StaticString, origin: StaticString, escaped: Bool?
  ) {
    defectNumber += 1
    begin("defect.found", source: "/tracker/defects")
    lines.text("BUG-")
    lines.number(Int(truncatingIfNeeded: defectNumber))
    middle(stream)
    itemMember(stream: stream, item)
    lines.text(",")
    member("stage", stage)
    lines.text(",")
    member("origin", origin)
    lines.text(",")
    member("severity", Organisation.severities[[0, 1, 1, 2, 2, 2, 2, 3, 3, 3][random.below(10)]])
    if escaped == true { lines.text(",\"escaped\":true") }
    end()
    if random.chance(9000) {
      schedule(
        .defectResolved, in: max(Self.hour, SkewedTimes.skewed(60 * Self.hour, &random)), number: defectNumber,
        stream: stream)
    }
  }

  mutating func resolveDefect(_ happening: Happening) {
    begin("defect.resolved", source: "/tracker/defects")
    lines.text("BUG-")
    lines.number(Int(truncatingIfNeeded: happening.number))
    middle(Int(happening.stream))
    let draw = random.below(100)
    member("resolution", draw < 82 ? "fixed" : draw < 92 ? "rejected" : draw < 97 ? "duplicate" : "deferred")
    end()
  }
}
