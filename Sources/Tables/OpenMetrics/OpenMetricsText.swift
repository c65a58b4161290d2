/// The small forms of OpenMetrics 1.0: names of units, escapes and numbers.
enum OpenMetricsText {
  /// The unit that ends a column's family name, or nil for a plain number: `seconds`, `ratio`, `defects_per_item`.
  static func unit(of column: Column) -> String? {
    switch column.type {
    case .text: return nil
    case .duration, .timestamp: return "seconds"
    case .share: return "ratio"
    case .integer, .number:
      guard let unit = column.unit, !unit.isEmpty else { return nil }
      if unit == "1" { return "ratio" }
      let spoken = unit.replacing("/", with: " per ").replacing("%", with: " percent ")
      return SnakeCase.of(spoken)
    }
  }

  /// Appends `text` with backslash, quote and line feed escaped, as help texts and label values are.
  static func appendEscaped(_ text: String, to bytes: inout [UInt8]) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): bytes.append(contentsOf: #"\\"#.utf8)
      case UInt8(ascii: "\""): bytes.append(contentsOf: #"\""#.utf8)
      case 0x0A: bytes.append(contentsOf: #"\n"#.utf8)
      default: bytes.append(byte)
      }
    }
  }

  /// A bucket's bound in the one form that all exposers write, so that series keep their identity: `3600.0`,
  /// `1.2096e+06`, `+Inf` (OpenMetrics 1.0, "Canonical Numbers": Go's shortest form, with `.0` after whole numbers).
  static func bound(_ number: Double) -> String {
    if number == .infinity { return "+Inf" }
    let text = number.description
    // Swift goes over to exponents at 1e16, Go at 1e6 … 1e21 depending on the digits; the standard takes 1e6.
    guard number >= 1e6, let point = text.firstIndex(of: "."), !text.contains("e") else { return text }
    let whole = text[..<point]
    var digits = String(whole.dropFirst()) + text[text.index(after: point)...]
    while digits.last == "0" { digits.removeLast() }
    let exponent = whole.count - 1
    return "\(whole.prefix(1))\(digits.isEmpty ? "" : ".")\(digits)e+\(exponent < 10 ? "0" : "")\(exponent)"
  }
}
