import ValueStream

/// How long some items processed and waited in each stage, in all: in a cut.
struct StageSums {
  /// A stage of a stream.
  struct Stage: Hashable {
    var stream: UInt16
    var stage: UInt32
  }

  /// The sums of a stage, in microseconds.
  struct Times {
    /// In it while it was a `work` stage, and not blocked.
    var processMicros: Int128 = 0
    /// In it while it was a `queue` stage, or blocked.
    var waitMicros: Int128 = 0
  }

  private(set) var times: [Stage: Times] = [:]

  /// Sums up the items that are given with the stream that each is counted under.
  init(of items: [(item: UInt32, stream: UInt16)], _ parts: AnswerParts, _ view: borrowing LedgerView) {
    let streams = SubjectTable<UInt16>(view)
    for (item, stream) in items { streams.set(item, stream) }
    let stageCount = view.stages.names.count
    var sums = [Times](repeating: Times(), count: stageCount * (Int(view.log.symbolCount(in: .stream)) + 1))
    let cut = parts.cut
    let rules = parts.rules
    let clock = parts.clock
    let none = sums
    func absorb(_ lanes: [[Times]]) {
      for lane in lanes {
        for place in sums.indices {
          sums[place].processMicros += lane[place].processMicros
          sums[place].waitMicros += lane[place].waitMicros
        }
      }
    }
    let visited = ItemVisits(view, cut).fold(over: streams.subjects, isSerial: false) {
      none
    } _: { sums, item, spans in
      guard let stream = streams[item] else { return }
      for span in spans {
        let place = Int(stream) * stageCount + Int(span.stage)
        guard place < sums.count else { continue }
        let lasted = Int128(clock.span(span.stream, from: span.fromMicros, to: span.toMicros ?? cut.atMicros))
        let role = rules.role(of: span.stage, in: span.stream, at: span.sinceMicros, position: .max)
        if role.contains(.queue) { sums[place].waitMicros += lasted } else { sums[place].processMicros += lasted }
      }
    }
    absorb(visited)
    let blocked = view.blocks.fold(in: cut, { none }) { sums, row in
      guard row.stage != 0, let stream = streams[row.item] else { return }
      let place = Int(stream) * stageCount + Int(row.stage)
      guard place < sums.count,
        !rules.role(of: row.stage, in: row.stamp.stream, at: row.effectiveMicros, position: .max).contains(.queue)
      else { return }
      let signed = Int128(clock.signedSpan(row, cut.atMicros))
      sums[place].processMicros -= signed
      sums[place].waitMicros += signed
    }
    absorb(blocked)
    for (place, sum) in sums.enumerated() where sum.processMicros != 0 || sum.waitMicros != 0 {
      times[Stage(stream: UInt16(place / stageCount), stage: UInt32(place % stageCount))] = sum
    }
  }
}
