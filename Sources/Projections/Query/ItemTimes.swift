import EventLog
import LMDB
import ValueStream

/// How long items spent in work, in queues and blocked, in a cut.
struct ItemTimes {
  /// The sums of one item, in microseconds.
  struct Times {
    /// In `work` stages.
    var workMicros: Int64 = 0
    /// In `queue` stages.
    var queueMicros: Int64 = 0
    /// Blocked while in a `work` stage.
    var blockedInWorkMicros: Int64 = 0
    /// Blocked, wherever it was.
    var blockedMicros: Int64 = 0

    /// Process time: time in work stages less blocked time there.
    var processMicros: Int64 { workMicros - blockedInWorkMicros }

    /// No time.
    init() {}

    /// The sums of an item's visits, besides its blocked times.
    @inline(__always)
    init(_ spans: ItemSpans, blocked: BlockedSums.Times, _ parts: borrowing AnswerParts) {
      for span in spans {
        let lasted = parts.clock.span(span.stream, from: span.fromMicros, to: span.toMicros ?? parts.cut.atMicros)
        let role = parts.rules.role(of: span.stage, in: span.stream, at: span.sinceMicros, position: .max)
        if role.contains(.queue) { queueMicros += lasted } else { workMicros += lasted }
      }
      blockedMicros = blocked.micros
      blockedInWorkMicros = blocked.inWorkMicros
    }
  }

  /// One more than the place in ``times`` of each item; 0 for one that was not asked for.
  private let places: Scratch<UInt32>
  private var times: [Times] = []

  /// Sums up the items of `items`.
  init(of items: some Sequence<UInt32>, _ parts: AnswerParts, _ view: borrowing LedgerView) {
    places = Scratch(count: Int(view.log.symbolCount(in: .subject)) + 1)
    let wanted = places.elements
    for item in items where Int(item) < wanted.count && wanted[Int(item)] == 0 {
      times.append(Times())
      wanted[Int(item)] = UInt32(truncatingIfNeeded: times.count)
    }
    let blocked = BlockedSums(parts, view)
    let wantedItems = wanted.indices.lazy.filter { wanted[$0] > 0 }.map { UInt32(truncatingIfNeeded: $0) }
    times.withUnsafeMutableBufferPointer { times in
      // Each item has a place of its own, so that the cores write to different ones.
      let times = Unchecked(times)
      _ = ItemVisits(view, parts.cut).fold(over: Array(wantedItems), isSerial: false) {
        ()
      } _: { _, item, spans in
        times.value[Int(places.elements[Int(item)]) - 1] = Times(spans, blocked: blocked[item], parts)
      }
    }
  }

  /// The times of an item; zero for one that was not asked for.
  subscript(item: UInt32) -> Times {
    guard Int(item) < places.elements.count, places.elements[Int(item)] > 0 else { return Times() }
    return times[Int(places.elements[Int(item)]) - 1]
  }
}

/// How long items were blocked in a cut: the sum over the postings of ± (end − effective), whatever was taken back meanwhile.
struct BlockedSums {
  /// The sums of one item, in microseconds.
  struct Times {
    /// Wherever it was.
    var micros: Int64 = 0
    /// While in a `work` stage.
    var inWorkMicros: Int64 = 0
  }

  private var sums: SubjectTable<Times>

  /// Sums up the blocks of all items.
  init(_ parts: borrowing AnswerParts, _ view: borrowing LedgerView) {
    let sums = SubjectTable<Times>(view)
    let (clock, rules, cut) = (parts.clock, parts.rules, parts.cut)
    view.books.blocks.forEachRow(in: cut) { row in
      let signed = clock.signedSpan(row, cut.atMicros)
      let isWork =
        row.stage != 0
        && !rules.role(of: row.stage, in: row.stamp.stream, at: row.effectiveMicros, position: .max).contains(.queue)
      sums.update(row.item, default: Times()) {
        $0.micros += signed
        if isWork { $0.inWorkMicros += signed }
      }
    }
    self.sums = sums
  }

  /// The sums of an item; zero for one that was never blocked.
  @inline(__always)
  subscript(item: UInt32) -> Times { sums[item] ?? Times() }
}
