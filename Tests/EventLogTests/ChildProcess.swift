import Foundation
import Testing

@testable import EventLog

/// Runs a part of a test in another process: this test program again, with the name of the part in its environment.
///
/// Locks and map sizes are between processes, and one process may open a file only once, so that nothing less would do.
enum ChildProcess {
  static let partVariable = "VSL_TEST_CHILD_PART"
  static let pathVariable = "VSL_TEST_CHILD_PATH"

  static func start(_ part: String, path: String) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = ["--testing-library", "swift-testing", "--filter", "EventLogChildProcessParts"]
    process.environment = ProcessInfo.processInfo.environment.merging([partVariable: part, pathVariable: path]) { $1 }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }
}

/// The parts; they do nothing unless a test started this process for one of them.
@Suite(.enabled(if: ProcessInfo.processInfo.environment[ChildProcess.partVariable] != nil))
struct EventLogChildProcessParts {
  @Test func runsThePartAskedFor() throws {
    let variables = ProcessInfo.processInfo.environment
    let path = try #require(variables[ChildProcess.pathVariable])
    let log = try EventLog.open(at: path, options: EventLogOptions(initialMapSize: 1 << 16))
    switch variables[ChildProcess.partVariable] {
    case "append":
      for number in 0..<60 {
        let events = (0..<20).map { TestEvent(id: "child \(number) \($0)", subject: "ichild \(number)") }
        _ = try log.append(batch(events), nowMicros: Int64(number))
      }
    case "dieWhileAppending":
      // Acknowledged events are written to a file, synced by nobody: it only has to survive this process.
      let journal = try #require(fopen(path + ".acknowledged", "w"))
      for number in 0... {
        _ = try log.append(batch([TestEvent(id: "e\(number)", subject: "i\(number)")]), nowMicros: 0)
        fputs("\(number)\n", journal)
        fflush(journal)
      }
    case let part: Issue.record("unknown part \(part ?? "")")
    }
  }
}
