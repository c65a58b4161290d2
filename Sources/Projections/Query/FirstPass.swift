import ValueStream

/// What came back of a delivered item.
struct FirstPassFlaws: OptionSet {
  let rawValue: UInt8
  /// It entered a stage again, or one before a stage that it had left.
  static let rework = FirstPassFlaws(rawValue: 1)
  /// It was delivered or cancelled, and opened again.
  static let reopened = FirstPassFlaws(rawValue: 2)
  /// Work on it was rejected.
  static let rejected = FirstPassFlaws(rawValue: 4)
  /// A defect was found in it.
  static let defect = FirstPassFlaws(rawValue: 8)
  /// A check of it failed.
  static let failedCheck = FirstPassFlaws(rawValue: 16)
}

/// Judges for delivered items whether everything was right the first time.
struct FirstPass {
  private let parts: AnswerParts
  private let rejections: Rejections
  private let defective: Set<UInt32>
  private let failed: Set<UInt32>

  /// Gathers defects, failed checks and rejections of a cut, whatever the question filters by.
  init(_ parts: AnswerParts, _ rejections: Rejections, _ view: borrowing LedgerView) throws {
    self.parts = parts
    self.rejections = rejections
    var defective: Set<UInt32> = []
    StandingEntries(view.defects, parts.cut).forEach(in: view.defects) { defective.insert($0.item) }
    self.defective = defective
    var failed: Set<UInt32> = []
    try EventRows([.checkCompleted], parts.query.unfiltered, parts.cut, view).forEach(view) { event in
      if event.words[.outcome] == "failed" { failed.insert(event.item) }
    }
    self.failed = failed
  }

  /// Calls `body` with each delivery that passes, and what came back of it.
  func forEachDelivery(
    _ view: borrowing LedgerView, where passes: (CompletionPosting) -> Bool,
    _ body: (CompletionPosting, FirstPassFlaws) -> Void
  ) {
    var places: [UInt16: [UInt32: Int]] = [:]
    DeliveredItems(parts, view, where: passes).forEach { row, reopenings, spans in
      let stream = row.stamp.stream
      let order = places[stream] ?? parts.rules.places(of: stream, at: parts.cut.atMicros)
      places[stream] = order
      var flaws: FirstPassFlaws = []
      if reopenings > 0 { flaws.insert(.reopened) }
      if rejections.has(row.item) { flaws.insert(.rejected) }
      if defective.contains(row.item) { flaws.insert(.defect) }
      if failed.contains(row.item) { flaws.insert(.failedCheck) }
      var furthest = -1
      forEachVisit(spans, parts) { visit in
        guard let place = order[visit.stage] else { return }
        if place <= furthest { flaws.insert(.rework) }
        furthest = max(furthest, place)
      }
      body(row, flaws)
    }
  }
}
