import EventLog
import LMDB

/// The postings of visits in a cut that lie behind the index, by item.
struct PostedVisits: @unchecked Sendable {
  /// The items, ascending.
  var items: UnsafeMutableBufferPointer<UInt32> { itemMemory.elements }
  private let itemMemory: Scratch<UInt32>
  /// Where the postings of each item begin in `order`; one more at the end.
  private let starts: Scratch<UInt32>
  /// The numbers of the postings in the book, by item.
  private let order: Scratch<UInt32>
  private let book: LoadedRows<VisitPosting>

  /// Gathers the postings. O(those postings), and O(subjects) when there are any.
  init(_ view: borrowing LedgerView, _ cut: Cut) {
    let rowCount = view.books.visits.firstRow(positionAfter: cut.position)
    let firstRow = view.visitIndex.rowCount
    let book = view.books.visits.loaded(from: firstRow, through: rowCount)
    self.book = book
    guard firstRow < rowCount else {
      (itemMemory, starts, order) = (Scratch(count: 0), Scratch(count: 1), Scratch(count: 0))
      return
    }
    let itemCount = Int(view.log.symbolCount(in: .subject)) + 1
    func forEach(_ body: (UInt32, Int) -> Void) {
      var number = firstRow
      while number < rowCount {
        let (block, first) = book.block(number / RowTable<VisitPosting>.rowsPerBlock)
        guard !block.isEmpty else { break }
        for index in (number - first)..<block.count {
          let row = block[index]
          if row.effectiveMicros <= cut.atMicros, Int(row.item) < itemCount { body(row.item, first + index) }
        }
        number = first + block.count
      }
    }
    let places = Scratch<UInt32>(count: itemCount)
    let next = places.elements
    var found = 0
    forEach { item, _ in
      if next[Int(item)] == 0 { found += 1 }
      next[Int(item)] += 1
    }
    itemMemory = Scratch(count: found)
    starts = Scratch(count: found + 1)
    var place = 0
    var total: UInt32 = 0
    for item in 0..<itemCount where next[item] > 0 {
      itemMemory.elements[place] = UInt32(item)
      starts.elements[place] = total
      let count = next[item]
      next[item] = total
      total += count
      place += 1
    }
    starts.elements[found] = total
    order = Scratch(count: Int(total))
    let ordered = order.elements
    forEach { item, number in
      ordered[Int(next[Int(item)])] = UInt32(truncatingIfNeeded: number)
      next[Int(item)] += 1
    }
    withExtendedLifetime(places) {}
  }

  /// Calls `body` with the postings of the item at a place of ``items``, in the order of the book.
  @inline(__always)
  func forEachPosting(at place: Int, _ body: (VisitPosting) -> Void) {
    for index in Int(starts.elements[place])..<Int(starts.elements[place + 1]) {
      if let row = book.row(at: Int(order.elements[index])) { body(row) }
    }
  }
}
