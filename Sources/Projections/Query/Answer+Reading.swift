import Tables

extension Answer {
  /// The cells of one column of the first table by the texts of others: what a projection that is computed from others reads.
  func cells(of column: String, by keys: [String]) -> [[String]: Value] {
    guard let place = table.columns.firstIndex(where: { $0.name == column }) else { return [:] }
    let places = keys.compactMap { key in table.columns.firstIndex { $0.name == key } }
    var cells: [[String]: Value] = [:]
    for row in table.rows where place < row.count {
      let key = places.map { index -> String in
        if case .text(let text) = row[index] { text } else { "" }
      }
      cells[key] = row[place]
    }
    return cells
  }
}

extension Value {
  /// The number in a cell; nil when there is none.
  var number: Double? {
    switch self {
    case .integer(let integer): Double(integer)
    case .number(let number), .duration(let number), .share(let number): number
    default: nil
    }
  }
}
