import EventLog
import Testing

@testable import ValueStream

@Suite("Stream definitions, drafts and texts of events")
struct VocabularyStreamTests {
  private func definition(_ data: String) throws -> StreamDefinition {
    try Array(sample("vsl.stream.defined.v1", data: data).utf8).withUnsafeBytes { try StreamDefinition(eventBytes: $0) }
  }

  @Test("A definition is read in full")
  func full() throws {
    let example = try #require(Vocabulary.standard.definition(of: .streamDefined)?.examples.first)
    let definition = try Array(example.utf8).withUnsafeBytes { try StreamDefinition(eventBytes: $0) }
    #expect(definition.stages.map(\.name) == ["backlog", "build", "review", "done"])
    #expect(definition.stages.map(\.kind) == [.queue, .work, .work, .done])
    #expect(definition.stages[1].wipLimit == 4)
    #expect(definition.stages[1].exitTargetSeconds == 259_200)
    #expect(definition.stages[0].wipLimit == nil)
    #expect(definition.timezone == "Europe/Berlin")
    #expect(definition.commitment == "build")
    #expect(definition.serviceLevel == .init(percentile: 85, durationSeconds: 864_000))
    #expect(definition.calendar?.weekdays == [1, 2, 3, 4, 5])
    #expect(definition.calendar?.hours == [540..<1020])
    #expect(definition.calendar?.holidays == [20812])
    #expect(definition.labels == ["area": "money"])
  }

  @Test("Of two stages with one name the first counts, and a calendar in which nobody works is none")
  func leftOut() throws {
    let stages = #""stages":[{"name":"a","kind":"work"},{"name":"a","kind":"done"}]"#
    #expect(try definition("{\(stages)}").stages == [.init(name: "a", kind: .work)])
    let backwards = #""calendar":{"weekdays":["monday"],"hours":[{"from":"17:00","to":"09:00"}]}"#
    #expect(try definition("{\(stages),\(backwards)}").calendar == nil)
    #expect(throws: JSONError.self) { try [UInt8]().withUnsafeBytes { try StreamDefinition(eventBytes: $0) } }
  }

  private func draft(_ kind: EventKind, _ words: [String]) throws -> String {
    let definition = try #require(Vocabulary.standard.definition(of: kind))
    var draft = EventDraft(
      definition, id: "1", source: "/cli", subject: "PAY \"1\"\n", timeMicros: 1_500_000, stream: "päy")
    for word in words { try draft.add(word: word) }
    return String(decoding: draft.line, as: UTF8.self)
  }

  @Test("A draft is written with its values typed as the schema says")
  func drafts() throws {
    let start =
      #"{"specversion":"1.0","id":"1","source":"/cli","type":"vsl.item.created.v1","subject":"PAY \"1\"\n","#
      + #""time":"1970-01-01T00:00:01.5Z","valuestream":"päy""#
    #expect(try draft(.itemCreated, []) == start + "}\n")
    #expect(
      try draft(.itemCreated, ["title=a=b", "value=12.50", "team=7", "labels.x=true", "labels.y=", "other=1"])
        == start + #","data":{"title":"a=b","value":12.50,"team":"7","other":"1","labels":{"x":"true","y":""}}}"# + "\n"
    )
    let deployment = try draft(.deploymentCompleted, ["changes=[\"a\",\"b\"]", "unplanned=true"])
    #expect(deployment.hasSuffix(#""data":{"changes":["a","b"],"unplanned":true}}"# + "\n"))
  }

  @Test("What is drafted is accepted")
  func draftsAreAccepted() throws {
    let words: [(EventKind, [String])] = [
      (.itemEntered, ["stage=review", "actor=ana"]), (.itemCreated, ["labels.x=1", "size=3"]),
      (.feedbackReceived, ["score=4", "scale=csat"]), (.itemDelivered, []), (.defectFound, ["escaped=false"]),
      (.policyDefined, ["attributionWindow=P1D"]), (.policyDefined, ["attributionWindow=3600"]),
    ]
    for (kind, words) in words {
      let event = try draft(kind, words).replacing(#"PAY \"1\"\n"#, with: "PAY-1")
      #expect(refusal(of: event) == nil, "\(event)")
    }
  }

  @Test(
    "Words that cannot be meant are refused with what is wanted",
    arguments: [
      ("stage", "write NAME=VALUE"), ("=x", "write NAME=VALUE"), ("stge=x", "did you mean \"stage\"?"),
      ("value=much", "wants a number here"), ("value=", "wants a number here"), ("labels=x", "wants JSON"),
      ("labels.=x", "needs a name"), ("value=1,2", "wants a number here"),
    ])
  func badWords(word: String, message: String) {
    do {
      _ = try draft(.itemCreated, [word])
      Issue.record("\(word) was accepted")
    } catch {
      #expect("\(error)".contains(message), "\(error)")
    }
    #expect(throws: EventDraft.Problem.self) { try draft(.itemCreated, ["team=a", "team=b"]) }
  }

  @Test("The words of an event are read for people")
  func texts() throws {
    let event = sample(
      "vsl.item.created.v1", data: #"{"title":"ü\n","value":1.0,"labels":{"a":"b"},"x":null}"#, more: #","n":5"#)
    let text = try Array(event.utf8).withUnsafeBytes { try EventText(eventBytes: $0, parser: JSONParser()) }
    #expect(text.type == "vsl.item.created.v1" && text.id == "e-1" && text.source == "/t" && text.subject == "PAY-1")
    #expect(text.time == "2026-01-02T03:04:05Z" && text.stream == nil)
    #expect(text.members.map(\.name) == ["title", "value", "labels", "x"])
    #expect(text.members.map(\.value) == ["ü\n", "1.0", #"{"a":"b"}"#, "null"])
    #expect(text.extensions.map(\.name) == ["n"])
    #expect(text[member: "title"] == "ü\n")
  }
}
