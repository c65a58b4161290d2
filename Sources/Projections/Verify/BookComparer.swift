import EventLog
import LMDB

/// Compares the books with what the log makes of them, row by row as the rows are made, and writes nothing.
///
/// What the projector has to look up is looked up in the books themselves, among the rows that were compared: they are what a rebuild would
/// have written. The first difference ends it (``Difference``); what differs besides is for a rebuild to tell.
final class BookComparer: PostedRows {
  /// The books are not what the log makes of them.
  struct Difference: Error {}

  private let store: BookStore
  private let written: WrittenPostings
  private let outlines: RowReader<FactOutline>
  /// Where the books end.
  let checkpoint: BookCheckpoint

  /// Compares books as they are now.
  private init(_ store: BookStore) throws {
    self.store = store
    written = try WrittenPostings(store)
    outlines = try store.outlines.reader(in: written.transaction)
    checkpoint = try store.checkpoint(in: written.transaction).checkpoint
  }

  /// Whether the books are what the log makes of them, and the index of visits what is made of its book. O(facts + postings).
  static func matches(_ store: BookStore, _ log: EventLog) throws -> Bool {
    let comparer = try BookComparer(store)
    do {
      try comparer.finish(try Ledger.replay(log, for: comparer), log)
      return true
    } catch is Difference {
      return false
    } catch is BookDamage {
      // What the projector looked for is not there.
      return false
    }
  }

  /// Compares rows with those at their places.
  func compare(_ pending: PendingRows) throws {
    try compare(pending.arrivals, written.books.arrivals)
    try compare(pending.visits, written.books.visits)
    try compare(pending.completions, written.books.completions)
    try compare(pending.defects, written.books.defects)
    try compare(pending.blocks, written.books.blocks)
    try compare(pending.events, written.books.events)
    try compare(pending.outlines, outlines)
  }

  private func compare<Row: FixedRow & Equatable>(_ made: RowBuffer<Row>, _ book: RowReader<Row>) throws {
    try compare(made.contents, from: made.firstRow, book)
  }

  private func compare<Row: FixedRow & Equatable>(
    _ made: UnsafeBufferPointer<Row>, from first: Int, _ book: RowReader<Row>
  ) throws {
    guard first + made.count <= book.count else { throw Difference() }
    var place = 0
    while place < made.count {
      let block = book.block((first + place) / RowTable<Row>.rowsPerBlock)
      let start = first + place - block.firstRow
      let count = min(made.count - place, block.rows.count - start)
      guard count > 0, (0..<count).allSatisfy({ made[place + $0] == block.rows[start + $0] }) else {
        throw Difference()
      }
      place += count
    }
  }

  /// Compares what there is once: the ends of the tables, the names, and what is derived from the books.
  private func finish(_ projector: Projector, _ log: EventLog) throws {
    guard projector.checkpoint == checkpoint else { throw Difference() }
    let changes = try ChangeLists.all(of: log, through: checkpoint.position)
    guard changes.count == written.books.deployedChanges.count else { throw Difference() }
    try changes.withUnsafeBufferPointer { try compare($0, from: 0, written.books.deployedChanges) }
    let names = try store.names(in: written.transaction)
    guard names.stages == Array(projector.stages.names.dropFirst()),
      names.texts == Array(projector.texts.names.dropFirst()),
      names.attributeSets == Array(projector.context.attributes.encodings.dropFirst()),
      names.causes == projector.causes
    else { throw Difference() }
    try compareDefectRows()
    let index = try VisitIndexReader(store.visitIndex, in: written.transaction)
    guard VisitIndexComparer.matches(index, written.books.visits, itemCount: Int(checkpoint.highestSubject) + 1) else {
      throw Difference()
    }
  }

  /// Each row of the book of defects is listed under its defect, once: the list is in order, and as long as the book.
  private func compareDefectRows() throws {
    guard try store.defectRows.count(in: written.transaction) == written.books.defects.count else { throw Difference() }
    var cursor = try Cursor(store.defectRows, in: written.transaction)
    var more = try cursor.moveToFirst()
    while more {
      let row = cursor.value.count == 4 ? Int(cursor.value.loadUnaligned(as: UInt32.self)) : .max
      guard row < written.books.defects.count, UInt64(written.books.defects.row(at: row).defect) == cursor.integerKey
      else {
        throw Difference()
      }
      more = try cursor.moveToNext()
    }
  }

  // MARK: What the projector looks up

  func forEachRow(
    ofSubject item: UInt32, causedBy position: UInt64, _ pending: PendingRows, _ standing: inout StandingRows
  ) throws {
    written.addRows(ofSubject: item, causedBy: position, before: pending, to: &standing)
    pending.addRows(ofSubject: item, causedBy: position, to: &standing)
  }

  func defectRows(of defect: UInt32, _ pending: PendingRows) throws -> [(row: UInt32, posting: DefectPosting)] {
    var rows: [UInt32] = []
    try store.defectRows.values(under: UInt64(defect), into: &rows, in: written.transaction)
    var found =
      rows.lazy.filter { Int($0) < min(pending.defects.firstRow, self.written.books.defects.count) }
      .map { ($0, self.written.books.defects.row(at: Int($0))) } as [(row: UInt32, posting: DefectPosting)]
    for (subject, row) in pending.defectRows where subject == defect {
      found.append((row, pending.defects.contents[Int(row) - pending.defects.firstRow]))
    }
    return found
  }

  func eventOpening(
    ofSubject subject: UInt32, causedBy position: UInt64, _ pending: PendingRows
  ) throws -> UInt32? {
    var opening: UInt32?
    func note(_ posting: EventPosting, _ row: UInt32) { if posting.opening == row { opening = row } }
    written.books.events.forEachRow(ofSubject: subject, causedBy: position, below: pending.events.firstRow, note)
    pending.events.forEachRow(ofSubject: subject, causedBy: position, note)
    return opening
  }
}
