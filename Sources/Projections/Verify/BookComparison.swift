import Crypto
import LMDB

/// One book of the live ones beside the same one made anew.
public struct BookComparison: Sendable {
  /// The book's name, `book.visits`.
  public var book: String
  /// Rows of the live book.
  public var rows: Int
  /// SHA-256 of the live rows, in hexadecimal.
  public var liveDigest: String
  /// SHA-256 of the rows made anew.
  public var rebuiltDigest: String

  /// All books, up to the position that both have.
  static func all(_ live: borrowing LedgerView, _ rebuilt: borrowing LedgerView) throws -> [BookComparison] {
    let position = min(live.position, rebuilt.position)
    return [
      compare("book.arrivals", live.books.arrivals, rebuilt.books.arrivals, position),
      compare("book.visits", live.books.visits, rebuilt.books.visits, position),
      compare("book.completions", live.books.completions, rebuilt.books.completions, position),
      compare("book.defects", live.books.defects, rebuilt.books.defects, position),
      compare("book.blocks", live.books.blocks, rebuilt.books.blocks, position),
      compare("book.events", live.books.events, rebuilt.books.events, position),
      compare("deployments.changes", live.books.deployedChanges, rebuilt.books.deployedChanges, position),
      compare("facts.outline", try live.outlines(), try rebuilt.outlines(), position),
    ]
  }

  private static func compare<Row: FixedRow>(
    _ name: String, _ live: RowReader<Row>, _ rebuilt: RowReader<Row>, _ position: UInt64
  ) -> BookComparison {
    BookComparison(
      book: name, rows: live.firstRow(positionAfter: position), liveDigest: digest(live, position),
      rebuiltDigest: digest(rebuilt, position))
  }

  private static func digest<Row: FixedRow>(_ book: RowReader<Row>, _ position: UInt64) -> String {
    let end = book.firstRow(positionAfter: position)
    var hash = SHA256()
    var row = 0
    while row < end {
      let block = book.block(row / RowTable<Row>.rowsPerBlock)
      let count = min(block.rows.count, end - block.firstRow)
      guard count > 0 else { break }
      hash.update(bufferPointer: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: block.rows[0..<count])))
      row = block.firstRow + count
    }
    return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
