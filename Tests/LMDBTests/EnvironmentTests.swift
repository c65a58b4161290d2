import Foundation
import LMDB
import TestSupport
import Testing

@Suite struct EnvironmentTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func open(
    mapSize: Int = 1 << 16, maxReaders: Int = 510, readOnly: Bool = false, timeout: Int = 60
  ) throws -> Environment {
    try Environment(
      EnvironmentOptions(
        path: folder.file(), initialMapSize: mapSize, maxReaders: maxReaders, readOnly: readOnly, durability: .none,
        growthTimeoutSeconds: timeout))
  }

  func put(_ count: Int, from start: UInt64 = 0, _ table: IntegerTable, _ environment: Environment) throws {
    let value = [UInt8](repeating: 7, count: 1000)
    try environment.write { transaction in
      for key in start..<start + UInt64(count) {
        try value.withUnsafeBytes { try table.put(key, $0, append: true, in: transaction) }
      }
    }
  }

  @Test func theMapGrowsUntilATransactionFitsAndTheBodyRunsAgain() throws {
    let environment = try open()
    let table = try IntegerTable(name: "t", environment: environment)
    let before = environment.information.mapSize
    var runs = 0
    let value = [UInt8](repeating: 7, count: 1000)
    try environment.write { transaction in
      runs += 1
      for key in 0..<2000 as Range<UInt64> {
        try value.withUnsafeBytes { try table.put(key, $0, append: true, in: transaction) }
      }
    }
    #expect(runs > 2)
    #expect(environment.information.mapSize >= before * 16)
    #expect(try environment.read { try table.count(in: $0) } == 2000)
  }

  @Test func aBodyThatThrowsWritesNothing() throws {
    struct Stop: Error {}
    let environment = try open()
    let table = try IntegerTable(name: "t", environment: environment)
    #expect(throws: Stop.self) {
      try environment.write { transaction in
        _ = try table.reserve(1, byteCount: 10, in: transaction)
        throw Stop()
      }
    }
    #expect(try environment.read { try table.count(in: $0) } == 0)
  }

  @Test func growingWhileThisThreadReadsIsAnErrorAndNotAHang() throws {
    let environment = try open()
    let table = try IntegerTable(name: "t", environment: environment)
    let held = try environment.beginRead()
    let error = #expect(throws: LMDBError.self) { try put(2000, table, environment) }
    #expect(error?.reason == .readHeldByThisThread)
    #expect(try table.count(in: held) == 0)
    _ = consume held
    try put(2000, table, environment)
  }

  @Test func growingWaitsForTheReadsOfOtherThreads() async throws {
    let environment = try open()
    let table = try IntegerTable(name: "t", environment: environment)
    try put(1, table, environment)
    let isReading = DispatchSemaphore(value: 0)
    let mayEnd = DispatchSemaphore(value: 0)
    let read = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      try? environment.read { transaction in
        isReading.signal()
        mayEnd.wait()
        // The page is still mapped: the writer has waited.
        let value = try table.get(0, in: transaction)
        if value?.allSatisfy({ $0 == 7 }) == true { read.signal() }
      }
    }
    isReading.wait()
    Thread.detachNewThread {
      usleep(50_000)
      mayEnd.signal()
    }
    try put(2000, from: 1, table, environment)
    #expect(read.wait(timeout: .now()) == .success)
    #expect(try environment.read { try table.count(in: $0) } == 2001)
  }

  @Test func growingGivesUpOnAReadThatDoesNotEnd() throws {
    let environment = try open(timeout: 1)
    let table = try IntegerTable(name: "t", environment: environment)
    let isReading = DispatchSemaphore(value: 0)
    let mayEnd = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      try? environment.read { _ in
        isReading.signal()
        mayEnd.wait()
      }
    }
    isReading.wait()
    let error = #expect(throws: LMDBError.self) { try put(2000, table, environment) }
    #expect(error?.reason == .readersDidNotEnd(seconds: 1))
    mayEnd.signal()
  }

  @Test func aWriteInsideAWriteIsAnErrorAndNotAHang() throws {
    let environment = try open()
    let error = #expect(throws: LMDBError.self) { try environment.write { _ in try environment.write { _ in } } }
    #expect(error?.reason == .nestedWrite)
  }

  @Test func aMapGrownByAnotherProcessIsTakenOverByReadsAndWrites() throws {
    let environment = try open()
    let table = try IntegerTable(name: "t", environment: environment)
    try put(3, table, environment)
    let before = environment.information.mapSize
    try ChildProcess.run("growMap", path: folder.file())
    #expect(try environment.read { try table.count(in: $0) } == 3003)
    #expect(environment.information.mapSize > before)
    try ChildProcess.run("growMapMore", path: folder.file())
    try put(1, from: 1_000_000, table, environment)
    #expect(try environment.read { try table.count(in: $0) } == 23_004)
  }

  @Test func theSlotOfAReaderThatDiedIsFreed() throws {
    let environment = try open()
    let table = try IntegerTable(name: "t", environment: environment)
    try put(3, table, environment)
    try ChildProcess.run("dieWhileReading", path: folder.file(), expectedToDie: true)
    #expect(try environment.clearDeadReaders() == 1)
    #expect(try environment.clearDeadReaders() == 0)
  }

  @Test func readersBeyondTheLimitGetAnErrorThatSaysWhatToDo() throws {
    let environment = try open(maxReaders: 3)
    let first = try environment.beginRead()
    let second = try environment.beginRead()
    let third = try environment.beginRead()
    let error = #expect(throws: LMDBError.self) { try environment.read { _ in } }
    #expect(error?.name == "MDB_READERS_FULL")
    #expect(error?.description.contains("maxReaders") == true)
    _ = consume first
    _ = consume second
    try environment.read { _ in }
    _ = consume third
  }

  @Test func aDeadReadersSlotIsReusedWhenAllAreTaken() throws {
    let environment = try open(maxReaders: 1)
    let table = try IntegerTable(name: "t", environment: environment)
    try put(3, table, environment)
    try ChildProcess.run("dieWhileReading", path: folder.file(), expectedToDie: true)
    #expect(try environment.read { try table.count(in: $0) } == 3)
  }

  @Test func aReadOnlyEnvironmentReadsAndCreatesNothing() throws {
    do {
      let environment = try open()
      try put(3, try IntegerTable(name: "t", environment: environment), environment)
    }
    let environment = try open(readOnly: true)
    let table = try IntegerTable(name: "t", environment: environment)
    #expect(try environment.read { try table.count(in: $0) } == 3)
    #expect(throws: LMDBError.self) { try IntegerTable(name: "other", environment: environment) }
    #expect(try environment.hasTable("t"))
    #expect(try !environment.hasTable("other"))
    #expect(throws: LMDBError.self) { try put(1, table, environment) }
  }

  @Test func aCopyHoldsWhatIsCommitted() throws {
    let environment = try open()
    let table = try IntegerTable(name: "t", environment: environment)
    try put(100, table, environment)
    try environment.copy(to: folder.file("copy.mdb"), compact: true)
    let copy = try Environment(EnvironmentOptions(path: folder.file("copy.mdb"), readOnly: true))
    let copied = try IntegerTable(name: "t", environment: copy)
    #expect(try copy.read { try copied.count(in: $0) } == 100)
  }

  @Test func aFileThatIsNoDatabaseIsRefused() throws {
    try Data(repeating: 65, count: 20_000).write(to: URL(fileURLWithPath: folder.file()))
    let error = #expect(throws: LMDBError.self) { try open() }
    #expect(error?.isNoDatabase == true)
    #expect(error?.name == "MDB_INVALID")
  }
}
