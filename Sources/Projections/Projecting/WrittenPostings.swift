import LMDB

/// The committed rows of the books, in a read transaction.
final class WrittenPostings {
  let transaction: ReadTransaction
  let books: BookReaders
  let counts: BookCounts

  init(_ store: BookStore) throws {
    let transaction = try store.environment.beginRead()
    books = try BookReaders(store, in: transaction)
    counts = try store.checkpoint(in: transaction).checkpoint.counts
    self.transaction = transaction
  }

  /// Adds the rows of an item that the event at a position caused.
  ///
  /// - Parameter pending: where given, rows whose places these take or that lie behind them are left out.
  func addRows(
    ofSubject item: UInt32, causedBy position: UInt64, before pending: PendingRows? = nil,
    to standing: inout StandingRows
  ) {
    books.arrivals.forEachRow(ofSubject: item, causedBy: position, below: pending?.arrivals.firstRow ?? .max) {
      standing.add($0, row: $1)
    }
    books.visits.forEachRow(ofSubject: item, causedBy: position, below: pending?.visits.firstRow ?? .max) {
      standing.add($0, row: $1)
    }
    books.blocks.forEachRow(ofSubject: item, causedBy: position, below: pending?.blocks.firstRow ?? .max) {
      standing.add($0, row: $1)
    }
    books.completions.forEachRow(ofSubject: item, causedBy: position, below: pending?.completions.firstRow ?? .max) {
      standing.add($0, row: $1)
    }
  }
}

extension PendingRows {
  /// Adds the rows of an item that the event at a position caused.
  func addRows(ofSubject item: UInt32, causedBy position: UInt64, to standing: inout StandingRows) {
    arrivals.forEachRow(ofSubject: item, causedBy: position) { standing.add($0, row: $1) }
    visits.forEachRow(ofSubject: item, causedBy: position) { standing.add($0, row: $1) }
    blocks.forEachRow(ofSubject: item, causedBy: position) { standing.add($0, row: $1) }
    completions.forEachRow(ofSubject: item, causedBy: position) { standing.add($0, row: $1) }
  }
}

extension RowReader where Row: Posting {
  /// Calls `body` with the rows of a subject that a position caused, in order; with those below a row when there is a limit.
  func forEachRow(
    ofSubject subject: UInt32, causedBy position: UInt64, below limit: Int = .max, _ body: (Row, UInt32) -> Void
  ) {
    var index = firstRow(positionAfter: position - 1)
    while index < min(count, limit) {
      let posting = row(at: index)
      guard posting.stamp.position == position else { return }
      if posting.subject == subject { body(posting, UInt32(index)) }
      index += 1
    }
  }
}

extension RowBuffer where Row: Posting {
  /// Calls `body` with the rows of a subject that a position caused, in order.
  func forEachRow(ofSubject subject: UInt32, causedBy position: UInt64, _ body: (Row, UInt32) -> Void) {
    let rows = contents
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if rows[middle].stamp.position < position { low = middle + 1 } else { high = middle }
    }
    while low < rows.count, rows[low].stamp.position == position {
      if rows[low].subject == subject { body(rows[low], UInt32(firstRow + low)) }
      low += 1
    }
  }
}
