import EventLog
import Foundation
import LMDB
import ValueStream

@testable import Projections

/// A ledger in a temporary folder, fed with plain events.
final class TestLedger {
  let ledger: Ledger
  private let directory: String
  private let preparer = EventPreparer(isStrict: true)
  private(set) var events: [PlainEvent] = []

  init() throws {
    directory = NSTemporaryDirectory() + "/vsl-test-\(UUID().uuidString)"
    ledger = try Ledger.create(at: directory)
  }

  /// A ledger of events.
  ///
  /// - Parameter indexed: how large a part of the events the index of visits covers when they were appended: most tests ask ledgers of which
  ///   some is in the index and some behind it.
  convenience init(
    _ events: [PlainEvent], batch: Int = .max, catchingUp: Bool = false, indexed: Double = 0.6
  ) throws {
    try self.init()
    var rest = events[...]
    if !catchingUp, indexed > 0, !events.isEmpty {
      let count = Int((Double(events.count) * indexed).rounded(.up))
      try append(Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
      try ledger.indexVisits()
    }
    while !rest.isEmpty {
      try append(Array(rest.prefix(batch)))
      rest = rest.dropFirst(batch)
      if catchingUp { try ledger.catchUp() }
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  func append(_ added: [PlainEvent]) throws {
    let batch = EventBatch()
    for (index, event) in added.enumerated() {
      try Array(event.json.utf8).withUnsafeBytes { try preparer.prepare($0, line: index + 1, into: batch) }
    }
    let receipt = try ledger.log.append(batch, nowMicros: PlainEvent.epochMicros)
    precondition(receipt.duplicates == 0, "test events have ids of their own")
    events += added
  }

  /// The world as the books tell it, in the oracle's words.
  func world(knownAt position: Int, at seconds: Int) throws -> NaiveLedger.World {
    try ledger.view().world(
      Cut(position: UInt64(position), atMicros: PlainEvent.epochMicros + Int64(seconds) * 1_000_000))
  }
}

extension LedgerView {
  /// The standing entries of every book in a cut.
  func world(_ cut: Cut) throws -> NaiveLedger.World {
    var world = NaiveLedger.World()
    func seconds(_ micros: Int64) -> Int { Int((micros - PlainEvent.epochMicros) / 1_000_000) }
    func known(_ micros: Int64) -> Int? { micros == ItemState.unknown ? nil : seconds(micros) }
    func team(_ set: UInt32) -> String {
      AttributeEntry.decode(attributeSets[Int(set)]).first { $0.tag == ItemAttribute.team.rawValue }?.value ?? ""
    }
    StandingEntries(books.visits, cut).forEach(in: books.visits) { row in
      world.visits.append(
        NaiveLedger.Visit(
          item: subjectName(row.item), stream: streamName(row.stamp.stream) ?? "", stage: stages.name(row.stage) ?? "",
          since: seconds(row.sinceMicros), team: team(row.attributes), actor: texts.name(row.actor) ?? ""))
    }
    StandingEntries(books.blocks, cut).forEach(in: books.blocks) { row in
      world.blocks.append(
        NaiveLedger.Block(
          item: subjectName(row.item), stage: stages.name(row.stage) ?? "", since: seconds(row.sinceMicros),
          reason: texts.name(row.reason) ?? ""))
    }
    StandingEntries(books.events, cut).forEach(in: books.events) { row in
      let type = EventKind(rawValue: row.kind)?.typeName ?? ""
      world.others.append(
        NaiveLedger.Other(
          type: String(type.dropFirst("vsl.".count).dropLast(".v1".count)), subject: subjectName(row.subject),
          seconds: seconds(row.effectiveMicros), stream: streamName(row.stamp.stream) ?? ""))
    }
    // The time spent is a sum over signed postings: + (at − effective) for each that adds, − for each that takes back.
    func spent<Row: Posting>(_ book: RowReader<Row>, _ key: (Row) -> String) -> [String: Int] {
      var sums: [String: Int] = [:]
      for index in 0..<book.firstRow(positionAfter: cut.position) {
        let row = book.row(at: index)
        guard row.effectiveMicros <= cut.atMicros else { continue }
        let elapsed = seconds(cut.atMicros) - seconds(row.effectiveMicros)
        sums[key(row), default: 0] += row.stamp.flags.contains(.negative) ? -elapsed : elapsed
      }
      return sums.filter { $0.value != 0 }
    }
    var spans: [VisitSpan] = []
    ItemVisits(self, cut).forEach { spans += $1 }
    for span in spans where span.toMicros != span.fromMicros {
      world.spans.append(
        NaiveLedger.Span(
          item: subjectName(span.item), stream: streamName(span.stream) ?? "", stage: stages.name(span.stage) ?? "",
          team: team(span.attributes), actor: texts.name(span.actor) ?? "", since: seconds(span.sinceMicros),
          from: seconds(span.fromMicros), to: span.toMicros.map(seconds)))
    }
    world.stageSeconds = spent(books.visits) {
      "\(subjectName($0.item)) \(streamName($0.stamp.stream) ?? "") \(stages.name($0.stage) ?? "") \(team($0.attributes))"
    }
    world.blockedSeconds = spent(books.blocks) {
      "\(subjectName($0.item)) \(stages.name($0.stage) ?? "") \(texts.name($0.reason) ?? "")"
    }
    StandingEntries(books.completions, cut).forEach(in: books.completions) { row in
      world.completions.append(
        NaiveLedger.Completion(
          item: subjectName(row.item), stream: streamName(row.stamp.stream) ?? "", created: known(row.createdMicros),
          committed: known(row.committedMicros), completed: seconds(row.effectiveMicros),
          isCancelled: row.stamp.flags.contains(.cancelled), team: team(row.attributes)))
    }
    StandingEntries(books.defects, cut).forEach(in: books.defects) { row in
      world.defects.append(
        NaiveLedger.Defect(
          defect: subjectName(row.defect), stream: streamName(row.stamp.stream) ?? "",
          found: seconds(row.effectiveMicros),
          stage: stages.name(row.stage) ?? "", origin: stages.name(row.origin) ?? "",
          severity: texts.name(row.severity) ?? "", isEscaped: row.stamp.flags.contains(.escaped),
          team: team(row.attributes)))
    }
    StandingEntries(books.arrivals, cut).forEach(in: books.arrivals) { world.open.insert(subjectName($0.item)) }
    for completion in world.completions { world.open.remove(completion.item) }
    world.spans.sort()
    world.visits.sort()
    world.completions.sort()
    world.defects.sort()
    world.blocks.sort()
    world.others.sort()
    return world
  }
}
