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
  /// - Parameter isWanted: whether an event is among them, by what its posting says; called from several threads at once.
  @inline(__always)
  init(
    _ kinds: [EventKind], _ cut: Cut, _ view: borrowing LedgerView,
    where isWanted: (EventPosting) -> Bool = { _ in true }
  ) {
    let mask = Self.mask(kinds)
    self.kinds = mask
    let blocks = view.books.events.blocks(in: cut)
    let laneCount = Cores.lanes(for: blocks.count * RowTable<EventPosting>.rowsPerBlock)
    let lanes = Cores.fold(blocks.count, laneCount: laneCount) {
      Lane()
    } _: { lane, range in
      let most = blocks[range].reduce(0) { $0 + $1.rows.count }
      lane.rows = [UInt32](unsafeUninitializedCapacity: most) { rows, kept in
        lane.kinds = [UInt8](unsafeUninitializedCapacity: most) { kinds, keptKinds in
          for block in blocks[range] {
            for index in block.rows.indices {
              let row = block.rows[index]
              let number = UInt32(truncatingIfNeeded: block.firstRow + index)
              let isOfKind =
                row.kind < 64 && mask >> UInt64(row.kind & 63) & 1 != 0 && row.effectiveMicros <= cut.atMicros
              if isOfKind, row.opening != number {
                lane.toggled.append(row.opening)
                continue
              }
              // Written whether it is kept or not, which is quicker than to guess.
              rows[kept] = number
              kinds[kept] = row.kind
              kept += isOfKind && isWanted(row) ? 1 : 0
            }
          }
          keptKinds = kept
        }
      }
    }
    let takenBack = Self.takenBack(lanes.lazy.flatMap(\.toggled))
    var rows: [UInt32] = []
    rows.reserveCapacity(lanes.reduce(0) { $0 + $1.rows.count })
    var kindsOfRows: [UInt8] = []
    kindsOfRows.reserveCapacity(rows.capacity)
    for lane in lanes {
      rows += lane.rows
      kindsOfRows += lane.kinds
    }
    if !takenBack.isEmpty { Self.leaveOut(takenBack.sorted(), of: &rows, &kindsOfRows) }
    self.rows = rows
    self.kindsOfRows = kindsOfRows
  }

  /// The entries that were taken back an odd number of times, so that they do not stand.
  ///
  /// - Parameter toggled: the openings of entries, once for each time that they were taken back or put back.
  static func takenBack(_ toggled: some Sequence<UInt32>) -> Set<UInt32> {
    var takenBack: Set<UInt32> = []
    for opening in toggled where takenBack.remove(opening) == nil { takenBack.insert(opening) }
    return takenBack
  }

  /// Leaves out rows of ascending numbers, whether they are among the events or not.
  private static func leaveOut(_ numbers: [UInt32], of rows: inout [UInt32], _ kindsOfRows: inout [UInt8]) {
    var (kept, next) = (0, 0)
    rows.withUnsafeMutableBufferPointer { rows in
      kindsOfRows.withUnsafeMutableBufferPointer { kinds in
        for place in rows.indices {
          while next < numbers.count, numbers[next] < rows[place] { next += 1 }
          if next < numbers.count, numbers[next] == rows[place] { continue }
          rows[kept] = rows[place]
          kinds[kept] = kinds[place]
          kept += 1
        }
      }
    }
    rows.removeLast(rows.count - kept)
    kindsOfRows.removeLast(kindsOfRows.count - kept)
  }

  private init(rows: [UInt32], kindsOfRows: [UInt8], kinds: UInt64) {
    self.rows = rows
    self.kindsOfRows = kindsOfRows
    self.kinds = kinds
  }

  /// A bit for each kind; codes are below 64, see ``EventKind``.
  static func mask(_ kinds: [EventKind]) -> UInt64 { kinds.reduce(0) { $0 | 1 << UInt64($1.rawValue & 63) } }

  /// Those of some of the kinds, so that one pass serves several askers.
  func only(_ kinds: [EventKind]) -> SelectedEvents {
    let mask = Self.mask(kinds)
    guard mask != self.kinds else { return self }
    var kinds: [UInt8] = []
    let rows = [UInt32](unsafeUninitializedCapacity: count) { rows, kept in
      kinds = [UInt8](unsafeUninitializedCapacity: count) { kinds, kindCount in
        // As above: `kept` is never beyond the place.
        for place in self.rows.indices {
          rows[kept] = self.rows[place]
          kinds[kept] = kindsOfRows[place]
          kept += Int(mask >> UInt64(kindsOfRows[place] & 63) & 1)
        }
        kindCount = kept
      }
    }
    return SelectedEvents(rows: rows, kindsOfRows: kinds, kinds: mask)
  }

  /// How many there are.
  var count: Int { rows.count }

  /// Calls `body` with each event's place among them and its posting, in the order of the log.
  @inline(__always)
  func forEach(in book: RowReader<EventPosting>, _ body: (Int, EventPosting) throws -> Void) rethrows {
    try forEach(rows.indices, in: loaded(book), body)
  }

  /// Calls `body` with the posting of each event on all cores, each with a state of its own, in the order of the log.
  ///
  /// - Parameter isSerial: whether one core must do it all.
  /// - Returns: the states, in that order.
  @inline(__always)
  func fold<State>(
    in book: RowReader<EventPosting>, isSerial: Bool = false, _ make: () -> State,
    _ body: (inout State, EventPosting) -> Void
  ) -> [State] {
    let loaded = loaded(book)
    return Cores.fold(count, laneCount: isSerial ? 1 : Cores.lanes(for: count), make) { state, range in
      forEach(range, in: loaded) { body(&state, $1) }
    }
  }

  /// Calls `body` with each event's place among them and its posting, on all cores: from several threads at once, with other places each.
  func forEachOnCores(in book: RowReader<EventPosting>, _ body: (Int, EventPosting) -> Void) {
    let loaded = loaded(book)
    _ = Cores.fold(count, laneCount: Cores.lanes(for: count)) {
      ()
    } _: { _, range in
      forEach(range, in: loaded, body)
    }
  }

  /// The rows of the book up to the last of the events: their blocks were looked up when they were selected, so that several threads may
  /// ask for this.
  private func loaded(_ book: RowReader<EventPosting>) -> LoadedRows<EventPosting> {
    book.loaded(through: rows.last.map { Int($0) + 1 } ?? 0)
  }

  /// They lie apart from each other: each row is asked for some events ahead.
  @inline(__always)
  private func forEach(
    _ range: Range<Int>, in loaded: LoadedRows<EventPosting>, _ body: (Int, EventPosting) throws -> Void
  ) rethrows {
    try rows.withUnsafeBufferPointer { rows in
      for place in range {
        if place + 16 < range.upperBound { loaded.prefetch(Int(rows[place + 16])) }
        let number = Int(rows[place])
        let (block, first) = loaded.block(number / RowTable<EventPosting>.rowsPerBlock)
        if number - first < block.count { try body(place, block[number - first]) }
      }
    }
  }
}
