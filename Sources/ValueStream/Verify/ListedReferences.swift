import EventLog

/// What the table of references lists, added up to compare it with what the events refer to without looking up each.
struct ListedReferences: Sendable {
  /// What the entries add up to (``term(_:position:)``).
  private(set) var digest: UInt64 = 0
  /// The position of the first event that refers to a subject, by its symbol; `.max` when there is none.
  private var first: [UInt64]

  /// Reads the table as it lies, up to a position. O(entries).
  init(_ snapshot: borrowing LogSnapshot, _ texts: SymbolTexts, through size: UInt64) throws(LedgerError) {
    var digest: UInt64 = 0
    var first = [UInt64](repeating: .max, count: Int(texts.count(in: .subject)) + 1)
    var last: UInt32 = 0
    var hash = Self.hash(UnsafeRawBufferPointer(start: nil, count: 0))
    try snapshot.forEachReference { subject, position in
      guard position <= size else { return }
      if subject != last {
        last = subject
        hash = Self.hash(texts.string(of: subject, in: .subject) ?? UnsafeRawBufferPointer(start: nil, count: 0))
      }
      digest &+= Self.term(hash, position: position)
      if Int(subject) < first.count, position < first[Int(subject)] { first[Int(subject)] = position }
    }
    self.digest = digest
    self.first = first
  }

  /// The position of the first event that refers to a subject.
  func firstUse(_ symbol: Int) -> UInt64 { first[symbol] }

  /// The hash of a subject's string, which begins with the byte of its class.
  static func hash(_ string: UnsafeRawBufferPointer) -> UInt64 {
    guard let prefix = string.first else { return 0 }
    return hash(prefix: prefix, UnsafeRawBufferPointer(rebasing: string[1...]))
  }

  /// The same of a string in two parts.
  @inline(__always)
  static func hash(prefix: UInt8, _ rest: UnsafeRawBufferPointer) -> UInt64 {
    StableHash.hash(rest, seed: UInt64(prefix))
  }

  /// What one reference adds.
  @inline(__always)
  static func term(_ hash: UInt64, position: UInt64) -> UInt64 {
    IdentityDigest.term(hash: hash, occurredMicros: nil, position: position)
  }
}
