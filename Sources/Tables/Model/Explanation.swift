/// What one figure of an answer is made of: gathered while the answer is computed, when a question asks for it.
public struct Explanation: Sendable {
  /// One thing that a figure counts.
  public struct Evidence: Sendable, Equatable {
    /// The class of the subject: item, defect, deployment …
    public var subjectClass: String
    /// Its id.
    public var subject: String
    /// The position of the event that caused the posting: when the ledger learned it.
    public var position: UInt64
    /// When it counts from.
    public var effectiveMicros: Int64
    /// What it adds: a duration in seconds, or a number; nil when it counts as one.
    public var amount: Double?
    /// How it came to count, where that is not plain: the rule that joined two things.
    public var note: String?

    /// States evidence.
    public init(
      subjectClass: String, subject: String, position: UInt64, effectiveMicros: Int64, amount: Double? = nil,
      note: String? = nil
    ) {
      self.subjectClass = subjectClass
      self.subject = subject
      self.position = position
      self.effectiveMicros = effectiveMicros
      self.amount = amount
      self.note = note
    }
  }

  /// One row of the answer, by the values of its period and group columns.
  public struct Row: Sendable, Equatable {
    /// The values of the period and group columns, empty where there is none.
    public var key: [String]
    /// What it counts, in the order of the log.
    public var evidence: [Evidence]

    /// Explains a row.
    public init(key: [String], evidence: [Evidence]) {
      self.key = key
      self.evidence = evidence
    }
  }

  /// Rows in the order of the answer.
  public var rows: [Row] = []
  /// What was left out, by reason.
  public var excluded: [(reason: String, evidence: [Evidence])] = []

  /// Nothing.
  public init() {}
}
