/// Writes any number of answers into one SQLite database.
///
/// ```swift
/// let writer = try SQLiteWriter(path: "metrics.db", command: "vsl export --format sqlite -o metrics.db")
/// for (answer, definition) in answers { try writer.add(answer, definition: definition) }
/// try writer.finish()
/// ```
///
/// The database is written to the path with `.new` and put in its place by ``finish()``: until then, and on any failure,
/// what was there stays. A writer that goes away before removes what it has written. For one thread at a time.
///
/// Names are in snake_case. What is in the database:
///
/// | table or view | rows |
/// |---|---|
/// | `<metric>` | the rows of an answer: durations in `…_seconds` (REAL), moments in `…_micros` since 1970 UTC (INTEGER) |
/// | `<metric>_readable` | the same for people: `…_days` and `…_hours`, moments as text in UTC, `…_percent` |
/// | `<metric>_histogram` | `part` (the row's leading cells, when the answer is split), `from_seconds`, `to_seconds` (null for an open range), `count` |
/// | `definitions` | each column with its type, unit and description, and the definition of its metric |
/// | `parameters` | what each answer was asked with |
/// | `notes` | what a reader must know, a sentence a row |
/// | `omitted` | the metrics that could not be asked as the others, and why |
/// | `ledger` | for each answer the position and the root of the log, and the command that wrote it |
///
/// Tables are STRICT. The text columns that a table begins with are its primary key where they tell the rows apart and none
/// is null. A metric that is added twice gets a second table, `<metric>_2`.
public final class SQLiteWriter {
  private static let fixedTables = """
    CREATE TABLE ledger (
      table_name TEXT PRIMARY KEY, metric TEXT NOT NULL, title TEXT NOT NULL, position INTEGER NOT NULL,
      root TEXT NOT NULL, command TEXT NOT NULL
    ) STRICT;
    CREATE TABLE definitions (
      table_name TEXT, column_name TEXT, type TEXT NOT NULL, unit TEXT, description TEXT, definition TEXT NOT NULL,
      PRIMARY KEY (table_name, column_name)
    ) STRICT;
    CREATE TABLE parameters (
      table_name TEXT, name TEXT, value TEXT NOT NULL, PRIMARY KEY (table_name, name)
    ) STRICT;
    CREATE TABLE notes (
      table_name TEXT, number INTEGER, note TEXT NOT NULL, PRIMARY KEY (table_name, number)
    ) STRICT;
    CREATE TABLE omitted (metric TEXT PRIMARY KEY, reason TEXT NOT NULL) STRICT;
    """

  private let path: String
  private let command: String
  private let file: ReplacementFile
  private let database: SQLiteDatabase
  private var names = UniqueNames(reserved: ["ledger", "definitions", "parameters", "notes", "omitted"])
  private var isFinished = false

  /// Begins the database.
  ///
  /// - Parameter command: What the `ledger` table says that the database was made with.
  public init(path: String, command: String = "") throws(SQLiteError) {
    self.path = path
    self.command = command
    file = try ReplacementFile(path: path)
    database = try SQLiteDatabase(file: file.temporaryPath, path: path)
    // A half-written file is never used: what makes one durable step by step would only cost time.
    try database.run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN", "preparing the database")
    try database.run(Self.fixedTables, "creating the tables")
  }

  deinit { abandon() }

  /// Adds an answer. Linear in its cells.
  ///
  /// On failure the database is given up: nothing can be added to it, and ``finish()`` fails.
  ///
  /// - Parameter definition: What the numbers of the metric mean.
  public func add(_ answer: Answer, definition: String) throws(SQLiteError) {
    try unlessFinished("adding \(answer.metric)") { () throws(SQLiteError) in
      let schema: SQLiteSchema
      do throws(TableError) {
        schema = try SQLiteSchema(answer, names: &names)
      } catch {
        throw SQLiteError(.table(error), operation: "adding \(answer.metric)", path: path)
      }
      try database.run(schema.createTable, "creating \(schema.table)")
      try insert(answer, as: schema)
      try database.run(schema.createView, "creating \(schema.view)")
      try describe(answer, as: schema, definition)
      if let histogram = answer.histogram, !histogram.parts.isEmpty { try add(histogram, of: schema) }
    }
  }

  /// Says that there is no answer of a metric, and why. On failure the database is given up, as by ``add(_:definition:)``.
  public func add(omitted metric: String, because reason: String) throws(SQLiteError) {
    try unlessFinished("noting that \(metric) is omitted") { () throws(SQLiteError) in
      try database.insert(into: "omitted", count: 2) { insert throws(SQLiteError) in
        try insert([.text(metric), .text(reason)])
      }
    }
  }

  /// Completes the database and puts it in its place.
  ///
  /// On failure what was there before stays there.
  public func finish() throws(SQLiteError) {
    try unlessFinished("finishing") { () throws(SQLiteError) in
      try database.run("COMMIT", "completing the database")
      database.close()
      try file.replace()
      isFinished = true
    }
  }

  private func unlessFinished(
    _ operation: String, _ body: () throws(SQLiteError) -> Void
  ) throws(SQLiteError) {
    guard !isFinished else { throw SQLiteError(.finished, operation: operation, path: path) }
    do {
      try body()
    } catch {
      abandon()
      throw error
    }
  }

  private func abandon() {
    isFinished = true
    database.close()
    file.abandon()
  }

  private func insert(_ answer: Answer, as schema: SQLiteSchema) throws(SQLiteError) {
    let table = answer.table
    try database.insert(into: schema.table, count: table.columns.count) { insert throws(SQLiteError) in
      var cells: [StoredCell] = []
      for row in table.rows.indices {
        cells.removeAll(keepingCapacity: true)
        for column in table.columns.indices {
          do throws(TableError) {
            cells.append(try table.storedCell(row: row, column: column))
          } catch {
            throw SQLiteError(.table(error), operation: "adding \(answer.metric)", path: path)
          }
        }
        try insert(cells)
      }
    }
  }

  private func describe(_ answer: Answer, as schema: SQLiteSchema, _ definition: String) throws(SQLiteError) {
    let table = StoredCell.text(schema.table)
    try database.insert(into: "ledger", count: 6) { insert throws(SQLiteError) in
      try insert([
        table, .text(answer.metric), .text(answer.table.title), .integer(Int64(clamping: answer.position)),
        .text(answer.root), .text(command),
      ])
    }
    try database.insert(into: "definitions", count: 6) { insert throws(SQLiteError) in
      for (name, column) in zip(schema.columns, answer.table.columns) {
        try insert([
          table, .text(name), .text(column.type.rawValue), column.storedUnit.map(StoredCell.text) ?? .null,
          column.description.map(StoredCell.text) ?? .null, .text(definition),
        ])
      }
    }
    try database.insert(into: "parameters", count: 3) { insert throws(SQLiteError) in
      for parameter in answer.parameters { try insert([table, .text(parameter.name), .text(parameter.value)]) }
    }
    try database.insert(into: "notes", count: 3) { insert throws(SQLiteError) in
      for (index, note) in answer.notes.enumerated() { try insert([table, .integer(Int64(index + 1)), .text(note)]) }
    }
  }

  private func add(_ histogram: Histogram, of schema: SQLiteSchema) throws(SQLiteError) {
    let name = names.take(schema.table, suffix: "_histogram")
    let isSplit = histogram.buckets.isEmpty
    try database.run(
      """
      CREATE TABLE \(SQLiteName.quoted(name)) (
        \(isSplit ? "part TEXT NOT NULL, from_seconds REAL" : "from_seconds REAL PRIMARY KEY"),
        to_seconds REAL, count INTEGER NOT NULL\(isSplit ? ", PRIMARY KEY (part, from_seconds)" : "")
      ) STRICT
      """, "creating \(name)")
    try database.insert(into: name, count: isSplit ? 4 : 3) { insert throws(SQLiteError) in
      for part in histogram.parts {
        let key = isSplit ? [StoredCell.text(part.key.map(Self.text).joined(separator: " · "))] : []
        for bucket in part.buckets {
          try insert(
            key + [
              .real(bucket.from), bucket.to == .infinity ? .null : .real(bucket.to), .integer(Int64(bucket.count)),
            ])
        }
      }
    }
  }

  private static func text(_ value: Value) -> String { if case .text(let text) = value { text } else { "" } }
}
