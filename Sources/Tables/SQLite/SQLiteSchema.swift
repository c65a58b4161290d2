/// The table that one answer becomes, and the view on it for people.
struct SQLiteSchema {
  let table: String
  let view: String
  /// The names of the columns, in the order of the answer's.
  let columns: [String]
  private let declared: [Column]
  private let key: [String]

  /// Names the table after the metric and the columns after the answer's.
  init(_ answer: Answer, names: inout UniqueNames) throws(TableError) {
    guard !answer.table.columns.isEmpty else { throw .noColumns(table: answer.table.title) }
    let name = SnakeCase.of(answer.metric)
    // SQLite keeps names that begin with this to itself.
    table = names.take(name.hasPrefix("sqlite_") ? "metric_\(name)" : name)
    view = names.take(table, suffix: "_readable")
    declared = answer.table.columns
    var columnNames = UniqueNames()
    columns = declared.map { column in
      var base = SnakeCase.of(column.name)
      let suffix = Self.suffix(of: column.type)
      if base.hasSuffix(suffix) { base.removeLast(suffix.count) }
      return columnNames.take(base, suffix: suffix)
    }
    key = try Self.hasKey(answer.table) ? Array(columns[..<Self.leadingTexts(answer.table)]) : []
  }

  /// SQL that makes the table.
  var createTable: String {
    var lines = zip(columns, declared).map { "\(SQLiteName.quoted($0)) \(Self.type(of: $1.type))" }
    if !key.isEmpty { lines.append("PRIMARY KEY (\(key.map(SQLiteName.quoted).joined(separator: ", ")))") }
    return "CREATE TABLE \(SQLiteName.quoted(table)) (\n  \(lines.joined(separator: ",\n  "))\n) STRICT"
  }

  /// SQL that makes the view: durations in days and in hours, moments as text, shares in percent.
  var createView: String {
    var names = UniqueNames()
    var lines: [String] = []
    for (name, column) in zip(columns, declared) {
      let quoted = SQLiteName.quoted(name)
      let base = name.dropLast(Self.suffix(of: column.type).count)
      func add(_ expression: String, _ base: some StringProtocol, _ suffix: String) {
        lines.append("\(expression) AS \(SQLiteName.quoted(names.take(String(base), suffix: suffix)))")
      }
      switch column.type {
      case .text, .integer, .number: add(quoted, base, "")
      case .share: add("round(\(quoted) * 100, 2)", base, "_percent")
      case .duration:
        add("round(\(quoted) / 86400, 2)", base, "_days")
        add("round(\(quoted) / 3600, 2)", base, "_hours")
      case .timestamp:
        add("strftime('%Y-%m-%dT%H:%M:%fZ', \(quoted) / 1000000.0, 'unixepoch')", base, "")
      }
    }
    return "CREATE VIEW \(SQLiteName.quoted(view)) AS SELECT\n  \(lines.joined(separator: ",\n  "))\n"
      + "FROM \(SQLiteName.quoted(table))"
  }

  /// The type that a STRICT table checks.
  static func type(of kind: Column.Kind) -> String {
    switch kind {
    case .text: "TEXT"
    case .integer, .timestamp: "INTEGER"
    case .number, .duration, .share: "REAL"
    }
  }

  private static func suffix(of kind: Column.Kind) -> String {
    switch kind {
    case .duration: "_seconds"
    case .timestamp: "_micros"
    case .text, .integer, .number, .share: ""
    }
  }

  private static func leadingTexts(_ table: Table) -> Int { table.columns.prefix { $0.type == .text }.count }

  /// Whether the text columns at the beginning tell all rows apart, without nulls.
  private static func hasKey(_ table: Table) throws(TableError) -> Bool {
    let count = leadingTexts(table)
    guard count > 0 else { return false }
    var met: Set<[String]> = []
    for row in table.rows.indices {
      var texts: [String] = []
      for column in 0..<count {
        guard case .text(let text) = try table.storedCell(row: row, column: column) else { return false }
        texts.append(text)
      }
      // Swift takes é and e with an accent for the same, SQLite does not: then there is no key, which is never wrong.
      guard met.insert(texts).inserted else { return false }
    }
    return true
  }
}
