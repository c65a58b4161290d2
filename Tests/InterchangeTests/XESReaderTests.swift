import TestSupport
import Testing

@testable import Interchange

@Suite struct XESReaderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// An event of a log; `more` is put inside of it.
  private func event(_ name: String, _ time: String, _ transition: String? = nil, more: String = "") -> String {
    let lifecycle = transition.map { "<string key=\"lifecycle:transition\" value=\"\($0)\"/>" } ?? ""
    return "<event><string key=\"concept:name\" value=\"\(name)\"/>\(lifecycle)\(more)"
      + "<date key=\"time:timestamp\" value=\"2026-01-02T\(time)\"/></event>\n"
  }

  private func trace(_ name: String?, _ events: String...) -> String {
    let name = name.map { "<string key=\"concept:name\" value=\"\($0)\"/>" } ?? ""
    return "<trace>\(name)\n\(events.joined())</trace>\n"
  }

  private func log(_ content: String, name: String? = "claims") -> String {
    let name = name.map { "<string key=\"concept:name\" value=\"\($0)\"/>\n" } ?? ""
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <!-- An event log, <not> an <event>. -->
      <log xes.version="2.0" xmlns="http://www.xes-standard.org/">
      <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
      <global scope="event"><string key="concept:name" value="DEFAULT"/>
      <string key="lifecycle:transition" value="complete"/></global>
      \(name)\(content)</log>

      """
  }

  private func read(_ text: String, chunk: Int = 1 << 20, openCases: Bool = false) throws -> [DecodedEvent] {
    let path = try folder.write(text, "log.xes")
    return try readElements(path, chunk: chunk, openCases: openCases).map { try DecodedEvent($0.text) }
  }

  @Test func aCaseWithoutLifecycleIsCreatedAtItsFirstEventAndDeliveredAtItsLast() throws {
    let text = log(
      trace("7", event("register", "08:00:00Z"), event("check", "09:30:00.250+01:00"), event("pay", "10:00:00Z")))
    for chunk in [1, 5, 64, 1 << 20] {
      let events = try read(text, chunk: chunk)
      #expect(
        events.map(\.brief) == [
          "created register 08:00:00", "entered register 08:00:00", "entered check 08:30:00.25", "entered pay 10:00:00",
          "delivered  10:00:00",
        ])
      #expect(Set(events.map(\.subject)) == ["7"])
      #expect(Set(events.map(\.stream)) == ["claims"])
      #expect(Set(events.map(\.source)) == ["/xes/claims"])
      #expect(Set(events.map(\.id)).count == 5)
    }
  }

  @Test(arguments: [false, true])
  func theLifecycleSaysWhatHappensWhateverItsCase(capitals: Bool) throws {
    func step(_ name: String, _ time: String, _ transition: String) -> String {
      event(name, time, capitals ? transition.uppercased() : transition)
    }
    let text = log(
      trace(
        "1", step("a", "08:00:00Z", "schedule"), step("a", "08:01:00Z", "assign"), step("a", "08:02:00Z", "start"),
        step("a", "08:03:00Z", "suspend"), step("a", "08:04:00Z", "resume"), step("a", "08:05:00Z", "complete"),
        step("b", "08:06:00Z", "complete"), step("b", "08:07:00Z", "start"), step("b", "08:08:00Z", "complete"),
        step("b", "08:09:00Z", "complete"), step("c", "08:10:00Z", "in progress"), step("c", "08:11:00Z", "autoskip")))
    #expect(
      try read(text).map(\.brief) == [
        "defined  00:00:00", "created a (queue) 08:00:00", "entered a (queue) 08:00:00", "changed  08:01:00",
        "entered a 08:02:00",
        "blocked  08:03:00", "unblocked  08:04:00", "left a 08:05:00", "entered b 08:06:00", "entered b 08:07:00",
        "left b 08:08:00", "entered b 08:09:00", "entered c 08:10:00", "changed  08:11:00", "delivered  08:11:00",
      ])
  }

  @Test(arguments: ["withdraw", "ate_abort", "PI_ABORT"])
  func aCaseThatEndsInAnAbortIsCancelledAndNotDelivered(transition: String) throws {
    let text = log(trace("1", event("a", "08:00:00Z", "start"), event("a", "08:05:00Z", transition)))
    #expect(
      try read(text).map(\.brief) == [
        "created a 08:00:00", "entered a 08:00:00", "cancelled \(transition) 08:05:00",
      ])
  }

  @Test func openCasesAreNotDelivered() throws {
    let events = try read(log(trace("1", event("a", "08:00:00Z"))), openCases: true)
    #expect(events.map(\.brief) == ["created a 08:00:00", "entered a 08:00:00"])
  }

  @Test func eventsOutOfOrderAreToldInTheOrderOfTime() throws {
    let text = log(
      trace(
        "1", event("late", "11:00:00Z"), event("first", "08:00:00Z"), event("same", "11:00:00Z"),
        event("mid", "09:00:00Z")))
    #expect(
      try read(text).map(\.brief) == [
        "created first 08:00:00", "entered first 08:00:00", "entered mid 09:00:00", "entered late 11:00:00",
        "entered same 11:00:00", "delivered  11:00:00",
      ])
  }

  @Test func casesWithoutANameAreNumberedAndEmptyOnesTellNothing() throws {
    let text = log(
      trace(nil, event("a", "08:00:00Z")) + "<trace/>" + trace("empty") + trace(nil, event("b", "09:00:00Z")))
    #expect(try read(text).map(\.subject) == ["case-1", "case-1", "case-1", "case-4", "case-4", "case-4"])
  }

  @Test func onlyTheAttributesOfTheEventItselfCount() throws {
    let nested = """
      <list key="parts"><values><string key="concept:name" value="wrong"/><event/></values></list>
      <string key="org:resource" value="Ana &amp; &#x42;en &quot;X&quot;"><date key="time:timestamp" value="1999-01-01T00:00:00Z"/></string>
      """
    let events = try read(log(trace("1", event("a&lt;b", "08:00:00Z", more: nested))))
    #expect(events.map(\.brief) == ["created a<b 08:00:00", "entered a<b 08:00:00", "delivered  08:00:00"])
    #expect(events[1].data["actor"] as? String == "Ana & Ben \"X\"")
  }

  @Test func theStreamIsTheOneAskedForOrTheLogsOrTheFiles() throws {
    let content = trace("1", event("a", "08:00:00Z"))
    let named = try folder.write(log(content), "one.xes")
    let nameless = try folder.write(gzip(Array(log(content, name: nil).utf8)), "Hospital billing.xes.gz")
    func first(_ path: String, _ stream: String?) throws -> DecodedEvent {
      try DecodedEvent(readElements(path, stream: stream)[0].text)
    }
    #expect(try first(named, nil).stream == "claims")
    #expect(try first(named, "mine").stream == "mine")
    #expect(try first(nameless, nil).stream == "Hospital billing")
    #expect(try first(nameless, nil).source == "/xes/Hospital%20billing")
  }

  @Test func idsDependOnTheContentAndNotOnThePlace() throws {
    let first = trace("1", event("a", "08:00:00Z"), event("b", "09:00:00Z"))
    let plain = try read(log(first))
    let path = try folder.write(gzip(Array(log(first).utf8)), "elsewhere.gz")
    #expect(try readElements(path).map { try DecodedEvent($0.text).id } == plain.map(\.id))
    // Grown by a case and an event: what was there keeps its id; the delivery is another one.
    let grown = try read(
      log(
        trace("1", event("a", "08:00:00Z"), event("b", "09:00:00Z"), event("c", "10:00:00Z"))
          + trace("2", event("a", "08:00:00Z"))))
    #expect(grown.prefix(3).map(\.id) == plain.prefix(3).map(\.id))
    #expect(Set(grown.map(\.id)).count == grown.count)
    #expect(!grown.map(\.id).contains(plain[3].id))
    // Another log of the same name: nothing collides.
    let other = try read(log(trace("1", event("x", "08:00:00Z"))))
    #expect(Set(other.map(\.id)).isDisjoint(with: plain.map(\.id)))
  }

  @Test(arguments: [
    ("2026-01-02T08:00:00", "08:00:00"), ("2026-01-02 08:00:00.5Z", "08:00:00.5"),
    ("2026-01-02T08:00:00.123456789+0100", "07:00:00.123456"), ("2026-01-02T08:00:00-01", "09:00:00"),
    (" 2026-01-02T08:00:00,25+01:00 ", "07:00:00.25"),
  ])
  func timesOfOtherToolsAreUnderstood(written: String, expected: String) throws {
    let text = log(
      trace(
        "1",
        "<event><string key=\"concept:name\" value=\"a\"/><date key=\"time:timestamp\" value=\"\(written)\"/></event>"))
    #expect(try read(text)[0].brief == "created a \(expected)")
  }

  @Test func eventsThatCannotBeUsedAreNamedAndTheOthersStay() throws {
    let path = try folder.write(
      log(
        trace(
          "1", event("a", "08:00:00Z"), "<event><string key=\"concept:name\" value=\"b\"/></event>\n",
          event("c", "25:00:00Z"), "<event><date key=\"time:timestamp\" value=\"2026-01-02T09:00:00Z\"/></event>\n")),
      "log.xes")
    let elements = try readElements(path)
    #expect(elements.map(\.rule) == ["required", "format", "required", nil, nil, nil])
    #expect(elements.map(\.line) == [10, 11, 12, 8, 9, 8])
  }

  @Test func latin1IsTranslatedAndOtherEncodingsAreRefused() throws {
    let text = log(trace("1", event("pr#fen", "08:00:00Z")))
    func bytes(_ encoding: String) -> [UInt8] {
      Array(text.replacing("UTF-8", with: encoding).utf8).map { $0 == 0x23 ? 0xFC : $0 }
    }
    let latin = try readElements(folder.write(bytes("ISO-8859-1"), "a.xes"))
    #expect(try DecodedEvent(latin[0].text).brief == "created prüfen 08:00:00")
    let other = try folder.write(bytes("UTF-16"), "b.xes")
    #expect(throws: ImportError.self) { try readElements(other) }
  }
}
