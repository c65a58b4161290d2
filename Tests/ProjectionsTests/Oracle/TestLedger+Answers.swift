import Tables

@testable import Projections

extension TestLedger {
  /// The answer of a metric, in a cut given as the oracle gives it.
  func answer(
    _ metric: String, knownAt position: Int, at seconds: Int, _ change: (inout Query) -> Void = { _ in }
  ) throws -> Answer {
    let micros = PlainEvent.epochMicros + Int64(seconds) * 1_000_000
    var query = Query(nowMicros: micros)
    query.knownAt = .position(UInt64(position))
    query.atMicros = micros
    change(&query)
    return try Catalogue.projection(named: metric).checkedAnswer(query, from: ledger.view())
  }
}

extension Answer {
  /// The cells of a column of the first table.
  func column(_ name: String) -> [Value] {
    guard let place = table.columns.firstIndex(where: { $0.name == name }) else { return [] }
    return table.rows.map { place < $0.count ? $0[place] : .null }
  }

  /// The rows of a column by the texts of others: `by("team", "n")["core"]`.
  func by(_ key: String, _ name: String) -> [String: Value] {
    var result: [String: Value] = [:]
    for (key, value) in zip(column(key), column(name)) {
      if case .text(let text) = key { result[text] = value } else { result[""] = value }
    }
    return result
  }
}
