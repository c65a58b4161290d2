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
  /// The rejections of the cut.
  let rejections: Rejections
  private let defective: SubjectSet
  private let failed: SubjectSet
  private let places: StageTable

  /// Gathers defects, failed checks and rejections of a cut, whatever the question filters by.
  init(_ parts: AnswerParts, _ view: borrowing LedgerView) throws {
    self.parts = parts
    let events = Self.events(parts.cut, view)
    rejections = try Rejections(parts, events, view)
    places = StageTable.defined(parts, view)
    var defective = SubjectSet(view)
    StandingEntries(view.books.defects, parts.cut).forEach(in: view.books.defects) { defective.insert($0.item) }
    self.defective = defective
    var failed = SubjectSet(view)
    events.only([.checkCompleted]).forEach(in: view.books.events) { failed.insert(EventRows.item(of: $1)) }
    self.failed = failed
  }

  /// The events that tell of flaws: rejections, and checks that failed.
  private static func events(_ cut: Cut, _ view: borrowing LedgerView) -> SelectedEvents {
    // What checks say of themselves: a few hundred sets of words, and as many checks as there are.
    let saysFailed = (0...view.log.symbolCount(in: .attributes)).map { symbol in
      EventRows.words(symbol, view)[.outcome] == "failed"
    }
    return SelectedEvents([.checkCompleted, .itemRejected], cut, view) { row in
      row.kind != EventKind.checkCompleted.rawValue
        || Int(row.attributes) < saysFailed.count && saysFailed[Int(row.attributes)]
    }
  }

  /// Passes on all cores over the deliveries that pass, with what came back of each. See ``ItemVisits/fold(isSerial:_:_:)``.
  func fold<State>(
    _ view: borrowing LedgerView, isSerial: Bool = false,
    where passes: (CompletionPosting) -> Bool, _ make: () -> State,
    _ body: (inout State, CompletionPosting, FirstPassFlaws) -> Void
  ) -> [State] {
    DeliveredItems(parts, view, where: passes).fold(isSerial: isSerial, make) {
      state, row, reopenings, spans in
      body(&state, row, flaws(of: row, reopenings, spans))
    }
  }

  /// What came back of a delivered item that was opened again so often, and these are its visits.
  @inline(__always)
  func flaws(of row: CompletionPosting, _ reopenings: Int, _ spans: ItemSpans) -> FirstPassFlaws {
    var flaws: FirstPassFlaws = []
    if reopenings > 0 { flaws.insert(.reopened) }
    if !rejections.of(row.item).isEmpty { flaws.insert(.rejected) }
    if defective.contains(row.item) { flaws.insert(.defect) }
    if failed.contains(row.item) { flaws.insert(.failedCheck) }
    var furthest = -1
    for span in spans where !span.isContinuation {
      guard let place = places[span.stage, row.stamp.stream] else { continue }
      if place <= furthest { flaws.insert(.rework) }
      furthest = max(furthest, place)
    }
    return flaws
  }
}
