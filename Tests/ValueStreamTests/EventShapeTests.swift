import EventLog
import Foundation
import TestSupport
import Testing

@testable import ValueStream

/// An event that is read by a shape must say the very same as one that is parsed, and no event may fit that would be refused.
@Suite("Shapes of events")
struct EventShapeTests {
  /// What a fact would be made of, with its strings.
  private struct Said: Equatable {
    var kind: UInt8
    var flags: UInt8
    var occurredMicros: Int64
    var identityHash: UInt64
    var measure: UInt64
    var stream: [UInt8]
    var subject: [UInt8]
    var argument: [UInt8]
    var argumentNamespace: SymbolNamespace
    var attributesAgree = true
    var references: [[UInt8]] = []

    init(_ content: EventContent) {
      func bytes(_ text: EventContent.Text) -> [UInt8] { (text.prefix.map { [$0] } ?? []) + Array(text.bytes) }
      kind = content.kind
      flags = content.flags.rawValue
      occurredMicros = content.occurredMicros
      identityHash = content.identityHash
      measure = content.measure
      stream = bytes(content.stream)
      subject = bytes(content.subject)
      argument = bytes(content.argument)
      argumentNamespace = content.argumentNamespace
    }
  }

  private let shapes = EventShapes(.standard)
  private let preparer = EventPreparer(isStrict: true)
  private let batch = EventBatch()

  /// Learns an event the long way.
  private func learn(_ json: [UInt8]) throws {
    try json.withUnsafeBytes { bytes in
      batch.removeAll()
      try preparer.prepare(bytes, line: 1, into: batch)
      let event = try #require(batch.events.first)
      shapes.learn(bytes, kind: event.kind, flags: event.flags)
    }
  }

  /// Reads an event both ways and compares; whether a shape fitted.
  private func fits(_ json: [UInt8], kind: UInt8) -> Bool {
    json.withUnsafeBytes { bytes in
      guard let content = shapes.read(bytes, kind: kind) else { return false }
      batch.removeAll()
      do throws(EventRefusal) {
        try preparer.prepare(bytes, line: 1, into: batch)
      } catch {
        Issue.record("an event that is refused fitted: \(error.message) \(String(decoding: json, as: UTF8.self))")
        return true
      }
      let event = batch.events[0]
      #expect(!event.flags.contains(.voids))
      let parsed = EventContent(event, of: batch)
      let attributes = content.pointee.attributes
      var said = Said(content.pointee)
      said.attributesAgree =
        attributes?.isSame(as: parsed.encodedAttributes) ?? false
        && attributes?.isNone == parsed.encodedAttributes.isEmpty
      if let listed = content.pointee.references {
        said.references = listed.values.map { [listed.prefix] + Array(EventShape.text($0, listed.event)) }
      }
      var saidWhenParsed = Said(parsed)
      saidWhenParsed.references = batch.references(of: event).map { Array(batch.bytes(of: $0)) }
      #expect(said == saidWhenParsed, "\(String(decoding: json, as: UTF8.self))")
      return true
    }
  }

  private static let events: [(json: String, kind: EventKind)] = [
    (sample("vsl.item.entered.v1", data: #"{"stage":"review","actor":"ann"}"#), .itemEntered),
    (
      sample(
        "vsl.item.created.v1",
        data: #"{"kind":"feature","title":"Räder","value":12.5,"labels":{"b":"2","a":"1"},"team":"x"}"#), .itemCreated
    ),
    (
      sample(
        "vsl.check.completed.v1", data: #"{"name":"unit","outcome":"passed","coverage":0.75,"duration":30}"#),
      .checkCompleted
    ),
    (sample("vsl.item.rejected.v1", data: #"{"origin":"development","reason":"broken"}"#), .itemRejected),
    (sample("vsl.work.logged.v1", data: #"{"seconds":3600}"#), .workLogged),
    (
      sample(
        "vsl.deployment.completed.v1",
        data: #"{"environment":"production","outcome":"succeeded","changes":["c1","c22"],"service":"api"}"#),
      .deploymentCompleted
    ),
    // Others of the same types, which have the beginning in common with those above, or the list.
    (sample("vsl.item.entered.v1", data: #"{"stage":"review"}"#), .itemEntered),
    (sample("vsl.item.entered.v1", data: #"{"actor":"ann","stage":"review"}"#), .itemEntered),
    (sample("vsl.item.entered.v1", data: #"{"stage":"review","actor":"ann","extra":1}"#), .itemEntered),
    (
      sample(
        "vsl.deployment.completed.v1", data: #"{"environment":"production","outcome":"succeeded","changes":["c1"]}"#),
      .deploymentCompleted
    ),
    (
      sample(
        "vsl.deployment.completed.v1",
        data: #"{"environment":"production","outcome":"succeeded","changes":[],"service":"api"}"#), .deploymentCompleted
    ),
    (
      sample("vsl.deployment.completed.v1", data: #"{"environment":"production","outcome":"succeeded"}"#),
      .deploymentCompleted
    ),
  ]

  @Test("every event of the corpus that is learnt fits its own shape, and says what it says when parsed")
  func corpus() throws {
    var fitted = 0
    for name in ["data", "envelope", "times"] {
      let file = repository.appending(path: "Tests/ValueStreamTests/Corpus/accepted/\(name).jsonl")
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
        let json = Array(line.utf8)
        guard refusal(of: json) == nil else { continue }
        let test = EventShapeTests()
        try test.learn(json)
        if test.fits(json, kind: test.batch.events[0].kind) { fitted += 1 }
      }
    }
    #expect(fitted > 50, "\(fitted)")
  }

  @Test("values that change do not keep an event from fitting")
  func values() throws {
    for (json, kind) in Self.events {
      guard refusal(of: json) == nil else {
        Issue.record("\(json)")
        continue
      }
      try learn(Array(json.utf8))
      let other =
        json.replacingOccurrences(of: "PAY-1", with: "OPS-12345").replacingOccurrences(of: "e-1", with: "ü-2")
        .replacingOccurrences(of: "2026-01-02T03:04:05Z", with: "2026-03-29T01:59:59.123456+02:00")
      #expect(fits(Array(other.utf8), kind: kind.rawValue), "\(other)")
    }
  }

  @Test(
    "lists of any length up to a limit fit the shape of one, but not an empty one", arguments: [0, 1, 2, 64, 65, 9000])
  func lists(count: Int) throws {
    let (json, kind) = Self.events[5]
    try learn(Array(json.utf8))
    let changes = (0..<count).map { "\"c\($0 / 2)\"" }.joined(separator: ",")
    let other = json.replacingOccurrences(of: #""c1","c22""#, with: changes)
    #expect(fits(Array(other.utf8), kind: kind.rawValue) == (1...64 ~= count))
    // With a space between two, or something that is no text, it is read the long way.
    for odd in [#""a", "b""#, #""a",7"#, #""a","""#, #""a",["b"]"#] {
      let other = json.replacingOccurrences(of: #""c1","c22""#, with: odd)
      #expect(!fits(Array(other.utf8), kind: kind.rawValue), "\(odd)")
    }
  }

  @Test("whatever is changed, an event that fits is valid and says the same", arguments: 0..<8)
  func changes(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
    for (json, _) in Self.events { try learn(Array(json.utf8)) }
    let pieces = [
      "\\n", "\\u0041", "ä", "\u{7F}", "\u{85}", "\"", ",", "1e3", "-0", "00", "1.", ".5", "-", "1234567890123456", "x",
      "null", " ", "{", "}", "\t", "", "0.1", "2026-02-30T00:00:00Z", "review", "€",
      "\",\"", "\" ,\"", "c1\",\"c1", "[", "]",
    ].map { Array($0.utf8) }
    var fitted = 0
    for round in 0..<4000 {
      let (json, kind) = Self.events[round % Self.events.count]
      var bytes = Array(json.utf8)
      for _ in 0...Int(random.next() % 2) {
        let start = Int(random.next() % UInt64(bytes.count))
        let end = min(bytes.count, start + Int(random.next() % 4))
        if random.next() % 4 == 0 {
          bytes[start] = UInt8(truncatingIfNeeded: random.next())
        } else {
          bytes.replaceSubrange(start..<end, with: pieces[Int(random.next() % UInt64(pieces.count))])
        }
      }
      if fits(bytes, kind: kind.rawValue) { fitted += 1 }
    }
    #expect(fitted > 100, "\(fitted)")
  }

  @Test(
    "numbers are those that a parser finds",
    arguments: [
      "0", "1", "-1", "0.5", "-0.25", "123456789012345", "0.1", "99.95", "1000000.000001", "3.14159265358979",
    ])
  func numbers(text: String) throws {
    let bytes = Array((text + "}").utf8)
    let read = try #require(bytes.withUnsafeBytes { PlainValue.number($0, 0) })
    #expect(read.end == text.utf8.count)
    #expect(read.value == Double(text))
  }

  @Test(
    "what is no plain number of JSON is none",
    arguments: [
      "", "-", "-0", "01", "1.", ".5", "1.2.3", "1e3", "1E3", "1234567890123456", "-00.1", "+1", "x",
    ])
  func noNumbers(text: String) {
    let bytes = Array((text + "}").utf8)
    #expect(bytes.withUnsafeBytes { PlainValue.number($0, 0)?.value } == nil)
  }
}
