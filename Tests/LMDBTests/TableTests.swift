import CLMDB
import LMDB
import TestSupport
import Testing

@Suite struct TableTests {
  let folder: TemporaryFolder
  let environment: Environment

  init() throws {
    folder = try TemporaryFolder()
    environment = try Environment(EnvironmentOptions(path: folder.file(), initialMapSize: 1 << 20, durability: .none))
  }

  @Test func integerKeysAreInNumericOrder() throws {
    let table = try IntegerTable(name: "t", environment: environment)
    let keys: [UInt64] = [300, 1, 256, 255, .max, 65_536, 0]
    try environment.write { transaction in
      for key in keys { try withUnsafeBytes(of: key) { try table.put(key, $0, in: transaction) } }
    }
    try environment.read { transaction in
      var cursor = try Cursor(table, in: transaction)
      var found: [UInt64] = []
      var more = try cursor.moveToFirst()
      while more {
        #expect(cursor.value.loadUnaligned(as: UInt64.self) == cursor.integerKey)
        found.append(cursor.integerKey)
        more = try cursor.moveToNext()
      }
      #expect(found == keys.sorted())
      #expect(try cursor.move(toFirstNotBelow: 257))
      #expect(cursor.integerKey == 300)
      #expect(try cursor.move(to: 256))
      #expect(try !cursor.move(to: 257))
      #expect(try table.get(2, in: transaction) == nil)
    }
  }

  @Test func aRemovedKeyIsGone() throws {
    let table = try IntegerTable(name: "t", environment: environment)
    try environment.write { transaction in
      _ = try table.reserve(5, byteCount: 3, in: transaction)
      #expect(try table.remove(5, in: transaction))
      #expect(try !table.remove(5, in: transaction))
    }
  }

  @Test func anAppendOutOfOrderIsRefused() throws {
    let table = try IntegerTable(name: "t", environment: environment)
    try environment.write { transaction in
      _ = try table.reserve(5, byteCount: 3, append: true, in: transaction)
      let error = #expect(throws: LMDBError.self) { try table.reserve(4, byteCount: 3, append: true, in: transaction) }
      #expect(error?.name == "MDB_KEYEXIST")
    }
  }

  @Test func aKeyThatIsTooLongIsRefused() throws {
    let table = try BytesTable(name: "b", environment: environment)
    try environment.write { transaction in
      for length in [1, 511, 512] {
        let key = [UInt8](repeating: 1, count: length)
        try key.withUnsafeBytes { bytes in
          if length <= BytesTable.maxKeyLength {
            try table.put(bytes, bytes, in: transaction)
            #expect(try table.get(bytes, in: transaction)?.count == length)
          } else {
            let error = #expect(throws: LMDBError.self) { try table.put(bytes, bytes, in: transaction) }
            #expect(error?.name == "MDB_BAD_VALSIZE")
          }
        }
      }
    }
  }

  @Test(arguments: [1, 2, 100, 5000])
  func theValuesOfAKeyAreReadPageByPageInOrder(count: Int) throws {
    let table = try MultiTable<UInt64>(name: "m", order: .integer, environment: environment)
    var random = SeededGenerator(seed: UInt64(count))
    let values = (0..<count).map { UInt64($0) * 300 }
    try environment.write { transaction in
      for value in values.shuffled(using: &random) {
        try table.insert(value, under: 7, in: transaction)
        try table.insert(value + 1, under: 8, in: transaction)
      }
      try table.insert(values[0], under: 7, in: transaction)
    }
    try environment.read { transaction in
      var found: [UInt64] = []
      try table.values(under: 7, into: &found, in: transaction)
      #expect(found == values)
      #expect(try table.count(under: 7, in: transaction) == count)
      #expect(try table.count(under: 9, in: transaction) == 0)
      #expect(try table.count(in: transaction) == 2 * count)
      #expect(try table.contains(values[count / 2], under: 7, in: transaction))
      #expect(try !table.contains(values[count / 2] + 1, under: 7, in: transaction))
      var cursor = try Cursor(table, in: transaction)
      #expect(try cursor.move(to: 8))
      #expect(try cursor.moveToLastValue())
      #expect(cursor.value.loadUnaligned(as: UInt64.self) == values[count - 1] + 1)
    }
  }

  @Test func aValueNotBelowAnotherIsFoundUnderItsKeyOnly() throws {
    let table = try MultiTable<UInt64>(name: "m", order: .integer, environment: environment)
    try environment.write { transaction in
      for value in [10, 20, 30] as [UInt64] { try table.insert(value, under: 1, in: transaction) }
      try table.insert(5, under: 2, in: transaction)
    }
    try environment.read { transaction in
      var cursor = try Cursor(table, in: transaction)
      func seek(_ key: UInt64, _ value: UInt64) throws -> UInt64? {
        try withUnsafeBytes(of: value) { bytes in
          guard try cursor.move(to: key, firstValueNotBelow: bytes) else { return nil }
          #expect(cursor.integerKey == key)
          return cursor.value.loadUnaligned(as: UInt64.self)
        }
      }
      #expect(try seek(1, 11) == 20)
      #expect(try seek(1, 30) == 30)
      #expect(try seek(1, 31) == nil)
      #expect(try seek(2, 1) == 5)
      #expect(try seek(2, 6) == nil)
      #expect(try seek(3, 1) == nil)
    }
  }

  @Test func statisticsCountEntriesAndPages() throws {
    let table = try IntegerTable(name: "t", environment: environment)
    try environment.write { transaction in
      for key in 0..<100 as Range<UInt64> { _ = try table.reserve(key, byteCount: 1000, in: transaction) }
    }
    let statistics = try environment.read { try table.statistics(in: $0) }
    #expect(statistics.entries == 100)
    #expect(statistics.pages >= 25)
    #expect(statistics.bytes == statistics.pages * 4096)
  }

  @Test func statisticsCountThePagesOfManyValuesUnderOneKey() throws {
    let table = try MultiTable<UInt64>(name: "m", order: .integer, environment: environment)
    try environment.write { transaction in
      for value in 0..<10_000 as Range<UInt64> { try table.insert(value, under: 1, in: transaction) }
      for key in 2..<50 as Range<UInt64> { try table.insert(key, under: key, in: transaction) }
    }
    let statistics = try environment.read { try table.statistics(in: $0) }
    #expect(statistics.entries == 10_048)
    // 80,000 bytes of values, in pages that are at least half full.
    #expect((20...45).contains(statistics.pages))
  }
}
