import CSQLite

/// An open database, for writing by one thread.
final class SQLiteDatabase {
  /// How errors name the file.
  private let path: String
  private var handle: OpaquePointer?

  /// Opens the database in `file`, or makes it.
  ///
  /// - Parameter path: What errors name instead of `file`.
  init(file: String, path: String) throws(SQLiteError) {
    self.path = path
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    let code = sqlite3_open_v2(file, &handle, flags, nil)
    guard code == SQLITE_OK else {
      let error = error(code, "opening the database")
      close()
      throw error
    }
  }

  deinit { close() }

  /// Gives the file back. Does nothing the second time.
  func close() {
    // v2 waits for statements that are not yet finalized; it cannot fail.
    sqlite3_close_v2(handle)
    handle = nil
  }

  /// Runs statements that have no result.
  func run(_ sql: String, _ operation: String) throws(SQLiteError) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw error(code, operation) }
  }

  /// Inserts one row after the other into a table of `count` columns; `rows` calls the function it is given for each.
  func insert(
    into table: String, count: Int,
    _ rows: (_ insert: ([StoredCell]) throws(SQLiteError) -> Void) throws(SQLiteError) -> Void
  ) throws(SQLiteError) {
    let operation = "inserting into \(table)"
    let marks = Array(repeating: "?", count: count).joined(separator: ",")
    var statement: OpaquePointer?
    let code = sqlite3_prepare_v2(
      handle, "INSERT INTO \(SQLiteName.quoted(table)) VALUES (\(marks))", -1, &statement, nil)
    guard code == SQLITE_OK else { throw error(code, operation) }
    defer { sqlite3_finalize(statement) }

    try rows { cells throws(SQLiteError) in
      assert(cells.count == count)
      for (index, cell) in cells.enumerated() {
        let code = Self.bind(cell, to: statement, at: Int32(truncatingIfNeeded: index + 1))
        guard code == SQLITE_OK else { throw self.error(code, operation) }
      }
      let code = sqlite3_step(statement)
      guard code == SQLITE_DONE else { throw self.error(code, operation) }
      sqlite3_reset(statement)
    }
  }

  private static func bind(_ cell: StoredCell, to statement: OpaquePointer?, at index: Int32) -> Int32 {
    switch cell {
    case .null: return sqlite3_bind_null(statement, index)
    case .integer(let integer): return sqlite3_bind_int64(statement, index, integer)
    case .real(let number): return sqlite3_bind_double(statement, index, number)
    case .text(var text):
      return text.withUTF8 { utf8 in
        utf8.withMemoryRebound(to: CChar.self) { characters in
          // An empty buffer may have no address, which would bind null.
          guard let start = characters.baseAddress, !characters.isEmpty else {
            return vsl_sqlite3_bind_text_copy(statement, index, "", 0)
          }
          return vsl_sqlite3_bind_text_copy(statement, index, start, UInt64(characters.count))
        }
      }
    }
  }

  private func error(_ code: Int32, _ operation: String) -> SQLiteError {
    // Without a handle there is only the code to tell.
    let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
    return SQLiteError(.code(code, message: message), operation: operation, path: path)
  }
}

/// Names and texts in SQL.
enum SQLiteName {
  /// A name in double quotes, so that keywords are names too.
  static func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }
}
