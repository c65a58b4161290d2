import LMDB
import ValueStream

/// How long items spent in work, in queues and blocked, from the signed sums of their postings in a cut.
///
/// The time that an entry has lasted is the sum over its postings of ± (end − effective), whatever was taken back meanwhile; so an
/// item's time is one sum over all of its postings, and needs no order.
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
    var sums = times
    let cut = parts.cut
    let rules = parts.rules
    let clock = parts.clock
    forEachRow(view.visits, cut) { row, place in
      let signed = clock.signedSpan(row, cut.atMicros)
      let role = rules.role(of: row.stage, in: row.stamp.stream, at: row.sinceMicros, position: .max)
      if role.contains(.queue) { sums[place].queueMicros += signed } else { sums[place].workMicros += signed }
    }
    forEachRow(view.blocks, cut) { row, place in
      let signed = clock.signedSpan(row, cut.atMicros)
      sums[place].blockedMicros += signed
      guard row.stage != 0 else { return }
      let role = rules.role(of: row.stage, in: row.stamp.stream, at: row.effectiveMicros, position: .max)
      if !role.contains(.queue) { sums[place].blockedInWorkMicros += signed }
    }
    times = sums
  }

  private func forEachRow<Row: Posting>(_ book: RowReader<Row>, _ cut: Cut, _ body: (Row, Int) -> Void) {
    book.forEachRow(in: cut) { row in
      guard Int(row.subject) < places.count else { return }
      let place = places[Int(row.subject)]
      if place >= 0 { body(row, Int(place)) }
    }
  }

  /// The times of an item; zero for one that was not asked for.
  subscript(item: UInt32) -> Times {
    guard Int(item) < places.count, places[Int(item)] >= 0 else { return Times() }
    return times[Int(places[Int(item)])]
  }
}

extension RowReader where Row: Posting {
  /// Calls `body` with each posting inside a cut, in the order of the book. Blocks that begin after the instant are skipped.
  @inline(__always)
  func forEachRow(in cut: Cut, _ body: (Row) -> Void) {
    let rowCount = firstRow(positionAfter: cut.position)
    var number = 0
    while number * RowTable<Row>.rowsPerBlock < rowCount {
      let block = block(number)
      number += 1
      guard block.header.minTimeMicros <= cut.atMicros else { continue }
      for index in 0..<min(block.rows.count, rowCount - block.firstRow) {
        let row = block.rows[index]
        if row.effectiveMicros <= cut.atMicros { body(row) }
      }
    }
  }
}
