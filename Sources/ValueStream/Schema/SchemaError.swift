/// A schema file that the program cannot use: a keyword it does not know, a reference to nothing, a contradiction.
///
/// Never silently ignored: a keyword that the validator does not check would let events through that others refuse.
public struct SchemaError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The schema's `$id`, or the file's name while that is unknown.
  public var schema: String
  /// What is wrong.
  public var message: String

  /// The schema and what is wrong with it.
  public var description: String { "\(schema): \(message)" }

  /// Makes an error.
  public init(schema: String, message: String) {
    self.schema = schema
    self.message = message
  }
}
