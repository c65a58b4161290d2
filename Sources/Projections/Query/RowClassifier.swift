import EventLog
import ValueStream

/// Decides for postings whether a filter lets them pass and which group they belong to. Attributes are judged once for each distinct
/// set, streams and stages once for each name, so that a posting costs a few array look-ups.
struct RowClassifier {
  /// Whether the filter lets everything pass.
  private let isUnfiltered: Bool
  private var setPasses: [Bool]
  private var setGroups: [UInt32]
  private var streamPasses: [Bool]
  private var stagePasses: [Bool]
  /// The items that the filter names; nil for all.
  var wantedItems: Set<UInt32>? { items }
  private let items: Set<UInt32>?
  let groupings: [Grouping]
  private let parts: KeyParts
  private let setGroupings: [Grouping]
  private var setKeys: [[String?]] = []
  private var groups: [GroupKey: Int] = [:]
  private var recent = RecentNumbers<GroupKey>(GroupKey())
  /// The groups by stream and stage, where nothing else tells groups apart, so that no key need be put together; -1 before a group was met.
  private var direct: [Int32] = []
  private let stageCount: Int
  /// The groups met so far, in order of first meeting.
  private(set) var keys: [GroupKey] = []

  /// The parts of a key that the question's groupings need, so that a row need not go through the groupings.
  private struct KeyParts: OptionSet {
    let rawValue: UInt8
    static var set: KeyParts { KeyParts(rawValue: 1) }
    static var stream: KeyParts { KeyParts(rawValue: 2) }
    static var stage: KeyParts { KeyParts(rawValue: 4) }
    static var origin: KeyParts { KeyParts(rawValue: 8) }
    static var severity: KeyParts { KeyParts(rawValue: 16) }
    static var item: KeyParts { KeyParts(rawValue: 32) }
    static var word: KeyParts { KeyParts(rawValue: 64) }

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(_ groupings: [Grouping]) {
      self = groupings.reduce(into: KeyParts(rawValue: 0)) { parts, grouping in
        switch grouping {
        case .attribute, .label: parts.insert(.set)
        case .stream: parts.insert(.stream)
        case .stage: parts.insert(.stage)
        case .origin: parts.insert(.origin)
        case .severity: parts.insert(.severity)
        case .item: parts.insert(.item)
        case .word: parts.insert(.word)
        }
      }
    }
  }

  /// What tells groups apart, as numbers.
  struct GroupKey: Hashable {
    var set: UInt32 = 0
    var stream: UInt16 = 0
    var stage: UInt32 = 0
    var origin: UInt32 = 0
    var severity: UInt32 = 0
    var item: UInt32 = 0
    var word: UInt32 = 0
    var period: Int32 = -1

    /// A cheap hash, see ``RecentNumbers``: products that do not wait for each other.
    @inline(__always)
    var place: Int {
      let words = words
      let mixed =
        words.0 &* 0x9E37_79B9_7F4A_7C15 ^ words.1 &* 0xBF58_476D_1CE4_E5B9 ^ words.2 &* 0x94D0_49BB_1331_11EB
        ^ words.3 &* 0xD6E8_FEB8_6659_FD93
      return RecentNumbers<GroupKey>.place(mixed)
    }

    /// The same, packed, so that keys are compared a word at a time.
    @inline(__always)
    private var words: (UInt64, UInt64, UInt64, UInt64) {
      (
        UInt64(set) << 32 | UInt64(stage), UInt64(item) << 32 | UInt64(UInt32(bitPattern: period)),
        UInt64(word) << 16 | UInt64(stream), UInt64(origin) << 32 | UInt64(severity)
      )
    }

    @inline(__always)
    static func == (left: GroupKey, right: GroupKey) -> Bool {
      let left = left.words
      let right = right.words
      return (left.0 ^ right.0) | (left.1 ^ right.1) | (left.2 ^ right.2) | (left.3 ^ right.3) == 0
    }
  }

  /// Prepares for a question.
  init(_ query: Query, _ view: borrowing LedgerView) throws {
    let filter = query.filter
    isUnfiltered =
      filter.streams.isEmpty && filter.items.isEmpty && filter.attributes.isEmpty && filter.labels.isEmpty
    groupings = query.groupings
    parts = KeyParts(query.groupings)
    setGroupings = query.groupings.filter {
      switch $0 {
      case .attribute, .label: true
      default: false
      }
    }
    var wantedItems: Set<UInt32>?
    if !filter.items.isEmpty {
      var found: Set<UInt32> = []
      for item in filter.items {
        guard let id = try view.log.symbolID("\u{69}\(item)", in: .subject) else {
          throw QueryError(
            "There is no item \"\(item)\" in this ledger. Check the id; `vsl log` lists events with their subjects.")
        }
        found.insert(id)
      }
      wantedItems = found
    }
    items = wantedItems

    let streamCount = Int(view.log.symbolCount(in: .stream)) + 1
    streamPasses = [Bool](repeating: filter.streams.isEmpty, count: streamCount)
    for name in filter.streams {
      guard let id = try view.log.symbolID(name, in: .stream), Int(id) < streamCount else {
        let known = (1..<streamCount).compactMap { view.streamName(UInt16($0)) }
        throw QueryError(Suggestion.unknown("stream", name, known: known))
      }
      streamPasses[Int(id)] = true
    }

    stageCount = view.stages.names.count
    if parts.isSubset(of: [.stream, .stage]), query.period == nil {
      direct = [Int32](repeating: -1, count: (parts.contains(.stage) ? stageCount : 1) * streamCount)
    }
    stagePasses = [Bool](repeating: filter.stages.isEmpty, count: view.stages.names.count)
    for name in filter.stages {
      guard let number = view.stages.number(of: Array(name.utf8)) else {
        throw QueryError(
          Suggestion.unknown("stage", name, known: (1..<UInt32(view.stages.names.count)).compactMap(view.stages.name)))
      }
      stagePasses[Int(number)] = true
    }

    setPasses = []
    setGroups = []
    var numbers: [[String?]: UInt32] = [:]
    var seen: [ItemAttribute: Set<String>] = [:]
    var seenLabels: [String: Set<String>] = [:]
    for encoding in view.attributeSets {
      let entries = AttributeEntry.decode(encoding)
      for entry in entries {
        if let attribute = ItemAttribute(rawValue: entry.tag), filter.attributes[attribute] != nil {
          seen[attribute, default: []].insert(entry.value)
        }
        if !filter.labels.isEmpty, let key = entry.labelKey { seenLabels[key, default: []].insert(entry.value) }
      }
      setPasses.append(Self.passes(entries, filter))
      let key = setGroupings.map { Self.value(of: $0, entries) }
      if let known = numbers[key] {
        setGroups.append(known)
      } else {
        let number = UInt32(setKeys.count)
        numbers[key] = number
        setKeys.append(key)
        setGroups.append(number)
      }
    }
    for (key, values) in filter.labels {
      guard let known = seenLabels[key] else {
        throw QueryError(Suggestion.unknown("label", key, known: seenLabels.keys.sorted()))
      }
      for value in values where !known.contains(value) {
        throw QueryError(Suggestion.unknown("label \(key)", value, known: known.sorted()))
      }
    }
    // A service may be known from deployments or checks alone.
    if let wanted = filter.attributes[.service] {
      let known = seen[.service] ?? []
      if wanted.contains(where: { !known.contains($0) }) { seen[.service] = known.union(Self.services(view)) }
    }
    for (attribute, values) in filter.attributes {
      for value in values where !(seen[attribute]?.contains(value) ?? false) {
        throw QueryError(
          Suggestion.unknown(attribute.name, value, known: (seen[attribute] ?? []).sorted()))
      }
    }
  }

  private static func services(_ view: borrowing LedgerView) -> Set<String> {
    var services: Set<String> = []
    for symbol in 1..<max(1, view.log.symbolCount(in: .attributes)) + 1 {
      guard let bytes = view.log.symbolBytes(symbol, in: .attributes) else { continue }
      for entry in AttributeEntry.decode(Array(bytes)) where entry.tag == AttributeTag.service.rawValue {
        services.insert(entry.value)
      }
    }
    return services
  }

  /// Whether the filter lets a posting pass.
  @inline(__always)
  func passes(stream: UInt16, attributes: UInt32, item: UInt32) -> Bool {
    guard Int(attributes) < setPasses.count, Int(stream) < streamPasses.count else { return false }
    if isUnfiltered { return true }
    guard setPasses[Int(attributes)], streamPasses[Int(stream)] else { return false }
    if let items { return items.contains(item) }
    return true
  }

  /// Whether the filter lets a stream pass.
  func passes(stream: UInt16) -> Bool { Int(stream) < streamPasses.count && streamPasses[Int(stream)] }

  /// Whether the filter lets a stage pass.
  @inline(__always)
  func passes(stage: UInt32) -> Bool { Int(stage) < stagePasses.count && stagePasses[Int(stage)] }

  /// The group of a posting, numbered from 0 in order of first meeting.
  @inline(__always)
  mutating func group(
    stream: UInt16, attributes: UInt32, item: UInt32, stage: UInt32 = 0, origin: UInt32 = 0, severity: UInt32 = 0,
    word: UInt32 = 0, period: Int32 = -1
  ) -> Int {
    let place =
      parts.contains(.stage)
      ? Int(stage) < stageCount ? Int(stream) * stageCount + Int(stage) : .max : Int(stream)
    if place < direct.count, direct[place] >= 0 { return Int(direct[place]) }
    let group = group(
      GroupKey(
        set: parts.contains(.set) ? setGroups[Int(attributes)] : 0, stream: parts.contains(.stream) ? stream : 0,
        stage: parts.contains(.stage) ? stage : 0, origin: parts.contains(.origin) ? origin : 0,
        severity: parts.contains(.severity) ? severity : 0, item: parts.contains(.item) ? item : 0,
        word: parts.contains(.word) ? word : 0, period: period))
    if place < direct.count { direct[place] = Int32(truncatingIfNeeded: group) }
    return group
  }

  /// The group of a key, numbered from 0 in order of first meeting.
  @inline(__always)
  mutating func group(_ key: GroupKey) -> Int {
    let place = key.place
    if let number = recent.number(of: key, at: place) { return Int(number) }
    return slowGroup(key, place)
  }

  @inline(never)
  private mutating func slowGroup(_ key: GroupKey, _ place: Int) -> Int {
    let number = groups[key] ?? keys.count
    if number == keys.count {
      groups[key] = number
      keys.append(key)
    }
    recent.note(UInt32(truncatingIfNeeded: number), of: key, at: place)
    return number
  }

  /// The values of a group's columns, one for each grouping; nil where there is none.
  ///
  /// - Parameter word: the text of a word's number, for a grouping's name; the books' words when nil.
  func columns(
    of key: GroupKey, _ view: borrowing LedgerView, word: ((UInt32, String) -> String?)? = nil
  ) -> [String?] {
    groupings.map { grouping in
      switch grouping {
      case .attribute, .label:
        setGroupings.firstIndex(of: grouping).flatMap { setKeys[Int(key.set)][$0] }
      case .stream: view.streamName(key.stream)
      case .stage: view.stages.name(key.stage)
      case .origin: view.stages.name(key.origin)
      case .severity: view.texts.name(key.severity)
      case .item: key.item == 0 ? nil : view.subjectName(key.item)
      case .word(let name): if let word { word(key.word, name) } else { view.texts.name(key.word) }
      }
    }
  }

  private static func passes(_ entries: [AttributeEntry], _ filter: Filter) -> Bool {
    for (attribute, wanted) in filter.attributes {
      guard let entry = entries.first(where: { $0.tag == attribute.rawValue }), wanted.contains(entry.value) else {
        return false
      }
    }
    for (key, wanted) in filter.labels {
      guard let entry = entries.first(where: { $0.labelKey == key }), wanted.contains(entry.value) else { return false }
    }
    return true
  }

  private static func value(of grouping: Grouping, _ entries: [AttributeEntry]) -> String? {
    switch grouping {
    case .attribute(let attribute): entries.first { $0.tag == attribute.rawValue }?.value
    case .label(let key): entries.first { $0.labelKey == key }?.value
    default: nil
    }
  }
}
