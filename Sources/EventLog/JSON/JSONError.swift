import CSimdjson

/// Why some bytes are not a JSON document that the ledger accepts.
public struct JSONError: Error, Equatable, Sendable {
  /// The kinds of failure.
  public enum What: UInt8, Sendable {
    /// The text breaks the grammar of JSON (RFC 8259): unclosed, truncated, several values, a stray character.
    case malformed
    /// The bytes are not UTF-8.
    case invalidUTF8
    /// Arrays and objects nest deeper than the parser's limit.
    case tooDeep
    /// A number has a form that JSON does not know, or fits neither 64 bits nor a finite Double.
    case number
    /// The document is longer than the parser's limit.
    case tooLarge
    /// There is no value at all.
    case empty
    /// There is not enough memory for the parser.
    case outOfMemory
  }

  /// What is wrong.
  public var what: What
  /// The byte where it goes wrong, from 0, where that is known.
  public var offset: Int?
  /// What is wrong in words, e.g. "expected ':' after the name of a member".
  public var message: String

  /// Makes an error.
  public init(_ what: What, offset: Int? = nil, message: String) {
    self.what = what
    self.offset = offset
    self.message = message
  }
}

extension JSONError: CustomStringConvertible {
  /// The message and, where known, the byte.
  public var description: String {
    guard let offset else { return message }
    return "\(message) (at byte \(offset + 1))"
  }
}

extension JSONError.What {
  /// The kind that belongs to a code of the C shim.
  init(code: Int32) {
    switch Int(code) {
    case VSL_JSON_INVALID_UTF8: self = .invalidUTF8
    case VSL_JSON_TOO_DEEP: self = .tooDeep
    case VSL_JSON_NUMBER: self = .number
    case VSL_JSON_TOO_LARGE: self = .tooLarge
    case VSL_JSON_EMPTY: self = .empty
    case VSL_JSON_NO_MEMORY: self = .outOfMemory
    default: self = .malformed
    }
  }
}
