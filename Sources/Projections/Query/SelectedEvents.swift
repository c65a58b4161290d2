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
  /// The kind of each.
  private let kindsOfRows: [UInt8]
  private let kinds: UInt64

  private struct Lane {
    var rows: [UInt32] = []
    var kinds: [UInt8] = []
    /// Openings whose entry was taken back, or put back.
    var toggled: [UInt32] = []
  }

  /// Finds them. O(postings up to the position).
  ///
  /// - Parameter measured: whether those without a measure are left out.
  init(_ kinds: [EventKind], _ cut: Cut, _ view: borrowing LedgerView, measured: Bool = false) {
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
          guard row.opening == number else {
            lane.toggled.append(row.opening)
            continue
          }
          guard !measured || row.measure != 0 else { continue }
          lane.rows.append(number)
          lane.kinds.append(row.kind)
        }
      }
    }
    var takenBack: Set<UInt32> = []
    for opening in lanes.lazy.flatMap(\.toggled) {
      if takenBack.remove(opening) == nil { takenBack.insert(opening) }
    }
    var rows: [UInt32] = []
    rows.reserveCapacity(lanes.reduce(0) { $0 + $1.rows.count })
    var kindsOfRows: [UInt8] = []
    kindsOfRows.reserveCapacity(rows.capacity)
    for lane in lanes {
      rows += lane.rows
      kindsOfRows += lane.kinds
    }
    if !takenBack.isEmpty {
      let kept = rows.indices.filter { !takenBack.contains(rows[$0]) }
      (rows, kindsOfRows) = (kept.map { rows[$0] }, kept.map { kindsOfRows[$0] })
    }
    self.rows = rows
    self.kindsOfRows = kindsOfRows
  }

  private init(rows: [UInt32], kindsOfRows: [UInt8], kinds: UInt64) {
    self.rows = rows
    self.kindsOfRows = kindsOfRows
    self.kinds = kinds
  }

  /// A bit for each kind; codes are below 64, see ``EventKind``.
  private static func mask(_ kinds: [EventKind]) -> UInt64 { kinds.reduce(0) { $0 | 1 << UInt64($1.rawValue & 63) } }

  /// Those of some of the kinds, so that one pass serves several askers.
  func only(_ kinds: [EventKind]) -> SelectedEvents {
    let mask = Self.mask(kinds)
    guard mask != self.kinds else { return self }
    var rows: [UInt32] = []
    var kindsOfRows: [UInt8] = []
    for (row, kind) in zip(self.rows, self.kindsOfRows) where mask >> UInt64(kind) & 1 != 0 {
      rows.append(row)
      kindsOfRows.append(kind)
    }
    return SelectedEvents(rows: rows, kindsOfRows: kindsOfRows, kinds: mask)
  }

  /// How many there are.
  var count: Int { rows.count }

  /// Calls `body` with each event's place among them and its posting, in the order of the log.
  @inline(__always)
  func forEach(in book: RowReader<EventPosting>, _ body: (Int, EventPosting) throws -> Void) rethrows {
    for (place, number) in rows.enumerated() { try body(place, book.row(at: Int(number))) }
  }

  /// Calls `body` with the posting of each event of a kind on all cores, each with a state of its own, in the order of the log.
  ///
  /// - Returns: the states, in that order.
  func fold<State>(
    _ kind: EventKind, in book: RowReader<EventPosting>, _ make: () -> State,
    _ body: (inout State, EventPosting) -> Void
  ) -> [State] {
    let loaded = book.loaded(through: book.count)
    return Cores.fold(rows.count, laneCount: Cores.lanes(for: rows.count), make) { state, range in
      for place in range where kindsOfRows[place] == kind.rawValue {
        if let row = loaded.row(at: Int(rows[place])) { body(&state, row) }
      }
    }
  }
}
