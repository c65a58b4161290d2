import EventLog
import Testing

@testable import ValueStream

@Suite("Vocabulary")
struct VocabularyTests {
  @Test("Every kind but opaque has a schema that names its code, and every schema a kind")
  func kinds() {
    let codes = Vocabulary.standard.definitions.map(\.kind)
    #expect(codes == EventKind.allCases.filter { $0 != .opaque })
    for definition in Vocabulary.standard.definitions {
      // itemEntered belongs to vsl.item.entered.v1.
      let words = definition.shortName.split(separator: ".")
      let name = words[0] + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
      #expect(String(describing: definition.kind) == name)
      #expect(definition.kind.typeName == definition.type)
      #expect(definition.kind.shortName == definition.shortName)
      #expect(definition.kind.subjectClass == definition.subjectClass)
    }
  }

  @Test("Every example of every schema is accepted")
  func examples() {
    for definition in Vocabulary.standard.definitions {
      #expect(!definition.examples.isEmpty, "\(definition.type)")
      for example in definition.examples {
        #expect(refusal(of: example) == nil, "\(definition.type): \(example)")
      }
    }
  }

  @Test("Every member that a schema names stands in one of its examples")
  func examplesAreComplete() throws {
    let parser = JSONParser()
    for definition in Vocabulary.standard.definitions {
      for member in definition.members {
        let isShown = try definition.examples.contains { example in
          try parser.parse(example).member("data")?.member(named: member.name) != nil
        }
        #expect(isShown, "\(definition.type) \(member.name)")
        #expect(!member.summary.isEmpty, "\(definition.type) \(member.name)")
      }
    }
  }

  @Test("A type is found by its name and its short name, and a near miss is suggested")
  func names() {
    #expect(Vocabulary.standard.definition(named: "item.entered")?.kind == .itemEntered)
    #expect(Vocabulary.standard.definition(named: "vsl.item.entered.v1")?.kind == .itemEntered)
    #expect(Vocabulary.standard.definition(named: "item.entred") == nil)
    #expect(Vocabulary.standard.suggestion(for: "item.entred") == "item.entered")
    #expect(Vocabulary.standard.suggestion(for: "vsl.item.enterd.v1") == "vsl.item.entered.v1")
    #expect(Vocabulary.standard.suggestion(for: "com.github.push") == nil)
  }

  @Test("Subject classes and attribute tags have the bytes that the data format fixes")
  func codes() {
    let classes = SubjectClass.allCases.map { String(UnicodeScalar($0.rawValue)) }.joined()
    #expect(classes == "idcmynfotxsprvk?")
    #expect(AttributeTag.allCases.map(\.rawValue) == [1, 2, 3, 4, 5] + Array(16...29))
  }
}
