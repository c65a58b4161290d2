import EventLog
import LMDB

/// Compares the index of visits with the book that it is made of, as both lie: to put it together again takes memory for each posting, and
/// reading the book in the order of items.
///
/// Settled visits must be in order, and add up to what the book's postings of the other items do: each opening and each end as a number of
/// 64 bits. Postings of items with corrections, which are few, are compared one by one.
struct VisitIndexComparer {
  private let index: VisitIndexReader
  private let book: RowReader<VisitPosting>
  /// For each item one more than the place of its next posting among the corrected ones; 0 for items without corrections.
  private let next: Scratch<UInt32>
  /// The number in the book of each of the corrected postings.
  private let numbers: Scratch<UInt32>
  /// What the settled visits add up to, less what the book's postings do.
  private var sum: UInt64 = 0

  /// Whether an index is what would be made of its book (``VisitIndexBuilder``). O(postings + items); 4 bytes of memory an item.
  ///
  /// - Parameter itemCount: one more than the highest number of an item.
  static func matches(_ index: VisitIndexReader, _ book: RowReader<VisitPosting>, itemCount: Int) -> Bool {
    guard index.rowCount <= book.count, index.settled.count + index.corrected.count <= index.rowCount else {
      return false
    }
    var comparer = VisitIndexComparer(index, book, itemCount)
    return comparer.listCorrected() && comparer.addSettled() && comparer.compareBook() && comparer.areCorrected()
  }

  private init(_ index: VisitIndexReader, _ book: RowReader<VisitPosting>, _ itemCount: Int) {
    self.index = index
    self.book = book
    next = Scratch<UInt32>(count: itemCount)
    numbers = Scratch<UInt32>(count: index.corrected.count)
  }

  /// Notes where the postings of each item with corrections begin; false when they are not in the order of items.
  private func listCorrected() -> Bool {
    var last: UInt32?
    for place in 0..<index.corrected.count {
      let item = index.corrected.row(at: place).item
      guard item != last else { continue }
      guard Int(item) < next.elements.count, last.map({ $0 < item }) ?? true else { return false }
      next.elements[Int(item)] = UInt32(truncatingIfNeeded: place) + 1
      last = item
    }
    return true
  }

  /// Adds up the settled visits; false when they are not in order, or of an item with corrections.
  private mutating func addSettled() -> Bool {
    var last: SettledVisit?
    for number in 0..<index.settled.blockCount {
      for visit in index.settled.block(number).rows {
        if let last, last.item == visit.item {
          guard last.opening < visit.opening, last.fromMicros <= visit.fromMicros else { return false }
        } else {
          guard Int(visit.item) < next.elements.count, next.elements[Int(visit.item)] == 0,
            last.map({ $0.item < visit.item }) ?? true
          else { return false }
        }
        last = visit
        var opened = visit
        if visit.ended.position != 0 {
          sum &+= Self.term(endOf: visit.opening, visit.toMicros, visit.ended)
          opened.toMicros = 0
          opened.ended = PostingStamp(position: 0, stream: 0, flags: [])
        }
        sum &+= Self.term(opened)
      }
    }
    return true
  }

  /// Goes along the book; false when a posting of an item with corrections is not at its place, or the others add up to something else.
  private mutating func compareBook() -> Bool {
    var comparedCount = 0
    let rowsPerBlock = RowTable<VisitPosting>.rowsPerBlock
    for block in 0..<(index.rowCount + rowsPerBlock - 1) / rowsPerBlock {
      let block = book.block(block)
      for place in 0..<min(block.rows.count, index.rowCount - block.firstRow) {
        let (row, number) = (block.rows[place], block.firstRow + place)
        guard Int(row.item) < next.elements.count else { return false }
        let listed = Int(next.elements[Int(row.item)])
        if listed > 0 {
          guard listed <= index.corrected.count, index.corrected.row(at: listed - 1) == row else { return false }
          numbers.elements[listed - 1] = UInt32(truncatingIfNeeded: number)
          next.elements[Int(row.item)] += 1
          comparedCount += 1
        } else if row.isCorrection(atRow: number, after: .min, isFirstEnd: { _ in true }) {
          return false
        } else if row.stamp.flags.contains(.negative) {
          sum &-= Self.term(endOf: row.opening, row.effectiveMicros, row.stamp)
        } else {
          sum &-= Self.term(SettledVisit(row, row: row.opening, end: nil))
        }
      }
    }
    return sum == 0 && comparedCount == index.corrected.count
  }

  /// Whether each item among those with corrections has one.
  private func areCorrected() -> Bool {
    let ended = PositionSet(upTo: UInt64(index.rowCount))
    var place = 0
    while place < index.corrected.count {
      let item = index.corrected.row(at: place).item
      var lastOpenedMicros = Int64.min
      var isCorrected = false
      while place < index.corrected.count, index.corrected.row(at: place).item == item {
        let row = index.corrected.row(at: place)
        let number = Int(numbers.elements[place])
        place += 1
        guard !isCorrected else { continue }
        isCorrected = row.isCorrection(atRow: number, after: lastOpenedMicros) { ended.insert(UInt64($0)) }
        if !row.stamp.flags.contains(.negative) { lastOpenedMicros = row.effectiveMicros }
      }
      guard isCorrected else { return false }
    }
    return true
  }

  /// What a visit that goes on adds.
  @inline(__always)
  private static func term(_ visit: SettledVisit) -> UInt64 { withUnsafeBytes(of: visit) { StableHash.hash($0) } }

  /// What the end of a visit adds.
  @inline(__always)
  private static func term(endOf opening: UInt32, _ micros: Int64, _ stamp: PostingStamp) -> UInt64 {
    withUnsafeBytes(of: (UInt64(opening), micros, stamp)) { StableHash.hash($0) }
  }
}
