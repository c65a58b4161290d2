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
  private var recent = RecentNumbers<Key>(Key(own: 0, service: 0, item: 0, subject: 0))
  private let wantsItem: Bool
  private let wantsSubject: Bool
  private let wantsSet: Bool

  /// The distinct values of the event's own words that the groupings ask for, and their numbers by symbol: nil where not looked at yet.
  private var ownWords: [[String?]] = []
  private var ownNumbers: [[String?]: UInt32] = [:]
  private var ownBySymbol: [UInt32?]
  /// The services of items' attribute sets, likewise.
  private var services: [String?] = [nil]
  private var serviceBySet: [UInt32?]

  /// What decides the words of an event: numbers of few distinct ones. What no grouping asks for stays 0.
  private struct Key: Hashable {
    var own: UInt32
    var service: UInt32
    var item: UInt32
    var subject: UInt32

    /// A cheap hash: see ``RecentNumbers``.
    @inline(__always)
    var place: Int {
      let mixed =
        (UInt64(own) << 32 | UInt64(service)) &* 0x9E37_79B9_7F4A_7C15
        ^ (UInt64(item) << 32 | UInt64(subject)) &* 0xBF58_476D_1CE4_E5B9
      return RecentNumbers<Key>.place(mixed)
    }
  }

  /// The grouping by what an event is about.
  private static var subject: String { "measure" }

  /// Prepares for a question.
  ///
  /// - Parameters:
  ///   - words: the groupings that an event's own attributes answer, besides its service.
  ///   - measured: whether events without a measure are left out.
  ///   - make: an empty sum.
  init(
    _ kinds: [EventKind], words: [String: AttributeTag], measured: Bool = false, _ query: Query,
    _ view: borrowing LedgerView, make: @escaping () -> Sum
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
    ownBySymbol = [UInt32?](repeating: nil, count: Int(view.log.symbolCount(in: .attributes)) + 1)
    serviceBySet = [UInt32?](repeating: nil, count: view.attributeSets.count)
    wantsItem = self.words.contains { $0.name == Grouping.item.name }
    wantsSubject = self.words.contains { $0.name == Self.subject }
    wantsSet = self.words.contains { $0.tag == .service }
    // The zone is that of the stream which the question filters by; the rows are filtered before they get here.
    let parts = try AnswerParts(query, view)
    own.timeZone = parts.timeZone
    events = try EventRows(kinds, query, parts.cut, view, measured: measured)
    figures = try Figures(
      AnswerParts(own, view), view, range: view.books.events.timeRange(in: parts.cut), make: make)
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
    let key = Key(
      own: ownNumber(of: event), service: wantsSet ? serviceNumber(of: event.itemAttributes, view) : 0,
      item: wantsItem ? event.item : 0, subject: wantsSubject ? event.row.subject : 0)
    let place = key.place
    if let number = recent.number(of: key, at: place) { return number }
    let number = slowNumber(key, view)
    recent.note(number, of: key, at: place)
    return number
  }

  private mutating func ownNumber(of event: EventRows.Event) -> UInt32 {
    let symbol = Int(event.row.attributes)
    if symbol < ownBySymbol.count, let known = ownBySymbol[symbol] { return known }
    let own = words.map { $0.tag.flatMap { event.words[$0] } }
    let number = ownNumbers[own] ?? UInt32(ownWords.count)
    if number == ownWords.count {
      ownNumbers[own] = number
      ownWords.append(own)
    }
    if symbol < ownBySymbol.count { ownBySymbol[symbol] = number }
    return number
  }

  private mutating func serviceNumber(of set: UInt32, _ view: borrowing LedgerView) -> UInt32 {
    guard Int(set) < serviceBySet.count else { return 0 }
    if let known = serviceBySet[Int(set)] { return known }
    let service = Self.service(view.attributeSet(set))
    let number = services.firstIndex(of: service) ?? services.count
    if number == services.count { services.append(service) }
    serviceBySet[Int(set)] = UInt32(number)
    return UInt32(number)
  }

  private mutating func slowNumber(_ key: Key, _ view: borrowing LedgerView) -> UInt32 {
    if let number = known[key] { return number }
    let own = ownWords[Int(key.own)]
    let tuple = words.indices.map { index -> String? in
      let (name, tag) = words[index]
      if let tag { return own[index] ?? (tag == .service ? services[Int(key.service)] : nil) }
      if name == Self.subject { return view.subjectName(key.subject) }
      return name == Grouping.item.name && key.item != 0 ? view.subjectName(key.item) : nil
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
  func rows(_ view: borrowing LedgerView) throws -> [Figures<Sum>.Row] {
    try figures.rows(view) { number, name in
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
