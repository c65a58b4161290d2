import TestSupport
import Testing

@testable import Interchange

@Suite struct XESDamageTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let log = """
    <?xml version="1.0"?>
    <log>
      <trace>
        <string key="concept:name" value="1"/>
        <event>
          <string key="concept:name" value="a"/>
          <date key="time:timestamp" value="2026-01-02T08:00:00Z"/>
        </event>
      </trace>
      <trace>
        <string key="concept:name" value="2"/>
        <event>
          <string key="concept:name" value="b"/>
          <date key="time:timestamp" value="2026-01-02T09:00:00Z"/>
        </event>
      </trace>
    </log>
    """

  @Test func aLogThatEndsHalfWaySaysSoAtItsLineWhereverItEnds() throws {
    let whole = Array(log.utf8)
    for length in 1..<whole.count {
      let path = try folder.write(Array(whole.prefix(length)), "cut.xes")
      var elements: [ReadElement] = []
      do {
        try readElements(path, into: &elements)
        Issue.record("read to the end at \(length)")
      } catch ImportError.truncated(let found, let line, _) {
        let lines = whole.prefix(length).filter { $0 == 0x0A }.count + 1
        #expect(found == path)
        #expect(line == lines, "at \(length)")
      } catch ImportError.malformed(_, let line, let reason) where length < 30 {
        // Before the log's element has begun, nothing says that it would have.
        #expect(line <= 2 && reason.contains("log"), "at \(length): \(reason)")
      }
      // Whole cases only.
      #expect([0, 3, 6].contains(elements.count))
    }
  }

  @Test(arguments: [
    "<!DOCTYPE log [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>\n<log/>",
    "<?xml version=\"1.0\"?>\n<!DOCTYPE log SYSTEM \"file:///etc/passwd\">\n<log/>",
    "<log>\n<!ENTITY x \"y\">\n</log>",
  ])
  func entityBombsAreRefusedBeforeAnythingIsUnfolded(text: String) throws {
    let path = try folder.write(text, "bomb.xes")
    for chunk in [1, 1 << 20] {
      do {
        _ = try readElements(path, chunk: chunk)
        Issue.record("read to the end")
      } catch ImportError.malformed(_, let line, let reason) {
        #expect(line == (text.contains("?xml") || text.hasPrefix("<log>") ? 2 : 1))
        #expect(reason.contains("document type or entity declaration"))
      }
    }
  }

  @Test(arguments: [
    ("<log><trace></log>", 1), ("<log>\n</trace>", 2), ("<html/>", 1), ("<log/>\n<log/>", 2), ("<log/>\nmore", 2),
    ("<log>\n<trace>\n<string key=\"concept:name\" value=\"&undeclared;\"/></trace></log>", 3),
    ("<log>\n<string key=concept:name value=\"x\"/></log>", 2), ("<log>\n<string key=\"a<b\"/></log>", 2),
    ("<log>\n< /></log>", 2), ("<log>" + String(repeating: "<list>", count: 100), 1),
  ])
  func textThatIsNoXMLOrNoLogIsRefusedAtItsLine(text: String, line: Int) throws {
    let path = try folder.write(text, "bad.xes")
    for chunk in [1, 1 << 20] {
      do {
        _ = try readElements(path, chunk: chunk)
        Issue.record("read to the end")
      } catch ImportError.malformed(_, let found, _) {
        #expect(found == line)
      }
    }
  }

  @Test func anEndlessTagIsRefusedInBoundedMemory() throws {
    let path = try folder.write(
      "<log><string value=\"" + String(repeating: "x", count: 3 << 20) + "\"/></log>", "a.xes")
    #expect(throws: ImportError.self) { try readElements(path) }
  }

  @Test func aLogWithoutCasesHasNoEvents() throws {
    #expect(try readElements(folder.write("<log/>", "a.xes")) == [])
    #expect(try readElements(folder.write("<log></log>\n<!-- end -->\n", "b.xes")) == [])
    #expect(try readElements(folder.write("\u{FEFF}<xes:log xmlns:xes='x'><xes:trace/></xes:log>", "c.xes")) == [])
  }
}
