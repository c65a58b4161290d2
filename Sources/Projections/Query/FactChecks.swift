import EventLog
import LMDB
import ValueStream

/// What one pass over all facts of a cut says of the data: of their clocks, of checks without an item and deployments without changes, and
/// which subjects were created and heard of.
struct FactChecks {
  /// Who was created, as far as is known.
  private(set) var created: SubjectSet
  /// Who was heard of after an instant.
  private(set) var heard: SubjectSet

  /// Looks at every fact once, on all cores. O(facts up to the position).
  ///
  /// - Parameter silentMicros: the instant behind which it counts that an item was heard of.
  init(
    _ parts: AnswerParts, _ classifier: RowClassifier, after silentMicros: Int64, _ findings: inout DataFindings,
    _ view: borrowing LedgerView
  ) throws {
    let cut = parts.cut
    let voided = try VoidedPositions(view, asOf: cut.position)
    let withChanges = Self.deploymentsWithChanges(view, through: cut.position)
    let passes = Self.streams(classifier)
    let outlines = try view.outlines()
    // The last rows are memory of the reader.
    defer { withExtendedLifetime(outlines) {} }
    let blocks = outlines.blocks(through: Int(cut.position)).filter { $0.header.minTimeMicros <= cut.atMicros }
    let none = Lane(findings: findings.empty, SubjectSet(view), atMicros: cut.atMicros, silentMicros)
    let laneCount = findings.isSerial ? 1 : Cores.lanes(for: Int(cut.position))
    let lanes = Cores.fold(blocks.count, laneCount: laneCount) {
      none
    } _: { lane, range in
      passes.withUnsafeBufferPointer { passes in
        for block in blocks[range] {
          var place = 0
          while place < block.rows.count {
            // As many as share a word of the sets of positions.
            let position = UInt64(block.firstRow + place + 1)
            let end = min(place + 64 - Int(position & 63), block.rows.count)
            lane.look(
              at: UnsafeBufferPointer(rebasing: block.rows[place..<end]), from: position, passes,
              voided: voided.word(of: position) >> (position & 63),
              withChanges: withChanges.word(of: position) >> (position & 63))
            place = end
          }
        }
      }
      lane.finish()
    }
    (created, heard) = (SubjectSet(view), SubjectSet(view))
    for lane in lanes {
      findings.absorb(lane.findings)
      created.formUnion(lane.created)
      heard.formUnion(lane.heard)
    }
  }

  /// When items were first created, by a further pass over the facts, for the few that one does not know it of. O(facts up to the position).
  static func createdMicros(of items: [UInt32], _ cut: Cut, _ view: borrowing LedgerView) throws -> [UInt32: Int64] {
    guard !items.isEmpty else { return [:] }
    var wanted = SubjectSet(view)
    for item in items { wanted.insert(item) }
    let voided = try VoidedPositions(view, asOf: cut.position)
    let outlines = try view.outlines()
    defer { withExtendedLifetime(outlines) {} }
    var created: [UInt32: Int64] = [:]
    for block in outlines.blocks(through: Int(cut.position)) where block.header.minTimeMicros <= cut.atMicros {
      for (place, fact) in block.rows.enumerated() where fact.kind == EventKind.itemCreated.rawValue {
        guard fact.occurredMicros <= cut.atMicros, wanted.contains(fact.subject),
          !voided.contains(UInt64(block.firstRow + place + 1))
        else { continue }
        created[fact.subject] = min(created[fact.subject] ?? .max, fact.occurredMicros)
      }
    }
    return created
  }

  /// The positions of the deployments that list changes.
  private static func deploymentsWithChanges(_ view: borrowing LedgerView, through position: UInt64) -> PositionSet {
    let positions = PositionSet(upTo: position)
    let lists = view.books.deployedChanges
    for block in lists.blocks(through: lists.firstRow(positionAfter: position)) {
      for row in block.rows { positions.insert(row.position) }
    }
    return positions
  }

  /// For each number of a stream 1 where facts of it are looked at, else 0.
  private static func streams(_ classifier: RowClassifier) -> [UInt8] {
    (0...UInt16.max).map { classifier.passes(stream: $0) ? 1 : 0 }
  }

  /// What one core finds in its part of the facts.
  private struct Lane {
    private(set) var findings: DataFindings
    private(set) var created: SubjectSet
    private(set) var heard: SubjectSet
    private let atMicros: Int64
    private let silentMicros: Int64
    private var skewed = Doubts(check: .occurredAfterRecorded)
    private var assumed = Doubts(check: .timeAssumed)
    private var withoutItem = Doubts(check: .checkWithoutItem)
    private var withoutChanges = Doubts(check: .deploymentWithoutChanges)
    private var factCount = 0
    private var checkCount = 0
    private var deploymentCount = 0

    init(findings: DataFindings, _ nobody: SubjectSet, atMicros: Int64, _ silentMicros: Int64) {
      self.findings = findings
      (created, heard) = (nobody, nobody)
      self.atMicros = atMicros
      self.silentMicros = silentMicros
    }

    /// Looks at facts that follow each other, of which most are nothing but counted, without a branch: that is quicker than to guess.
    ///
    /// - Parameters:
    ///   - passes: for each number of a stream, whether its facts are looked at.
    ///   - voided: a bit for each fact, from the lowest on.
    ///   - withChanges: the same of the deployments that list changes.
    @inline(__always)
    mutating func look(
      at facts: UnsafeBufferPointer<FactOutline>, from position: UInt64, _ passes: UnsafeBufferPointer<UInt8>,
      voided: UInt64, withChanges: UInt64
    ) {
      for place in facts.indices {
        let fact = facts[place]
        let isInside = fact.occurredMicros <= atMicros && voided >> UInt64(place) & 1 == 0 ? 1 : 0
        if isInside != 0 {
          if fact.kind == EventKind.itemCreated.rawValue { created.insert(fact.subject) }
          if fact.occurredMicros > silentMicros { heard.insert(fact.subject) }
        }
        let counts = isInside & Int(passes[Int(fact.stream)])
        let isCheck = fact.kind == EventKind.checkCompleted.rawValue ? counts : 0
        let isDeployment = fact.kind == EventKind.deploymentCompleted.rawValue ? counts : 0
        factCount += counts
        checkCount += isCheck
        deploymentCount += isDeployment
        let isListed =
          skewed.count(fact.flags.contains(.occurredAfterRecorded) ? counts : 0)
          | assumed.count(fact.flags.contains(.timeAssumed) ? counts : 0)
          | withoutItem.count(fact.flags.contains(.argumentIsSubject) ? 0 : isCheck)
          | withoutChanges.count(withChanges >> UInt64(place) & 1 == 0 ? isDeployment : 0)
        if isListed != 0 { list(fact, at: position + UInt64(place)) }
      }
    }

    /// Lists the fact that was counted last for what it was counted for.
    @inline(never)
    private mutating func list(_ fact: FactOutline, at position: UInt64) {
      let entry = EvidenceCollector.Entry(
        subject: fact.subject, position: position, effectiveMicros: fact.occurredMicros)
      skewed.list(entry, &findings)
      assumed.list(entry, &findings)
      withoutItem.list(entry, &findings)
      withoutChanges.list(entry, &findings)
    }

    mutating func finish() {
      skewed.finish(looked: factCount, &findings)
      assumed.finish(looked: factCount, &findings)
      withoutItem.finish(looked: checkCount, &findings)
      withoutChanges.finish(looked: deploymentCount, &findings)
    }
  }

  /// What is doubtful in one part of the facts: where much is, it is counted, and only the first is listed.
  private struct Doubts {
    let check: DataCheck
    private var count = 0
    /// 1 while what is found is listed, else 0; and whether the last fact was found.
    private var lists = 1
    private var isLast = 0

    init(check: DataCheck) { self.check = check }

    /// Counts a fact, by 1 when it is doubtful, else 0; 1 when it must be listed.
    @inline(__always)
    mutating func count(_ isFound: Int) -> Int {
      count += isFound
      isLast = isFound & lists
      return isLast
    }

    mutating func list(_ entry: EvidenceCollector.Entry, _ findings: inout DataFindings) {
      guard isLast != 0 else { return }
      findings.list(check, entry)
      // Positions ascend: behind the limit nothing is listed any more.
      if entry.position >= findings.limit(of: check) { lists = 0 }
    }

    func finish(looked population: Int, _ findings: inout DataFindings) {
      findings.count(check, count)
      findings.look(check, at: population)
    }
  }
}
