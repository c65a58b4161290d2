import Glibc

/// Remembers symbols of strings seen lately, in memory of fixed size: sets of four places, the least recently used gives way.
///
/// Strings that do not fit a place (more than 112 bytes) are not remembered. Entries are confirmed by their bytes.
struct SymbolCache: ~Copyable {
  private static let placeSize = 128
  private static let headerSize = 16
  private static let waysPerSet = 4
  /// The longest string that is remembered.
  static let longestString = placeSize - headerSize

  private struct Header: BitwiseCopyable {
    var hash: UInt64
    /// 0 for a free place.
    var id: UInt32
    var length: UInt16
    var namespace: UInt8
    var unused: UInt8 = 0
  }

  private let memory: UnsafeMutableRawPointer
  private let setMask: Int

  /// Memory for 4 × 2^`setBits` strings.
  init(setBits: Int = 14) {
    let byteCount = Self.placeSize * Self.waysPerSet << setBits
    memory = .allocate(byteCount: byteCount, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    setMask = (1 << setBits) - 1
  }

  deinit { memory.deallocate() }

  /// The symbol of a string; nil when it is not remembered. O(1).
  mutating func find(_ string: UnsafeRawBufferPointer, hash: UInt64, in namespace: SymbolNamespace) -> UInt32? {
    guard string.count <= Self.longestString, let bytes = string.baseAddress else { return nil }
    let set = set(of: hash, namespace)
    for way in 0..<Self.waysPerSet {
      // Every place lies inside `memory`: sets are masked, ways below waysPerSet.
      let place = set + way * Self.placeSize
      let header = place.load(as: Header.self)
      guard header.hash == hash, header.id != 0, header.namespace == namespace.rawValue,
        Int(header.length) == string.count,
        memcmp(place + Self.headerSize, bytes, string.count) == 0
      else { continue }
      return header.id
    }
    return nil
  }

  /// Remembers the symbol of a string at the front of its set. O(1).
  mutating func insert(_ id: UInt32, _ string: UnsafeRawBufferPointer, hash: UInt64, in namespace: SymbolNamespace) {
    guard string.count <= Self.longestString, let source = string.baseAddress, id != 0 else { return }
    let set = set(of: hash, namespace)
    (set + Self.placeSize).copyMemory(from: set, byteCount: (Self.waysPerSet - 1) * Self.placeSize)
    let header = Header(hash: hash, id: id, length: UInt16(string.count), namespace: namespace.rawValue)
    set.storeBytes(of: header, as: Header.self)
    (set + Self.headerSize).copyMemory(from: source, byteCount: string.count)
  }

  /// Forgets symbols above these counts: those of a transaction that was aborted. O(size of the cache).
  mutating func forget(above counts: SymbolCounts) {
    for place in 0..<(setMask + 1) * Self.waysPerSet {
      let header = (memory + place * Self.placeSize).load(as: Header.self)
      guard header.id != 0, let namespace = SymbolNamespace(rawValue: header.namespace),
        header.id > counts[namespace]
      else { continue }
      (memory + place * Self.placeSize).storeBytes(
        of: Header(hash: 0, id: 0, length: 0, namespace: 0), as: Header.self)
    }
  }

  private func set(of hash: UInt64, _ namespace: SymbolNamespace) -> UnsafeMutableRawPointer {
    let mixed = (hash ^ UInt64(namespace.rawValue)) &* 0x9E37_79B9_7F4A_7C15
    return memory + (Int(truncatingIfNeeded: mixed >> 40) & setMask) * Self.waysPerSet * Self.placeSize
  }
}
