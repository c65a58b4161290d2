import EventLog

/// A schema compiled into flat tables that a validator walks without allocating.
///
/// `@unchecked Sendable`: the tables are written in the initialiser and only read afterwards.
final class CompiledSchema: @unchecked Sendable {
  /// What one rule demands of a value. Which checks apply is in `checks`, so that most are one test of a bit.
  struct Node: BitwiseCopyable {
    var types: SchemaTypes
    var checks: Checks = []
    /// Where the value is noted among the findings; 0 for nowhere.
    var slot: UInt8 = 0
    var minLength: Int32 = 0
    var maxLength: Int32 = .max
    var minCount: Int32 = 0
    var maxCount: Int32 = .max
    var minProperties: Int32 = 0
    var maxProperties: Int32 = .max
    var minimum = -Double.infinity
    var maximum = Double.infinity
    /// The bits of the members that must be there.
    var required: UInt64 = 0
    var members = Span.none
    var texts = Span.none
    var patterns: UInt8 = 0
    /// Patterns that a text must not match.
    var forbidden: UInt8 = 0
    var formats: UInt8 = 0
    var items: Int32 = -1
    var additional: Int32 = -1
    var propertyNames: Int32 = -1
    var conditions = Span.none
    var nots = Span.none
    var also = Span.none
  }

  /// The kinds of checks that a node has beyond the type.
  struct Checks: OptionSet, BitwiseCopyable {
    let rawValue: UInt8
    static let length = Checks(rawValue: 1)
    static let texts = Checks(rawValue: 2)
    static let patterns = Checks(rawValue: 4)
    static let range = Checks(rawValue: 8)
    static let object = Checks(rawValue: 16)
    static let array = Checks(rawValue: 32)
    static let logic = Checks(rawValue: 64)
    static let string: Checks = [.length, .texts, .patterns]
  }

  /// A run of entries in one of the tables.
  struct Span: BitwiseCopyable {
    var start: Int32
    var count: Int32
    static let none = Span(start: 0, count: 0)
    var range: Range<Int> { Int(start)..<Int(start + count) }
  }

  /// A member that a node knows: its name's length and first eight bytes, for a quick comparison, and the rest of the bytes.
  struct Member: BitwiseCopyable {
    var head: UInt64
    var name: Span
    /// The rule for its value; -1 when there is none.
    var node: Int32
  }

  /// `if`, `then`, `else`; -1 for what is absent.
  struct Condition: BitwiseCopyable {
    var test: Int32
    var then: Int32
    var otherwise: Int32
  }

  /// The schema's `$id`.
  let id: String
  let nodes: UnsafeMutableBufferPointer<Node>
  let members: UnsafeMutableBufferPointer<Member>
  let texts: UnsafeMutableBufferPointer<Span>
  let conditions: UnsafeMutableBufferPointer<Condition>
  let links: UnsafeMutableBufferPointer<Int32>
  /// The bytes of all names and texts, with eight zero bytes behind them.
  let bytes: UnsafeMutableBufferPointer<UInt8>

  /// Compiles a rule.
  init(id: String, rule: SchemaRule) throws(SchemaError) {
    var builder = SchemaTableBuilder(schema: id)
    _ = try builder.add(rule)
    self.id = id
    nodes = Self.fixed(builder.nodes)
    members = Self.fixed(builder.members)
    texts = Self.fixed(builder.texts)
    conditions = Self.fixed(builder.conditions)
    links = Self.fixed(builder.links)
    bytes = Self.fixed(builder.bytes + [UInt8](repeating: 0, count: 8))
  }

  deinit {
    nodes.deallocate()
    members.deallocate()
    texts.deallocate()
    conditions.deallocate()
    links.deallocate()
    bytes.deallocate()
  }

  /// The bytes of a name or text.
  func bytes(_ span: Span) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[span.range]))
  }

  /// A name or text, for messages.
  func string(_ span: Span) -> String { String(decoding: bytes(span), as: UTF8.self) }

  private static func fixed<Element: BitwiseCopyable>(_ array: [Element]) -> UnsafeMutableBufferPointer<Element> {
    let buffer = UnsafeMutableBufferPointer<Element>.allocate(capacity: array.count)
    _ = buffer.initialize(from: array)
    return buffer
  }
}
