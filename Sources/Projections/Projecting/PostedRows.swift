import ValueStream

/// Finds postings that an item already has, in what is written and in what is pending.
protocol PostedRows: AnyObject {
  /// Adds the rows of an item that the event at a position caused.
  func forEachRow(
    ofSubject item: UInt32, causedBy position: UInt64, _ pending: PendingRows, _ standing: inout StandingRows) throws
  /// The rows of `book.defects` of one defect, in order.
  func defectRows(of defect: UInt32, _ pending: PendingRows) throws -> [(row: UInt32, posting: DefectPosting)]
  /// The row of `book.events` that opened the entry of a subject and was caused by a position; nil when there is none.
  func eventOpening(ofSubject subject: UInt32, causedBy position: UInt64, _ pending: PendingRows) throws -> UInt32?
}

/// The books do not hold what the log says they must: they are damaged and have to be rebuilt.
public struct BookDamage: Error, CustomStringConvertible {
  /// What was missing.
  public var detail: String
  /// What is wrong and what to do.
  public var description: String {
    "The books do not match the log: \(detail). Run `vsl rebuild`, which makes them anew from the log."
  }
}

/// The opening postings of an item that have not been taken back by a reversal.
struct StandingRows {
  private var openings: [(row: UInt32, entry: TimelineEntry)] = []

  mutating func add(_ posting: ArrivalPosting, row: UInt32) {
    add(posting, row: row, firstMicros: 0, secondMicros: 0, stage: 0, book: .arrivals)
  }

  mutating func add(_ posting: VisitPosting, row: UInt32) {
    add(
      posting, row: row, firstMicros: posting.sinceMicros, secondMicros: 0, stage: posting.stage, word: posting.actor,
      book: .visits)
  }

  mutating func add(_ posting: BlockPosting, row: UInt32) {
    add(
      posting, row: row, firstMicros: posting.sinceMicros, secondMicros: 0, stage: posting.stage, word: posting.reason,
      book: .blocks)
  }

  mutating func add(_ posting: CompletionPosting, row: UInt32) {
    add(
      posting, row: row, firstMicros: posting.createdMicros, secondMicros: posting.committedMicros,
      stage: posting.stage, book: .completions)
  }

  private mutating func add(
    _ posting: some Posting, row: UInt32, firstMicros: Int64, secondMicros: Int64, stage: UInt32, word: UInt32 = 0,
    book: TimelineEntry.Book
  ) {
    let flags = posting.stamp.flags
    if flags.contains(.reversal) {
      // The reversal of an opening; one of a natural end is positive and leaves the opening standing.
      if flags.contains(.negative) {
        openings.removeAll { $0.row == posting.opening && $0.entry.book == book }
      }
      return
    }
    guard posting.opening == row, !flags.contains(.negative) else { return }
    openings.append(
      (
        row,
        TimelineEntry(
          book: book, isNegative: false, isCancelled: flags.contains(.cancelled),
          isContinuation: flags.contains(.continuation), stream: posting.stamp.stream,
          effectiveMicros: posting.effectiveMicros, firstMicros: firstMicros, secondMicros: secondMicros,
          stage: stage, attributes: posting.attributes, word: word, opening: 0)
      ))
  }

  /// The row of each entry's opening.
  func match(_ entries: [TimelineEntry], item: UInt32) throws -> [UInt32] {
    var unused = openings
    var rows: [UInt32] = []
    for (index, entry) in entries.enumerated() {
      guard entry.opening == index else {
        rows.append(rows[entry.opening])
        continue
      }
      var wanted = entry
      wanted.opening = 0
      guard let place = unused.firstIndex(where: { $0.entry == wanted }) else {
        throw BookDamage(
          detail: "a posting of item \(item) in the \(entry.book), effective \(entry.effectiveMicros) µs, is missing")
      }
      rows.append(unused[place].row)
      unused.remove(at: place)
    }
    return rows
  }
}
