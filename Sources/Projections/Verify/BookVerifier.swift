import EventLog
import LMDB
import ValueStream

/// Checks the books against a rebuild from nothing, and that they balance.
struct BookVerifier {
  private(set) var findings: [String] = []

  /// Compares two sets of books row by row, up to a position, and their indexes of visits.
  mutating func compare(_ live: borrowing LedgerView, with fresh: borrowing LedgerView) throws {
    let position = min(live.position, fresh.position)
    compare("book.arrivals", live.books.arrivals, fresh.books.arrivals, position)
    compare("book.visits", live.books.visits, fresh.books.visits, position)
    compare("book.completions", live.books.completions, fresh.books.completions, position)
    compare("book.defects", live.books.defects, fresh.books.defects, position)
    compare("book.blocks", live.books.blocks, fresh.books.blocks, position)
    compare("book.events", live.books.events, fresh.books.events, position)
    compare("deployments.changes", live.books.deployedChanges, fresh.books.deployedChanges, position)
    try compare("facts.outline", live.outlines(), fresh.outlines(), position)
    compareVisitIndex(live.visitIndex, fresh.visitIndex)
    if live.position == fresh.position {
      if live.stages.names != fresh.stages.names { findings.append("the stage names differ from a rebuild's") }
      if live.texts.names != fresh.texts.names { findings.append("the words differ from a rebuild's") }
      if live.attributeSets != fresh.attributeSets { findings.append("the attribute sets differ from a rebuild's") }
    }
  }

  private mutating func compare<Row: FixedRow & Equatable>(
    _ name: String, _ live: RowReader<Row>, _ fresh: RowReader<Row>, _ position: UInt64
  ) {
    let count = live.firstRow(positionAfter: position)
    let freshCount = fresh.firstRow(positionAfter: position)
    if count != freshCount { findings.append("\(name) has \(count) rows, a rebuild has \(freshCount)") }
    var row = 0
    let end = min(count, freshCount)
    while row < end {
      let liveBlock = live.block(row / RowTable<Row>.rowsPerBlock)
      let freshBlock = fresh.block(row / RowTable<Row>.rowsPerBlock)
      let rows = min(liveBlock.rows.count, freshBlock.rows.count, end - liveBlock.firstRow)
      for index in 0..<rows where liveBlock.rows[index] != freshBlock.rows[index] {
        findings.append(
          "\(name) row \(liveBlock.firstRow + index) (position \(liveBlock.rows[index].position(atIndex: liveBlock.firstRow + index))) differs from a rebuild's"
        )
        return
      }
      row = liveBlock.firstRow + rows
    }
    if let failure = live.failure { findings.append("\(name): \(failure)") }
  }

  /// Something is known to differ: if it was in none of the rows, it is in what is kept beside them.
  mutating func noteDifference() {
    guard findings.isEmpty else { return }
    findings.append("a table of names, or of what belongs to the rows, is not what a rebuild makes")
  }

  /// Compares the index of visits with one made anew over as many rows.
  private mutating func compareVisitIndex(_ live: VisitIndexReader, _ fresh: VisitIndexReader) {
    // Where they cover other rows, somebody made the live one anew meanwhile.
    guard findings.isEmpty, live.rowCount > 0, live.rowCount == fresh.rowCount else { return }
    compare("visits.settled", live.settled, fresh.settled)
    compare("visits.corrected", live.corrected, fresh.corrected)
  }

  private mutating func compare<Row: Equatable>(_ name: String, _ live: RowReader<Row>, _ fresh: RowReader<Row>) {
    if live.count != fresh.count {
      findings.append("\(name) has \(live.count) rows, one made anew has \(fresh.count)")
      return
    }
    for number in 0..<live.blockCount {
      let (liveBlock, freshBlock) = (live.block(number), fresh.block(number))
      for index in liveBlock.rows.indices where liveBlock.rows[index] != freshBlock.rows[index] {
        findings.append("\(name) row \(liveBlock.firstRow + index) differs from one made anew")
        return
      }
    }
    if let failure = live.failure { findings.append("\(name): \(failure)") }
  }

  /// Checks that entries alternate (+1, −1, +1 …), that nobody is in two stages, that whoever is in a stage is open, and that what came
  /// minus what went is what is there.
  mutating func checkBalance(_ view: borrowing LedgerView) {
    let cut = Cut(position: view.position, atMicros: .max)
    let subjects = Int(view.log.symbolCount(in: .subject)) + 1
    let open = balances(view.books.arrivals, cut, subjects, "book.arrivals")
    let completed = balances(view.books.completions, cut, subjects, "book.completions")
    let visiting = balances(view.books.visits, cut, subjects, "book.visits")
    for item in 0..<subjects {
      let inSystem = Int(open[item]) - Int(completed[item])
      if inSystem < 0 || inSystem > 1 {
        findings.append("item \(item): created − delivered − cancelled is \(inSystem)")
      }
      if visiting[item] > inSystem {
        findings.append(
          "item \(item) is in \(visiting[item]) stages, but \(inSystem == 1 ? "only one is possible" : "it is not open")"
        )
      }
      if findings.count > 1000 { return }
    }
  }

  /// For each subject, how many entries stand; finds books whose signed sum is not the number of standing entries.
  private mutating func balances<Row: Posting>(
    _ book: RowReader<Row>, _ cut: Cut, _ subjects: Int, _ name: String
  ) -> [Int8] {
    var counts = [Int8](repeating: 0, count: subjects)
    let standing = StandingEntries(book, cut)
    standing.forEach(in: book) { row in
      if Int(row.subject) < subjects { counts[Int(row.subject)] &+= 1 }
    }
    var sum = 0
    for number in 0..<book.blockCount {
      for row in book.block(number).rows { sum += row.stamp.flags.contains(.negative) ? -1 : 1 }
    }
    if sum != standing.count {
      findings.append("\(name) does not balance: its postings add up to \(sum), but \(standing.count) entries stand")
    }
    return counts
  }
}
