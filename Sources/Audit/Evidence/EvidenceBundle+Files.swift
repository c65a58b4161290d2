import CLibzip
import EventLog
import Foundation

extension EvidenceBundle {
  private static let names = ["evidence.json", "answer.json", "checkpoint", "records", "withheld"]
  /// More bytes than this, unpacked, are refused.
  private static let mostBytes = 4 << 30

  private var files: [(name: String, bytes: [UInt8])] {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      let manifest = [UInt8](try encoder.encode(manifest)) + [0x0A]
      let contents = [
        manifest, answer, Array(checkpoint.note.encoded.utf8), records.encoded, withheld.flatMap(\.bytes),
      ]
      return Array(zip(Self.names, contents)).map { ($0.0, $0.1) }
    }
  }

  /// Writes the bundle: a zip file when the path ends with `.zip`, else a folder.
  public func write(to path: String) throws {
    guard path.hasSuffix(".zip") else {
      do {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      } catch {
        throw AuditError.file(path: path, reason: error.localizedDescription)
      }
      for file in try files { try DurableFile.replace("\(path)/\(file.name)", with: file.bytes) }
      return
    }
    try Self.pack(files, to: path)
  }

  /// Reads a bundle from a folder or a zip file. Nothing is verified yet.
  public init(readingFrom path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw AuditError.file(path: path, reason: "there is no such file")
    }
    let read: [String: [UInt8]]
    if isFolder.boolValue {
      read = Dictionary(
        uniqueKeysWithValues: Self.names.compactMap { name in
          FileManager.default.contents(atPath: "\(path)/\(name)").map { (name, Array($0)) }
        })
    } else {
      read = try Self.unpack(path)
    }
    func file(_ name: String) throws -> [UInt8] {
      guard let bytes = read[name] else {
        throw AuditError.malformed(what: "bundle of evidence", reason: "\(name) is missing in \(path)")
      }
      return bytes
    }
    do {
      manifest = try JSONDecoder().decode(EvidenceManifest.self, from: Data(file("evidence.json")))
    } catch let error as DecodingError {
      throw AuditError.malformed(what: "bundle of evidence", reason: "evidence.json: \(Self.reason(error))")
    }
    answer = try file("answer.json")
    checkpoint = try SignedCheckpoint(parsing: file("checkpoint"))
    records = try DisclosedRecords(parsing: file("records"))
    let hashes = try file("withheld")
    guard hashes.count % 32 == 0 else {
      throw AuditError.malformed(what: "bundle of evidence", reason: "withheld is no list of hashes of 32 bytes")
    }
    withheld = stride(from: 0, to: hashes.count, by: 32).compactMap { start in
      hashes[start..<start + 32].withUnsafeBytes { MerkleHash(bytes: $0) }
    }
  }

  private static func reason(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "\(key.stringValue) is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      context.codingPath.isEmpty
        ? "it is no JSON" : "\(context.codingPath.map(\.stringValue).joined(separator: ".")) is not as it must be"
    @unknown default: "it cannot be read"
    }
  }

  private static func pack(_ files: [(name: String, bytes: [UInt8])], to path: String) throws {
    let temporary = "\(path).\(getpid()).new"
    var code: Int32 = 0
    guard let archive = zip_open(temporary, ZIP_CREATE | ZIP_TRUNCATE, &code) else {
      throw AuditError.file(path: path, reason: "it cannot be written (libzip error \(code))")
    }
    func failure() -> AuditError { .file(path: path, reason: String(cString: zip_strerror(archive))) }
    // libzip reads the contents when the archive is closed: they must stay where they are until then.
    var held: [UnsafeMutableRawBufferPointer] = []
    defer { for bytes in held { bytes.deallocate() } }
    for file in files {
      let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, file.bytes.count), alignment: 1)
      bytes.copyBytes(from: file.bytes)
      held.append(bytes)
      guard let base = bytes.baseAddress, let source = zip_source_buffer(archive, base, UInt64(file.bytes.count), 0)
      else {
        let error = failure()
        zip_discard(archive)
        throw error
      }
      guard zip_file_add(archive, file.name, source, 0) >= 0 else {
        let error = failure()
        zip_source_free(source)
        zip_discard(archive)
        throw error
      }
    }
    guard zip_close(archive) == 0 else {
      let error = failure()
      zip_discard(archive)
      unlink(temporary)
      throw error
    }
    guard rename(temporary, path) == 0 else { throw DurableFile.failure(path) }
  }

  private static func unpack(_ path: String) throws -> [String: [UInt8]] {
    var code: Int32 = 0
    guard let archive = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, &code) else {
      throw AuditError.malformed(what: "bundle of evidence", reason: "\(path) is no zip file (libzip error \(code))")
    }
    defer { zip_discard(archive) }
    var files: [String: [UInt8]] = [:]
    var total = 0
    for name in names {
      var status = zip_stat_t()
      guard zip_stat(archive, name, 0, &status) == 0, let file = zip_fopen(archive, name, 0) else { continue }
      defer { zip_fclose(file) }
      // A small file that says that it is a huge one must not take all memory.
      total += Int(clamping: status.size)
      guard total <= mostBytes else {
        throw AuditError.malformed(what: "bundle of evidence", reason: "it unpacks to more than \(mostBytes >> 30) GiB")
      }
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = zip_fread(file, &buffer, UInt64(buffer.count))
        guard count >= 0, bytes.count + Int(count) <= Int(clamping: status.size) else {
          throw AuditError.malformed(what: "bundle of evidence", reason: "\(name) in \(path) is damaged")
        }
        guard count > 0 else { break }
        bytes += buffer[..<Int(count)]
      }
      files[name] = bytes
    }
    return files
  }
}
