/// A value of a parsed JSON document, read straight from simdjson's tape (the format is described in simdjson's doc/tape.md).
///
/// Two pointers and an index: copying costs nothing. Valid until its parser parses again.
///
/// Safe: the tape was written by simdjson, which only gives complete documents; every index below comes from the tape itself.
public struct JSONNode {
  /// What kind of value it is.
  public enum Kind: UInt8 {
    /// `{…}`
    case object = 0x7B
    /// `[…]`
    case array = 0x5B
    /// A string.
    case string = 0x22
    /// A number that fits Int64.
    case integer = 0x6C
    /// A whole number between 2^63 and 2^64 − 1.
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

  @usableFromInline let tape: UnsafePointer<UInt64>
  @usableFromInline let strings: UnsafeRawPointer
  @usableFromInline let index: Int

  @usableFromInline
  init(tape: UnsafePointer<UInt64>, strings: UnsafeRawPointer, index: Int) {
    self.tape = tape
    self.strings = strings
    self.index = index
  }

  @inlinable var payload: Int { Int(tape[index] & 0x00FF_FFFF_FFFF_FFFF) }

  /// What kind of value it is.
  @inlinable public var kind: Kind { Kind(rawValue: UInt8(truncatingIfNeeded: tape[index] >> 56)) ?? .null }

  /// True for integers, unsigned ones and doubles.
  @inlinable public var isNumber: Bool { kind == .integer || kind == .unsigned || kind == .double }

  /// The UTF-8 bytes of a string; empty for other kinds.
  @inlinable public var stringBytes: UnsafeRawBufferPointer {
    guard kind == .string else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    let start = strings + payload
    return UnsafeRawBufferPointer(start: start + 4, count: Int(start.loadUnaligned(as: UInt32.self)))
  }

  /// A string's text; nil for other kinds.
  public var string: String? { kind == .string ? String(decoding: stringBytes, as: UTF8.self) : nil }

  /// A number as a Double; nil for other kinds.
  @inlinable public var double: Double? {
    switch kind {
    case .integer: Double(Int64(bitPattern: tape[index + 1]))
    case .unsigned: Double(tape[index + 1])
    case .double: Double(bitPattern: tape[index + 1])
    default: nil
    }
  }

  /// A whole number that fits Int64, also when it is written as 3.0; nil for others.
  @inlinable public var integer: Int64? {
    switch kind {
    case .integer: Int64(bitPattern: tape[index + 1])
    case .double: Int64(exactly: Double(bitPattern: tape[index + 1]))
    default: nil
    }
  }

  /// The number of members of an object or elements of an array; counts by hand where the tape's count is saturated.
  public var count: Int {
    guard kind == .object || kind == .array else { return 0 }
    let stated = Int(tape[index] >> 32 & 0xFF_FFFF)
    guard stated == 0xFF_FFFF else { return stated }
    var count = 0
    if kind == .object { forEachMember { _, _ in count += 1; return true } } else { forEachElement { _ in count += 1; return true } }
    return count
  }

  /// The index behind this value.
  @inlinable var end: Int {
    switch kind {
    case .object, .array: Int(tape[index] & 0xFFFF_FFFF)
    case .integer, .unsigned, .double: index + 2
    default: index + 1
    }
  }

  /// Calls `body` with each member of an object, in order, until it returns false.
  @inlinable
  public func forEachMember(_ body: (_ key: UnsafeRawBufferPointer, _ value: JSONNode) throws -> Bool) rethrows {
    guard kind == .object else { return }
    let last = end - 1
    var next = index + 1
    while next < last {
      let key = JSONNode(tape: tape, strings: strings, index: next)
      let value = JSONNode(tape: tape, strings: strings, index: next + 1)
      guard try body(key.stringBytes, value) else { return }
      next = value.end
    }
  }

  /// Calls `body` with each element of an array, in order, until it returns false.
  @inlinable
  public func forEachElement(_ body: (JSONNode) throws -> Bool) rethrows {
    guard kind == .array else { return }
    let last = end - 1
    var next = index + 1
    while next < last {
      let element = JSONNode(tape: tape, strings: strings, index: next)
      guard try body(element) else { return }
      next = element.end
    }
  }

  /// The first member of a name; nil when there is none. O(members).
  public func member(_ name: StaticString) -> JSONNode? {
    let wanted = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    var found: JSONNode?
    forEachMember { key, value in
      guard key.elementsEqual(wanted) else { return true }
      found = value
      return false
    }
    return found
  }
}
