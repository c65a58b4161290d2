import CLMDB
import Glibc

/// Remembers symbols of strings seen lately, in memory of fixed size: sets of four places.
///
/// A set is 512 bytes: a cache line of four headers, then four places of 112 bytes. Strings that do not fit a place are not remembered.
/// Entries are confirmed by their bytes.
struct SymbolCache: ~Copyable {
  /// The longest string that is remembered, in bytes.
  static let longestString = 112
  private static let setSize = 512
  private static let ways = 4
  private static let placesOffset = 64

  private struct Header: BitwiseCopyable {
    var hash: UInt64 = 0
    /// 0 for a free place.
    var id: UInt32 = 0
    var length: UInt16 = 0
    var namespace: UInt8 = 0
    var unused: UInt8 = 0
  }

  private let memory: UnsafeMutableRawPointer
  private let setMask: Int

  /// Memory for 4 × 2^`setBits` strings.
  init(setBits: Int = 14) {
    let byteCount = Self.setSize << setBits
    memory = .allocate(byteCount: byteCount, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    setMask = (1 << setBits) - 1
  }

  deinit { memory.deallocate() }

  /// Asks for the memory that ``find(_:hash:in:)`` will look at.
  func prefetch(hash: UInt64, in namespace: SymbolNamespace) {
    let set = set(of: hash, namespace)
    vsl_prefetch(set)
    vsl_prefetch(set + Self.placesOffset)
  }

  /// The symbol of a string; nil when it is not remembered. O(1).
  func find(_ string: UnsafeRawBufferPointer, hash: UInt64, in namespace: SymbolNamespace) -> UInt32? {
    guard string.count <= Self.longestString, let bytes = string.baseAddress else { return nil }
    // Every address lies inside `memory`: sets are masked, ways below four.
    let set = set(of: hash, namespace)
    for way in 0..<Self.ways {
      let header = self.header(way, of: set)
      if header.hash == hash, header.id != 0, header.namespace == namespace.rawValue,
        Int(header.length) == string.count, memcmp(place(way, of: set), bytes, string.count) == 0
      {
        return header.id
      }
    }
    return nil
  }

  /// Remembers the symbol of a string, in the place of another one when its set is full. O(1).
  mutating func insert(_ id: UInt32, _ string: UnsafeRawBufferPointer, hash: UInt64, in namespace: SymbolNamespace) {
    guard string.count <= Self.longestString, let source = string.baseAddress, id != 0 else { return }
    let set = set(of: hash, namespace)
    // Symbols are dense, so that their low bits spread over the places well enough.
    var way = Int(id) & (Self.ways - 1)
    for free in 0..<Self.ways where header(free, of: set).id == 0 {
      way = free
      break
    }
    place(way, of: set).copyMemory(from: source, byteCount: string.count)
    let entry = Header(hash: hash, id: id, length: UInt16(string.count), namespace: namespace.rawValue)
    set.storeBytes(of: entry, toByteOffset: way * MemoryLayout<Header>.stride, as: Header.self)
  }

  /// Forgets symbols above these counts: those of a transaction that was aborted. O(size of the cache).
  mutating func forget(above counts: SymbolCounts) {
    for number in 0...setMask {
      let set = memory + number * Self.setSize
      for way in 0..<Self.ways {
        let header = self.header(way, of: set)
        guard let namespace = SymbolNamespace(rawValue: header.namespace), header.id > counts[namespace] else {
          continue
        }
        set.storeBytes(of: Header(), toByteOffset: way * MemoryLayout<Header>.stride, as: Header.self)
      }
    }
  }

  private func set(of hash: UInt64, _ namespace: SymbolNamespace) -> UnsafeMutableRawPointer {
    let mixed = (hash ^ UInt64(namespace.rawValue)) &* 0x9E37_79B9_7F4A_7C15
    return memory + (Int(truncatingIfNeeded: mixed >> 40) & setMask) * Self.setSize
  }

  private func header(_ way: Int, of set: UnsafeMutableRawPointer) -> Header {
    set.load(fromByteOffset: way * MemoryLayout<Header>.stride, as: Header.self)
  }

  private func place(_ way: Int, of set: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    set + Self.placesOffset + way * Self.longestString
  }
}
