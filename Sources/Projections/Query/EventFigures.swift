import Tables
import ValueStream

/// Sums of events by group and period: ``Figures`` for ``EventRows``, where some groupings are words that an event says of itself.
struct EventFigures<Sum> {
  private let events: EventRows
  private var figures: Figures<Sum>
  private let words: [(name: String, tag: AttributeTag?)]
  private var tuples: [[String?]] = []
  private var numbers: [[String?]: UInt32] = [:]
  private var known: [Key: UInt32] = [:]

  /// What decides the words of an event; what no grouping asks for stays 0.
  private struct Key: Hashable {
    var symbol: UInt32
    var set: UInt32
    var item: UInt32
    var subject: UInt32
  }

  /// The grouping by what an event is about.
  private static var subject: String { "measure" }

  /// Prepares for a question.
  ///
  /// - Parameters:
  ///   - words: the groupings that an event's own attributes answer, besides its service.
  ///   - make: an empty sum.
  init(
    _ kinds: [EventKind], words: [String: AttributeTag], _ query: Query, _ view: borrowing LedgerView,
    make: @escaping () -> Sum
  ) throws {
    var own = query
    own.filter = Filter()
    own.groupings = query.groupings.map {
      switch $0 {
      case .stage, .item, .attribute(.service): .word($0.name)
      default: $0
      }
    }
    self.words = own.groupings.compactMap {
      guard case .word(let name) = $0 else { return nil }
      return (name, name == Grouping.attribute(.service).name ? .service : words[name])
    }
    // The zone is that of the stream which the question filters by; the rows are filtered before they get here.
    let parts = try AnswerParts(query, view)
    own.timeZone = parts.timeZone
    events = try EventRows(kinds, query, parts.cut, view)
    figures = try Figures(
      AnswerParts(own, view), view, range: view.events.timeRange(in: parts.cut), make: make)
  }

  /// Adds every event that the question's filter lets pass and that lies in its period. `amount` is what it adds, for an explanation.
  mutating func gather(
    _ view: borrowing LedgerView, amount: (EventRows.Event) -> Double? = { _ in nil },
    _ body: (EventRows.Event, inout Sum) -> Void
  ) {
    var figures = figures
    let events = events
    events.forEach(view) { event in
      var row = event.row
      row.attributes = event.itemAttributes
      let word = words.isEmpty ? 0 : number(of: event, view)
      figures.add(row, at: row.effectiveMicros, word: word, amount: amount(event)) { body(event, &$0) }
    }
    self.figures = figures
  }

  private mutating func number(of event: EventRows.Event, _ view: borrowing LedgerView) -> UInt32 {
    let wantsItem = words.contains { $0.name == Grouping.item.name }
    let wantsSubject = words.contains { $0.name == Self.subject }
    let wantsSet = words.contains { $0.tag == .service }
    let key = Key(
      symbol: event.row.attributes, set: wantsSet ? event.itemAttributes : 0, item: wantsItem ? event.item : 0,
      subject: wantsSubject ? event.row.subject : 0)
    if let number = known[key] { return number }
    let tuple = words.map { name, tag -> String? in
      if let tag {
        return event.words[tag] ?? (tag == .service ? Self.service(view.attributeSets[Int(key.set)]) : nil)
      }
      if name == Self.subject { return view.subjectName(event.row.subject) }
      return name == Grouping.item.name && event.item != 0 ? view.subjectName(event.item) : nil
    }
    let number = numbers[tuple] ?? UInt32(tuples.count)
    if number == tuples.count {
      numbers[tuple] = number
      tuples.append(tuple)
    }
    known[key] = number
    return number
  }

  private static func service(_ encoding: [UInt8]) -> String? {
    AttributeEntry.decode(encoding).first { $0.tag == AttributeTag.service.rawValue }?.value
  }

  /// The rows, by period, then by the groups' names.
  func rows(_ view: borrowing LedgerView) -> [Figures<Sum>.Row] {
    figures.rows(view) { number, name in
      guard Int(number) < tuples.count, let place = words.firstIndex(where: { $0.name == name }) else { return nil }
      return tuples[Int(number)][place]
    }
  }

  /// See ``Figures``.
  var leadingColumns: [Column] { figures.leadingColumns }
  /// See ``Figures``.
  var trailingColumns: [Column] { figures.trailingColumns }
  /// See ``Figures``.
  func cells(_ row: Figures<Sum>.Row, _ values: [Value]) -> [Value] { figures.cells(row, values) }
  /// See ``Figures``.
  func explanation(_ rows: [Figures<Sum>.Row], _ view: borrowing LedgerView) -> Explanation? {
    figures.explanation(rows, view)
  }
}
