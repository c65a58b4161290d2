/// Tells an XES log as events of items: each case is an item, created at its first instant and delivered at its last.
///
/// Every XES event becomes exactly one event of the ledger; what its transition means is said at ``XESTransition``.
/// `org:resource` is the actor. A case whose last event aborts it is cancelled, not delivered. The events of a case
/// come in the order of their times. Memory: one case.
struct XESReader: ElementReader {
  private enum Phase {
    case needsCase
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

  /// - Parameters:
  ///   - stream: The value stream; without one, the log's name, or else the file's.
  ///   - openCases: True for cases that go on: they are created, but not delivered.
  init(_ window: InputWindow, stream: String?, openCases: Bool) throws(ImportError) {
    parser = try XESParser(window)
    writer = XESEventWriter()
    self.stream = stream
    self.openCases = openCases
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
        nameWriter()
        current.sort()
        started.removeAll(keepingCapacity: true)
        writer.begin(current)
        phase = .problem(0)
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
  private mutating func nameWriter() {
    guard !isNamed else { return }
    isNamed = true
    let logName = parser.logName.isEmpty ? Array(fileName.utf8) : parser.logName
    writer.name(log: logName, stream: stream.map { Array($0.utf8) } ?? logName)
  }

  private func transition(_ event: XESCase.Event) -> XESTransition {
    current.text.withUnsafeBytes { XESTransition(UnsafeRawBufferPointer(rebasing: $0[event.transition])) }
  }

  private func element(line: Int) -> InputElement { InputElement(bytes: writer.bytes, line: line) }

  /// The item is created in the stage that its first event enters, so that it is in no other one before.
  private mutating func created() -> InputElement {
    guard let first = current.events.first else { return element(line: current.line) }
    let stage: XESEventWriter.Stage? =
      switch transition(first) {
      case .seen, .start, .complete: .activity(first.activity)
      case .schedule: .queue(first.activity)
      case .suspend, .resume, .abort, .note: nil
      }
    writer.write(.created, current, line: current.line, micros: first.micros, number: 0, stage: stage)
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
