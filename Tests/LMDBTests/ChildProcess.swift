import Foundation
import LMDB
import Testing

/// Runs a part of a test in another process: this test program again, with the name of the part in its environment.
///
/// LMDB's locks and map sizes are between processes, and one process may open a file only once, so that nothing less would do.
enum ChildProcess {
  static let partVariable = "VSL_TEST_CHILD_PART"
  static let pathVariable = "VSL_TEST_CHILD_PATH"

  static func run(_ part: String, path: String, expectedToDie: Bool = false) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = ["--testing-library", "swift-testing", "--filter", "LMDBChildProcessParts"]
    process.environment = ProcessInfo.processInfo.environment.merging([partVariable: part, pathVariable: path]) { $1 }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    if expectedToDie {
      #expect(process.terminationReason == .uncaughtSignal, "part \(part) did not die")
    } else {
      #expect(process.terminationStatus == 0, "part \(part) failed")
    }
  }
}

/// The parts; they do nothing unless a test above started this process for one of them.
@Suite(.enabled(if: ProcessInfo.processInfo.environment[ChildProcess.partVariable] != nil))
struct LMDBChildProcessParts {
  @Test func runsThePartAskedFor() throws {
    let variables = ProcessInfo.processInfo.environment
    let path = try #require(variables[ChildProcess.pathVariable])
    let environment = try Environment(
      EnvironmentOptions(path: path, initialMapSize: 1 << 16, maxReaders: 510, durability: .none))
    let table = try IntegerTable(name: "t", environment: environment)
    switch variables[ChildProcess.partVariable] {
    case "growMap": try put(3000, from: 100, table, environment)
    case "growMapMore": try put(20_000, from: 10_000, table, environment)
    case "dieWhileReading":
      try environment.read { transaction in
        _ = try table.count(in: transaction)
        kill(getpid(), SIGKILL)
      }
    case let part: Issue.record("unknown part \(part ?? "")")
    }
  }

  private func put(_ count: Int, from start: UInt64, _ table: IntegerTable, _ environment: Environment) throws {
    let value = [UInt8](repeating: 9, count: 1000)
    try environment.write { transaction in
      for key in start..<start + UInt64(count) {
        try value.withUnsafeBytes { try table.put(key, $0, in: transaction) }
      }
    }
  }
}
