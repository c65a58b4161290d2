import EventLog
import Testing

@testable import ValueStream

@Suite("What preparing an event finds")
struct PreparingTests {
  @Test("An entry gives subject, stage, stream, actor, time and identity")
  func entered() throws {
    let prepared = try Prepared(
      sample("vsl.item.entered.v1", data: #"{"stage":"review","actor":"ana"}"#, more: #","valuestream":"payments""#))
    #expect(prepared.event.kind == EventKind.itemEntered.rawValue)
    #expect(prepared.subject == "iPAY-1")
    #expect(prepared.argument == "review")
    #expect(prepared.event.argumentNamespace == .stage)
    #expect(prepared.stream == "payments")
    #expect(prepared.attributes == [16, 3, 0] + Array("ana".utf8))
    #expect(prepared.event.occurredMicros == 1_767_323_045_000_000)
    #expect(prepared.event.identityHash == hash(Array("/t".utf8) + [0] + Array("e-1".utf8)))
    #expect(prepared.event.flags == [])
    #expect(prepared.event.measure == 0)
  }

  @Test("Attributes are sorted by tag, labels by their bytes, whatever the order in the event")
  func attributes() throws {
    let data = #"{"labels":{"b":"2","a":"1","ab":"3"},"class":"c","service":"s","team":"t","kind":"k","value":2.5}"#
    let prepared = try Prepared(sample("vsl.item.created.v1", data: data))
    let wanted: [(UInt8, String)] = [
      (1, "k"), (2, "t"), (3, "s"), (4, "c"), (5, "a\u{0}1"), (5, "ab\u{0}3"), (5, "b\u{0}2"),
    ]
    var bytes: [UInt8] = []
    for (tag, text) in wanted { bytes += [tag, UInt8(text.utf8.count), 0] + Array(text.utf8) }
    #expect(prepared.attributes == bytes)
    #expect(Double(bitPattern: prepared.event.measure) == 2.5)
    let shuffled = #"{"kind":"k","value":2.5,"team":"t","labels":{"ab":"3","a":"1","b":"2"},"service":"s","class":"c"}"#
    #expect(try Prepared(sample("vsl.item.created.v1", data: shuffled)).attributes == bytes)
  }

  @Test("A length of an attribute is little-endian")
  func lengths() throws {
    let name = String(repeating: "ü", count: 256)
    let prepared = try Prepared(sample("vsl.item.created.v1", data: #"{"team":"\#(name)"}"#))
    #expect(prepared.attributes == [2, 0, 2] + Array(name.utf8))
  }

  @Test(
    "The argument of each type has its namespace and class",
    arguments: [
      ("vsl.item.left.v1", #"{"stage":"a"}"#, "a", SymbolNamespace.stage),
      ("vsl.item.blocked.v1", #"{"reason":"bank"}"#, "bank", .text),
      ("vsl.item.linked.v1", #"{"to":"PAY-2","relation":"blocks"}"#, "iPAY-2", .subject),
      ("vsl.check.completed.v1", #"{"outcome":"passed","item":"PAY-2"}"#, "iPAY-2", .subject),
      ("vsl.deployment.completed.v1", #"{"environment":"prod","outcome":"failed"}"#, "prod", .text),
      ("vsl.incident.opened.v1", #"{"deployment":"d-1"}"#, "yd-1", .subject),
      ("vsl.incident.resolved.v1", #"{"deployment":"d-1"}"#, "", .text),
      ("vsl.item.rejected.v1", #"{"origin":"build","by":"review"}"#, "build", .stage),
      ("vsl.work.logged.v1", #"{"seconds":5,"stage":"build"}"#, "build", .stage),
      ("vsl.experiment.started.v1", #"{"metric":"lead-time"}"#, "lead-time", .text),
    ])
  func arguments(type: String, data: String, argument: String, namespace: SymbolNamespace) throws {
    let prepared = try Prepared(sample(type, data: data))
    #expect(prepared.argument == argument)
    #expect(prepared.event.argumentNamespace == namespace || argument.isEmpty)
    #expect(prepared.event.flags.contains(.argumentIsSubject) == (namespace == .subject))
  }

  @Test("An argument that is not there leaves no trace")
  func noArgument() throws {
    let prepared = try Prepared(sample("vsl.defect.found.v1", data: nil))
    #expect(prepared.event.argument.length == 0)
    #expect(prepared.event.attributes.length == 0)
    #expect(prepared.event.flags == [])
    #expect(prepared.event.stream.length == 0)
    #expect(prepared.subject == "dPAY-1")
  }

  @Test("A boolean member is true, false, or not said")
  func flags() throws {
    #expect(try Prepared(sample("vsl.defect.found.v1", data: #"{"escaped":true}"#)).event.flags == .saidTrue)
    #expect(try Prepared(sample("vsl.defect.found.v1", data: #"{"escaped":false}"#)).event.flags == .saidFalse)
    #expect(try Prepared(sample("vsl.defect.found.v1", data: "{}")).event.flags == [])
  }

  @Test("A measure of zero differs from none, and adds up as zero")
  func measures() throws {
    let zero = try Prepared(sample("vsl.check.completed.v1", data: #"{"outcome":"passed","coverage":0}"#)).event.measure
    let none = try Prepared(sample("vsl.check.completed.v1", data: #"{"outcome":"passed"}"#)).event.measure
    let big = try Prepared(sample("vsl.outcome.measured.v1", data: #"{"value":-12}"#)).event.measure
    func fact(_ measure: UInt64) -> Fact { Fact(occurredMicros: 0, measure: measure, subject: 1, kind: 12) }
    #expect(fact(zero).measuredNumber == 0)
    #expect(Double(bitPattern: zero) + 1 == 1)
    #expect(fact(none).measuredNumber == nil)
    #expect(fact(big).measuredNumber == -12)
    let merged = try Prepared(sample("vsl.change.merged.v1", data: #"{"committedAt":"1970-01-01T00:00:01+01:00"}"#))
    #expect(fact(merged.event.measure).measuredMicros == -3_599_000_000)
  }

  @Test("A void names the identity of its target")
  func voids() throws {
    let prepared = try Prepared(sample("vsl.event.voided.v1", data: #"{"source":"/x","id":"y"}"#, subject: "y"))
    #expect(prepared.event.flags == .voids)
    #expect(prepared.event.voidTargetHash == hash(Array("/x".utf8) + [0] + Array("y".utf8)))
    #expect(prepared.subject == "vy")
  }

  @Test("The definition of a stream belongs to the stream that it defines")
  func definitions() throws {
    let data = #"{"stages":[{"name":"a","kind":"work"}]}"#
    let prepared = try Prepared(sample("vsl.stream.defined.v1", data: data, subject: "payments"))
    #expect(prepared.stream == "payments")
    #expect(prepared.subject == "spayments")
  }

  @Test("Without a time, or with null, the time is assumed")
  func assumedTime() throws {
    let event = #"{"specversion":"1.0","id":"1","source":"/t","type":"vsl.item.delivered.v1","subject":"P"}"#
    #expect(try Prepared(event).event.flags == .timeAssumed)
    let null = #"{"specversion":"1.0","id":"1","source":"/t","type":"vsl.item.delivered.v1","subject":"P","time":null}"#
    #expect(try Prepared(null).event.flags == .timeAssumed)
  }

  @Test("In an open vocabulary an unknown type is an opaque event about its subject, or else its id")
  func opaque() throws {
    let push = #"{"specversion":"1.0","id":"1","source":"/t","type":"com.github.push","subject":"main","data":[1]}"#
    let prepared = try Prepared(push, strict: false)
    #expect(prepared.event.kind == EventKind.opaque.rawValue)
    #expect(prepared.subject == "?main")
    #expect(prepared.argument == "com.github.push")
    let bare =
      #"{"specversion":"1.0","id":"1","source":"/t","type":"com.github.push","subject":null,"data_base64":"eA=="}"#
    #expect(try Prepared(bare, strict: false).subject == "?1")
    #expect(refusal(of: bare)?.rule == "unknownType")
    #expect(refusal(of: #"{"specversion":"1.0","id":"1","source":"/t"}"#, strict: false)?.pointer == "/type")
    let both = #"{"specversion":"1.0","id":"1","source":"/t","type":"x","data":1,"data_base64":"eA=="}"#
    #expect(refusal(of: both, strict: false)?.rule == "not")
  }

  @Test("The record is the event's own bytes, without the white space around it")
  func verbatim() throws {
    let event =
      #"{ "specversion":"1.0","id":"1","source":"\/t","type":"vsl.item.delivered.v1","subject":"P","n":1.00 }"#
    let batch = EventBatch()
    let preparer = EventPreparer(isStrict: true)
    try Array(("  " + event + "\r\n").utf8).withUnsafeBytes { try preparer.prepare($0, line: 1, into: batch) }
    #expect(String(decoding: batch.bytes(of: batch.events[0]), as: UTF8.self) == event)
  }

  private func hash(_ bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes { StableHash.hash($0) } }
}
