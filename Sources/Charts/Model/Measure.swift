import Tables

/// How the values of some columns of one kind are drawn along one axis: in which unit, and under which title.
struct Measure {
  /// Kinds of numbers that can share an axis.
  enum Kind: Equatable {
    case number
    case duration
    case share
    case moment
    case text
  }

  let kind: Kind
  /// What stands in brackets behind a title; nil for plain numbers.
  let unit: String?
  private let divisor: Double

  /// Finds the unit in which the largest value reads well.
  init(_ columns: [Column], values: some Sequence<Value>) {
    let kind = columns.first.map(Self.kind(of:)) ?? .number
    self.kind = kind
    guard kind == .duration else {
      divisor = 1
      // A unit of more than one column is only said when it is that of all.
      let units = Set(columns.map { $0.unit ?? "" })
      unit = kind == .number && units.count == 1 ? columns.first?.unit : nil
      return
    }
    var largest = 0.0
    for value in values { largest = max(largest, Self.plain(value)?.magnitude ?? 0) }
    (unit, divisor) = Self.durationUnit(largest: largest)
  }

  /// The unit for lengths of time up to `largest` seconds: the number in front of it stays small, but not below about two.
  static func durationUnit(largest: Double) -> (String, Double) {
    if largest >= 2 * 86_400 { return ("days", 86_400) }
    if largest >= 2 * 3600 { return ("hours", 3600) }
    if largest >= 120 { return ("minutes", 60) }
    return ("seconds", 1)
  }

  static func kind(of column: Column) -> Kind {
    switch column.type {
    case .integer, .number: .number
    case .duration: .duration
    case .share: .share
    case .timestamp: .moment
    case .text: .text
    }
  }

  /// The number of a cell in its own unit; nil for what is none.
  static func plain(_ value: Value) -> Double? {
    switch value {
    case .integer(let integer): Double(integer)
    case .number(let number), .duration(let number), .share(let number): number.isFinite ? number : nil
    case .timestamp(let micros): Double(micros)
    case .null, .text: nil
    }
  }

  /// The number of a cell in the axis's unit, to six decimals.
  func number(_ value: Value) -> Double? {
    guard let plain = Self.plain(value) else { return nil }
    return number(plain)
  }

  /// A number, such as seconds, in the axis's unit.
  func number(_ plain: Double) -> Double {
    let scaled = plain / divisor
    guard scaled.magnitude < 1e9 else { return scaled }
    return (scaled * 1e6).rounded() / 1e6
  }

  /// A cell as data: null leaves a gap.
  func json(_ value: Value) -> JSON {
    switch value {
    case .text(let text) where kind == .text: .string(Names.clean(text))
    case .timestamp where kind == .moment: .string(Names.text(value))
    default: kind == .text ? .string(Names.text(value)) : number(value).map(JSON.number) ?? .null
    }
  }

  /// A column's title with the unit.
  func title(_ name: String) -> String {
    let words = Names.words(name)
    guard let unit else { return words }
    return words.isEmpty ? unit : "\(words) (\(unit))"
  }

  /// How numbers stand along the axis.
  var format: JSON? {
    switch kind {
    case .share: ".0%"
    case .number, .duration: nil
    case .moment, .text: nil
    }
  }

  /// Vega-Lite's name of the kind.
  var type: JSON {
    switch kind {
    case .moment: "temporal"
    case .text: "ordinal"
    default: "quantitative"
    }
  }
}

/// Names as they stand in pictures.
enum Names {
  /// A column's name as words: `cycleP85` is `cycle p85`.
  static func words(_ name: String) -> String {
    var words = ""
    var wasLower = false
    for character in name {
      if character.isUppercase, wasLower { words += " " + character.lowercased() } else { words.append(character) }
      wasLower = character.isLowercase || character.isNumber
    }
    return words
  }

  /// A name on one line, without what could move or reorder the text around it.
  static func clean(_ text: String) -> String { ScreenText.safeForTerminal(text) }

  /// A cell as the name of something: moments in full, nothing as a dash.
  static func text(_ value: Value) -> String {
    switch value {
    case .timestamp:
      var bytes: [UInt8] = []
      JSONText.append(value, to: &bytes)
      return String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self)
    case .text(let text): return clean(text)
    default: return ScreenText.of(value)
    }
  }
}
