/// A cell as formats with typed columns keep it.
enum StoredCell: Equatable {
  case null
  case text(String)
  /// A whole number, or a moment in microseconds since 1970 UTC.
  case integer(Int64)
  /// A finite number, a length of time in seconds, or a part of a whole.
  case real(Double)
}

extension StoredCell {
  /// The cell of `value` under a column of `kind`; nil when the column cannot hold it.
  ///
  /// What is not a finite number is null, as in every export. Whole numbers fit under fractional ones.
  init?(_ value: Value, under kind: Column.Kind) {
    switch (kind, value) {
    case (_, .null): self = .null
    case (.text, .text(let text)): self = .text(text)
    case (.integer, .integer(let integer)): self = .integer(integer)
    case (.timestamp, .timestamp(let micros)): self = .integer(micros)
    case (.number, .integer(let integer)), (.duration, .integer(let integer)), (.share, .integer(let integer)):
      self = .real(Double(integer))
    case (.number, .number(let number)), (.number, .duration(let number)), (.number, .share(let number)),
      (.duration, .number(let number)), (.duration, .duration(let number)),
      (.share, .number(let number)), (.share, .share(let number)):
      self = number.isFinite ? .real(number) : .null
    default: return nil
    }
  }
}

extension Table {
  /// The cell at a place, as its column declares it; null where the row is too short.
  func storedCell(row: Int, column: Int) throws(TableError) -> StoredCell {
    let cells = rows[row]
    let value = column < cells.count ? cells[column] : .null
    guard let cell = StoredCell(value, under: columns[column].type) else {
      throw .cellOfAnotherKind(row: row, column: columns[column].name, declared: columns[column].type)
    }
    return cell
  }
}
