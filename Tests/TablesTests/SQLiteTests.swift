import CSQLite
import Foundation
import TestSupport
import Testing

@testable import Tables

@Suite struct `SQLite databases` {
  private let folder: TemporaryFolder
  private var path: String { folder.file("m.db") }

  init() throws { folder = try TemporaryFolder() }

  private func items(rows: [[Value]] = everyKind.rows) -> Answer {
    var answer = cycleTime(notes: ["Ünlike 'this'.", "Second."])
    answer.metric = "stage-items"
    answer.table = everyKind
    answer.table.columns[3].description = "How old."
    answer.table.rows = rows
    answer.histogram = nil
    return answer
  }

  private func write(_ answers: Answer..., command: String = "vsl export") throws {
    let writer = try SQLiteWriter(path: path, command: command)
    for answer in answers { try writer.add(answer, definition: "About \(answer.metric).") }
    try writer.finish()
  }

  /// Every row of a query, read with the library itself; whole numbers in REAL columns read as integers.
  private func rows(_ sql: String) throws -> [[JSONCell]] {
    var database: OpaquePointer?
    try #require(sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, nil) == SQLITE_OK)
    defer { sqlite3_close(database) }
    var statement: OpaquePointer?
    try #require(
      sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK,
      "\(String(cString: sqlite3_errmsg(database)))")
    defer { sqlite3_finalize(statement) }
    var rows: [[JSONCell]] = []
    while sqlite3_step(statement) == SQLITE_ROW {
      rows.append((0..<sqlite3_column_count(statement)).map { cell(of: statement, at: $0) })
    }
    return rows
  }

  private func cell(of statement: OpaquePointer?, at column: Int32) -> JSONCell {
    switch sqlite3_column_type(statement, column) {
    case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, column))
    case SQLITE_FLOAT: return JSONCell(.number(sqlite3_column_double(statement, column)))
    case SQLITE_TEXT:
      let length = Int(sqlite3_column_bytes(statement, column))
      let bytes = UnsafeRawBufferPointer(start: sqlite3_column_text(statement, column), count: length)
      return .text(String(decoding: bytes, as: UTF8.self))
    default: return .null
    }
  }

  @Test func `an answer is a STRICT table with every value, nulls too`() throws {
    let odd = "quote \" ' né 😀\0end"
    let answer = items(rows: everyKind.rows + [[.text(odd), .integer(.min)], [.text("")]])
    try write(answer)
    #expect(try rows("SELECT * FROM stage_items") == answer.table.jsonCells)
    #expect(
      try rows("SELECT name, type FROM pragma_table_info('stage_items')") == [
        [.text("item"), .text("TEXT")], [.text("moves"), .text("INTEGER")], [.text("rate"), .text("REAL")],
        [.text("age_seconds"), .text("REAL")], [.text("since_micros"), .text("INTEGER")],
        [.text("active"), .text("REAL")],
      ])
    #expect(
      try rows("SELECT count(*) FROM pragma_table_list WHERE strict = 0 AND name LIKE 'stage%' AND type = 'table'") == [
        [.integer(0)]
      ])
  }

  @Test func `the view shows days and hours, moments as text and shares in percent`() throws {
    try write(items())
    #expect(
      try rows("SELECT item, age_days, age_hours, since, active_percent FROM stage_items_readable LIMIT 1") == [
        [.text("A-1"), .real(3.17), .integer(76), .text("2026-01-02T03:04:05.120Z"), .real(12.34)]
      ])
  }

  @Test func `the leading texts are the key where they tell the rows apart and none is null`() throws {
    let columns = [
      Column(name: "stream", type: .text), Column(name: "stage", type: .text), Column(name: "n", type: .integer),
      Column(name: "note", type: .text),
    ]
    func answer(_ metric: String, _ keys: [(Value, Value)]) -> Answer {
      var answer = items(rows: [])
      answer.metric = metric
      answer.table = Table(title: "", columns: columns, rows: keys.map { [$0.0, $0.1, .integer(1)] })
      return answer
    }
    try write(
      answer("unique", [(.text("a"), .text("x")), (.text("a"), .text("y"))]),
      answer("twice", [(.text("a"), .text("x")), (.text("a"), .text("x"))]),
      answer("null", [(.text("a"), .null)]), answer("empty", []))
    let key = "SELECT name FROM pragma_table_info('%') WHERE pk > 0 ORDER BY pk"
    for (table, names) in [
      ("unique", ["stream", "stage"]), ("twice", []), ("null", []), ("empty", ["stream", "stage"]),
    ] {
      #expect(try rows(key.replacing("%", with: table)) == names.map { [.text($0)] })
    }
  }

  @Test func `definitions, parameters, notes, histogram and ledger say what the numbers are`() throws {
    try write(items(), cycleTime(), command: "vsl export --format sqlite")
    #expect(
      try rows(
        "SELECT * FROM definitions WHERE table_name = 'stage_items' AND column_name IN ('age_seconds', 'rate') ORDER BY rowid"
      ) == [
        ["stage_items", "rate", "number", "items/week", nil, "About stage-items."].map {
          $0.map(JSONCell.text) ?? .null
        },
        ["stage_items", "age_seconds", "duration", "s", "How old.", "About stage-items."].map(JSONCell.text),
      ])
    #expect(
      try rows("SELECT name, value FROM parameters WHERE table_name = 'cycle_time' ORDER BY name")
        == [["at", "2026-01-01"], ["class", "story"], ["knownAt", "2026-01-02"]].map { $0.map(JSONCell.text) })
    #expect(
      try rows("SELECT number, note FROM notes") == [
        [.integer(1), .text("Ünlike 'this'.")], [.integer(2), .text("Second.")],
      ])
    #expect(
      try rows("SELECT * FROM cycle_time_histogram ORDER BY 1 LIMIT 1") == [[.integer(0), .integer(7200), .integer(8)]])
    #expect(
      try rows("SELECT table_name, metric, title, position, root, command FROM ledger WHERE metric = 'cycle-time'") == [
        [
          .text("cycle_time"), .text("cycle-time"), .text("Cycle time"), .integer(20_000),
          .text("1f2e3d4c5b6a79880011"),
          .text("vsl export --format sqlite"),
        ]
      ])
  }

  @Test func `names that are taken get a number`() throws {
    var ledger = items()
    ledger.metric = "ledger"
    ledger.table.columns[0].name = "Age (s)"
    ledger.table.columns[1].name = "order"
    ledger.table.columns[2].name = "age-s"
    try write(items(), items(), ledger)
    #expect(
      try rows("SELECT name FROM sqlite_schema WHERE name GLOB 'stage*' OR name GLOB 'ledger_*' ORDER BY name")
        == [
          "ledger_2", "ledger_2_readable", "stage_items", "stage_items_2", "stage_items_2_readable",
          "stage_items_readable",
        ]
        .map { [.text($0)] })
    #expect(
      try rows("SELECT name FROM pragma_table_info('ledger_2') LIMIT 3")
        == [[.text("age_s")], [.text("order")], [.text("age_s_2")]])
  }

  @Test func `the file is replaced when it is complete, and not before`() throws {
    try write(items())
    let before = try Data(contentsOf: folder.url("m.db"))
    do {
      let writer = try SQLiteWriter(path: path)
      try writer.add(cycleTime(), definition: "")
      #expect(try Data(contentsOf: folder.url("m.db")) == before)
      #expect(try folder.names() == ["m.db", "m.db.new"])
    }
    #expect(try folder.names() == ["m.db"])
    #expect(try Data(contentsOf: folder.url("m.db")) == before)
    // What a writer that was killed left behind is in nobody's way.
    try Data("rubbish".utf8).write(to: folder.url("m.db.new"))
    try write(cycleTime())
    #expect(try folder.names() == ["m.db"])
    #expect(try rows("SELECT count(*) FROM sqlite_schema WHERE name = 'stage_items'") == [[.integer(0)]])
  }

  @Test func `two writers of one file do not mix`() throws {
    let first = try SQLiteWriter(path: path)
    #expect(throws: SQLiteError(.writtenByAnother, operation: "making the file", path: path)) {
      try SQLiteWriter(path: path)
    }
    try first.add(cycleTime(), definition: "")
    try first.finish()
    #expect(try rows("SELECT count(*) FROM cycle_time") == [[.integer(1)]])
  }

  @Test func `a journal beside the file, a folder and a device are not overwritten`() throws {
    try Data().write(to: folder.url("m.db-wal"))
    let blocked = SQLiteError(.journalInTheWay(path: path + "-wal"), operation: "replacing the database", path: path)
    #expect(throws: blocked) { try SQLiteWriter(path: path) }
    #expect("\(blocked)".contains("Close the program"))
    #expect(throws: SQLiteError(.system(EISDIR), operation: "making the file", path: "/")) {
      try SQLiteWriter(path: "/")
    }
    #expect(throws: SQLiteError(.system(ENOTSUP), operation: "making the file", path: "/dev/null")) {
      try SQLiteWriter(path: "/dev/null")
    }
    let nowhere = folder.file("no/m.db")
    #expect(throws: SQLiteError(.system(ENOENT), operation: "making the file", path: nowhere)) {
      try SQLiteWriter(path: nowhere)
    }
  }

  @Test func `an answer that cannot be kept ends the writer and leaves nothing`() throws {
    let writer = try SQLiteWriter(path: path)
    try writer.add(cycleTime(), definition: "")
    let wrong = items(rows: [[.integer(1)]])
    #expect {
      try writer.add(wrong, definition: "")
    } throws: { error in
      (error as? SQLiteError)?.reason == .table(.cellOfAnotherKind(row: 0, column: "item", declared: .text))
    }
    #expect(throws: SQLiteError(.finished, operation: "finishing", path: path)) { try writer.finish() }
    #expect(try folder.names() == [])
  }

  @Test func `an error of SQLite has its code and says what to do`() throws {
    try Data(repeating: 0x41, count: 4096).write(to: folder.url("m.db"))
    let database = try SQLiteDatabase(file: path, path: path)
    #expect {
      try database.run("CREATE TABLE t (a)", "creating t")
    } throws: { error in
      (error as? SQLiteError)?.code == SQLITE_NOTADB
        && "\(error)".hasPrefix("creating t for \(path) failed: file is not a database (SQLite's code 26). ")
    }
  }

  private struct Read: Decodable {
    var integrity: String
    var rows: [[JSONCell]]
    var types: [String]
    var view: [[JSONCell]]
    var definition: [[JSONCell]]
  }

  @Test(Python.isNamed) func `Python's sqlite3 reads every value`() throws {
    let answer = items(rows: everyKind.rows + [[.text("né 😀"), .integer(.max), .number(0.1), .duration(-1.5)]])
    try write(answer, cycleTime())
    let read = try Python.read(
      Read.self,
      """
      import json, sqlite3, sys
      db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
      all = lambda sql: db.execute(sql).fetchall()
      print(json.dumps({
          "integrity": all("pragma integrity_check")[0][0],
          "rows": all("select * from stage_items"),
          "types": all("select typeof(item), typeof(moves), typeof(rate), typeof(age_seconds), typeof(since_micros),"
                       " typeof(active) from stage_items limit 1")[0],
          "view": all("select p50_hours, p95_days from cycle_time_readable"),
          "definition": all("select definition from definitions where column_name = 'p50_seconds'")}))
      """, path)
    #expect(read.integrity == "ok")
    #expect(read.rows == answer.table.jsonCells)
    #expect(read.types == ["text", "integer", "real", "real", "integer", "real"])
    #expect(read.view == [[.integer(1), .real(0.17)]])
    #expect(read.definition == [[.text("About cycle-time.")]])
  }
}
