/// The answer to one question asked of a ledger: a table, and what is needed to ask again and get the same.
public struct Answer: Sendable {
  /// The name of what was asked, such as `cycle-time`.
  public var metric: String
  /// What was asked with, in the order it should be shown. The names are unique.
  ///
  /// The terminal shows `knownAt` and `at` in the last line, next to the position.
  public var parameters: [(name: String, value: String)]
  /// How many events of the log the answer takes into account.
  public var position: UInt64
  /// The Merkle root of the log at ``position``, in hexadecimal.
  public var root: String
  /// What a reader must know to read the table correctly, one sentence each.
  public var notes: [String]
  /// The answer itself.
  public var table: Table
  /// Further tables that belong to the answer, each with a title of its own.
  public var more: [Table]
  /// The distribution behind the table, where there is one.
  public var histogram: Histogram?
  /// What each row of the table is made of, when the question asked for it.
  public var explanation: Explanation?

  /// Makes an answer.
  public init(
    metric: String,
    parameters: [(name: String, value: String)],
    position: UInt64,
    root: String,
    notes: [String],
    table: Table,
    more: [Table] = [],
    histogram: Histogram? = nil,
    explanation: Explanation? = nil
  ) {
    self.metric = metric
    self.parameters = parameters
    self.position = position
    self.root = root
    self.notes = notes
    self.table = table
    self.more = more
    self.histogram = histogram
    self.explanation = explanation
  }
}
