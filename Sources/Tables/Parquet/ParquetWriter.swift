/// Writes an answer as one Apache Parquet file: its table as columns, all else as key-value metadata.
///
/// ```swift
/// let bytes = try ParquetWriter().bytes(of: answer)
/// ```
///
/// | column | Parquet type |
/// |---|---|
/// | text | BYTE_ARRAY, STRING |
/// | integer | INT64 |
/// | number, share | DOUBLE |
/// | duration | DOUBLE, in seconds: exact to the microsecond up to 136 years |
/// | timestamp | INT64, TIMESTAMP in microseconds, adjusted to UTC |
///
/// Columns have the names they have in CSV and JSON, and may hold nulls. Values are PLAIN. The metadata of the file:
/// `vsl.metric`, `vsl.title`, `vsl.position` and `vsl.root` as text; `vsl.parameters` (an object), `vsl.columns` (an array of
/// name, type, unit, description), `vsl.notes` (an array of sentences) and, where there is one, `vsl.histogram` (an array of
/// from, to, count) as JSON.
public struct ParquetWriter: Sendable {
  /// How pages are compressed.
  public enum Compression: Sendable {
    /// Not at all.
    case none
    /// With zlib, as every reader of Parquet understands.
    case gzip

    fileprivate var codec: Int32 { self == .gzip ? 2 : 0 }
  }

  /// A page ends after the value with which its values are at least this long.
  private static let pageBytes = 1 << 20
  private static let magic = Array("PAR1".utf8)

  private let compression: Compression
  private let rowsPerGroup: Int

  /// Chooses how to write.
  ///
  /// - Parameter rowsPerGroup: The most rows of a row group, which readers work on in parallel; at least 1.
  public init(compression: Compression = .gzip, rowsPerGroup: Int = 122_880) {
    self.compression = compression
    self.rowsPerGroup = max(1, rowsPerGroup)
  }

  /// The bytes of the file. Linear in the cells; the whole file is held in memory.
  ///
  /// Throws for a table without columns, a cell that is not of its column's type, and a text of 2 GiB or more.
  public func bytes(of answer: Answer) throws(TableError) -> [UInt8] {
    let table = answer.table
    guard !table.columns.isEmpty else { throw .noColumns(table: table.title) }
    var file = Self.magic
    var groups: [RowGroup] = []
    for start in stride(from: 0, to: table.rows.count, by: rowsPerGroup) {
      let rows = start..<min(start + rowsPerGroup, table.rows.count)
      var group = RowGroup(rows: rows.count, offset: file.count, chunks: [])
      for column in table.columns.indices {
        group.chunks.append(try appendChunk(of: column, rows: rows, of: table, to: &file))
      }
      groups.append(group)
    }
    let footer = footer(of: answer, groups)
    file += footer
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: footer.count).littleEndian) { file.append(contentsOf: $0) }
    return file + Self.magic
  }

  private struct Chunk {
    var column: Column
    var offset: Int
    var count = 0
    var nullCount = 0
    var uncompressedBytes = 0
    var compressedBytes = 0
  }

  private struct RowGroup {
    var rows: Int
    var offset: Int
    var chunks: [Chunk]
  }

  private func appendChunk(
    of index: Int, rows: Range<Int>, of table: Table, to file: inout [UInt8]
  ) throws(TableError) -> Chunk {
    var chunk = Chunk(column: table.columns[index], offset: file.count)
    var page = ParquetPage()
    for row in rows {
      let cell = try table.storedCell(row: row, column: index)
      if case .text(let text) = cell, text.utf8.count > Int(Int32.max) - 2 * Self.pageBytes {
        throw .cellTooLong(row: row, column: chunk.column.name)
      }
      // A long text gets a page of its own, so that no page passes the limit of 2 GiB.
      if case .text(let text) = cell, text.utf8.count > Self.pageBytes, page.count > 0 {
        try append(&page, of: &chunk, to: &file)
      }
      page.append(cell)
      if page.valueBytes >= Self.pageBytes { try append(&page, of: &chunk, to: &file) }
    }
    if page.count > 0 { try append(&page, of: &chunk, to: &file) }
    return chunk
  }

  /// Appends a page, its header first, and begins a new one.
  private func append(_ page: inout ParquetPage, of chunk: inout Chunk, to file: inout [UInt8]) throws(TableError) {
    let count = page.count
    let body = page.body()
    let stored = compression == .gzip ? try Gzip.compress(body) : body
    let header = ThriftCompactWriter.structure { header in
      header.field(1, int32: 0)  // DATA_PAGE
      header.field(2, int32: Int32(clamping: body.count))
      header.field(3, int32: Int32(clamping: stored.count))
      header.field(5) { data in
        data.field(1, int32: Int32(clamping: count))
        data.field(2, int32: 0)  // PLAIN
        data.field(3, int32: 3)  // RLE
        data.field(4, int32: 3)
      }
    }
    file += header
    file += stored
    chunk.count += count
    chunk.nullCount += page.nullCount
    chunk.uncompressedBytes += header.count + body.count
    chunk.compressedBytes += header.count + stored.count
    page = ParquetPage()
  }

  private func footer(of answer: Answer, _ groups: [RowGroup]) -> [UInt8] {
    ThriftCompactWriter.structure { file in
      file.field(1, int32: 1)
      file.field(2, structures: [nil] + answer.table.columns.map(Optional.some)) { column, element in
        if let column { return ParquetColumn.writeSchema(of: column, to: &element) }
        element.field(4, string: "schema")
        element.field(5, int32: Int32(clamping: answer.table.columns.count))
      }
      file.field(3, int64: Int64(answer.table.rows.count))
      file.field(4, structures: groups) { group, element in
        element.field(1, structures: group.chunks) { self.write($0, to: &$1) }
        element.field(2, int64: Int64(group.chunks.reduce(0) { $0 + $1.uncompressedBytes }))
        element.field(3, int64: Int64(group.rows))
        element.field(5, int64: Int64(group.offset))
        element.field(6, int64: Int64(group.chunks.reduce(0) { $0 + $1.compressedBytes }))
      }
      file.field(5, structures: ParquetMetadata.entries(of: answer)) { entry, element in
        element.field(1, string: entry.key)
        element.field(2, string: entry.value)
      }
      file.field(6, string: "vsl")
    }
  }

  private func write(_ chunk: Chunk, to writer: inout ThriftCompactWriter) {
    writer.field(2, int64: Int64(chunk.offset))
    writer.field(3) { metadata in
      metadata.field(1, int32: ParquetColumn.physicalType(of: chunk.column.type))
      metadata.field(2, int32s: [0, 3])  // PLAIN, RLE
      metadata.field(3, strings: [chunk.column.name])
      metadata.field(4, int32: self.compression.codec)
      metadata.field(5, int64: Int64(chunk.count))
      metadata.field(6, int64: Int64(chunk.uncompressedBytes))
      metadata.field(7, int64: Int64(chunk.compressedBytes))
      metadata.field(9, int64: Int64(chunk.offset))
      metadata.field(12) { $0.field(3, int64: Int64(chunk.nullCount)) }
    }
  }
}
