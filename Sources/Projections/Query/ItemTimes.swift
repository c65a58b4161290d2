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
  }

  private var places: [Int32]
  private var times: [Times] = []

  /// Sums up the items of `items`.
  init(of items: some Sequence<UInt32>, _ parts: AnswerParts, _ view: borrowing LedgerView) {
    places = [Int32](repeating: -1, count: Int(view.log.symbolCount(in: .subject)) + 1)
    for item in items where Int(item) < places.count && places[Int(item)] < 0 {
      places[Int(item)] = Int32(times.count)
      times.append(Times())
    }
    let cut = parts.cut
    let rules = parts.rules
    let clock = parts.clock
    let wanted = places
    let wantedItems = wanted.indices.lazy.filter { wanted[$0] >= 0 }.map { UInt32(truncatingIfNeeded: $0) }
    times.withUnsafeMutableBufferPointer { times in
      // Each item has a place of its own, so that the cores write to different ones.
      let times = Unchecked(times)
      _ = ItemVisits(view, cut).fold(over: Array(wantedItems), isSerial: false) {
        ()
      } _: { _, item, spans in
        var sum = Times()
        for span in spans {
          let lasted = clock.span(span.stream, from: span.fromMicros, to: span.toMicros ?? cut.atMicros)
          let role = rules.role(of: span.stage, in: span.stream, at: span.sinceMicros, position: .max)
          if role.contains(.queue) { sum.queueMicros += lasted } else { sum.workMicros += lasted }
        }
        times.value[Int(wanted[Int(item)])] = sum
      }
    }
    // The time that a block has lasted is the sum over its postings of ± (end − effective), whatever was taken back meanwhile.
    view.blocks.forEachRow(in: cut) { row in
      guard Int(row.item) < places.count, places[Int(row.item)] >= 0 else { return }
      let place = Int(places[Int(row.item)])
      let signed = clock.signedSpan(row, cut.atMicros)
      times[place].blockedMicros += signed
      guard row.stage != 0 else { return }
      let role = rules.role(of: row.stage, in: row.stamp.stream, at: row.effectiveMicros, position: .max)
      if !role.contains(.queue) { times[place].blockedInWorkMicros += signed }
    }
  }

  /// The times of an item; zero for one that was not asked for.
  subscript(item: UInt32) -> Times {
    guard Int(item) < places.count, places[Int(item)] >= 0 else { return Times() }
    return times[Int(places[Int(item)])]
  }
}
