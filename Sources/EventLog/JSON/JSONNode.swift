/// A value of a parsed JSON document, read straight from simdjson's tape (the format is described in simdjson's doc/tape.md).
///
/// Two pointers and an index: copying costs nothing. Valid until its parser parses again or goes away.
///
/// Safe: the tape was written by simdjson, which gives complete documents only; every index comes from the tape itself.
public struct JSONNode: BitwiseCopyable {
  @usableFromInline let words: UnsafePointer<UInt64>
  @usableFromInline let strings: UnsafePointer<UInt8>
  /// Where the value's first word lies on the tape.
  public let index: Int

  @inlinable
  init(words: UnsafePointer<UInt64>, strings: UnsafePointer<UInt8>, index: Int) {
    self.words = words
    self.strings = strings
    self.index = index
  }

  /// The kinds of JSON values, numbers by how they fit.
  public enum Kind: UInt8, Sendable {
    /// `{…}`
    case object = 0x7B
    /// `[…]`
    case array = 0x5B
    /// `"…"`
    case string = 0x22
    /// A number without fraction and exponent that fits an Int64.
    case integer = 0x6C
    /// A number without fraction and exponent that fits only a UInt64.
    case unsigned = 0x75
    /// Any other number.
    case double = 0x64
    /// `true`
    case `true` = 0x74
    /// `false`
    case `false` = 0x66
    /// `null`
    case null = 0x6E
  }

  /// The value whose first word has another index of the same tape, such as the one behind a member's name.
  @inlinable
  public func sibling(at index: Int) -> JSONNode { JSONNode(words: words, strings: strings, index: index) }

  @inlinable var tag: UInt8 { UInt8(truncatingIfNeeded: words[index] >> 56) }
  @inlinable var payload: Int { Int(truncatingIfNeeded: words[index] & 0x00FF_FFFF_FFFF_FFFF) }

  /// What the value is.
  @inlinable public var kind: Kind { Kind(rawValue: tag) ?? .null }
  /// Whether the value is an object.
  @inlinable public var isObject: Bool { tag == Kind.object.rawValue }
  /// Whether the value is an array.
  @inlinable public var isArray: Bool { tag == Kind.array.rawValue }
  /// Whether the value is a string.
  @inlinable public var isString: Bool { tag == Kind.string.rawValue }
  /// Whether the value is a number.
  @inlinable public var isNumber: Bool { tag == 0x6C || tag == 0x75 || tag == 0x64 }
  /// Whether the value is `null`.
  @inlinable public var isNull: Bool { tag == Kind.null.rawValue }

  /// The index of the word behind the value.
  @inlinable
  public var endIndex: Int {
    switch tag {
    case 0x7B, 0x5B: Int(truncatingIfNeeded: words[index] & 0xFFFF_FFFF)
    case 0x6C, 0x75, 0x64: index + 2
    default: index + 1
    }
  }

  /// The bytes of a string, unescaped UTF-8; empty when the value is none. A zero byte follows them.
  @inlinable
  public var stringBytes: UnsafeRawBufferPointer {
    guard isString else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    return uncheckedString
  }

  /// The bytes of a value that is known to be a string.
  @inlinable
  public var uncheckedString: UnsafeRawBufferPointer {
    // simdjson wrote the length before the bytes, both inside its string buffer.
    let start = UnsafeRawPointer(strings + payload)
    let length = Int(UInt32(littleEndian: start.loadUnaligned(as: UInt32.self)))
    return UnsafeRawBufferPointer(start: start + 4, count: length)
  }

  /// A string as Swift's; nil when the value is none. Allocates.
  public var string: String? {
    guard isString else { return nil }
    return String(decoding: uncheckedString, as: UTF8.self)
  }

  /// A boolean; nil when the value is none.
  @inlinable
  public var bool: Bool? {
    switch tag {
    case 0x74: true
    case 0x66: false
    default: nil
    }
  }

  /// A number that is an integer fitting an Int64; also when written as 1.0 or 1e3. Nil for all else.
  @inlinable
  public var integer: Int64? {
    switch tag {
    case 0x6C: Int64(bitPattern: words[index + 1])
    case 0x64: Int64(exactly: Double(bitPattern: words[index + 1]))
    default: nil
    }
  }

  /// A number that is an integer fitting a UInt64; also when written as 1.0 or 1e3. Nil for all else.
  @inlinable
  public var unsigned: UInt64? {
    switch tag {
    case 0x6C: UInt64(exactly: Int64(bitPattern: words[index + 1]))
    case 0x75: words[index + 1]
    case 0x64: UInt64(exactly: Double(bitPattern: words[index + 1]))
    default: nil
    }
  }

  /// Any number as the nearest Double; nil when the value is none. Always finite.
  @inlinable
  public var double: Double? {
    switch tag {
    case 0x6C: Double(Int64(bitPattern: words[index + 1]))
    case 0x75: Double(words[index + 1])
    case 0x64: Double(bitPattern: words[index + 1])
    default: nil
    }
  }

  /// The members of an object in the order written; none when the value is no object.
  @inlinable
  public var members: JSONMembers {
    JSONMembers(words: words, strings: strings, index: index + 1, end: isObject ? endIndex - 1 : index + 1)
  }

  /// The elements of an array; none when the value is no array.
  @inlinable
  public var elements: JSONElements {
    JSONElements(words: words, strings: strings, index: index + 1, end: isArray ? endIndex - 1 : index + 1)
  }

  /// The elements of a member that is an array; none when there is no such member. O(members).
  public func elements(of name: StaticString) -> [JSONNode] { member(name).map { Array($0.elements) } ?? [] }

  /// The number of members of an object or elements of an array; 0 for all else. O(1) up to 16 million of them.
  public var count: Int {
    guard isObject || isArray else { return 0 }
    // The tape keeps 24 bits, which stand at their highest value when the count is beyond them.
    let stated = Int(truncatingIfNeeded: words[index] >> 32 & 0xFF_FFFF)
    if stated < 0xFF_FFFF { return stated }
    return isObject ? members.reduce(0) { count, _ in count + 1 } : elements.reduce(0) { count, _ in count + 1 }
  }

  /// The value of an object's member; nil when there is none or the value is no object. O(members).
  @inlinable
  public func member(_ name: StaticString) -> JSONNode? {
    name.withUTF8Buffer { member(UnsafeRawBufferPointer($0)) }
  }

  /// The value of an object's member; nil when there is none or the value is no object. O(members).
  public func member(named name: String) -> JSONNode? {
    var name = name
    return name.withUTF8 { member(UnsafeRawBufferPointer($0)) }
  }

  /// The value of an object's member; nil when there is none or the value is no object. O(members).
  @inlinable
  public func member(_ name: UnsafeRawBufferPointer) -> JSONNode? {
    for (key, value) in members where key.hasSameBytes(as: name) { return value }
    return nil
  }
}

/// The members of an object: names as unescaped UTF-8, and values.
public struct JSONMembers: Sequence, IteratorProtocol, BitwiseCopyable {
  @usableFromInline let words: UnsafePointer<UInt64>
  @usableFromInline let strings: UnsafePointer<UInt8>
  @usableFromInline var index: Int
  @usableFromInline let end: Int

  @inlinable
  init(words: UnsafePointer<UInt64>, strings: UnsafePointer<UInt8>, index: Int, end: Int) {
    self.words = words
    self.strings = strings
    self.index = index
    self.end = end
  }

  /// The next member.
  @inlinable
  public mutating func next() -> (key: UnsafeRawBufferPointer, value: JSONNode)? {
    guard index < end else { return nil }
    let key = JSONNode(words: words, strings: strings, index: index).uncheckedString
    let value = JSONNode(words: words, strings: strings, index: index + 1)
    index = value.endIndex
    return (key, value)
  }
}

/// The elements of an array.
public struct JSONElements: Sequence, IteratorProtocol, BitwiseCopyable {
  @usableFromInline let words: UnsafePointer<UInt64>
  @usableFromInline let strings: UnsafePointer<UInt8>
  @usableFromInline var index: Int
  @usableFromInline let end: Int

  @inlinable
  init(words: UnsafePointer<UInt64>, strings: UnsafePointer<UInt8>, index: Int, end: Int) {
    self.words = words
    self.strings = strings
    self.index = index
    self.end = end
  }

  /// The next element.
  @inlinable
  public mutating func next() -> JSONNode? {
    guard index < end else { return nil }
    let value = JSONNode(words: words, strings: strings, index: index)
    index = value.endIndex
    return value
  }
}
