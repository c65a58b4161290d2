extension Simulation {
  /// The item is delivered: its change is deployed, now or with the next one, and what follows is planned.
  mutating func deliver(_ slot: UInt32) {
    let item = items[slot]
    let stream = Int(item.stream)
    if item.change != 0 { deploy(item) }
    if let done = Organisation.streams[stream].stages.last, done.kind == .done {
      beginItem("item.entered", item)
      member("stage", done.name)
    } else {
      beginItem("item.delivered", item)
    }
    end()
    items.remove(slot)
    planAfterDelivery(item)
  }

  private mutating func planAfterDelivery(_ item: SimulatedItem) {
    let stream = Int(item.stream)
    if random.chance(250) {
      schedule(
        .escapedDefect, in: max(Self.hour, SkewedTimes.skewed(4 * Self.day, &random)), item: item.number, stream: stream
      )
    }
    if random.chance(1500) {
      schedule(
        .feedback, in: max(Self.hour, SkewedTimes.skewed(5 * Self.day, &random)), item: item.number, stream: stream,
        service: item.service)
    }
    if random.chance(300) {
      schedule(.outcome, in: 14 * Self.day, item: item.number, stream: stream)
    }
    if random.chance(200) {
      let wait = max(8 * Self.hour, SkewedTimes.skewed(3 * Self.day, &random))
      schedule(.reopen, in: wait, item: item.number, stream: stream, service: item.service)
    }
  }

  private mutating func deploy(_ item: SimulatedItem) {
    let stream = Int(item.stream)
    pendingChanges[stream].append(item.change)
    // Some wait for company.
    guard pendingChanges[stream].count >= 6 || random.chance(6000) else { return }
    let draw = random.below(1000)
    let outcome: StaticString = draw < 915 ? "succeeded" : draw < 975 ? "failed" : "rolledBack"
    tellDeployment(
      stream: stream, service: item.service, environment: "production", outcome: outcome, isUnplanned: false)
    if draw >= 915 && draw < 975 && random.chance(6500) || random.chance(100) {
      schedule(
        .incidentOpened, in: max(60 * Self.second, SkewedTimes.skewed(20 * 60 * Self.second, &random)),
        number: deploymentNumber, stream: stream, service: item.service)
    }
  }

  private mutating func tellDeployment(
    stream: Int, service: UInt8, environment: StaticString, outcome: StaticString, isUnplanned: Bool
  ) {
    deploymentNumber += 1
    begin("deployment.completed", source: "/deploy/main")
    lines.text("deploy-")
    lines.number(Int(truncatingIfNeeded: deploymentNumber))
    middle(stream)
    member("environment", environment)
    lines.text(",")
    member("outcome", outcome)
    lines.text(",")
    member("service", self.service(stream, service))
    lines.text(",\"changes\":[")
    for index in pendingChanges[stream].indices {
      lines.text(index == 0 ? "\"" : ",\"")
      changeID(pendingChanges[stream][index])
      lines.text("\"")
    }
    lines.text("]")
    if isUnplanned { lines.text(",\"unplanned\":true") }
    end()
    pendingChanges[stream].removeAll(keepingCapacity: true)
  }

  mutating func openIncident(_ happening: Happening) {
    incidentNumber += 1
    begin("incident.opened", source: "/monitoring")
    lines.text("INC-")
    lines.number(Int(truncatingIfNeeded: incidentNumber))
    middle(Int(happening.stream))
    member("service", service(Int(happening.stream), happening.service))
    lines.text(",")
    member("severity", Organisation.severities[random.below(4)])
    lines.text(",\"deployment\":\"deploy-")
    lines.number(Int(truncatingIfNeeded: happening.number))
    lines.text("\"")
    end()
    schedule(
      .incidentResolved, in: max(120 * Self.second, SkewedTimes.skewed(90 * 60 * Self.second, &random)),
      number: incidentNumber, stream: Int(happening.stream), service: happening.service)
  }

  /// Half of the incidents are ended by a deployment that nobody had planned.
  mutating func resolveIncident(_ happening: Happening) {
    if random.chance(5000) {
      tellDeployment(
        stream: Int(happening.stream), service: happening.service, environment: "production", outcome: "succeeded",
        isUnplanned: true)
    }
    begin("incident.resolved", source: "/monitoring")
    lines.text("INC-")
    lines.number(Int(truncatingIfNeeded: happening.number))
    middle(Int(happening.stream))
    end()
  }

  mutating func receiveFeedback(_ happening: Happening) {
    feedbackNumber += 1
    begin("feedback.received", source: "/survey")
    lines.text("fb-")
    lines.number(Int(truncatingIfNeeded: feedbackNumber))
    middle(Int(happening.stream))
    let mood = max(random.below(100), random.below(100))
    lines.text("\"score\":")
    switch random.below(10) {
    case 0..<5:
      lines.number(1 + mood * 5 / 100)
      lines.text(",\"scale\":\"csat\",")
    case 5..<9:
      lines.number(mood * 11 / 100)
      lines.text(",\"scale\":\"nps\",")
    default:
      lines.number(1 + mood * 7 / 100)
      lines.text(",\"scale\":\"ces\",")
    }
    member("step", pick(Organisation.steps))
    lines.text(",")
    itemMember(stream: Int(happening.stream), happening.item)
    lines.text(",")
    member("service", service(Int(happening.stream), happening.service))
    end()
  }

  mutating func measureOutcome(_ happening: Happening) {
    begin("outcome.measured", source: "/analytics")
    lines.text("saved-hours")
    middle(Int(happening.stream))
    lines.text("\"value\":")
    lines.decimal(thousandths: 100 * (10 + random.below(400)))
    lines.text(",\"unit\":\"h\",")
    itemMember(stream: Int(happening.stream), happening.item)
    end()
  }
}
