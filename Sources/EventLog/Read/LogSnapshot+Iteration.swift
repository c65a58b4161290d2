import LMDB

extension LogSnapshot {
  /// Gives `body` the records from one position through another (the whole log when absent), backwards when `reversed`, until it
  /// returns false. Costs a cursor step a record.
  public func forEachRecord(
    from first: UInt64 = 1, through last: UInt64? = nil, reversed: Bool = false, _ body: (Record) throws -> Bool
  ) throws {
    let last = min(last ?? size, size)
    let first = max(first, 1)
    guard first <= last else { return }
    var cursor = try openRecords()
    var more = try LedgerError.wrap { try cursor.move(to: reversed ? last : first) }
    while more {
      let position = cursor.integerKey
      guard position >= first && position <= last else { return }
      let record = Record(
        position: position, recordedMicros: try LedgerError.wrap { try StoredRecord.recordedMicros(cursor.value) },
        bytes: StoredRecord.event(cursor.value))
      guard try body(record) else { return }
      more = try LedgerError.wrap { reversed ? try cursor.moveToPrevious() : try cursor.moveToNext() }
    }
  }

  /// Gives `body` the records of one subject's events, in order of position or backwards, until it returns false.
  public func forEachRecord(
    ofSubject subject: UInt32, reversed: Bool = false, _ body: (Record) throws -> Bool
  ) throws {
    var positions: [UInt64] = []
    try self.positions(ofSubject: subject, into: &positions)
    if reversed { positions.reverse() }
    for position in positions {
      guard let record = try record(at: position) else {
        throw LedgerError.damaged(what: "a subject lists a record that does not exist", position: position)
      }
      guard try body(record) else { return }
    }
  }

  /// The positions recorded from one time until before another, in microseconds since 1970; empty when there are none. O(log² n).
  public func positions(
    recordedFrom from: Int64? = nil, before end: Int64? = nil
  ) throws(LedgerError) -> Range<UInt64> {
    var first: UInt64 = 1
    var behind = size + 1
    if let from, from > .min { first = try position(recordedAtOrBefore: from - 1) + 1 }
    if let end { behind = end == .min ? 1 : try position(recordedAtOrBefore: end - 1) + 1 }
    return first..<max(first, behind)
  }

  /// Gives `body` the positions and facts that a filter takes, within a range of positions, in order or backwards, until it returns
  /// false. Blocks of facts whose occurred times lie outside of the filter's are skipped unread.
  public func forEachFact(
    matching filter: RecordFilter = RecordFilter(), from first: UInt64 = 1, through last: UInt64? = nil,
    reversed: Bool = false, _ body: (UInt64, Fact) throws -> Bool
  ) throws {
    let reader = try facts()
    let low = Int(clamping: max(first, 1) - 1)
    let high = min(Int(clamping: min(last ?? size, size)), reader.count)
    guard low < high else { return }
    let perBlock = RowTable<Fact>.rowsPerBlock
    let blocks = low / perBlock...(high - 1) / perBlock
    for step in 0..<blocks.count {
      let number = reversed ? blocks.upperBound - step : blocks.lowerBound + step
      let block = reader.block(number)
      guard filter.mayTake(minMicros: block.header.minTimeMicros, maxMicros: block.header.maxTimeMicros) else {
        continue
      }
      let start = max(low - block.firstRow, 0)
      let end = min(high - block.firstRow, block.rows.count)
      for place in 0..<end - start {
        let row = reversed ? end - 1 - place : start + place
        let fact = block.rows[row]
        guard filter.takes(fact) else { continue }
        guard try body(UInt64(block.firstRow + row) + 1, fact) else { return }
      }
    }
    if let failure = reader.failure { throw LedgerError.storage(failure) }
  }

  private func openRecords() throws(LedgerError) -> Cursor {
    do { return try Cursor(tables.records, in: transaction) } catch { throw LedgerError(error) }
  }
}
