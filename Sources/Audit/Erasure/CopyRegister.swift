import EventLog
import Foundation
import Glibc
import ValueStream

/// The copies of a ledger's events that its own tools have made: a line of JSON each, in a file of the ledger's folder.
///
/// It is an aid, not a proof: who copies files by hand leaves no line. Ledgers that seal nothing keep none.
public enum CopyRegister {
  /// The file in the ledger's folder.
  public static let fileName = "copies.ndjson"

  /// A copy.
  public struct Entry: Sendable, Equatable {
    /// When it was made, in microseconds since 1970.
    public var madeMicros: Int64
    /// What made it: `backup`, `evidence` …
    public var what: String
    /// Where it went: a path, or `standard output`.
    public var place: String
    /// The last position that it can hold.
    public var through: UInt64
    /// Whether it holds sealed content in clear.
    public var isUnsealed: Bool

    /// A copy.
    public init(madeMicros: Int64, what: String, place: String, through: UInt64, isUnsealed: Bool = false) {
      self.madeMicros = madeMicros
      self.what = what
      self.place = place
      self.through = through
      self.isUnsealed = isUnsealed
    }
  }

  /// Adds a line, when the ledger seals personal fields.
  ///
  /// - Parameter directory: the ledger's folder.
  public static func add(_ entry: Entry, of log: EventLog) throws {
    guard try log.sealing() != nil else { return }
    var line: [UInt8] = []
    line.append(contentsOf: "{\"time\":\"\(Timestamp.format(entry.madeMicros))\",\"what\":".utf8)
    JSONText.appendString(entry.what, to: &line)
    line.append(contentsOf: ",\"place\":".utf8)
    JSONText.appendString(entry.place, to: &line)
    line.append(contentsOf: ",\"through\":\(entry.through),\"unsealed\":\(entry.isUnsealed)}\n".utf8)
    let path = log.directory + "/" + fileName
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw DurableFile.failure(path) }
    defer { close(descriptor) }
    // One write, so that lines of several processes do not mix.
    guard Glibc.write(descriptor, line, line.count) == line.count else { throw DurableFile.failure(path) }
  }

  /// All lines that can be read, oldest first, and how many cannot.
  public static func read(_ directory: String) -> (entries: [Entry], unreadable: Int) {
    guard let data = FileManager.default.contents(atPath: directory + "/" + fileName) else { return ([], 0) }
    let parser = JSONParser()
    var entries: [Entry] = []
    var unreadable = 0
    for line in data.split(separator: 0x0A) {
      guard let root = try? parser.parse(String(decoding: line, as: UTF8.self)),
        let time = root.member("time")?.string.flatMap(Timestamp.parse), let what = root.member("what")?.string,
        let place = root.member("place")?.string,
        let through = root.member("through")?.unsigned
          ?? root.member("through")?.integer.flatMap({ UInt64(exactly: $0) })
      else {
        unreadable += 1
        continue
      }
      entries.append(
        Entry(
          madeMicros: time, what: what, place: place, through: through,
          isUnsealed: root.member("unsealed")?.bool ?? false))
    }
    return (entries, unreadable)
  }
}
