import LMDB

/// The strings of all symbols of a moment, copied into one piece of memory: for passes that look up several for each event, on several
/// threads, without holding a snapshot.
public final class SymbolTexts: @unchecked Sendable {
  /// What is wrong with the two tables of symbols, as sentences.
  public private(set) var findings: [String] = []

  private var bytes: [UInt8] = []
  /// Where the string of each symbol ends, by namespace and symbol; it begins where that of the one before ends.
  private var offsets: [[UInt64]]
  private let counts: SymbolCounts

  /// Copies the strings, and checks that each leads back to its symbol. O(symbols · log symbols).
  public init(_ snapshot: borrowing LogSnapshot) throws {
    offsets = Array(repeating: [0], count: 8)
    var counts = SymbolCounts()
    for namespace in SymbolNamespace.allCases { counts[namespace] = snapshot.symbolCount(in: namespace) }
    self.counts = counts
    var cursor = try Cursor(snapshot.tables.names, in: snapshot.transaction)
    var more = try cursor.moveToFirst()
    var namespace = -1
    while more {
      let key = cursor.integerKey
      let id = UInt32(truncatingIfNeeded: key)
      if Int(key >> 32) != namespace {
        namespace = Int(key >> 32)
        guard namespace < offsets.count else { break }
        offsets[namespace][0] = UInt64(bytes.count)
      }
      if Int(id) != offsets[namespace].count, findings.count < 100 {
        findings.append("symbol \(id) of namespace \(namespace) does not follow the one before")
      }
      try check(cursor.value, id, namespace, snapshot)
      bytes.append(contentsOf: cursor.value)
      offsets[namespace].append(UInt64(bytes.count))
      more = try cursor.moveToNext()
    }
  }

  private func check(
    _ text: UnsafeRawBufferPointer, _ id: UInt32, _ namespace: Int, _ snapshot: borrowing LogSnapshot
  ) throws {
    guard let space = SymbolNamespace(rawValue: UInt8(truncatingIfNeeded: namespace)), !text.isEmpty,
      try snapshot.symbolID(text, in: space) == id
    else {
      if findings.count < 100 {
        findings.append("the string of symbol \(id) of namespace \(namespace) does not lead back to it")
      }
      return
    }
  }

  /// Whether a symbol has this string.
  @inline(__always)
  public func matches(_ id: UInt32, in namespace: SymbolNamespace, _ text: UnsafeRawBufferPointer) -> Bool {
    let offsets = offsets[Int(namespace.rawValue)]
    guard id >= 1, Int(id) < offsets.count else { return false }
    let (begin, end) = (Int(offsets[Int(id) - 1]), Int(offsets[Int(id)]))
    guard end - begin == text.count else { return false }
    return bytes.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: $0[begin..<end]).elementsEqual(text) }
  }

  /// Number of symbols of a namespace.
  public func count(in namespace: SymbolNamespace) -> UInt32 { counts[namespace] }
}
