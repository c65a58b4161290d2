import EventLog
import Foundation
import ValueStream

/// A ledger in a folder of its own, filled with events of items.
final class TestLog: Sendable {
  let folder: String
  let log: EventLog

  init(count: Int = 0) throws {
    folder = NSTemporaryDirectory() + "/vsl-audit-\(UUID().uuidString)"
    var options = EventLogOptions()
    options.initialMapSize = 1 << 22
    log = try EventLog.create(at: folder + "/ledger", options: options)
    try append(count)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { folder + "/" + name }

  /// Appends so many events, 50 to a batch, each batch recorded a second after the one before.
  func append(_ count: Int, tag: String = "e") throws {
    let size = Int(try log.snapshot().size)
    let preparer = EventPreparer(isStrict: true)
    var done = 0
    while done < count {
      let batch = EventBatch()
      for _ in 0..<min(50, count - done) {
        done += 1
        try Self.prepare(Self.event(size + done, tag), preparer, batch)
      }
      _ = try log.append(batch, nowMicros: 1_700_000_000_000_000 + Int64(size + done) * 1_000_000)
    }
  }

  static func prepare(_ line: String, _ preparer: EventPreparer, _ batch: EventBatch) throws {
    try Array(line.utf8).withUnsafeBytes { try preparer.prepare($0, line: 1, into: batch) }
  }

  static func event(_ number: Int, _ tag: String = "e") -> String {
    """
    {"specversion":"1.0","id":"\(tag)\(number)","source":"/test","type":"vsl.item.created.v1","subject":"PAY-\(number)",\
    "time":"2026-01-01T00:00:00Z","valuestream":"payments","data":{"kind":"feature","title":"Nummer \(number) – ä"}}
    """
  }
}
