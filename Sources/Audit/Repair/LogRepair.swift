import EventLog
import Foundation
import Glibc
import ValueStream

/// Makes a new ledger of every record of a damaged one that is still what its hash says; all that is derived is made anew with it.
public struct LogRepair {
  /// A record that could not be kept.
  public struct Loss: Sendable, Equatable {
    /// Its position in the damaged log.
    public var position: UInt64
    /// Why.
    public var reason: String
  }

  /// What came of it.
  public struct Outcome: Sendable, Equatable {
    /// Records of the damaged log, as far as can be told.
    public var found: UInt64 = 0
    /// Whether that can be told: not when the file's own structure cannot be read.
    public var isCountKnown = true
    /// Records of the new ledger.
    public var kept: UInt64 = 0
    /// Records among them that could not be compared with a hash.
    public var unproven: UInt64 = 0
    /// What is lost.
    public var losses: [Loss] = []
    /// The root of the new ledger: that of the old one when nothing is lost.
    public var root = MerkleHash.emptyRoot
  }

  /// What a reading process is asked for.
  public enum Request: Sendable {
    /// So many positions from one on, with or without a look at the stored hashes, into a file: ``SalvageFile/run(log:to:from:count:comparing:)``.
    case positions(log: String, file: String, first: UInt64, count: UInt64, comparing: Bool)
    /// The positions that a file lists (all when it is empty), wherever they are: ``SalvageFile/scan(log:to:wanted:comparing:)``.
    case pages(log: String, file: String, wanted: String, comparing: Bool)
  }

  /// Runs a reading process. True when it ended by itself.
  public typealias Reader = (Request) throws -> Bool

  /// Positions that one reading process takes.
  private static let positionsAProcess: UInt64 = 100_000

  private let read: Reader
  private let temporary: String
  private var outcome = Outcome()
  private let found: RecordSpool
  private var lost: [UInt64: String] = [:]
  private var identity: SalvageReader.Identity?
  private let folder: String
  private let source: String
  private let preparer = EventPreparer(isStrict: false)

  /// - Parameters:
  ///   - source: the damaged log's file. It is not changed.
  ///   - folder: the new ledger's folder: not there, or empty.
  ///   - temporary: a folder for what the reading processes write.
  public init(source: String, folder: String, temporary: String, read: @escaping Reader) throws {
    found = try RecordSpool(temporary + "/spool")
    self.source = source
    self.folder = folder
    self.temporary = temporary
    self.read = read
  }

  /// Salvages. When the damage ends a reading process, another goes on behind it; what no tree of the file leads to any more is looked for on
  /// its pages; then all that was found is appended in order.
  public mutating func run(progress: (_ done: UInt64, _ total: UInt64) -> Void) throws -> Outcome {
    let canBeOpened = try readByPosition(progress)
    outcome.isCountKnown = canBeOpened
    try readByPage(comparing: canBeOpened)
    guard !found.positions.isEmpty || canBeOpened else {
      throw AuditError.refused(reason: "Nothing of \(source) can be read. Restore a backup.")
    }
    try appendFound(progress)
    return outcome
  }

  /// False when the file cannot be opened.
  private mutating func readByPosition(_ progress: (UInt64, UInt64) -> Void) throws -> Bool {
    var next: UInt64 = 1
    var skip: UInt64 = 1
    while true {
      let contents = try step(from: next, count: Self.positionsAProcess, comparing: true)
      if contents.last > 0 { outcome.found = contents.last }
      identity = identity ?? contents.identity
      try keep(contents.entries)
      progress(contents.position, outcome.found)
      if !contents.entries.isEmpty { skip = 1 }
      switch contents.step {
      case .opening: return false
      case .done:
        guard contents.position <= contents.last else { return true }
        next = contents.position
      case .record:
        // It may be the stored hash that cannot be read: once more, without it.
        let alone = try step(from: contents.position, count: 1, comparing: false)
        if alone.step == .done {
          try keep(alone.entries)
          next = contents.position + 1
        } else {
          next = try passOver(contents.position, skip: &skip)
        }
      }
    }
  }

  /// Looks on the pages themselves for what is lost.
  private mutating func readByPage(comparing: Bool) throws {
    guard !lost.isEmpty || !comparing else { return }
    let file = temporary + "/wanted"
    defer { unlink(file) }
    // All of them when it is not known what there is.
    let wanted = comparing ? lost.keys.sorted() : []
    try DurableFile.replace(file, with: wanted.withUnsafeBytes { Array($0) }, isDurable: false)
    let contents = try scan(file, comparing: comparing)
    // What is proven is not to be replaced by what is not.
    var proven: Set<UInt64> = []
    for entry in contents.entries {
      guard case .kept(let position, let isProven, let micros, let event) = entry, isEvent(event),
        isProven || !proven.contains(position)
      else { continue }
      if isProven { proven.insert(position) }
      try found.add(position, isProven: isProven, recordedMicros: micros, event: event)
      lost[position] = nil
    }
    if !comparing { outcome.found = max(outcome.found, found.positions.last ?? 0) }
    if !comparing, outcome.found > 0 {
      for position in 1...outcome.found where !found.contains(position) {
        lost[position] = "nothing of it is in the file"
      }
    }
  }

  private func scan(_ wanted: String, comparing: Bool) throws -> SalvageFile.Contents {
    let file = temporary + "/scan"
    defer { unlink(file) }
    if try !read(.pages(log: source, file: file, wanted: wanted, comparing: comparing)), comparing {
      // The stored hashes ended it: without them.
      return try scan(wanted, comparing: false)
    }
    return try SalvageFile.read(file)
  }

  private func step(from first: UInt64, count: UInt64, comparing: Bool) throws -> SalvageFile.Contents {
    let file = temporary + "/salvage"
    unlink(file)
    defer { unlink(file) }
    let ended = try read(.positions(log: source, file: file, first: first, count: count, comparing: comparing))
    var contents = try SalvageFile.read(file)
    if !ended, contents.step == .done { contents.step = .record }
    return contents
  }

  /// Behind a position at which the reading process ended: the next one; after several in a row, as far ahead as it takes to find one that
  /// can be read, then back to the first such, so that a lost page of the index does not cost a process for each of its records.
  private mutating func passOver(_ position: UInt64, skip: inout UInt64) throws -> UInt64 {
    var good = position + skip
    if skip >= 4, outcome.found > 0 {
      var bad = position
      while good <= outcome.found, try !isReadable(good) {
        bad = good
        good += skip
        skip *= 2
      }
      good = min(good, outcome.found + 1)
      while good - bad > 1 {
        let middle = bad + (good - bad) / 2
        if try isReadable(middle) { good = middle } else { bad = middle }
      }
      skip = 1
    } else {
      good = position + 1
      skip *= 2
    }
    for lost in position..<good { lose(lost, "reading it ends the process that reads: the file is damaged there") }
    return good
  }

  private func isReadable(_ position: UInt64) throws -> Bool {
    try step(from: position, count: 1, comparing: false).step == .done
  }

  private mutating func lose(_ position: UInt64, _ reason: String) {
    if !found.contains(position) { lost[position] = reason }
  }

  private mutating func keep(_ entries: [SalvageFile.Entry]) throws {
    for entry in entries {
      switch entry {
      case .lost(let position, let reason): lose(position, reason)
      case .kept(let position, let isProven, let micros, let event):
        if isEvent(event) {
          try found.add(position, isProven: isProven, recordedMicros: micros, event: event)
          lost[position] = nil
        } else {
          lose(position, "it is no valid event")
        }
      }
    }
  }

  private func isEvent(_ event: [UInt8]) -> Bool {
    let batch = EventBatch()
    return (try? event.withUnsafeBytes { try preparer.prepare($0, line: 1, into: batch) }) != nil
  }

  private mutating func appendFound(_ progress: (UInt64, UInt64) -> Void) throws {
    let log = try create()
    // Of a log that lost its last records too, nothing says how many they were.
    outcome.losses = lost.sorted { $0.key < $1.key }.map { Loss(position: $0.key, reason: $0.value) }
    var batch = EventBatch()
    var times: [Int64] = []
    var before = Int64.min
    let positions = found.positions
    for (index, position) in positions.enumerated() {
      guard let record = try found.record(at: position) else { continue }
      try record.event.withUnsafeBytes { try preparer.prepare($0, line: Int(position), into: batch) }
      if !record.isProven { outcome.unproven += 1 }
      // A recorded time that is damaged must not keep those behind it out: times never decrease.
      before = max(before, record.recordedMicros)
      times.append(before)
      if batch.count == 20_000 || index == positions.count - 1 {
        batch.recordedTimes = times
        outcome.kept += UInt64(try log.append(batch, nowMicros: 0).appended)
        progress(position, outcome.found)
        batch = EventBatch()
        times = []
      }
    }
    outcome.root = try log.snapshot().root()
  }

  private func create() throws -> EventLog {
    try EventLog.create(
      at: folder,
      options: EventLogOptions(
        vocabularyMode: identity?.vocabularyMode ?? .open, createdMicros: identity?.createdMicros,
        ledgerID: lost.isEmpty ? identity?.ledgerID : nil))
  }
}
