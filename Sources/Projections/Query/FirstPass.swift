import EventLog
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
  private let defective: SubjectSet
  private let failed: SubjectSet

  /// Gathers defects, failed checks and rejections of a cut, whatever the question filters by.
  init(_ parts: AnswerParts, _ rejections: Rejections, _ view: borrowing LedgerView) throws {
    self.parts = parts
    self.rejections = rejections
    var defective = SubjectSet(view)
    StandingEntries(view.defects, parts.cut).forEach(in: view.defects) { defective.insert($0.item) }
    self.defective = defective
    var failed = SubjectSet(view)
    // By what checks say of themselves: a few hundred sets of words, and as many checks as there are.
    var saysFailed = [Bool?](repeating: nil, count: Int(view.log.symbolCount(in: .attributes)) + 1)
    StandingEntries(view.events, parts.cut).forEach(in: view.events) { row in
      guard row.kind == EventKind.checkCompleted.rawValue, Int(row.attributes) < saysFailed.count else { return }
      let isFailed = saysFailed[Int(row.attributes)] ?? (EventRows.words(row.attributes, view)[.outcome] == "failed")
      saysFailed[Int(row.attributes)] = isFailed
      if isFailed { failed.insert(EventRows.item(of: row)) }
    }
    self.failed = failed
  }

  /// Calls `body` with each delivery that passes, and what came back of it.
  func forEachDelivery(
    _ view: borrowing LedgerView, visits: ItemVisits? = nil, isSerial: Bool = false,
    where passes: (CompletionPosting) -> Bool,
    _ body: (CompletionPosting, FirstPassFlaws) -> Void
  ) {
    let places = StageTable.defined(parts, view)
    let lanes = DeliveredItems(parts, view, visits: visits, where: passes).fold(isSerial: isSerial) {
      [(row: CompletionPosting, flaws: FirstPassFlaws)]()
    } _: { judged, row, reopenings, spans in
      var flaws: FirstPassFlaws = []
      if reopenings > 0 { flaws.insert(.reopened) }
      if rejections.has(row.item) { flaws.insert(.rejected) }
      if defective.contains(row.item) { flaws.insert(.defect) }
      if failed.contains(row.item) { flaws.insert(.failedCheck) }
      var furthest = -1
      forEachVisit(spans, parts) { visit in
        guard let place = places[visit.stage, row.stamp.stream] else { return }
        if place <= furthest { flaws.insert(.rework) }
        furthest = max(furthest, place)
      }
      judged.append((row, flaws))
    }
    for lane in lanes { for (row, flaws) in lane { body(row, flaws) } }
  }
}
