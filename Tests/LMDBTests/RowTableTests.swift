import LMDB
import TestSupport
import Testing

/// A row of the tests: 32 bytes with a position and a time of its own.
struct TestRow: FixedRow, Equatable {
  var position: UInt64
  var time: Int64
  var a: UInt64
  var b: UInt64

  var rowPosition: UInt64 { position }
  var rowTimeMicros: Int64 { time }
}

/// A row without a position or a time.
struct PlainRow: FixedRow, Equatable {
  var a: UInt64
  var rowPosition: UInt64 { 0 }
  var rowTimeMicros: Int64 { 0 }
}

@Suite struct RowTableTests {
  let folder: TemporaryFolder
  let environment: Environment

  init() throws {
    folder = try TemporaryFolder()
    environment = try Environment(EnvironmentOptions(path: folder.file(), initialMapSize: 1 << 16, durability: .none))
  }

  func rows(_ count: Int, seed: UInt64) -> [TestRow] {
    var random = SeededGenerator(seed: seed)
    var position: UInt64 = 1
    return (0..<count).map { _ in
      position += UInt64.random(in: 0...3, using: &random)
      return TestRow(
        position: position, time: Int64.random(in: -1000...1000, using: &random), a: random.next(), b: random.next())
    }
  }

  func append(_ rows: [TestRow], to table: RowTable<TestRow>, batches: (inout SeededGenerator) -> Int, seed: UInt64)
    throws
  {
    var random = SeededGenerator(seed: seed)
    var start = 0
    while start < rows.count {
      let end = min(rows.count, start + batches(&random))
      try environment.write { transaction in
        try rows[start..<end].withUnsafeBufferPointer { try table.append($0, in: transaction) }
      }
      start = end
    }
  }

  /// Every byte stored in a table and its tail.
  func stored(_ name: String) throws -> [[UInt8]] {
    let tables = [
      try IntegerTable(name: name, environment: environment),
      try IntegerTable(name: name + ".tail", environment: environment),
    ]
    return try environment.read { transaction in
      var all: [[UInt8]] = []
      for table in tables {
        var cursor = try Cursor(table, in: transaction)
        var more = try cursor.moveToFirst()
        while more {
          all.append(Array(cursor.key) + Array(cursor.value))
          more = try cursor.moveToNext()
        }
      }
      return all
    }
  }

  @Test func aBlockFillsEightPagesAndItsHeaderSixtyFourBytes() {
    #expect(MemoryLayout<BlockHeader>.size == 64)
    #expect(MemoryLayout<BlockHeader>.stride == 64)
    #expect(MemoryLayout<BlockHeader>.offset(of: \.rowCount) == 0)
    #expect(MemoryLayout<BlockHeader>.offset(of: \.rowSize) == 4)
    #expect(MemoryLayout<BlockHeader>.offset(of: \.firstPosition) == 8)
    #expect(MemoryLayout<BlockHeader>.offset(of: \.lastPosition) == 16)
    #expect(MemoryLayout<BlockHeader>.offset(of: \.minTimeMicros) == 24)
    #expect(MemoryLayout<BlockHeader>.offset(of: \.maxTimeMicros) == 32)
    #expect(MemoryLayout<BlockHeader>.offset(of: \.reserved) == 40)
    #expect(RowTable<TestRow>.rowsPerBlock == 1021)
    #expect(RowTable<PlainRow>.rowsPerBlock == 4086)
    #expect(16 + RowTable<TestRow>.blockSize <= 8 * 4096)
    #expect(16 + RowTable<TestRow>.blockSize + 32 > 8 * 4096)
  }

  @Test(arguments: [0, 1, 1020, 1021, 1022, 2042, 5000])
  func whatIsAppendedIsReadBackInOrder(count: Int) throws {
    let table = try RowTable<TestRow>(name: "rows", environment: environment)
    let expected = rows(count, seed: 1)
    try append(expected, to: table, batches: { Int.random(in: 1...700, using: &$0) }, seed: 2)
    try environment.read { transaction in
      #expect(try table.count(in: transaction) == count)
      let reader = try table.reader(in: transaction)
      #expect(reader.count == count)
      #expect((0..<count).map { reader.row(at: $0) } == expected)
      var scanned: [TestRow] = []
      for number in 0..<reader.blockCount {
        let block = reader.block(number)
        #expect(block.firstRow == scanned.count)
        #expect(Int(block.header.rowCount) == block.rows.count)
        #expect(block.header.rowSize == 32)
        #expect(block.header.firstPosition == block.rows.first?.position)
        #expect(block.header.lastPosition == block.rows.last?.position)
        #expect(block.header.minTimeMicros == block.rows.map(\.time).min())
        #expect(block.header.maxTimeMicros == block.rows.map(\.time).max())
        scanned += block.rows
      }
      #expect(scanned == expected)
      #expect(reader.failure == nil)
      for index in [0, count / 2, count - 1, count] {
        #expect(try table.row(at: index, in: transaction) == (expected.indices.contains(index) ? expected[index] : nil))
      }
    }
  }

  @Test(arguments: [1, 2, 3, 4, 5])
  func theStoredBytesDoNotDependOnTheBatches(seed: UInt64) throws {
    let all = rows(3500, seed: seed)
    let whole = try RowTable<TestRow>(name: "whole", environment: environment)
    let batched = try RowTable<TestRow>(name: "batched", environment: environment)
    try append(all, to: whole, batches: { _ in all.count }, seed: 0)
    let largest = [1500, 3, 1021, 2600, 64][Int(seed) - 1]
    try append(all, to: batched, batches: { Int.random(in: 1...largest, using: &$0) }, seed: seed)
    #expect(try stored("whole") == stored("batched"))
  }

  @Test func aPositionIsFoundByBinarySearch() throws {
    let table = try RowTable<TestRow>(name: "rows", environment: environment)
    let all = rows(2500, seed: 9)
    try append(all, to: table, batches: { Int.random(in: 1...900, using: &$0) }, seed: 3)
    try environment.read { transaction in
      let reader = try table.reader(in: transaction)
      let last = all[all.count - 1].position
      for position in UInt64(0)...last + 2 {
        #expect(reader.firstRow(positionAfter: position) == all.count { $0.position <= position })
      }
    }
  }

  @Test func rowsWithoutAPositionAreFoundByTheirPlace() throws {
    let table = try RowTable<PlainRow>(name: "plain", environment: environment)
    let all = (0..<5000).map { PlainRow(a: UInt64($0)) }
    try environment.write { transaction in
      try all.withUnsafeBufferPointer { try table.append($0, in: transaction) }
      try table.append(PlainRow(a: 5000), in: transaction)
    }
    try environment.read { transaction in
      let reader = try table.reader(in: transaction)
      for position in [0, 1, 2, 4085, 4086, 4087, 5000, 5001, 9000] as [UInt64] {
        #expect(reader.firstRow(positionAfter: position) == min(5001, Int(position)))
      }
      #expect(reader.header(ofBlock: 0).firstPosition == 1)
      #expect(reader.header(ofBlock: 1).lastPosition == 5001)
      #expect(reader.row(at: 5000) == PlainRow(a: 5000))
    }
  }

  @Test func removingAllLeavesAnEmptyTableThatCanBeFilledAgain() throws {
    let table = try RowTable<TestRow>(name: "rows", environment: environment)
    let all = rows(1500, seed: 4)
    try append(all, to: table, batches: { _ in 1500 }, seed: 0)
    try environment.write { try table.removeAll(in: $0) }
    #expect(try environment.read { try table.count(in: $0) } == 0)
    try append(all, to: table, batches: { _ in 300 }, seed: 0)
    #expect(try environment.read { try table.reader(in: $0).row(at: 1499) } == all[1499])
  }

  @Test func aDamagedBlockIsReportedAndReadsAsZeroes() throws {
    let table = try RowTable<TestRow>(name: "rows", environment: environment)
    try append(rows(2100, seed: 4), to: table, batches: { _ in 2100 }, seed: 0)
    let blocks = try IntegerTable(name: "rows", environment: environment)
    try environment.write { transaction in
      try [UInt8](repeating: 7, count: 100).withUnsafeBytes { try blocks.put(1, $0, in: transaction) }
    }
    try environment.read { transaction in
      let reader = try table.reader(in: transaction)
      #expect(reader.row(at: 1100) == TestRow(position: 0, time: 0, a: 0, b: 0))
      #expect(reader.failure?.isDamaged == true)
      #expect(throws: LMDBError.self) { try table.row(at: 1100, in: transaction) }
    }
  }
}
