import EventLog
import LMDB
import Synchronization

/// Checks facts, symbols, identities and references against the events they were decoded from, on all cores.
public final class FactVerifier: Sendable {
  /// One difference between what is stored and what the event says.
  public typealias Finding = FactLane.Finding

  /// Findings that are kept.
  public static let mostFindings = 1000

  private let log: EventLog
  private let state = Mutex(State())

  private struct State {
    var texts: SymbolTexts?
    var lanes: [FactLane] = []
    var findings = FindingList()
  }

  /// What is found beside the records (``checkTables(through:)``).
  public struct Tables: Sendable {
    fileprivate var symbols: [String] = []
    fileprivate var references: ListedReferences?

    /// Nothing was looked at.
    public init() {}
  }

  /// A verifier of a log.
  public init(_ log: EventLog) { self.log = log }

  /// The first findings.
  public var findings: [Finding] { state.withLock { $0.findings.first } }
  /// How many there were.
  public var findingCount: Int { state.withLock { $0.findings.count } }

  /// Makes what looks at the records that one core reads while the log is verified
  /// (``EventLog/verifyLog(progress:makeVisitor:meanwhile:)``).
  public func makeVisitor() throws -> FactLane {
    let lane = FactLane(try texts())
    state.withLock { $0.lanes.append(lane) }
    return lane
  }

  /// The strings of the symbols, copied by who first needs them.
  private func texts() throws -> SymbolTexts {
    try state.withLock { state in
      if let texts = state.texts { return texts }
      let texts = try log.withSnapshot { try SymbolTexts($0) }
      for finding in texts.findings { state.findings.add(0, finding) }
      state.texts = texts
      return texts
    }
  }

  /// Checks that the strings of the symbols lead back to them, and adds up what the references list: beside the visitors, which it does not
  /// disturb.
  public func checkTables(through size: UInt64) throws -> Tables {
    let texts = try texts()
    let snapshot = try log.snapshot()
    var tables = Tables()
    tables.symbols = try texts.checkSymbols(snapshot)
    tables.references = try ListedReferences(snapshot, texts, through: size)
    return tables
  }

  /// Sums up what was seen while the log was verified, with that report. Symbols must be numbered in the order of their first use.
  ///
  /// - Parameter tables: what ``checkTables(through:)`` found.
  public func finish(_ report: VerificationReport, _ tables: Tables) throws {
    try state.withLock { state in
      guard report.size > 0, let texts = state.texts else { return }
      try finish(report, tables, texts, state.lanes, &state.findings)
    }
  }

  private func finish(
    _ report: VerificationReport, _ tables: Tables, _ texts: SymbolTexts, _ lanes: [FactLane],
    _ findings: inout FindingList
  ) throws {
    let end = report.size
    for finding in tables.symbols { findings.add(0, finding) }
    findings.add(lanes.map(\.findings))
    if report.identityDigest != lanes.reduce(0, { $0 &+ $1.identityDigest }) {
      try checkIdentities(through: end, &findings)
    }
    if let references = tables.references, references.digest != lanes.reduce(0, { $0 &+ $1.referenceDigest }) {
      try checkReferences(through: end, &findings)
    }
    let snapshot = try log.snapshot()
    guard snapshot.size == end else { return }
    checkOrder(lanes, tables.references, texts, &findings)
    let defined = lanes.compactMap(\.sealing).max { $0.position < $1.position }
    if try log.sealing() != defined?.rules {
      findings.add(
        defined?.position ?? 0,
        "the rules for sealing personal fields that the log keeps are not those of its last event about them")
    }
    let listed = try snapshot.entryCounts()["references"] ?? 0
    let expected = lanes.reduce(0) { $0 + $1.referenceCount }
    if listed != expected {
      findings.add(0, "the table references holds \(listed) entries; the events call for \(expected)")
    }
  }

  /// The index does not add up to what the events' identities do: each is looked for.
  private func checkIdentities(through end: UInt64, _ findings: inout FindingList) throws {
    let before = findings.count
    try forEachEvent(through: end) { event, _, position, snapshot in
      let occurred = event.flags.contains(.timeAssumed) ? nil : event.occurredMicros
      if try !snapshot.containsIdentity(hash: event.identityHash, occurredMicros: occurred, position: position) {
        findings.add(position, "the identity that is listed is not the event's")
      }
    }
    if findings.count == before { findings.add(0, "the table identity lists what no event accounts for") }
  }

  /// The table of references does not add up to what the events refer to: each is looked for.
  private func checkReferences(through end: UInt64, _ findings: inout FindingList) throws {
    let before = findings.count
    try forEachEvent(through: end) { event, batch, position, snapshot in
      var named = batch.references(of: event).map { batch.bytes(of: $0) }
      if event.flags.contains(.argumentIsSubject) { named.append(batch.bytes(of: event.argument)) }
      for subject in named where !subject.isEmpty {
        guard let symbol = try snapshot.symbolID(subject, in: .subject) else {
          findings.add(position, "a subject that the event refers to has no symbol")
          continue
        }
        if try !snapshot.isReference(to: symbol, at: position) {
          findings.add(position, "the event is not listed as referring to subject \(symbol)")
        }
      }
    }
    if findings.count == before {
      findings.add(0, "the table references lists what no event accounts for, or misses one")
    }
  }

  /// Reads the events once more, the long way; those that cannot be read were found.
  private func forEachEvent(
    through end: UInt64,
    _ body: (PreparedEvent, EventBatch, _ position: UInt64, borrowing LogSnapshot) throws -> Void
  ) throws {
    let snapshot = try log.snapshot()
    let preparer = EventPreparer(isStrict: false)
    let batch = EventBatch()
    try snapshot.forEachRecord(through: end) { record in
      batch.removeAll()
      try? preparer.prepare(record.bytes, line: 1, into: batch)
      if let event = batch.events.first { try body(event, batch, record.position, snapshot) }
      return true
    }
  }

  /// Symbols are numbered in the order of their first use.
  private func checkOrder(
    _ lanes: [FactLane], _ references: ListedReferences?, _ texts: SymbolTexts, _ findings: inout FindingList
  ) {
    for namespace in SymbolNamespace.allCases {
      var last: UInt64 = 0
      for symbol in 1..<max(1, Int(texts.count(in: namespace)) + 1) {
        var first = lanes.reduce(UInt64.max) { min($0, $1.firstUse(symbol, namespace)) }
        if namespace == .subject, let references { first = min(first, references.firstUse(symbol)) }
        if first == .max {
          findings.add(0, "the \(namespace) symbol \(symbol) is of no event")
        } else if first < last {
          findings.add(first, "the \(namespace) symbol \(symbol) is used before \(symbol - 1)")
        }
        last = max(last, first == .max ? 0 : first)
      }
    }
  }
}

/// The first findings, and how many there were.
struct FindingList {
  private(set) var first: [FactLane.Finding] = []
  private(set) var count = 0

  mutating func add(_ position: UInt64, _ description: String) {
    count += 1
    if first.count < FactVerifier.mostFindings {
      first.append(FactLane.Finding(position: position, description: description))
    }
  }

  /// Adds those of several cores, by position.
  mutating func add(_ lists: [FindingList]) {
    first += lists.flatMap(\.first).sorted { $0.position < $1.position }
    first.removeLast(max(0, first.count - FactVerifier.mostFindings))
    count += lists.reduce(0) { $0 + $1.count }
  }
}
