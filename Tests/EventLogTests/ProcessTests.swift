import Foundation
import TestSupport
import Testing

@testable import EventLog

@Suite struct ProcessTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("ledger")
  }

  @Test func twoProcessesAppendToOneLedgerAtOnce() throws {
    let log = try EventLog.create(at: path, options: EventLogOptions(initialMapSize: 1 << 16))
    let child = try ChildProcess.start("append", path: path)
    var appended = 0
    while child.isRunning || appended < 30 {
      let events = (0..<15).map {
        TestEvent(id: "parent \(appended) \($0)", subject: appended % 2 == 0 ? "ichild \(appended)" : "ip \(appended)")
      }
      _ = try log.append(batch(events), nowMicros: Int64(appended))
      appended += 1
    }
    child.waitUntilExit()
    #expect(child.terminationStatus == 0)
    try log.withSnapshot { snapshot throws in
      #expect(snapshot.size == UInt64(60 * 20 + appended * 15))
      for number in 0..<60 {
        let subject = try #require(try snapshot.symbolID("ichild \(number)", in: .subject))
        #expect(snapshot.symbolString(subject, in: .subject) == "ichild \(number)")
        #expect(try snapshot.version(ofSubject: subject) == 20 + (number % 2 == 0 && number < appended ? 15 : 0))
      }
    }
    #expect(try log.verifyLog().findings == [])
  }

  @Test func whatWasAcknowledgedBeforeAProcessWasKilledIsThere() throws {
    _ = try EventLog.create(at: path, options: EventLogOptions(initialMapSize: 1 << 16))
    let child = try ChildProcess.start("dieWhileAppending", path: path)
    var acknowledged = 0
    while acknowledged < 20 && child.isRunning {
      usleep(20_000)
      acknowledged =
        (try? String(contentsOfFile: path + ".acknowledged", encoding: .utf8))?.split(separator: "\n").count ?? 0
    }
    kill(child.processIdentifier, SIGKILL)
    child.waitUntilExit()
    acknowledged = try String(contentsOfFile: path + ".acknowledged", encoding: .utf8).split(separator: "\n").count
    #expect(acknowledged >= 20)
    let log = try EventLog.open(at: path, options: EventLogOptions(initialMapSize: 1 << 16))
    let size = try log.withSnapshot { $0.size }
    #expect(size >= UInt64(acknowledged))
    #expect(try log.verifyLog().isClean)
    // The import goes on where it stopped: what is there is answered, the rest is written.
    let events = (0..<Int(size) + 5).map { TestEvent(id: "e\($0)", subject: "i\($0)") }
    let receipt = try log.append(batch(events), nowMicros: 0)
    #expect(receipt.appended == 5)
    #expect(receipt.positions == (1...size + 5).map(\.self))
  }
}
