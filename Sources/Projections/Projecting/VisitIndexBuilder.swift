import EventLog
import LMDB

/// Makes the ``VisitIndex`` anew from the book of visits.
///
/// Two passes over the book find which items were ever corrected, where each visit ends, and the order of the openings by item; then the
/// rows are put together in that order, on all cores, and written some at a time. 8 bytes of memory a posting and 17 a subject; O(postings).
struct VisitIndexBuilder {
  /// Below so many rows behind the index, reading them from the book costs little.
  @TaskLocal static var leastNewRows = 1 << 16
  /// The index is made anew when so large a part of the book is behind it: 1 ÷ this.
  static let newShare = 8
  /// Rows a transaction.
  private static let rowsAtOnce = 1 << 19

  private let rowCount: Int
  /// The number of the posting that ends each opening; 0 for none, since row 0 ends nothing.
  private let ends: Scratch<UInt32>
  /// Openings of items without corrections, then all postings of the others, both by item.
  private let settledOrder: Scratch<UInt32>
  private let correctedOrder: Scratch<UInt32>

  /// Makes the index anew if enough was posted since, or with `whole` if anything was.
  static func update(_ store: BookStore, whole: Bool = false) throws {
    let (state, rowCount) = try store.environment.read {
      (try store.visitIndex.state(in: $0), try store.visits.count(in: $0))
    }
    let newRows = rowCount - state.rowCount
    guard newRows >= (whole ? 1 : max(leastNewRows, rowCount / newShare)) else { return }
    try rebuild(store)
  }

  /// Makes the index anew.
  ///
  /// - Parameter rowCount: how many rows of the book it covers; all that there are when nil.
  static func rebuild(_ store: BookStore, through rowCount: Int? = nil) throws {
    let builder = try store.environment.read { transaction in
      let book = try store.visits.reader(in: transaction)
      return VisitIndexBuilder(
        book, rowCount: min(rowCount ?? .max, book.count),
        itemCount: Int(try store.checkpoint(in: transaction).checkpoint.highestSubject) + 1)
    }
    try builder.write(to: store)
  }

  /// The visit that a posting opens.
  @inline(__always)
  private func visit(_ opening: UInt32, _ rows: LoadedRows<VisitPosting>) -> SettledVisit? {
    guard let posting = rows.row(at: Int(opening)) else { return nil }
    let end = ends.elements[Int(opening)]
    return SettledVisit(posting, row: opening, end: end == 0 ? nil : rows.row(at: Int(end)))
  }

  private init(_ book: RowReader<VisitPosting>, rowCount: Int, itemCount: Int) {
    self.rowCount = rowCount
    ends = Scratch<UInt32>(count: rowCount)
    let isCorrected = Scratch<Bool>(count: itemCount)
    let openings = Scratch<UInt32>(count: itemCount + 1)
    let postings = Scratch<UInt32>(count: itemCount + 1)
    let openedMicros = Scratch<Int64>(count: itemCount)
    let (corrected, openingCounts, postingCounts, ends) = (
      isCorrected.elements, openings.elements, postings.elements, ends.elements
    )
    let lastOpened = openedMicros.elements
    Self.forEachRow(book, rowCount, itemCount) { row, number in
      let item = Int(row.item)
      postingCounts[item] += 1
      let lastOpenedMicros = openingCounts[item] > 0 ? lastOpened[item] : .min
      let isCorrection = row.isCorrection(atRow: number, after: lastOpenedMicros) { opening in
        guard ends[opening] == 0 else { return false }
        ends[opening] = UInt32(number)
        return true
      }
      if isCorrection { corrected[item] = true }
      if !row.stamp.flags.contains(.negative) {
        openingCounts[item] += 1
        lastOpened[item] = row.effectiveMicros
      }
    }
    var (settledTotal, correctedTotal): (UInt32, UInt32) = (0, 0)
    for item in 0..<itemCount {
      let (openingCount, postingCount) = (openingCounts[item], postingCounts[item])
      openingCounts[item] = settledTotal
      postingCounts[item] = correctedTotal
      if corrected[item] { correctedTotal += postingCount } else { settledTotal += openingCount }
    }
    settledOrder = Scratch<UInt32>(count: Int(settledTotal))
    correctedOrder = Scratch<UInt32>(count: Int(correctedTotal))
    let (settled, other) = (settledOrder.elements, correctedOrder.elements)
    Self.forEachRow(book, rowCount, itemCount) { row, number in
      let item = Int(row.item)
      if corrected[item] {
        other[Int(postingCounts[item])] = UInt32(truncatingIfNeeded: number)
        postingCounts[item] += 1
      } else if !row.stamp.flags.contains(.negative) {
        settled[Int(openingCounts[item])] = UInt32(truncatingIfNeeded: number)
        openingCounts[item] += 1
      }
    }
    withExtendedLifetime((isCorrected, openings, postings, openedMicros)) {}
  }

  @inline(__always)
  private static func forEachRow(
    _ book: RowReader<VisitPosting>, _ rowCount: Int, _ itemCount: Int, _ body: (VisitPosting, Int) -> Void
  ) {
    let rowsPerBlock = RowTable<VisitPosting>.rowsPerBlock
    for number in 0..<(rowCount + rowsPerBlock - 1) / rowsPerBlock {
      let block = book.block(number)
      for index in 0..<min(block.rows.count, rowCount - block.firstRow) {
        let row = block.rows[index]
        // A damaged file must not make us write behind the tables.
        if Int(row.item) < itemCount { body(row, block.firstRow + index) }
      }
    }
  }

  private func write(to store: BookStore) throws {
    let builder = UInt64.random(in: 1 ... .max)
    let side = try store.environment.write { try store.visitIndex.begin(builder, in: $0) }
    let buffer = Scratch<SettledVisit>(count: min(Self.rowsAtOnce, settledOrder.elements.count))
    try inParts(of: settledOrder.elements, store, builder) { part, rows, transaction in
      let target = buffer.elements
      _ = Cores.fold(part.count, laneCount: Cores.lanes(for: part.count)) {
        ()
      } _: { _, range in
        for index in range {
          if let visit = visit(part[part.startIndex + index], rows) { target[index] = visit }
        }
      }
      try side.settled.append(UnsafeBufferPointer(rebasing: target[..<part.count]), in: transaction)
    }
    var postings: [VisitPosting] = []
    try inParts(of: correctedOrder.elements, store, builder) { part, rows, transaction in
      postings.removeAll(keepingCapacity: true)
      for number in part { if let row = rows.row(at: Int(number)) { postings.append(row) } }
      try postings.withUnsafeBufferPointer { try side.corrected.append($0, in: transaction) }
    }
    try store.environment.write { transaction in
      guard try store.visitIndex.isBuilding(builder, in: transaction) else { return }
      try store.visitIndex.finish(rowCount: rowCount, in: transaction)
    }
  }

  /// Calls `body` with some of the numbers at a time, in a transaction of its own each, as long as nobody else began to write.
  private func inParts(
    of numbers: UnsafeMutableBufferPointer<UInt32>, _ store: BookStore, _ builder: UInt64,
    _ body: (
      Slice<UnsafeMutableBufferPointer<UInt32>>, LoadedRows<VisitPosting>, borrowing WriteTransaction
    ) throws -> Void
  ) throws {
    var first = 0
    while first < numbers.count {
      let part = numbers[first..<min(first + Self.rowsAtOnce, numbers.count)]
      let isOurs = try store.environment.write { transaction in
        guard try store.visitIndex.isBuilding(builder, in: transaction) else { return false }
        let book = try store.visits.reader(in: transaction)
        try body(part, book.loaded(through: rowCount), transaction)
        return true
      }
      guard isOurs else { return }
      first = part.endIndex
    }
  }
}

extension VisitPosting {
  /// Whether with this posting the visits of its item cannot be told from a row each: what it is about has to be gathered from postings.
  ///
  /// - Parameters:
  ///   - number: the number of its row.
  ///   - lastOpenedMicros: when the item's visit before began; `Int64.min` for the first.
  ///   - isFirstEnd: notes that the posting ends the visit opened in an earlier row; false when that had ended before.
  @inline(__always)
  func isCorrection(
    atRow number: Int, after lastOpenedMicros: Int64, isFirstEnd: (_ opening: Int) -> Bool
  ) -> Bool {
    let flags = stamp.flags
    if flags.contains(.reversal) { return true }
    // An end that belongs to nothing, or is a second one, is for the parity of all postings to judge.
    if flags.contains(.negative) { return Int(opening) >= number || !isFirstEnd(Int(opening)) }
    // Visits that were learnt of in another order than they began in are put in order by their postings.
    return opening != UInt32(truncatingIfNeeded: number) || effectiveMicros < lastOpenedMicros
  }
}
