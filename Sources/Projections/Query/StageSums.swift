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

  private let parts: AnswerParts
  private let stageCount: Int
  /// One more than the stream that each item is counted under; 0 for an item that was not added. Copies share it, so that each core may add
  /// other items to a copy.
  private let streams: Scratch<UInt32>
  /// Of each stage of each stream: process, then wait.
  private var sums: [Int128]

  /// The sums of no items.
  init(_ parts: AnswerParts, _ view: borrowing LedgerView) {
    self.parts = parts
    stageCount = view.stages.names.count
    streams = Scratch(count: Int(view.log.symbolCount(in: .subject)) + 1)
    sums = [Int128](repeating: 0, count: 2 * stageCount * (Int(view.log.symbolCount(in: .stream)) + 1))
  }

  /// Adds the visits of an item that is counted under a stream.
  @inline(__always)
  mutating func add(_ item: UInt32, _ spans: ItemSpans, under stream: UInt16) {
    guard Int(item) < streams.elements.count else { return }
    streams.elements[Int(item)] = UInt32(stream) + 1
    for span in spans {
      let place = 2 * (Int(stream) * stageCount + Int(span.stage))
      guard place + 1 < sums.count else { continue }
      let lasted = Int128(
        parts.clock.span(span.stream, from: span.fromMicros, to: span.toMicros ?? parts.cut.atMicros))
      let role = parts.rules.role(of: span.stage, in: span.stream, at: span.sinceMicros, position: .max)
      sums[place + (role.contains(.queue) ? 1 : 0)] += lasted
    }
  }

  /// Makes waiting of the time in which the items that were added were blocked where they would have been worked on.
  mutating func takeBlocked(_ view: borrowing LedgerView) {
    var none = self
    none.sums = [Int128](repeating: 0, count: sums.count)
    let streams = streams.elements
    let lanes = view.books.blocks.fold(in: parts.cut, { [none] in none }) { blocked, row in
      guard row.stage != 0, Int(row.item) < streams.count, streams[Int(row.item)] != 0 else { return }
      let place = 2 * (Int(streams[Int(row.item)] - 1) * stageCount + Int(row.stage))
      guard place + 1 < blocked.sums.count,
        !parts.rules.role(of: row.stage, in: row.stamp.stream, at: row.effectiveMicros, position: .max).contains(.queue)
      else { return }
      let signed = Int128(parts.clock.signedSpan(row, parts.cut.atMicros))
      blocked.sums[place] -= signed
      blocked.sums[place + 1] += signed
    }
    for lane in lanes { self += lane }
  }

  static func += (left: inout StageSums, right: StageSums) {
    for place in left.sums.indices { left.sums[place] += right.sums[place] }
  }

  /// The sums of the stages in which any time was spent.
  var times: [(stage: Stage, times: Times)] {
    stride(from: 0, to: sums.count, by: 2).compactMap { place in
      let times = Times(processMicros: sums[place], waitMicros: sums[place + 1])
      guard times.processMicros != 0 || times.waitMicros != 0 else { return nil }
      let stage = place / 2
      return (Stage(stream: UInt16(stage / stageCount), stage: UInt32(stage % stageCount)), times)
    }
  }
}
