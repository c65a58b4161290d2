import EventLog
import ValueStream

/// What an event of ``EventPosting`` says of itself.
struct EventWords: Sendable {
  /// Tags with their values: few, so that looking through them beats hashing.
  private var values: [(tag: UInt8, value: String)] = []

  /// The value of an attribute.
  subscript(tag: AttributeTag) -> String? {
    for index in values.indices where values[index].tag == tag.rawValue { return values[index].value }
    return nil
  }

  fileprivate mutating func add(_ tag: UInt8, _ value: String) { values.append((tag, value)) }
}

/// What events say of themselves, by their symbols of attributes: a few hundred sets of words, and as many events as there are.
///
/// Not `Sendable`: filled by the pass that reads it.
final class EventWordTable {
  private let words: UnsafeMutablePointer<EventWords?>
  private let count: Int

  fileprivate init(_ view: borrowing LedgerView) {
    count = Int(view.log.symbolCount(in: .attributes)) + 1
    words = .allocate(capacity: count)
    words.initialize(repeating: nil, count: count)
  }

  deinit {
    words.deinitialize(count: count)
    words.deallocate()
  }

  /// Makes sure that a symbol's words are there.
  @inline(__always)
  fileprivate func load(_ symbol: UInt32, _ view: borrowing LedgerView) {
    guard Int(symbol) < count, words[Int(symbol)] == nil else { return }
    words[Int(symbol)] = EventRows.words(symbol, view)
  }

  /// The words of a symbol that was met.
  fileprivate subscript(symbol: UInt32) -> EventWords {
    (Int(symbol) < count ? words[Int(symbol)] : nil) ?? EventWords()
  }
}

/// The standing events of a cut, of some kinds, that a question's filter lets pass, with what they say.
///
/// Filters and groupings by stream and service look at what the event itself says; by kind, team, class, label (and service, when the
/// event names none) at the item that the event names, as it was when the event happened.
struct EventRows {
  private let selected: SelectedEvents
  private let filter: Filter
  private let streamPasses: [Bool]
  private let items: Set<UInt32>?
  private let attributes: EventItemAttributes?

  /// One event.
  struct Event {
    /// Its posting.
    var row: EventPosting
    /// What kind of event it is.
    var kind: EventKind { EventKind(rawValue: row.kind) ?? .opaque }
    /// Not counted by reference: whoever passes over events has it.
    fileprivate let table: Unmanaged<EventWordTable>
    /// What it says of itself.
    var words: EventWords { table._withUnsafeGuaranteedRef { $0[row.attributes] } }
    /// The item that it names; 0 for none.
    var item: UInt32
    /// The set of attributes that the item had when it happened; 0 when that is not known or was not asked for.
    var itemAttributes: UInt32
    /// Its measure as a number; nil when it has none.
    var number: Double? { row.measure == 0 ? nil : Double(bitPattern: row.measure) }
    /// Whether its flag was said to be true.
    var saidTrue: Bool { FactFlags(rawValue: row.factFlags).contains(.saidTrue) }
  }

  /// Prepares for a question about events of some kinds.
  ///
  /// - Parameters:
  ///   - selected: events of the cut among which those of the kinds are; looked for when nil.
  ///   - measured: whether those without a measure are left out.
  init(
    _ kinds: [EventKind], _ query: Query, _ cut: Cut, _ view: borrowing LedgerView,
    among selected: SelectedEvents? = nil, measured: Bool = false
  ) throws {
    self.selected =
      selected?.only(kinds) ?? SelectedEvents(kinds, cut, view) { !measured || $0.measure != 0 }
    filter = query.filter
    // The classifier knows the names and their nearest; it refuses what the ledger does not know.
    let classifier = try RowClassifier(query, view)
    streamPasses = (0..<Int(view.log.symbolCount(in: .stream)) + 1).map { classifier.passes(stream: UInt16($0)) }
    items = classifier.wantedItems
    let needsItems =
      !filter.attributes.isEmpty || !filter.labels.isEmpty
      || query.groupings.contains {
        switch $0 {
        case .attribute, .label: true
        default: false
        }
      }
    guard needsItems else {
      attributes = nil
      return
    }
    attributes = EventItemAttributes(of: self.selected, view, cut)
  }

  /// How many there are before the filter.
  var count: Int { selected.count }

  /// Calls `body` with each event, in the order of the log.
  func forEach(_ view: borrowing LedgerView, _ body: (Event) throws -> Void) rethrows {
    let table = EventWordTable(view)
    let checksItems = !filter.attributes.isEmpty || !filter.labels.isEmpty
    try selected.forEach(in: view.books.events) { place, row in
      guard Int(row.stamp.stream) < streamPasses.count, streamPasses[Int(row.stamp.stream)] else { return }
      let item = Self.item(of: row)
      if let items, !items.contains(item) { return }
      table.load(row.attributes, view)
      let set = attributes?[place] ?? 0
      if checksItems {
        guard passes(table[row.attributes], view.attributeSet(set)) else { return }
      }
      try body(
        Event(row: row, table: .passUnretained(table), item: item, itemAttributes: set))
    }
    withExtendedLifetime(table) {}
  }

  private func passes(_ words: EventWords, _ encoding: [UInt8]) -> Bool {
    let entries = AttributeEntry.decode(encoding)
    for (attribute, wanted) in filter.attributes {
      let own = attribute == .service ? words[.service] : nil
      guard let value = own ?? entries.first(where: { $0.tag == attribute.rawValue })?.value, wanted.contains(value)
      else { return false }
    }
    for (key, wanted) in filter.labels {
      guard let entry = entries.first(where: { $0.labelKey == key }), wanted.contains(entry.value) else { return false }
    }
    return true
  }

  /// The item that an event is about or names.
  @inline(__always)
  static func item(of row: EventPosting) -> UInt32 {
    guard row.kind < 64 else { return 0 }
    let kind: UInt64 = 1 << UInt64(row.kind)
    return aboutItems & kind != 0 ? row.subject : namingItems & kind != 0 ? row.argument : 0
  }

  /// A bit for each kind of event that is about an item.
  private static let aboutItems = SelectedEvents.mask([
    .itemCreated, .itemChanged, .itemLinked, .itemRejected, .workLogged,
  ])
  /// A bit for each kind of event that names one.
  private static let namingItems = SelectedEvents.mask([
    .checkCompleted, .defectFound, .changeMerged, .feedbackReceived, .outcomeMeasured,
  ])

  /// What an event says of itself, from its symbol of attributes.
  static func words(_ symbol: UInt32, _ view: borrowing LedgerView) -> EventWords {
    var words = EventWords()
    guard symbol != 0, let bytes = view.log.symbolBytes(symbol, in: .attributes) else { return words }
    for entry in AttributeEntry.decode(Array(bytes)) where entry.tag != AttributeTag.label.rawValue {
      words.add(entry.tag, entry.value)
    }
    return words
  }
}
