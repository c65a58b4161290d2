import LMDB

/// The book of visits once more, by item, up to one of its rows: what questions that follow items through their visits read, from one end
/// to the other, instead of gathering each item's postings from all over the book.
///
/// An item that nothing was ever taken back of, and whose visits were learnt of in the order in which they began, has them in
/// `visits.settled`, in that order, each as one row with both of its ends and the positions that they are known from: whether it stands in
/// a cut can be told from the row alone, for every cut. Of the other items, which are few, `visits.corrected` has the postings as they are.
/// Both are sorted by item. Postings behind the last row of the index are read from the book.
///
/// There are two sides: one is read while the other is written. All of it follows from the book.
struct VisitIndex: Sendable {
  /// One of the two.
  struct Side: Sendable {
    let settled: RowTable<SettledVisit>
    let corrected: RowTable<VisitPosting>
  }

  /// What is valid: the number of the side, and how many rows of the book it covers.
  struct State: Equatable {
    var side = 0
    var rowCount = 0
  }

  let sides: [Side]
  private let meta: IntegerTable

  /// Keys of the books' `meta` table.
  private enum MetaKey {
    static let state: UInt64 = 4
    static let building: UInt64 = 5
  }

  init(environment: Environment, meta: IntegerTable) throws {
    self.meta = meta
    sides = try (0..<2).map {
      Side(
        settled: try RowTable(name: "visits.settled.\($0)", environment: environment),
        corrected: try RowTable(name: "visits.corrected.\($0)", environment: environment))
    }
  }

  /// What is valid now; nothing before the index was made.
  func state(in transaction: borrowing some Transaction & ~Copyable) throws(LMDBError) -> State {
    guard let bytes = try meta.get(MetaKey.state, in: transaction), bytes.count == 16 else { return State() }
    let side = bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self).littleEndian
    let rowCount = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self).littleEndian
    guard side < 2, rowCount <= UInt32.max else { return State() }
    return State(side: Int(side), rowCount: Int(rowCount))
  }

  /// Empties the side that is not read, and notes who is writing to it.
  func begin(_ builder: UInt64, in transaction: borrowing WriteTransaction) throws(LMDBError) -> Side {
    let side = sides[1 - (try state(in: transaction).side)]
    try side.settled.removeAll(in: transaction)
    try side.corrected.removeAll(in: transaction)
    try put(MetaKey.building, [builder], in: transaction)
    return side
  }

  /// Whether a builder is still the one that writes; another process may have begun later.
  func isBuilding(_ builder: UInt64, in transaction: borrowing WriteTransaction) throws(LMDBError) -> Bool {
    guard let bytes = try meta.get(MetaKey.building, in: transaction), bytes.count == 8 else { return false }
    return bytes.loadUnaligned(as: UInt64.self).littleEndian == builder
  }

  /// Makes what was written the side that is read, and empties the other one.
  func finish(rowCount: Int, in transaction: borrowing WriteTransaction) throws(LMDBError) {
    let old = try state(in: transaction).side
    try put(MetaKey.state, [UInt64(1 - old), UInt64(rowCount)], in: transaction)
    try put(MetaKey.building, [0], in: transaction)
    try sides[old].settled.removeAll(in: transaction)
    try sides[old].corrected.removeAll(in: transaction)
  }

  private func put(
    _ key: UInt64, _ values: [UInt64], in transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    var bytes: [UInt8] = []
    for value in values { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
    try bytes.withUnsafeBufferPointer { bytes throws(LMDBError) in
      try meta.put(key, UnsafeRawBufferPointer(bytes), in: transaction)
    }
  }
}

/// The visit index as one transaction sees it.
struct VisitIndexReader {
  let settled: RowReader<SettledVisit>
  let corrected: RowReader<VisitPosting>
  /// How many rows of the book are in it.
  let rowCount: Int

  init(_ index: VisitIndex, in transaction: borrowing some Transaction & ~Copyable) throws(LMDBError) {
    let state = try index.state(in: transaction)
    settled = try index.sides[state.side].settled.reader(in: transaction)
    corrected = try index.sides[state.side].corrected.reader(in: transaction)
    rowCount = state.rowCount
  }
}
