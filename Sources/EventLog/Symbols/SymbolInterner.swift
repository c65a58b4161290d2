import LMDB

/// Turns the strings of a batch's events into symbols, in order of first use.
struct SymbolInterner {
  /// Streams are UInt16 in a ``Fact``.
  static let maxStreams = Int(UInt16.max)

  let batch: EventBatch
  let tables: LogTables

  /// The fact of an event with all symbols in place: stream, subject, argument, attributes, in this order.
  func fact(
    of event: PreparedEvent, cache: inout SymbolCache, counts: inout SymbolCounts,
    in transaction: borrowing WriteTransaction
  ) throws -> Fact {
    let stream = try intern(event.stream, in: .stream, &cache, &counts, transaction)
    guard let shortStream = UInt16(exactly: stream) else {
      throw LedgerError.tooManyStreams(limit: Self.maxStreams, line: event.line)
    }
    return Fact(
      occurredMicros: event.occurredMicros, measure: event.measure,
      subject: try intern(event.subject, in: .subject, &cache, &counts, transaction),
      argument: try intern(event.argument, in: event.argumentNamespace, &cache, &counts, transaction),
      attributes: try intern(event.attributes, in: .attributes, &cache, &counts, transaction),
      stream: shortStream, kind: event.kind, flags: event.flags)
  }

  /// The symbol of a subject that an event names in a list; these come after all other strings of the event.
  func subject(
    _ reference: PreparedText, cache: inout SymbolCache, counts: inout SymbolCounts,
    in transaction: borrowing WriteTransaction
  ) throws -> UInt32 {
    try intern(reference, in: .subject, &cache, &counts, transaction)
  }

  private func intern(
    _ text: PreparedText, in namespace: SymbolNamespace, _ cache: inout SymbolCache, _ counts: inout SymbolCounts,
    _ transaction: borrowing WriteTransaction
  ) throws -> UInt32 {
    guard text.length > 0 else { return 0 }
    let bytes = batch.bytes(of: text)
    if let known = cache.find(bytes, hash: text.hash, in: namespace) { return known }
    let id: UInt32
    if let stored = try SymbolTables.find(bytes, in: namespace, symbols: tables.symbols, transaction) {
      id = stored
    } else {
      id = try SymbolTables.add(bytes, in: namespace, tables: tables, counts: &counts, transaction)
    }
    cache.insert(id, bytes, hash: text.hash, in: namespace)
    return id
  }
}
