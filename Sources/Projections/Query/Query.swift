/// A bound on what the ledger knew.
public enum KnownAt: Sendable, Equatable {
  /// Everything up to a position.
  case position(UInt64)
  /// Everything recorded up to an instant, in microseconds since 1970.
  case time(Int64)
}

/// A stretch of the calendar that figures are counted by.
public enum Period: String, CaseIterable, Sendable {
  /// One hour.
  case hour
  /// One day.
  case day
  /// A week from Monday (ISO 8601).
  case week
  /// A month.
  case month
  /// Three months from January, April, July or October.
  case quarter
}

/// What rows of an answer can be split by, besides periods.
public enum Grouping: Sendable, Hashable {
  /// The value stream.
  case stream
  /// An attribute of the item: its kind, team, service or class.
  case attribute(ItemAttribute)
  /// The value of a label.
  case label(String)
  /// The stage: where an item is, where a defect was found, where a delivered item was last.
  case stage
  /// The stage where a defect was made.
  case origin
  /// How bad a defect is.
  case severity
  /// Each item by itself.
  case item
  /// A word that a projection says more about: the reason of a block, an actor, the outcome of a check, the step of a journey …
  case word(String)

  /// The name of the column, and of the option's value.
  public var name: String {
    switch self {
    case .stream: "stream"
    case .attribute(let attribute): attribute.name
    case .label(let key): "label:\(key)"
    case .stage: "stage"
    case .origin: "origin"
    case .severity: "severity"
    case .item: "item"
    case .word(let name): name
    }
  }

  /// Reads `stream`, `kind`, `team`, `service`, `class`, `label:KEY`, `stage`, `origin`, `severity` or `item`.
  public init?(_ name: String) {
    if name.hasPrefix("label:"), name.count > 6 {
      self = .label(String(name.dropFirst(6)))
      return
    }
    if let attribute = ItemAttribute.allCases.first(where: { $0.name == name }) {
      self = .attribute(attribute)
      return
    }
    switch name {
    case "stream": self = .stream
    case "stage": self = .stage
    case "origin": self = .origin
    case "severity": self = .severity
    case "item": self = .item
    default:
      guard Self.words.contains(name) else { return nil }
      self = .word(name)
    }
  }

  /// The words that some projection can be split by.
  public static let words = [
    "reason", "actor", "outcome", "check", "environment", "scale", "step", "unit", "relation", "measure",
  ]
}

/// An attribute that every item may have.
public enum ItemAttribute: UInt8, CaseIterable, Sendable {
  /// What kind of work it is.
  case kind = 1
  /// Whose work it is.
  case team = 2
  /// The service that it changes.
  case service = 3
  /// Its class of service.
  case serviceClass = 4

  /// The name in options and columns.
  public var name: String {
    switch self {
    case .kind: "kind"
    case .team: "team"
    case .service: "service"
    case .serviceClass: "class"
    }
  }
}

/// Which items a question is about. Values of one attribute are alternatives; different attributes must all match. Empty: everything.
public struct Filter: Sendable, Equatable {
  /// Names of value streams.
  public var streams: [String] = []
  /// Values of attributes.
  public var attributes: [ItemAttribute: [String]] = [:]
  /// Values of labels, by key.
  public var labels: [String: [String]] = [:]
  /// Names of stages.
  public var stages: [String] = []
  /// Ids of items.
  public var items: [String] = []

  /// Everything.
  public init() {}
}

/// A question to a projection: which part of the ledger's knowledge, of the world's time and of the items, and how to split the answer.
public struct Query: Sendable {
  /// What the ledger knew; nil: all that it knows.
  public var knownAt: KnownAt?
  /// What the world looked like, in microseconds since 1970; nil: the recorded time at `knownAt`, or now.
  public var atMicros: Int64?
  /// The present, from the caller's clock.
  public var nowMicros: Int64
  /// Count only what happened at or after this instant.
  public var fromMicros: Int64?
  /// Count only what happened before this instant.
  public var toMicros: Int64?
  /// Which items.
  public var filter = Filter()
  /// What to split rows by.
  public var groupings: [Grouping] = []
  /// The calendar periods to split rows by.
  public var period: Period?
  /// IANA name of the time zone for periods; nil: that of the one stream asked for, else UTC.
  public var timeZone: String?
  /// Options of the projection, by name; see ``Projection/options``.
  public var options: [String: String] = [:]
  /// Whether to measure durations in the working hours of each stream's calendar.
  public var workingTime = false
  /// The policy to ask under; nil: the one in force in the cut.
  public var policy: Policy?
  /// Whether the answer must say what each figure is made of.
  public var explains = false

  /// A question about everything, as of now.
  public init(nowMicros: Int64) { self.nowMicros = nowMicros }
}

/// A question that cannot be answered as it was put.
public struct QueryError: Error, CustomStringConvertible, Sendable {
  /// What is wrong and what to do.
  public var description: String
  /// Makes an error.
  public init(_ description: String) { self.description = description }
}

/// The two-dimensional cut of a question, resolved: postings up to a row, effective up to an instant.
public struct Cut: Sendable, Equatable {
  /// The last position that counts.
  public var position: UInt64
  /// The last instant that counts.
  public var atMicros: Int64
}
