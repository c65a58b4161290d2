/// Interns the attribute sets that items have (kind, team, service, class, labels) to dense numbers, and computes the set that follows
/// when an event sets some attributes anew.
///
/// A *delta* is what one event sets: a symbol of the log's `attributes` namespace. A *set* is all that an item has; 0 is the empty one.
/// Grows with the number of distinct sets, not with history.
public struct AttributeSets: Sendable {
  /// The tags up to this one are attributes of items; higher ones belong to single events (actor, severity …).
  public static let lastItemTag: UInt8 = 5

  /// Canonical encodings of the sets, by number; the first is the empty set.
  public private(set) var encodings: [[UInt8]] = [[]]
  private var numbers: [[UInt8]: UInt32] = [[]: 0]
  private var deltas: [Delta?] = []
  @usableFromInline var onEmpty: [UInt32?] = []
  /// Whether a delta sets any attribute of items; most only name who did it.
  @usableFromInline var setsNothing: [Bool] = []
  @usableFromInline var isKnown: [Bool] = []
  private var memo: [UInt64: UInt32] = [:]

  private struct Delta {
    var entries: [AttributeEntry]
  }

  /// Only the empty set.
  public init() {}

  /// Takes back sets that were interned before, in their order.
  public init(encodings: some Sequence<[UInt8]>) {
    for encoding in encodings where !encoding.isEmpty { _ = number(of: encoding) }
  }

  /// How many sets there are, the empty one included.
  public var count: Int { encodings.count }

  /// Whether ``merge(_:into:)`` can be called with this delta.
  @inlinable
  public func knows(delta: UInt32) -> Bool { Int(delta) < isKnown.count && isKnown[Int(delta)] }

  /// Tells what a delta sets: its encoding, as the log stores it.
  public mutating func learn(delta: UInt32, encoding: some Sequence<UInt8>) {
    while deltas.count <= Int(delta) {
      deltas.append(nil)
      onEmpty.append(nil)
      setsNothing.append(true)
      isKnown.append(false)
    }
    let entries = AttributeEntry.decode(Array(encoding)).filter { $0.tag <= Self.lastItemTag }
    deltas[Int(delta)] = Delta(entries: entries)
    setsNothing[Int(delta)] = entries.isEmpty
    isKnown[Int(delta)] = true
  }

  /// The set that an item has after an event set `delta` on top of `base`. O(1) once it has been computed before.
  @inlinable
  public mutating func merge(_ delta: UInt32, into base: UInt32) -> UInt32 {
    guard delta != 0, Int(delta) < setsNothing.count, !setsNothing[Int(delta)] else { return base }
    if base == 0, let known = onEmpty[Int(delta)] { return known }
    return mergeSlowly(delta, into: base)
  }

  @usableFromInline
  mutating func mergeSlowly(_ delta: UInt32, into base: UInt32) -> UInt32 {
    let key = UInt64(base) << 32 | UInt64(delta)
    if base != 0, let known = memo[key] { return known }
    guard let added = deltas[Int(delta)]?.entries else { return base }
    var entries = AttributeEntry.decode(encodings[Int(base)])
    for entry in added {
      entries.removeAll { $0.replaces(entry) }
      entries.append(entry)
    }
    entries.sort()
    let result = number(of: AttributeEntry.encode(entries))
    if base == 0 { onEmpty[Int(delta)] = result } else { memo[key] = result }
    return result
  }

  /// The attributes of a set.
  public func entries(of set: UInt32) -> [AttributeEntry] {
    Int(set) < encodings.count ? AttributeEntry.decode(encodings[Int(set)]) : []
  }

  private mutating func number(of encoding: [UInt8]) -> UInt32 {
    if let known = numbers[encoding] { return known }
    let number = UInt32(encodings.count)
    encodings.append(encoding)
    numbers[encoding] = number
    return number
  }
}

/// One attribute in the canonical encoding: tag, length (2 bytes, little-endian), bytes; sorted by tag and bytes.
public struct AttributeEntry: Comparable, Hashable, Sendable {
  /// What it is: see ``AttributeTag``.
  public var tag: UInt8
  /// UTF-8; for a label: key, zero byte, value.
  public var bytes: [UInt8]

  /// Makes an entry.
  public init(tag: UInt8, bytes: [UInt8]) {
    self.tag = tag
    self.bytes = bytes
  }

  /// The value as text; for a label the part behind the key.
  public var value: String {
    guard tag == 5, let zero = bytes.firstIndex(of: 0) else { return String(decoding: bytes, as: UTF8.self) }
    return String(decoding: bytes[(zero + 1)...], as: UTF8.self)
  }

  /// A label's key; nil for other attributes.
  public var labelKey: String? {
    guard tag == 5, let zero = bytes.firstIndex(of: 0) else { return nil }
    return String(decoding: bytes[..<zero], as: UTF8.self)
  }

  /// Whether setting `self` takes the place of `other`'s value.
  func replaces(_ other: AttributeEntry) -> Bool {
    guard tag == other.tag else { return false }
    return tag == 5 ? labelKey == other.labelKey : true
  }

  /// By tag, then bytes.
  public static func < (left: AttributeEntry, right: AttributeEntry) -> Bool {
    left.tag == right.tag ? left.bytes.lexicographicallyPrecedes(right.bytes) : left.tag < right.tag
  }

  /// Reads entries; bytes that end too early end the list.
  public static func decode(_ encoding: [UInt8]) -> [AttributeEntry] {
    var entries: [AttributeEntry] = []
    var offset = 0
    while offset + 3 <= encoding.count {
      let length = Int(encoding[offset + 1]) | Int(encoding[offset + 2]) << 8
      guard offset + 3 + length <= encoding.count else { break }
      entries.append(
        AttributeEntry(tag: encoding[offset], bytes: Array(encoding[offset + 3..<offset + 3 + length])))
      offset += 3 + length
    }
    return entries
  }

  /// Writes entries, which must be sorted.
  public static func encode(_ entries: [AttributeEntry]) -> [UInt8] {
    var encoding: [UInt8] = []
    for entry in entries {
      encoding.append(entry.tag)
      encoding.append(UInt8(truncatingIfNeeded: entry.bytes.count))
      encoding.append(UInt8(truncatingIfNeeded: entry.bytes.count >> 8))
      encoding.append(contentsOf: entry.bytes)
    }
    return encoding
  }
}
