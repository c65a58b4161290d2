import EventLog
import TestSupport
import Testing

@testable import ValueStream

@Suite("Refusals of bad events")
struct PreparingFaultTests {
  private static let event =
    #"{"specversion":"1.0","id":"e-1","source":"/t","type":"vsl.item.created.v1","subject":"PAY-1","#
    + #""time":"2026-01-02T03:04:05.5+01:00","valuestream":"päy","data":{"value":-1.5e3,"title":"a\u00e9\"\\","#
    + #""labels":{"k":"v"},"stage":"s","x":[true,false,null,{}]}}"#

  @Test("An event cut off at any byte is refused, with the place")
  func truncated() throws {
    let bytes = Array(Self.event.utf8)
    #expect(refusal(of: bytes) == nil)
    for length in 0..<bytes.count {
      let problem = try #require(refusal(of: Array(bytes[0..<length])), "\(length)")
      #expect(problem.rule == "json")
      #expect(problem.line == 7)
    }
  }

  @Test("Random bytes in an event never crash, and what is accepted is JSON of the same shape")
  func randomFlips() {
    var random = SeededGenerator(seed: 1)
    let bytes = Array(Self.event.utf8)
    var refused = 0
    for _ in 0..<20_000 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if refusal(of: changed) != nil { refused += 1 }
    }
    #expect(refused > 10_000)
  }

  @Test("A text of a mebibyte is refused with the beginning of it, quickly and without a crash")
  func longTexts() throws {
    let long = String(repeating: "ü", count: (1 << 19) - 200)
    let problem = try #require(refusal(of: sample("vsl.item.entered.v1", data: #"{"stage":"\#(long)"}"#)))
    #expect(problem.rule == "maxLength")
    #expect(problem.pointer == "/data/stage")
    #expect(problem.value.count < 100)
    #expect(problem.message.contains("256"))
    // A text that no rule bounds may be as long as the event.
    #expect(refusal(of: sample("vsl.item.entered.v1", data: #"{"stage":"a","x":"\#(long)"}"#)) == nil)
  }

  @Test("An event of more than 1 MiB is refused, one of exactly 1 MiB is not")
  func size() {
    let short = sample("vsl.item.entered.v1", data: #"{"stage":"a","x":""}"#)
    let room = (1 << 20) - short.utf8.count
    let filled = short.replacing(#""x":"""#, with: #""x":"\#(String(repeating: "x", count: room))""#)
    #expect(filled.utf8.count == 1 << 20)
    #expect(refusal(of: filled) == nil)
    #expect(refusal(of: filled.replacing(#""x":"x"#, with: #""x":"xx"#))?.rule == "size")
  }

  @Test("Objects and arrays nest 64 levels, empty or not, and no deeper")
  func depth() {
    // The event and its data are two of the levels.
    for (levels, isAccepted) in [(62, true), (63, false), (1000, false), (100_000, false)] {
      for inner in ["", "1"] {
        let nested = String(repeating: "[", count: levels) + inner + String(repeating: "]", count: levels)
        let problem = refusal(of: sample("vsl.item.entered.v1", data: #"{"stage":"a","x":\#(nested)}"#))
        #expect((problem == nil) == isAccepted, "\(levels) \(String(describing: problem))")
      }
    }
  }

  @Test("A member that stands there twice is named, among few and among many")
  func duplicates() {
    #expect(
      refusal(of: sample("vsl.item.entered.v1", data: #"{"stage":"a","x":{"~/":1,"\u007e/":2}}"#))?.pointer
        == "/data/x/~0~1")
    let many = (0..<50_000).map { #""k\#($0)":0"# }.joined(separator: ",")
    #expect(refusal(of: sample("vsl.item.entered.v1", data: #"{"stage":"a",\#(many)}"#)) == nil)
    let twice = refusal(of: sample("vsl.item.entered.v1", data: #"{"stage":"a",\#(many),"k777":1}"#))
    #expect(twice?.pointer == "/data/k777")
    #expect(twice?.rule == "duplicateKey")
  }

  @Test("A refusal says where, what is there, what is wanted, and what was probably meant")
  func messages() throws {
    let type = try #require(refusal(of: sample("vsl.item.enterd.v1", data: #"{"stage":"a"}"#)))
    #expect(type.pointer == "/type" && type.value == #""vsl.item.enterd.v1""#)
    #expect(type.message.contains(#"did you mean "vsl.item.entered.v1"?"#))
    let missing = try #require(refusal(of: sample("vsl.item.entered.v1", data: #"{"stag":"a"}"#)))
    #expect(missing.pointer == "/data/stage" && missing.rule == "required")
    #expect(missing.message.contains(#""stag""#))
    let outcome = try #require(refusal(of: sample("vsl.check.completed.v1", data: #"{"outcome":"pased"}"#)))
    #expect(outcome.message.contains(#"did you mean "passed"?"#))
    let score = try #require(refusal(of: sample("vsl.feedback.received.v1", data: #"{"score":6,"scale":"csat"}"#)))
    #expect(score.pointer == "/data/score" && score.rule == "maximum" && score.value == "6")
    #expect(score.message == "must be 5 or less")
    let place = try #require(refusal(of: #"{"id":"a" "b"}"#))
    #expect(place.message == "expected ',' or '}' after a member, found '\"' (at byte 11)")
    #expect(place.description.hasPrefix("line 7: "))
    let stage = try #require(
      refusal(
        of: sample("vsl.stream.defined.v1", data: #"{"stages":[{"name":"a","kind":"work"},{"name":"b","kind":7}]}"#)))
    #expect(stage.pointer == "/data/stages/1/kind")
  }

  @Test("Terminals see no control characters in a refusal")
  func escapes() throws {
    let problem = try #require(refusal(of: sample("vsl.item.entered.v1", data: "{\"stage\":\"a\u{9B}31m\u{202E}\"}")))
    #expect(!problem.description.unicodeScalars.contains { $0 == "\u{9B}" || $0 == "\u{202E}" || $0.value < 0x20 })
  }

  @Test("A refusal in the middle of a batch leaves what was there, and the next event comes in")
  func rollBack() throws {
    let batch = EventBatch()
    let preparer = EventPreparer(isStrict: true)
    func prepare(_ event: String) throws {
      try Array(event.utf8).withUnsafeBytes { try preparer.prepare($0, line: 1, into: batch) }
    }
    try prepare(Self.event)
    let length = batch.byteCount
    #expect(throws: EventRefusal.self) { try prepare(sample("vsl.item.entered.v1", data: "{}")) }
    #expect(throws: EventRefusal.self) { try prepare(sample("vsl.event.voided.v1", data: #"{"source":"a"}"#)) }
    #expect(batch.count == 1 && batch.byteCount == length)
    try prepare(sample("vsl.item.entered.v1", data: #"{"stage":"review"}"#))
    #expect(batch.count == 2)
    #expect(batch.bytes(of: batch.events[1].argument).elementsEqual("review".utf8))
  }
}
