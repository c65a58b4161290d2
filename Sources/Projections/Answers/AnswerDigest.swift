import Crypto
import Tables

extension Answer {
  /// SHA-256, in hexadecimal, of the answer without its parameters, position and root: of its columns and cells. Two answers with equal
  /// digests say the same, wherever and whenever they were computed.
  public var digest: String {
    var text = metric + "\n"
    for table in [table] + more {
      for column in table.columns { text += "\(column.name)\t\(column.type.rawValue)\t\(column.unit ?? "")\n" }
      for row in table.rows { text += row.map(Self.canonical).joined(separator: "\t") + "\n" }
    }
    return SHA256.hash(data: Array(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func canonical(_ value: Value) -> String {
    switch value {
    case .null: "-"
    case .text(let text):
      "t" + text.replacing("\\", with: "\\\\").replacing("\t", with: "\\t").replacing("\n", with: "\\n")
    case .integer(let number): "i\(number)"
    case .number(let number): "n\(number)"
    case .duration(let seconds): "d\(seconds)"
    case .timestamp(let micros): "m\(micros)"
    case .share(let share): "s\(share)"
    }
  }

  /// The number in a row and column.
  ///
  /// - Parameters:
  ///   - figure: the column's name.
  ///   - row: the texts of the row's leading cells, joined by ` · `; nil when the answer has one row.
  public func figure(_ figure: String, row: String?) throws -> Double? {
    guard let column = table.columns.firstIndex(where: { $0.name == figure && $0.type != .text }) else {
      let known = table.columns.filter { $0.type != .text }.map(\.name)
      throw QueryError(Suggestion.unknown("figure of \(metric)", figure, known: known))
    }
    let keys = table.rows.map { cells in
      zip(table.columns, cells).compactMap { column, value -> String? in
        guard column.type == .text, column.name != "complete" else { return nil }
        if case .text(let text) = value { return text }
        return ""
      }.joined(separator: " · ")
    }
    let place: Int?
    if let row { place = keys.firstIndex(of: row) } else { place = table.rows.count == 1 ? 0 : nil }
    guard let place else {
      let shown = keys.prefix(12).map { "\"\($0)\"" }.joined(separator: ", ")
      throw QueryError(
        row == nil
          ? "The answer has \(table.rows.count) rows. Say which one: \(shown.isEmpty ? "there is none" : shown)."
          : Suggestion.unknown("row of \(metric)", row ?? "", known: keys))
    }
    return column < table.rows[place].count ? AnswerDifference.number(table.rows[place][column]) : nil
  }
}
