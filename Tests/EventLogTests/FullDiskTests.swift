import Foundation
import TestSupport
import Testing

@testable import EventLog

/// Needs a file system of its own, which only root may mount.
@Suite(.enabled(if: getuid() == 0, "mounting a small file system takes root"))
struct FullDiskTests {
  @Test func aFullDiskIsAClearErrorAndLosesNothingAcknowledged() throws {
    let folder = try TemporaryFolder()
    guard try run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.path) == 0 else {
      // A container without the right to mount: nothing to test with.
      return
    }
    defer { _ = try? run("umount", "-l", folder.path) }
    do {
      let log = try EventLog.create(at: folder.file("ledger"), options: EventLogOptions(initialMapSize: 1 << 16))
      var acknowledged: UInt64 = 0
      let error = #expect(throws: LedgerError.self) {
        for number in 0..<1000 {
          let events = (0..<20).map {
            TestEvent(id: "e\(number) \($0)", extra: ",\"more\":\"\(String(repeating: "x", count: 300))\"")
          }
          acknowledged = try log.append(batch(events), nowMicros: Int64(number)).lastPosition
        }
      }
      #expect(error?.lmdbError?.isDiskFull == true)
      #expect(error?.description.contains("disk is full") == true)
      #expect(acknowledged > 100)
      #expect(try log.withSnapshot { $0.size } == acknowledged)
      #expect(try log.verifyLog().findings == [])
      // With room again, the same log goes on.
      #expect(try run("mount", "-o", "remount,size=8m", folder.path) == 0)
      #expect(try log.append(batch([TestEvent(id: "after")]), nowMicros: 0).lastPosition == acknowledged + 1)
      #expect(try log.verifyLog().findings == [])
    }
    let log = try EventLog.open(at: folder.file("ledger"), options: EventLogOptions(readOnly: true))
    #expect(try log.verifyLog().isClean)
  }

  private func run(_ command: String...) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
