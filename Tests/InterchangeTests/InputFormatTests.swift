import Foundation
import TestSupport
import Testing

@testable import Interchange

/// The format is told by the bytes, whether they come from a file at once or from a pipe in pieces.
@Suite struct InputFormatTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// What is read from a file and from a pipe, which must be the same.
  private func read(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> [ReadElement] {
    let bytes = Array(text.utf8)
    let elements = try readElements(folder.write(bytes, "input"))
    #expect(try readElements(folder.write(gzip(bytes), "input.gz")) == elements, sourceLocation: sourceLocation)
    #expect(try readElements(folder.write(bytes, "input"), chunk: 999) == elements, sourceLocation: sourceLocation)

    let pipe = folder.file("pipe")
    unlink(pipe)
    #expect(mkfifo(pipe, 0o600) == 0, sourceLocation: sourceLocation)
    let writer = Thread {
      let descriptor = open(pipe, O_WRONLY)
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, min($0.count, 5000)) }
        if count <= 0 { break }
        rest = rest.dropFirst(count)
      }
      close(descriptor)
    }
    writer.start()
    #expect(try readElements(pipe) == elements, sourceLocation: sourceLocation)
    return elements
  }

  /// An event of `count` bytes.
  private func event(_ count: Int) -> String { "{\"a\":\"" + String(repeating: "x", count: count - 8) + "\"}" }

  // The third line is broken: only line by line is there anything behind it.
  @Test(arguments: [100, 70_000, 1 << 20])
  func aFirstLineMayBeAsLongAsTheLargestEvent(count: Int) throws {
    let first = event(count)
    #expect(
      try read("\(first)\n{\"b\":2}\n{\"c\":\n{\"d\":4}\n").map(\.text) == [first, "{\"b\":2}", "{\"c\":", "{\"d\":4}"])
    #expect(try read(first).map(\.text) == [first])
  }

  @Test(arguments: [2 << 20, 7 << 20])
  func aFirstLineLongerThanAnyEventIsRefusedAndTheOthersStay(count: Int) throws {
    let elements = try read("\(event(count))\n{\"b\":2}\n{\"c\":\n{\"d\":4}\n")
    #expect(elements.map(\.rule) == ["size", nil, nil, nil])
    #expect(elements.map(\.line) == [1, 2, 3, 4])
  }

  @Test func aLongFirstLineThatIsNoEventLeavesTheOthersAsTheyAre() throws {
    let noise = String(repeating: "no ", count: 50_000).trimmingCharacters(in: .whitespaces)
    #expect(try read("\(noise)\n{\"b\":2}\n").map(\.text) == [noise, "{\"b\":2}"])
    let open = "{\"a\":\"" + String(repeating: "x", count: 200_000)
    #expect(try read("\(open)\n\n{\"b\":2}\n").map(\.text) == [open, "{\"b\":2}"])
  }

  @Test func spacesBeforeTheFirstEventDoNotHideTheFormat() throws {
    let spaces = String(repeating: " \n", count: 100_000)
    #expect(try read(spaces + "{\"a\":1}\n{\"b\":\n{\"c\":3}\n").map(\.line) == [100_001, 100_002, 100_003])
    #expect(try read(spaces + "[{\"a\":1},{\"b\":2}]").map(\.text) == ["{\"a\":1}", "{\"b\":2}"])
    #expect(try read(spaces + "{\n\"a\":1}\n{\"b\":2}").map(\.text) == ["{\n\"a\":1}", "{\"b\":2}"])
  }

  @Test func objectsOverLinesAreToldByTheirFirstLineHoweverMuchComesBetween() throws {
    let gap = String(repeating: "\n", count: 100_000)
    #expect(try read("{\(gap)\"a\":1}\n{\"b\":2}").count == 2)
    let first = event(500_000)
    #expect(try read("\(first) {\"b\":2}\n{\n\"c\":3}").map(\.text) == [first, "{\"b\":2}", "{\n\"c\":3}"])
  }

  @Test func whatIsNoEventAtAllIsRefusedWithoutReadingItWhole() throws {
    let path = try folder.write(String(repeating: "x;y\n", count: 2_000_000), "table.csv")
    let source = try ByteSource(path: path)
    #expect(throws: ImportError.unknownFormat(path: path, beginning: "x;y.x;y.x;y.x;y.x;y.x;y.")) {
      try InputFormat.detect(InputWindow(source))
    }
    #expect(source.bytesRead <= 4 << 20)
  }
}
