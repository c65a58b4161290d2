import TestSupport
import Testing
import ValueStream

@testable import Interchange

@Suite struct JSONReaderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func expect(
    _ text: String, gives expected: [ReadElement], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let path = try folder.write(text, "input")
    for chunk in [1, 2, 3, 7, 16, 1 << 20] {
      #expect(try readElements(path, chunk: chunk) == expected, "chunk \(chunk)", sourceLocation: sourceLocation)
    }
  }

  private func expectFailure(
    _ text: String, after count: Int = 0, line: Int, isTruncated: Bool = false,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let path = try folder.write(text, "input")
    for chunk in [1, 3, 1 << 20] {
      var elements: [ReadElement] = []
      do {
        try readElements(path, chunk: chunk, into: &elements)
        Issue.record("read to the end", sourceLocation: sourceLocation)
      } catch ImportError.malformed(_, let found, _) {
        #expect(found == line && !isTruncated, sourceLocation: sourceLocation)
      } catch ImportError.truncated(_, let found, _) {
        #expect(found == line && isTruncated, sourceLocation: sourceLocation)
      }
      #expect(elements.count == count, sourceLocation: sourceLocation)
    }
  }

  @Test func aLineIsAnEventWhateverItsEnd() throws {
    try expect("{\"a\":1}\n{\"b\":2}\n", gives: [.init("{\"a\":1}", 1), .init("{\"b\":2}", 2)])
    try expect("{\"a\":1}\r\n\r\n  {\"b\":2} \r\n", gives: [.init("{\"a\":1}", 1), .init("{\"b\":2}", 3)])
    try expect("\n\n{\"a\":1}\n{\"b\":2}", gives: [.init("{\"a\":1}", 3), .init("{\"b\":2}", 4)])
    try expect("\u{FEFF}{\"a\":1}\n", gives: [.init("{\"a\":1}", 1)])
    try expect("{\"a\":\"}\\\"{\"}\n", gives: [.init("{\"a\":\"}\\\"{\"}", 1)])
    try expect("{\"a\":1}", gives: [.init("{\"a\":1}", 1)])
  }

  @Test func anInputOfNothingHasNoEvents() throws {
    try expect("", gives: [])
    try expect("\n \r\n\t", gives: [])
  }

  @Test func aWrongLineLeavesTheOthersAsTheyAre() throws {
    try expect("{\"a\":\n{\"b\":2}\n", gives: [.init("{\"a\":", 1), .init("{\"b\":2}", 2)])
    try expect("oh no\n{\"b\":2}\n", gives: [.init("oh no", 1), .init("{\"b\":2}", 2)])
    try expect("{\"a\":1}\nnull", gives: [.init("{\"a\":1}", 1), .init("null", 2)])
  }

  @Test func anArrayGivesItsElementsVerbatim() throws {
    try expect(
      "[ {\"a\": [1, {\"x\": \"],}\\\\\"}]},\n\n{\"b\":2}\n , 3,\"t\\\"]\" , [4] ]\n",
      gives: [
        .init("{\"a\": [1, {\"x\": \"],}\\\\\"}]}", 1), .init("{\"b\":2}", 3), .init("3", 4), .init("\"t\\\"]\"", 4),
        .init("[4]", 4),
      ])
    try expect("[\n{\"a\":\n1}\n,\n{\"b\":2}]", gives: [.init("{\"a\":\n1}", 2), .init("{\"b\":2}", 5)])
    try expect("[]", gives: [])
    try expect("\u{FEFF} [ \n ] \n", gives: [])
  }

  @Test func objectsOverSeveralLinesGiveOneEventEach() throws {
    try expect(
      "{\n  \"a\": 1\n}\n{\n  \"b\": {\n \"c\": 2 } }\n\n{\"d\":3}",
      gives: [.init("{\n  \"a\": 1\n}", 1), .init("{\n  \"b\": {\n \"c\": 2 } }", 4), .init("{\"d\":3}", 8)])
    try expect("{\"a\":1} {\"b\":2}", gives: [.init("{\"a\":1}", 1), .init("{\"b\":2}", 1)])
  }

  @Test func whatNoReaderCanFollowNamesItsLine() throws {
    try expectFailure("[{\"a\":1}\n{\"b\":2}]", after: 1, line: 2)
    try expectFailure("[{\"a\":1},\n]", after: 1, line: 2)
    try expectFailure("[{\"a\":1}]\n\n{\"b\":2}", after: 1, line: 3)
    try expectFailure("[,{\"a\":1}]", line: 1)
    try expectFailure("{\n\"a\":1\n}\n}\n", after: 1, line: 4)
  }

  @Test func anInputThatEndsHalfWayNamesTheEventThatIsCut() throws {
    try expectFailure("[", line: 1, isTruncated: true)
    try expectFailure("[{\"a\":1},\n{\"b\":\"2", after: 1, line: 2, isTruncated: true)
    try expectFailure("[{\"a\":1}\n", after: 1, line: 2, isTruncated: true)
    try expectFailure("{\n\"a\":1\n}\n{\n\"b\": [\n", after: 1, line: 4, isTruncated: true)
  }

  @Test func anEventBeyondTheLimitIsPassedOver() throws {
    let limit = InputElement.limit
    let fits = "{\"a\":\"" + String(repeating: "x", count: limit - 8) + "\"}"
    let large = "{\"a\":\"" + String(repeating: "x", count: limit - 7) + "\"}"
    let huge = "{\"a\":\"" + String(repeating: "x", count: 5 * limit) + "\"}"
    #expect(fits.utf8.count == limit)
    for (open, comma, close) in [("", "\n", "\n"), ("", "\n", ""), ("[", ",\n", "]"), ("[", ",\n", "\n]")] {
      for chunk in [1000, 1 << 20] {
        let path = try folder.write(
          open + [fits, large, huge, "{\"b\":2}", huge].joined(separator: comma) + close, "l")
        let elements = try readElements(path, chunk: chunk)
        #expect(elements.map(\.rule) == [nil, "size", "size", nil, "size"])
        #expect(elements.map(\.line) == [1, 2, 3, 4, 5])
        #expect(elements[0].text == fits)
        #expect(elements[3].text == "{\"b\":2}")
      }
    }
  }

  @Test func whatIsNoKnownFormatIsNamedByItsBeginning() throws {
    for (bytes, beginning) in [
      (Array("id;name\n1;x\n".utf8), "id;name.1;x"), ([0xFF, 0xFE, 0x7B, 0x00], "UTF-16 text; UTF-8 is needed"),
    ] {
      let path = try folder.write(bytes, "input")
      #expect(throws: ImportError.unknownFormat(path: path, beginning: beginning)) { try readElements(path) }
    }
  }

  @Test func aFileThatIsNotThereOrIsAFolderIsNamed() throws {
    let missing = folder.file("missing")
    #expect(throws: ImportError.cannotOpen(path: missing, reason: "No such file or directory")) {
      try readElements(missing)
    }
    #expect(throws: ImportError.cannotOpen(path: folder.path, reason: "it is a folder")) {
      try readElements(folder.path)
    }
  }
}
