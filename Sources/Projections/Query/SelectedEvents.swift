import EventLog
import LMDB
import ValueStream

/// The events of some kinds that stand in a cut.
///
/// Few events are ever voided: the rows of the kinds are listed in one pass on all cores, and those that were taken back an odd number of
/// times are left out. Only they are looked at again.
struct SelectedEvents {
  /// Numbers of rows in the book, ascending.
  private let rows: [UInt32]
  private let kinds: UInt64

  private struct Lane {
    var rows: [UInt32] = []
    /// Openings whose entry was taken back, or put back.
    var toggled: [UInt32] = []
  }

  /// Finds them. O(postings up to the position).
  init(_ kinds: [EventKind], _ cut: Cut, _ view: borrowing LedgerView) {
    let mask = Self.mask(kinds)
    self.kinds = mask
    let blocks = view.events.blocks(in: cut)
    let laneCount = Cores.lanes(for: blocks.count * RowTable<EventPosting>.rowsPerBlock)
    let lanes = Cores.fold(blocks.count, laneCount: laneCount) {
      Lane()
    } _: { lane, range in
      for block in blocks[range] {
        for index in block.rows.indices
        where block.rows[index].kind < 64 && mask >> UInt64(block.rows[index].kind) & 1 != 0 {
          let row = block.rows[index]
          guard row.effectiveMicros <= cut.atMicros else { continue }
          let number = UInt32(truncatingIfNeeded: block.firstRow + index)
          if row.opening == number { lane.rows.append(number) } else { lane.toggled.append(row.opening) }
        }
      }
    }
    var takenBack: Set<UInt32> = []
    for opening in lanes.lazy.flatMap(\.toggled) {
      if takenBack.remove(opening) == nil { takenBack.insert(opening) }
    }
    var rows: [UInt32] = []
    rows.reserveCapacity(lanes.reduce(0) { $0 + $1.rows.count })
    for lane in lanes { rows += lane.rows }
    if !takenBack.isEmpty { rows.removeAll { takenBack.contains($0) } }
    self.rows = rows
  }

  private init(rows: [UInt32], kinds: UInt64) {
    self.rows = rows
    self.kinds = kinds
  }

  /// A bit for each kind; codes are below 64, see ``EventKind``.
  private static func mask(_ kinds: [EventKind]) -> UInt64 { kinds.reduce(0) { $0 | 1 << UInt64($1.rawValue & 63) } }

  /// Those of some of the kinds, so that one pass serves several askers.
  func only(_ kinds: [EventKind], in book: RowReader<EventPosting>) -> SelectedEvents {
    let mask = Self.mask(kinds)
    guard mask != self.kinds else { return self }
    return SelectedEvents(rows: rows.filter { mask >> UInt64(book.row(at: Int($0)).kind) & 1 != 0 }, kinds: mask)
  }

  /// How many there are.
  var count: Int { rows.count }

  /// Calls `body` with each event's place among them and its posting, in the order of the log.
  @inline(__always)
  func forEach(in book: RowReader<EventPosting>, _ body: (Int, EventPosting) throws -> Void) rethrows {
    for (place, number) in rows.enumerated() { try body(place, book.row(at: Int(number))) }
  }
}
