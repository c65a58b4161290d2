import LMDB

/// The strings of all symbols of a moment, copied into one piece of memory: for passes that look up several for each event, on several
/// threads, without holding a snapshot.
///
/// `@unchecked Sendable`: written in the initialiser and only read afterwards.
public final class SymbolTexts: @unchecked Sendable {
  /// What is wrong with the table that they were copied from, as sentences.
  public let findings: [String]

  private static let mostFindings = 100

  private let counts: SymbolCounts
  /// The strings, one behind the other.
  @usableFromInline let text: UnsafeMutableRawBufferPointer
  /// Where the string of each symbol of a namespace ends; it begins where that of the one before ends.
  @usableFromInline let ends: UnsafeMutableBufferPointer<UnsafeMutableBufferPointer<UInt64>>

  /// Copies the strings. O(symbols): the table is read as it lies.
  public init(_ snapshot: borrowing LogSnapshot) throws {
    var counts = SymbolCounts()
    for namespace in SymbolNamespace.allCases { counts[namespace] = snapshot.symbolCount(in: namespace) }
    self.counts = counts
    var names = Names(counts)
    do {
      try LedgerError.wrap { try names.read(snapshot) }
    } catch {
      names.text.deallocate()
      throw error
    }
    findings = names.findings
    text = names.text
    ends = .allocate(capacity: names.ends.count)
    for (namespace, list) in names.ends.enumerated() {
      let copy = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: list.count)
      _ = copy.initialize(from: list)
      ends.initializeElement(at: namespace, to: copy)
    }
  }

  deinit {
    text.deallocate()
    for list in ends { list.deallocate() }
    ends.deallocate()
  }

  /// What the table `names` holds.
  private struct Names {
    /// Larger than what was read so far; its owner's.
    var text: UnsafeMutableRawBufferPointer
    var count = 0
    var ends = [[UInt64]](repeating: [0], count: 8)
    var findings: [String] = []

    /// Room for so many, most of which are short; but not for as many as a damaged table may say. What is larger is copied as it grows.
    init(_ counts: SymbolCounts) {
      var total = 1 << 15
      for namespace in SymbolNamespace.allCases {
        let count = min(Int(counts[namespace]), 1 << 24)
        ends[Int(namespace.rawValue)].reserveCapacity(count + 1)
        total += count
      }
      text = .allocate(byteCount: total * 32, alignment: 64)
    }

    mutating func read(_ snapshot: borrowing LogSnapshot) throws {
      var cursor = try Cursor(snapshot.tables.names, in: snapshot.transaction)
      var more = try cursor.moveToFirst()
      var namespace = -1
      while more {
        let key = cursor.integerKey
        let id = UInt32(truncatingIfNeeded: key)
        if Int(key >> 32) != namespace {
          namespace = Int(key >> 32)
          guard namespace < ends.count else { break }
          // Where a namespace begins anew its keys are out of order; its strings keep where they began, so that none ends before it begins.
          if ends[namespace].count == 1 {
            ends[namespace][0] = UInt64(count)
          } else if findings.count < SymbolTexts.mostFindings {
            findings.append("the names of namespace \(namespace) do not lie together")
          }
        }
        if Int(id) != ends[namespace].count, findings.count < SymbolTexts.mostFindings {
          findings.append("symbol \(id) of namespace \(namespace) does not follow the one before")
        }
        append(cursor.value)
        ends[namespace].append(UInt64(count))
        more = try cursor.moveToNext()
      }
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer) {
      if count + bytes.count > text.count {
        let larger = UnsafeMutableRawBufferPointer.allocate(
          byteCount: max(text.count * 2, count + bytes.count), alignment: 64)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: text[..<count]))
        text.deallocate()
        text = larger
      }
      UnsafeMutableRawBufferPointer(rebasing: text[count...]).copyMemory(from: bytes)
      count += bytes.count
    }
  }

  /// Checks that each string leads back to its symbol. O(symbols): the table is read as it lies.
  ///
  /// - Parameter snapshot: that of which the strings were copied, or a later one.
  /// - Returns: what is wrong, as sentences.
  public func checkSymbols(_ snapshot: borrowing LogSnapshot) throws(LedgerError) -> [String] {
    try LedgerError.wrap { try findings(of: snapshot) }
  }

  private func findings(of snapshot: borrowing LogSnapshot) throws -> [String] {
    // Both sides are added up as they lie; only if the sums differ each string is looked for, which may be anywhere.
    var difference: UInt64 = 0
    try forEachKey(snapshot) { difference &+= StableHash.hash($0, seed: UInt64($2)) }
    for namespace in SymbolNamespace.allCases {
      for id in 1..<UInt32(ends[Int(namespace.rawValue)].count) {
        guard let string = string(of: id, in: namespace) else { continue }
        SymbolKey.withKey(string, in: namespace) { difference &-= StableHash.hash($0, seed: UInt64(id)) }
      }
    }
    return difference == 0 ? [] : try lost(in: snapshot)
  }

  /// The strings that do not lead back to their symbols.
  private func lost(in snapshot: borrowing LogSnapshot) throws -> [String] {
    var findings: [String] = []
    var isFound = ends.map { [Bool](repeating: false, count: $0.count) }
    try forEachKey(snapshot) { key, namespace, id in
      if isKey(key, of: id, in: namespace) { isFound[Int(namespace.rawValue)][Int(id)] = true }
    }
    for namespace in SymbolNamespace.allCases {
      for id in isFound[Int(namespace.rawValue)].indices.dropFirst()
      where !isFound[Int(namespace.rawValue)][id] && findings.count < Self.mostFindings {
        findings.append(
          "the string of symbol \(id) of namespace \(namespace.rawValue) does not lead back to it")
      }
    }
    return findings
  }

  /// Calls `body` with the keys that lead to symbols whose strings were copied.
  private func forEachKey(
    _ snapshot: borrowing LogSnapshot, _ body: (UnsafeRawBufferPointer, SymbolNamespace, _ id: UInt32) -> Void
  ) throws {
    var cursor = try Cursor(snapshot.tables.symbols, in: snapshot.transaction)
    var more = try cursor.moveToFirst()
    while more {
      let key = cursor.key
      if let first = key.first, let namespace = SymbolNamespace(rawValue: first), cursor.value.count == 4 {
        let id = UInt32(littleEndian: cursor.value.loadUnaligned(as: UInt32.self))
        if id >= 1, Int(id) < ends[Int(first)].count { body(key, namespace, id) }
      }
      more = try cursor.moveToNext()
    }
  }

  private func isKey(_ key: UnsafeRawBufferPointer, of id: UInt32, in namespace: SymbolNamespace) -> Bool {
    guard let string = string(of: id, in: namespace), !string.isEmpty else { return false }
    guard string.count > SymbolKey.longestInline else {
      return UnsafeRawBufferPointer(rebasing: key[1...]).hasSameBytes(as: string)
    }
    return SymbolKey.withKey(string, in: namespace) { $0.hasSameBytes(as: key) }
  }

  /// The string of a symbol; nil when there is no such symbol.
  @inlinable @inline(__always)
  public func string(of id: UInt32, in namespace: SymbolNamespace) -> UnsafeRawBufferPointer? {
    let ends = ends[Int(namespace.rawValue)]
    guard id >= 1, Int(id) < ends.count else { return nil }
    let start = Int(ends[Int(id) - 1])
    return UnsafeRawBufferPointer(start: text.baseAddress.map { $0 + start }, count: Int(ends[Int(id)]) - start)
  }

  /// Number of symbols of a namespace.
  public func count(in namespace: SymbolNamespace) -> UInt32 { counts[namespace] }
}
