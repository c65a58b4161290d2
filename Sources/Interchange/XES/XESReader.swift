import EventLog
import ValueStream

/// Tells an XES log as events of items: each case is an item, created at its first instant and delivered at its last.
///
/// Every XES event becomes exactly one event of the ledger; what its transition means is said at ``XESTransition``.
/// `org:resource` is the actor. A case whose last event aborts it is cancelled, not delivered. The events of a case
/// come in the order of their times. Where items wait for an activity, the stream's stages are defined before the first
/// that does (``XESStages``). A second case of the same name is refused: as one item, the two would tell a life that
/// neither had. Memory: one case, and a few bytes of every other.
struct XESReader: ElementReader {
  private enum Phase {
    case needsCase
    case stages
    case problem(Int)
    case created
    case event(Int)
    case delivered
  }

  private var parser: XESParser
  private var writer: XESEventWriter
  private var current = XESCase()
  private var phase = Phase.needsCase
  private var isNamed = false
  private let stream: String?
  private let fileName: String
  private let openCases: Bool
  /// Activities started and not completed, in the current case.
  private var started: [[UInt8]] = []
  private var stages = XESStages()
  private let knownStages: (String) throws(ImportError) -> [StreamDefinition.Stage]
  /// The lines of the cases so far, by the hash of their item's id: of a million cases, two share one with a chance of 1 : 30 million.
  private var lines: [UInt64: Int] = [:]

  /// - Parameters:
  ///   - stream: The value stream; without one, the log's name, or else the file's.
  ///   - openCases: True for cases that go on: they are created, but not delivered.
  ///   - itemPrefix: What the items' ids begin with, before the cases' names.
  ///   - knownStages: The stages of a stream that earlier logs have defined.
  init(
    _ window: InputWindow, stream: String?, openCases: Bool, itemPrefix: String = "",
    knownStages: @escaping (String) throws(ImportError) -> [StreamDefinition.Stage] = { _ in [] }
  ) throws(ImportError) {
    parser = try XESParser(window)
    writer = XESEventWriter(itemPrefix: Array(itemPrefix.utf8))
    self.stream = stream
    self.openCases = openCases
    self.knownStages = knownStages
    fileName = Self.baseName(window.path)
  }

  /// The file's name without its folder and the endings .gz and .xes.
  static func baseName(_ path: String) -> String {
    guard path != "-" else { return "stdin" }
    var name = path.split(separator: "/").last.map(String.init) ?? path
    for ending in [".gz", ".xes"] where name.lowercased().hasSuffix(ending) && name.count > ending.count {
      name = String(name.dropLast(ending.count))
    }
    return name
  }

  mutating func next() throws(ImportError) -> InputElement? {
    while true {
      switch phase {
      case .needsCase:
        guard try parser.read(&current) else { return nil }
        try nameWriter()
        current.sort()
        started.removeAll(keepingCapacity: true)
        writer.begin(current)
        if !current.events.isEmpty {
          // A case of which nothing is told takes nobody's name.
          let name = writer.item.withUnsafeBytes { StableHash.hash($0) }
          if let first = lines[name] { return sameName(as: first) }
          lines[name] = current.line
        }
        noteStages()
        phase = .stages
      case .stages:
        phase = .problem(0)
        guard stages.hasNews else { continue }
        writer.write(stages)
        stages.wereTold()
        return element(line: current.line)
      case .problem(let index):
        guard index < current.problems.count else {
          phase = current.events.isEmpty ? .needsCase : .created
          continue
        }
        phase = .problem(index + 1)
        let problem = current.problems[index]
        return InputElement(
          bytes: UnsafeRawBufferPointer(start: nil, count: 0), line: problem.line, problem: problem)
      case .created:
        phase = .event(0)
        return created()
      case .event(let index):
        guard index < current.events.count else {
          phase = .delivered
          continue
        }
        phase = .event(index + 1)
        return event(current.events[index])
      case .delivered:
        phase = .needsCase
        guard !openCases, let last = current.events.last, transition(last) != .abort else { continue }
        writer.write(.delivered, current, line: current.line, micros: last.micros, number: 0)
        return element(line: current.line)
      }
    }
  }

  /// Names stay what they were at the first case: what follows it must not change them.
  private mutating func nameWriter() throws(ImportError) {
    guard !isNamed else { return }
    isNamed = true
    let logName = parser.logName.isEmpty ? Array(fileName.utf8) : parser.logName
    writer.name(log: logName, stream: stream.map { Array($0.utf8) } ?? logName)
    stages = XESStages(known: try knownStages(stream ?? String(decoding: logName, as: UTF8.self)))
  }

  private func sameName(as first: Int) -> InputElement {
    InputElement(
      bytes: UnsafeRawBufferPointer(start: nil, count: 0), line: current.line,
      problem: EventRefusal(
        line: current.line, pointer: "/concept:name", rule: "unique",
        value: "\"\(String(decoding: writer.item.prefix(60), as: UTF8.self))\"",
        message:
          "The trace that begins here has the name of the one at line \(first), and the two would become one item. "
          + "Give it a name of its own, or leave it out with --on-error skip."))
  }

  /// Notes the stages of the case, before any of its events is told.
  private mutating func noteStages() {
    guard let first = current.events.first else { return }
    note(createdStage(first))
    for event in current.events {
      switch transition(event) {
      case .seen, .start, .complete: note(.activity(event.activity))
      case .schedule: note(.queue(event.activity))
      case .suspend, .resume, .abort, .note: break
      }
    }
  }

  private mutating func note(_ stage: XESEventWriter.Stage) {
    current.text.withUnsafeBytes { text in
      switch stage {
      case .activity(let range): stages.note(activity: UnsafeRawBufferPointer(rebasing: text[range]))
      case .queue(let range): stages.note(queueOf: UnsafeRawBufferPointer(rebasing: text[range]))
      }
    }
  }

  /// The stage in which the item is before its first event: what is given to somebody, or put off, waits; what is suspended, resumed or
  /// given up was begun.
  private func createdStage(_ first: XESCase.Event) -> XESEventWriter.Stage {
    switch transition(first) {
    case .seen, .start, .complete, .suspend, .resume, .abort: .activity(first.activity)
    case .schedule, .note: .queue(first.activity)
    }
  }

  private func transition(_ event: XESCase.Event) -> XESTransition {
    current.text.withUnsafeBytes { XESTransition(UnsafeRawBufferPointer(rebasing: $0[event.transition])) }
  }

  private func element(line: Int) -> InputElement { InputElement(bytes: writer.bytes, line: line) }

  /// The item is created in the stage of its first event, so that it is in no other one before.
  private mutating func created() -> InputElement {
    guard let first = current.events.first else { return element(line: current.line) }
    writer.write(
      .created, current, line: current.line, micros: first.micros, number: 0, stage: createdStage(first))
    return element(line: current.line)
  }

  private mutating func event(_ event: XESCase.Event) -> InputElement {
    let activity = Array(current.text[event.activity])
    var role: XESEventWriter.Role
    var stage: XESEventWriter.Stage?
    switch transition(event) {
    case .seen: (role, stage) = (.entered, .activity(event.activity))
    case .schedule: (role, stage) = (.entered, .queue(event.activity))
    case .start:
      (role, stage) = (.entered, .activity(event.activity))
      started.append(activity)
    case .complete:
      role = .entered
      stage = .activity(event.activity)
      if let index = started.lastIndex(of: activity) {
        role = .left
        started.remove(at: index)
      }
    case .suspend: role = .blocked
    case .resume: role = .unblocked
    case .abort: role = .cancelled
    case .note: role = .changed
    }
    writer.write(
      role, current, line: event.line, micros: event.micros, number: event.index, stage: stage, event: event)
    return element(line: event.line)
  }
}
