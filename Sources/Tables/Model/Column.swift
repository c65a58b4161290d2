/// The declaration of one column: what its cells hold and in which unit.
public struct Column: Sendable, Equatable {
  /// What the cells of a column hold. The raw value is the `type` that JSON output names.
  public enum Kind: String, Sendable {
    /// Text, the only kind that is aligned left and may be shortened to fit a terminal.
    case text
    /// Whole numbers.
    case integer
    /// Fractional numbers.
    case number
    /// Lengths of time, in seconds.
    case duration
    /// Moments, in microseconds since 1970 UTC.
    case timestamp
    /// Parts of a whole, from 0 to 1.
    case share
  }

  /// The column's name: the key in JSON, the header elsewhere. Unique within its table.
  public var name: String
  /// What the cells hold.
  public var type: Kind
  /// The unit of an integer or a number, such as `items/week`. Durations are in seconds with or without one.
  public var unit: String?
  /// One sentence that says what the column means.
  public var description: String?

  /// Declares a column.
  public init(name: String, type: Kind, unit: String? = nil, description: String? = nil) {
    self.name = name
    self.type = type
    self.unit = unit
    self.description = description
  }
}

extension Column {
  /// The header a person reads: the name, with the unit where the cells do not show it themselves.
  var heading: String {
    guard let unit, unit != name, type == .integer || type == .number else { return name }
    return "\(name) (\(unit))"
  }
}

extension Column {
  /// The unit of the cells as exports keep them; nil for text and plain numbers.
  var storedUnit: String? {
    switch type {
    case .text: nil
    case .duration: "s"
    case .timestamp: "µs since 1970-01-01T00:00:00Z"
    case .share: "1"
    case .integer, .number: unit
    }
  }
}
