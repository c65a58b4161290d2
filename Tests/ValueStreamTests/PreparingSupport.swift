import EventLog
import Foundation
import Testing

@testable import ValueStream

/// Prepares one event in a batch of its own; the refusal when it is refused.
func refusal(of json: String, strict: Bool = true) -> EventRefusal? {
  refusal(of: Array(json.utf8), strict: strict)
}

/// Prepares the bytes of one event in a batch of its own; the refusal when it is refused.
func refusal(of json: [UInt8], strict: Bool = true) -> EventRefusal? {
  let batch = EventBatch()
  let preparer = EventPreparer(isStrict: strict)
  let result = json.withUnsafeBytes { bytes -> EventRefusal? in
    do throws(EventRefusal) {
      try preparer.prepare(bytes, line: 7, into: batch)
      return nil
    } catch {
      return error
    }
  }
  // A refusal leaves the batch as it was.
  if result != nil { #expect(batch.count == 0 && batch.byteCount == 0) }
  return result
}

/// What preparing one event found, with its strings read back.
struct Prepared {
  let event: PreparedEvent
  let subject: String
  let argument: String
  let stream: String
  let attributes: [UInt8]

  init(_ json: String, strict: Bool = true) throws {
    let batch = EventBatch()
    let preparer = EventPreparer(isStrict: strict)
    try Array(json.utf8).withUnsafeBytes { try preparer.prepare($0, line: 1, into: batch) }
    event = try #require(batch.events.first)
    subject = String(decoding: batch.bytes(of: event.subject), as: UTF8.self)
    argument = String(decoding: batch.bytes(of: event.argument), as: UTF8.self)
    stream = String(decoding: batch.bytes(of: event.stream), as: UTF8.self)
    attributes = Array(batch.bytes(of: event.attributes))
  }
}

/// A valid event of a type, with `data` as given.
func sample(_ type: String, data: String?, subject: String = "PAY-1", more: String = "") -> String {
  let tail = data.map { #","data":\#($0)"# } ?? ""
  return #"{"specversion":"1.0","id":"e-1","source":"/t","type":"\#(type)","subject":"\#(subject)","#
    + #""time":"2026-01-02T03:04:05Z"\#(more)\#(tail)}"#
}

/// The repository's folder.
let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()
