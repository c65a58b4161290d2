import EventLog
import Foundation
import LMDB
import Projections
import ValueStream

/// Books with a value that libFuzzer made up: they are read, made anew, or refused.
final class Books {
  nonisolated(unsafe) static let shared = made { try Books() }

  private static let tables = [
    "names", "meta", "book.arrivals", "book.visits", "book.completions", "book.defects", "book.blocks", "book.events",
    "book.arrivals.tail", "book.visits.tail", "book.completions.tail", "book.defects.tail", "book.blocks.tail",
    "book.events.tail", "visits.settled.0", "visits.settled.0.tail", "visits.corrected.0", "visits.corrected.0.tail",
    "visits.settled.1", "visits.settled.1.tail", "visits.corrected.1", "visits.corrected.1.tail",
    "deployments.changes", "deployments.changes.tail", "facts.outline", "facts.outline.tail",
  ]

  private let folder: String
  private let path: String
  private let good: Data

  private init() throws {
    folder = NSTemporaryDirectory() + "/vsl-fuzz-books-\(ProcessInfo.processInfo.processIdentifier)"
    let ledger = try Ledger.create(at: folder, options: EventLogOptions(initialMapSize: 1 << 20))
    let batch = EventBatch()
    let preparer = EventPreparer(isStrict: true)
    for definition in Vocabulary.standard.definitions {
      for example in definition.examples {
        try Array(example.utf8).withUnsafeBytes { try preparer.prepare($0, line: 1, into: batch) }
      }
    }
    _ = try ledger.log.append(batch, nowMicros: 1_800_000_000_000_000)
    try ledger.indexVisits()
    let name = try FileManager.default.contentsOfDirectory(atPath: folder).first {
      $0.hasSuffix(".mdb") && $0 != "log.mdb"
    }
    path = folder + "/" + (name ?? "")
    good = try Data(contentsOf: URL(fileURLWithPath: path))
  }

  func run(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count > 2 else { return }
    try? good.write(to: URL(fileURLWithPath: path))
    try? damage(Self.tables[Int(bytes[0]) % Self.tables.count], UInt64(bytes[1]), bytes)
    guard let ledger = try? Ledger.open(at: folder, options: EventLogOptions(initialMapSize: 1 << 20)) else { return }
    _ = try? ledger.view()
    _ = try? ledger.verify { _, _ in }
  }

  private func damage(_ table: String, _ key: UInt64, _ bytes: UnsafeRawBufferPointer) throws {
    let environment = try Environment(EnvironmentOptions(path: path, initialMapSize: 1 << 20))
    let integers = try IntegerTable(name: table, environment: environment)
    try environment.write { try integers.put(key, UnsafeRawBufferPointer(rebasing: bytes[2...]), in: $0) }
  }
}
