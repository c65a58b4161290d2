import EventLog
import ValueStream

/// The stages of a log in the order in which they are first seen, and which of them the ledger has been told.
///
/// A stage that no definition names counts as work: that is right for an activity, and wrong for the wait before it. So the stream is
/// defined as soon as a case has a stage that is a queue, by all stages seen so far; and again when there is another queue. What an
/// earlier log has said of the same stream stays, so that logs may share one.
struct XESStages {
  /// From when on the definition holds: 1900-01-01, the earliest time that an event may have.
  static let definedMicros: Int64 = -2_208_988_800_000_000
  /// Stages of one definition, at most, as the schema has it.
  private static let limit = 256

  /// A stage, its name as UTF-8.
  struct Stage: Equatable {
    var name: [UInt8]
    var kind: StreamDefinition.StageKind
  }

  private var stages: [Stage] = []
  /// The hashes of activities, and of those that are waited for, so that what was seen costs no memory to see again.
  private var activities: Set<UInt64> = []
  private var queues: Set<UInt64> = []
  /// True when there is a queue that has not been told.
  private(set) var hasNews = false

  /// Nothing seen yet; `known` is what the ledger has been told.
  init(known: [StreamDefinition.Stage] = []) {
    stages = known.map { Stage(name: Array($0.name.utf8), kind: $0.kind) }
  }

  /// What a definition says: all stages, or where they are too many those that are not what they would be taken for.
  var toTell: ArraySlice<Stage> {
    stages.count <= Self.limit ? stages[...] : stages.filter { $0.kind != .work }.prefix(Self.limit)
  }

  /// An activity was seen.
  mutating func note(activity: UnsafeRawBufferPointer) {
    guard activities.insert(StableHash.hash(activity)).inserted else { return }
    _ = add(Array(activity), .work)
  }

  /// An item waits for an activity.
  mutating func note(queueOf activity: UnsafeRawBufferPointer) {
    guard queues.insert(StableHash.hash(activity)).inserted else { return }
    if add(Array(activity) + Array(" (queue)".utf8), .queue), toTell.contains(where: { $0 == stages.last }) {
      hasNews = true
    }
  }

  /// The definition has been written.
  mutating func wereTold() { hasNews = false }

  private mutating func add(_ name: [UInt8], _ kind: StreamDefinition.StageKind) -> Bool {
    guard !stages.contains(where: { $0.name == name }) else { return false }
    stages.append(Stage(name: name, kind: kind))
    return true
  }
}

extension EventLog {
  /// The stages that the newest definition of a stream by an XES log names, voided or not: who voids it does not want it back.
  func stagesOfImportedLogs(stream: String) throws(ImportError) -> [StreamDefinition.Stage] {
    do {
      return try withSnapshot { snapshot in
        let subject = [SubjectClass.stream.rawValue] + Array(stream.utf8)
        guard let symbol = try subject.withUnsafeBytes({ try snapshot.symbolID($0, in: .subject) }) else { return [] }
        var positions: [UInt64] = []
        try snapshot.positions(ofSubject: symbol, into: &positions)
        for position in positions.reversed() {
          guard let record = try snapshot.record(at: position) else { continue }
          if let stages = Self.stages(definedBy: record.bytes) { return stages }
        }
        return []
      }
    } catch let error as LedgerError {
      throw .ledger(error)
    } catch {
      throw .ledger(.unexpected("\(error)"))
    }
  }

  /// The stages of a definition that ``XESEventWriter`` wrote; nil when the event is another one.
  private static func stages(definedBy event: UnsafeRawBufferPointer) -> [StreamDefinition.Stage]? {
    let parser = JSONParser()
    defer { withExtendedLifetime(parser) {} }
    guard let root = try? parser.parse(copying: event),
      root.member("source")?.string?.hasPrefix("/xes/") == true,
      root.member("time")?.string == Timestamp.format(XESStages.definedMicros)
    else { return nil }
    return try? StreamDefinition(eventBytes: event).stages
  }
}
