extension Simulation {
  /// Defines a stream, for the first or for the second time.
  mutating func define(_ happening: Happening) {
    let index = Int(happening.stream)
    let stream = Organisation.streams[index]
    begin("stream.defined", source: "/admin")
    lines.text(stream.name)
    middle(index)
    lines.text("\"stages\":[")
    var isFirst = true
    for stage in stream.stages where !stage.isLater || happening.number > 1 {
      lines.text(isFirst ? "{" : ",{")
      isFirst = false
      tellStage(stage, stream: index)
      lines.text("}")
    }
    lines.text("],")
    member("timezone", stream.timezone)
    lines.text(",\"calendar\":{\"weekdays\":[\"monday\",\"tuesday\",\"wednesday\",\"thursday\",\"friday\"],")
    lines.text("\"hours\":[{\"from\":\"09:00\",\"to\":\"17:00\"}]}")
    lines.text(",\"serviceLevel\":{\"percentile\":85,\"duration\":")
    lines.number(index == 2 ? 864_000 : 1_728_000)
    lines.text("},")
    member("commitment", stream.commitment)
    lines.text(",\"labels\":{")
    member("area", index == 2 ? "foundation" : "customer")
    lines.text("}")
    end()
    if happening.number == 1 && index == 0 { setTargets() }
  }

  private mutating func tellStage(_ stage: SimulatedStage, stream: Int) {
    member("name", stage.name)
    lines.text(",")
    switch stage.kind {
    case .queue: member("kind", "queue")
    case .work: member("kind", "work")
    case .done: member("kind", "done")
    }
    guard stage.kind != .done else { return }
    lines.text(",\"wipLimit\":")
    lines.number(max(2, Organisation.usualWIP(stage, itemsPerDay: itemsPerDay[stream]) * 6 / 5))
    lines.text(",\"exitTarget\":")
    lines.number(Int(stage.medianHours) * 3 * 3600)
  }

  private mutating func setTargets() {
    begin("target.set", source: "/admin")
    lines.text("lead-time")
    middle(0)
    lines.text("\"value\":1296000,\"direction\":\"atMost\",\"by\":\"2026-06-30\"")
    end()
    begin("target.set", source: "/admin")
    lines.text("saved-hours")
    middle(0)
    lines.text("\"value\":20,\"direction\":\"atLeast\"")
    end()
  }

  mutating func experiment(_ kind: HappeningKind) {
    begin(kind == .experimentStarted ? "experiment.started" : "experiment.ended", source: "/admin")
    lines.text("smaller-batches")
    middle(0)
    if kind == .experimentStarted {
      member("hypothesis", "Smaller items leave review sooner")
      lines.text(",")
      member("metric", "lead-time")
    } else {
      member("metric", "lead-time")
      lines.text(",")
      member("conclusion", "kept")
    }
    end()
  }

  /// Takes back a change of attributes that was a mistake.
  mutating func void(_ happening: Happening) {
    let stream = Organisation.streams[Int(happening.stream)]
    begin("event.voided", source: stream.board)
    eventID(happening.number)
    middle(Int(happening.stream))
    member("source", stream.board)
    lines.text(",\"id\":\"")
    eventID(happening.number)
    lines.text("\",")
    member("reason", "entered by mistake")
    end()
  }

  private mutating func eventID(_ number: UInt64) {
    lines.hex(runID, width: 8)
    lines.text("-")
    lines.number(Int(truncatingIfNeeded: number))
  }
}
