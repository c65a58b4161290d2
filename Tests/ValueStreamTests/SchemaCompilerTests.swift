import EventLog
import Foundation
import Testing

@testable import ValueStream

@Suite("Compiling schemas")
struct SchemaCompilerTests {
  private static let envelope = #"{"$id":"urn:vsl:schema:envelope","type":"object"}"#

  private func problem(_ body: String) -> String? {
    let event = """
      {"$id":"urn:x","title":"T","description":"D","x-kind":3,"x-subject":"item",
       "properties":{"type":{"const":"t"},"subject":{"description":"S"},"data":\(body)}}
      """
    do throws(SchemaError) {
      _ = try Vocabulary(files: [("envelope.json", Self.envelope), ("t.json", event)])
      return nil
    } catch {
      return error.message
    }
  }

  @Test(
    "A schema that the program cannot check in full is refused",
    arguments: [
      (#"{"uniqueItems":true}"#, "uniqueItems"), (#"{"patternProperties":{}}"#, "patternProperties"),
      (#"{"oneOf":[]}"#, "oneOf"), (#"{"multipleOf":2}"#, "multipleOf"),
      (#"{"exclusiveMinimum":0}"#, "exclusiveMinimum"),
      (#"{"pattern":"^x$"}"#, "^x$"), (#"{"format":"uri"}"#, "uri"), (#"{"type":"text"}"#, "unknown type"),
      (#"{"const":5}"#, "const"), (#"{"$ref":"urn:none"}"#, "urn:none"), (##"{"$ref":"#/$defs/none"}"##, "nothing"),
      (##"{"$ref":"#/properties/data"}"##, "itself"), (#"{"then":{}}"#, "if"),
      (#"{"x-fact":"argument place"}"#, "x-fact"),
      (#"{"$defs":{"unused":{"uniqueItems":true}}}"#, "uniqueItems"),
      (##"{"$defs":{"circle":{"$ref":"#/properties/data/$defs/circle"}}}"##, "itself"), (#"{"$defs":[]}"#, "$defs"),
      (#"{"maxLength":-1}"#, "count"), ("true", "object"),
    ] as [(String, String)])
  func unsupported(body: String, word: String) throws {
    let message = try #require(problem(body))
    #expect(message.contains(word), "\(message)")
    #expect(problem("{}") == nil)
  }

  @Test("What nothing refers to is compiled all the same, in every document")
  func unusedDefinitions() {
    let wide = (0...64).map { "\"m\($0)\":{}" }.joined(separator: ",")
    #expect(problem("{\"$defs\":{\"wide\":{\"properties\":{\(wide)}}}}")?.contains("64 members") == true)
    #expect(throws: SchemaError.self) {
      try Vocabulary(files: [
        ("envelope.json", #"{"$id":"urn:vsl:schema:envelope","type":"object","$defs":{"a":{"format":"uri"}}}"#)
      ])
    }
  }

  @Test(
    "A member that is demanded but not described is an additional one",
    arguments: [
      (#"{"a":1,"b":2}"#, true), (#"{"a":1,"b":"x"}"#, false), (#"{"a":1,"c":"x"}"#, false), (#"{"a":1}"#, false),
      (#"{"a":"x","b":2}"#, true),
    ] as [(String, Bool)])
  func demandedOnly(document: String, isAccepted: Bool) throws {
    let own = #"{"$id":"urn:o","properties":{"a":{}},"required":["a","b"],"additionalProperties":{"type":"number"}}"#
    // The same demand, made from beside it.
    let merged =
      #"{"$id":"urn:o","properties":{"a":{}},"additionalProperties":{"type":"number"},"allOf":[{"required":["a","b"]}]}"#
    for text in [own, merged] {
      let schemaParser = JSONParser()
      var reader = SchemaReader(documents: ["urn:o": try schemaParser.parse(text)], schema: "urn:o")
      let schema = try CompiledSchema(id: "urn:o", rule: reader.rule())
      let parser = JSONParser()
      let findings = EventFindings()
      defer { findings.deallocate() }
      var validator = SchemaValidator(schema: schema, findings: findings)
      #expect(validator.validate(try parser.parse(document)) == isAccepted, "\(text)")
      withExtendedLifetime((schemaParser, parser)) {}
    }
  }

  @Test("Two types may not share a code, and a file may not repeat a member")
  func conflicts() {
    let event = """
      {"$id":"urn:ID","title":"T","description":"D","x-kind":3,"x-subject":"item",
       "properties":{"type":{"const":"t"},"subject":{"description":"S"}}}
      """
    #expect(throws: SchemaError.self) {
      try Vocabulary(files: [
        ("envelope.json", Self.envelope), ("a.json", event.replacing("ID", with: "a")),
        ("b.json", event.replacing("ID", with: "b")),
      ])
    }
    #expect(throws: SchemaError.self) {
      try Vocabulary(files: [("envelope.json", #"{"$id":"urn:vsl:schema:envelope","type":"object","type":"object"}"#)])
    }
  }

  @Test("The schemas in the program are the files of Schemas/")
  func embedded() throws {
    for file in EmbeddedSchemas.files {
      let folder = file.name == "envelope.json" ? "Schemas" : "Schemas/events"
      let text = try String(contentsOf: repository.appending(path: folder).appending(path: file.name), encoding: .utf8)
      #expect(file.text == text || file.text + "\n" == text)
    }
    #expect(EmbeddedSchemas.files.count == EventKind.allCases.count)
  }

  @Test("Control characters are found wherever they stand among others")
  func controlCharacters() {
    for length in 0..<40 {
      let harmless = Array(String(repeating: "é ", count: length).utf8)
      #expect(!matches(harmless))
      for place in 0...harmless.count where place == harmless.count || harmless[place] & 0xC0 != 0x80 {
        for control in ["\u{0}", "\u{1F}", "\u{7F}", "\u{80}", "\u{9F}"] {
          #expect(matches(Array(harmless[..<place]) + Array(control.utf8) + Array(harmless[place...])))
        }
        for other in ["\u{20}", "\u{7E}", "\u{A0}", "\u{BF}", "\u{2028}"] {
          #expect(!matches(Array(harmless[..<place]) + Array(other.utf8) + Array(harmless[place...])))
        }
      }
    }
  }

  private func matches(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { SchemaPattern.controlCharacter.matches($0) }
  }
}
