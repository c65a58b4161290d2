import Foundation
import TestSupport
import Testing

@testable import Tables

@Suite struct `Parquet files` {
  /// A table of every kind with `count` rows, every third cell null.
  private func answer(count: Int) -> Answer {
    var table = everyKind
    table.columns[3].unit = "s"
    table.columns[3].description = "How old: \"quoted\", 日本."
    table.rows = (0..<count).map { row in
      let cells: [Value] = [
        .text(row == 1 ? "" : "A-\(row) né 😀 日本\0"), .integer(row == 0 ? .min : Int64(row)), .number(Double(row) / 7),
        .duration(Double(row) * 0.1), .timestamp(1_767_323_045_120_001 - Int64(row) * 3_600_000_000), .share(0.25),
      ]
      return cells.indices.map { (row + $0) % 3 == 2 ? .null : cells[$0] }
    }
    return Answer(
      metric: "cycle-time", parameters: [("stream", "pay\"ments"), ("knownAt", "5")], position: .max, root: "1f2e",
      notes: ["Ünlike."], table: table, histogram: cycleTime().histogram)
  }

  private static let arrow = """
    import io, json, sys
    import pyarrow.parquet as pq, pyarrow as pa
    file = pq.ParquetFile(io.BytesIO(sys.stdin.buffer.read()))
    table = file.read()
    table.validate(full=True)
    micros = [c.cast(pa.int64()) if pa.types.is_timestamp(c.type) else c for c in table.columns]
    columns = [c.to_pylist() for c in micros]
    print(json.dumps({
        "names": table.column_names, "types": [str(c.type) for c in table.columns],
        "rows": [list(row) for row in zip(*columns)], "groups": file.metadata.num_row_groups,
        "nulls": [sum(file.metadata.row_group(g).column(c).statistics.null_count
                  for g in range(file.metadata.num_row_groups)) for c in range(len(columns))],
        "codecs": sorted({file.metadata.row_group(g).column(c).compression
                  for g in range(file.metadata.num_row_groups) for c in range(len(columns))}),
        "metadata": {k.decode(): v.decode() for k, v in (file.metadata.metadata or {}).items()}}))
    """

  private struct ArrowFile: Decodable {
    var names, types, codecs: [String]
    var rows: [[JSONCell]]
    var groups: Int
    var nulls: [Int]
    var metadata: [String: String]
  }

  private struct DuckFile: Decodable {
    var types: [String]
    var rows: [[JSONCell]]
    var late: Int
    var metadata: [String: String]
  }

  private static let duck = """
    import json, sys
    import duckdb
    path = sys.argv[1]
    db = duckdb.connect()
    rows = db.execute(
        "select item, moves, rate, age, epoch_us(since), active from read_parquet(?)", [path]).fetchall()
    types = db.execute("select column_type from (describe select * from read_parquet(?))", [path]).fetchall()
    values = db.execute("select decode(key), decode(value) from parquet_kv_metadata(?)", [path]).fetchall()
    late = db.execute(
        "select count(*) from read_parquet(?) where since > timestamptz '2026-01-01 00:00:00+00'", [path]).fetchone()
    print(json.dumps({"rows": rows, "types": [t for (t,) in types], "metadata": dict(values), "late": late[0]}))
    """

  @Test(
    Python.isNamed,
    arguments: [
      (0, 10, ParquetWriter.Compression.gzip), (1, 10, .none), (25, 10, .none), (25, 10, .gzip), (3000, 1000, .gzip),
    ])
  func `pyarrow reads every value, type and note back`(
    count: Int, rowsPerGroup: Int, compression: ParquetWriter.Compression
  ) throws {
    let answer = answer(count: count)
    let bytes = try ParquetWriter(compression: compression, rowsPerGroup: rowsPerGroup).bytes(of: answer)
    let read = try Python.read(ArrowFile.self, Self.arrow, input: bytes)
    #expect(read.names == everyKind.columns.map(\.name))
    #expect(read.types == ["string", "int64", "double", "double", "timestamp[us, tz=UTC]", "double"])
    #expect(read.rows == answer.table.jsonCells)
    #expect(read.groups == (count + rowsPerGroup - 1) / rowsPerGroup)
    #expect(read.codecs == (count == 0 ? [] : [compression == .gzip ? "GZIP" : "UNCOMPRESSED"]))
    let nulls = everyKind.columns.indices.map { column in answer.table.rows.count { $0[column] == .null } }
    #expect(read.nulls == nulls)

    let metadata = read.metadata
    #expect(metadata["vsl.metric"] == "cycle-time" && metadata["vsl.title"] == "Items")
    #expect(metadata["vsl.position"] == "18446744073709551615" && metadata["vsl.root"] == "1f2e")
    #expect(try json([String: String].self, metadata["vsl.parameters"]) == ["stream": "pay\"ments", "knownAt": "5"])
    let columns = try json([[String: String?]].self, metadata["vsl.columns"])
    #expect(columns[3] == ["name": "age", "type": "duration", "unit": "s", "description": "How old: \"quoted\", 日本."])
    #expect(columns[2]["unit"] == "items/week" && columns[0]["unit"] == .some(nil))
    #expect(try json([[String: Int]].self, metadata["vsl.histogram"]).map { $0["count"] } == [8, 5, 1])
  }

  @Test(Python.isNamed, arguments: [0, 1, 25, 3000])
  func `DuckDB reads every value back`(count: Int) throws {
    let answer = answer(count: count)
    let folder = try TemporaryFolder()
    try Data(answer.encoded(as: .parquet, style: plain)).write(to: folder.url("a.parquet"))
    let read = try Python.read(DuckFile.self, Self.duck, folder.file("a.parquet"))
    #expect(read.rows == answer.table.jsonCells)
    #expect(read.types == ["VARCHAR", "BIGINT", "DOUBLE", "DOUBLE", "TIMESTAMP WITH TIME ZONE", "DOUBLE"])
    #expect(read.metadata["vsl.metric"] == "cycle-time")
    let january = Int64(1_767_225_600_000_000)
    let late = answer.table.rows.count { if case .timestamp(let micros) = $0[4] { micros > january } else { false } }
    #expect(read.late == late)
  }

  @Test(Python.isNamed) func `texts longer than a page are read back`() throws {
    var long = answer(count: 3)
    long.table.columns = [Column(name: "t", type: .text)]
    long.table.rows = [3, 1 << 20, 1, 3 << 20, 0].map { [.text(String(repeating: "é", count: $0))] } + [[.null]]
    let read = try Python.read(ArrowFile.self, Self.arrow, input: ParquetWriter(compression: .none).bytes(of: long))
    #expect(read.rows == long.table.jsonCells)
  }

  @Test func `a file begins and ends with its mark`() throws {
    let bytes = try answer(count: 2).encoded(as: .parquet, style: plain)
    #expect(bytes.starts(with: Array("PAR1".utf8)) && bytes.suffix(4) == Array("PAR1".utf8)[...])
  }

  @Test func `what is not a finite number is null, and short rows end in nulls`() throws {
    var odd = answer(count: 0)
    odd.table.columns = [Column(name: "n", type: .number), Column(name: "d", type: .duration)]
    odd.table.rows = [[.number(.nan), .duration(.infinity)], [.null], []]
    var nulls = odd
    nulls.table.rows = [[.null, .null], [.null, .null], [.null, .null]]
    #expect(try ParquetWriter().bytes(of: odd) == ParquetWriter().bytes(of: nulls))
  }

  @Test func `no columns, or a cell of another kind, are refused`() {
    var wrong = answer(count: 1)
    wrong.table.rows[0][4] = .text("yesterday")
    #expect(throws: TableError.cellOfAnotherKind(row: 0, column: "since", declared: .timestamp)) {
      try ParquetWriter().bytes(of: wrong)
    }
    wrong.table.columns = []
    #expect(throws: TableError.noColumns(table: "Items")) { try ParquetWriter().bytes(of: wrong) }
  }

  @Test func `the compact protocol packs fields, lists and nested structs as Thrift says`() {
    let bytes = ThriftCompactWriter.structure { outer in
      outer.field(1, int32: -1)
      outer.field(3, bool: true)
      outer.field(4) { $0.field(2, string: "é") }
      outer.field(5, int32s: [0, 300])
      outer.field(6, strings: Array(repeating: "", count: 15))
      outer.field(7, int64: .min)
    }
    var expected: [UInt8] = [0x15, 0x01, 0x21, 0x1C, 0x28, 0x02, 0xC3, 0xA9, 0x00, 0x19, 0x25, 0x00, 0xD8, 0x04]
    expected += [0x19, 0xF8, 0x0F] + Array(repeating: 0, count: 15)
    expected += [0x16] + Array(repeating: 0xFF, count: 9) + [0x01, 0x00]
    #expect(bytes == expected)
  }

  private func json<Value: Decodable>(_: Value.Type, _ text: String?) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data((text ?? "").utf8))
  }
}
