import EventLog
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

    fileprivate mutating func add(_ other: Times) {
      workMicros += other.workMicros
      queueMicros += other.queueMicros
      blockedInWorkMicros += other.blockedInWorkMicros
      blockedMicros += other.blockedMicros
    }

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
    add(view.visits, cut) { row, sum in
      let signed = clock.signedSpan(row, cut.atMicros)
      let role = rules.role(of: row.stage, in: row.stamp.stream, at: row.sinceMicros, position: .max)
      if role.contains(.queue) { sum.queueMicros += signed } else { sum.workMicros += signed }
    }
    add(view.blocks, cut) { row, sum in
      let signed = clock.signedSpan(row, cut.atMicros)
      sum.blockedMicros += signed
      guard row.stage != 0 else { return }
      let role = rules.role(of: row.stage, in: row.stamp.stream, at: row.effectiveMicros, position: .max)
      if !role.contains(.queue) { sum.blockedInWorkMicros += signed }
    }
  }

  /// Adds up a book, each core a part of it.
  private mutating func add<Row: Posting>(_ book: RowReader<Row>, _ cut: Cut, _ body: (Row, inout Times) -> Void) {
    let places = places
    let none = [Times](repeating: Times(), count: times.count)
    for lane in book.fold(
      in: cut, { none },
      { sums, row in
        guard Int(row.subject) < places.count else { return }
        let place = Int(places[Int(row.subject)])
        if place >= 0 { body(row, &sums[place]) }
      })
    {
      for place in times.indices { times[place].add(lane[place]) }
    }
  }

  /// The times of an item; zero for one that was not asked for.
  subscript(item: UInt32) -> Times {
    guard Int(item) < places.count, places[Int(item)] >= 0 else { return Times() }
    return times[Int(places[Int(item)])]
  }
}

extension RowReader where Row: Posting {
  /// Passes on all cores over the postings inside a cut, each core over a part of the book, in order. `body` is called from several threads
  /// at once and may change nothing but its state.
  func fold<State>(in cut: Cut, _ make: () -> State, _ body: (inout State, Row) -> Void) -> [State] {
    let rowCount = firstRow(positionAfter: cut.position)
    let rows = loaded(through: rowCount)
    let blockCount = (rowCount + RowTable<Row>.rowsPerBlock - 1) / RowTable<Row>.rowsPerBlock
    return Cores.fold(blockCount, laneCount: Cores.lanes(for: rowCount), make) { state, blocks in
      for number in blocks {
        let (block, first) = rows.block(number)
        for index in 0..<min(block.count, rowCount - first) {
          let row = block[index]
          if row.effectiveMicros <= cut.atMicros { body(&state, row) }
        }
      }
    }
  }

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
