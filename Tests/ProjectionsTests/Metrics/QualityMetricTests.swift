import Tables
import Testing

@testable import Projections

@Suite("Quality, by hand")
struct QualityMetricTests {
  /// A: todo 0, build 10, done 40. B: todo 0, build 10, todo 20, build 30, done 50. C: todo 5, build 30, done 45, reopened 60.
  /// D: todo 0, build 10, done 70; its check failed. E: todo 80.
  static var events: [PlainEvent] {
    var id = 0
    func event(
      _ type: String, _ subject: String, _ seconds: Int, _ data: [String: String] = [:],
      _ numbers: [String: Double] = [:]
    ) -> PlainEvent {
      id += 1
      var event = PlainEvent(id: "\(id)", type: type, subject: subject, seconds: seconds, stream: "s")
      event.data = data
      event.numbers = numbers
      return event
    }
    var definition = event("stream.defined", "s", 0)
    definition.stages = [("todo", "queue", nil), ("build", "work", nil), ("done", "done", nil)]
    func way(_ item: String, _ created: Int, _ stages: [(String, Int)]) -> [PlainEvent] {
      [event("item.created", item, created, ["service": item < "C" ? "api" : "web"])]
        + stages.map { event("item.entered", item, $0.1, ["stage": $0.0]) }
    }
    let items =
      way("A", 0, [("build", 10), ("done", 40)])
      + way("B", 0, [("build", 10), ("todo", 20), ("build", 30), ("done", 50)])
      + way("C", 5, [("build", 30), ("done", 45)]) + [event("item.reopened", "C", 60, ["stage": "build"])]
      + way("D", 0, [("build", 10), ("done", 70)]) + way("E", 80, [])
    // X1: made and found in build, fixed after 5 s, found again at 35. X2: made in todo, found in build, deferred.
    // X3: after A's delivery, fixed after 30 s. X4: rejected. X5: in no item, nobody knows where.
    func found(_ defect: String, _ seconds: Int, _ data: [String: String]) -> PlainEvent {
      event("defect.found", defect, seconds, data)
    }
    func resolved(_ defect: String, _ seconds: Int, _ word: String) -> PlainEvent {
      event("defect.resolved", defect, seconds, ["resolution": word])
    }
    let defects = [
      found("X1", 15, ["item": "B", "stage": "build", "origin": "build"]), resolved("X1", 20, "fixed"),
      found("X1", 35, ["item": "B", "stage": "build", "origin": "build"]),
      found("X2", 32, ["item": "B", "stage": "build", "origin": "todo"]), resolved("X2", 40, "deferred"),
      found("X3", 50, ["item": "A", "stage": "done", "origin": "build"]), resolved("X3", 80, "fixed"),
      found("X4", 55, ["item": "D", "stage": "build", "origin": "build"]), resolved("X4", 56, "rejected"),
      found("X5", 60, [:]),
    ]
    func check(_ number: Int, _ item: String, _ seconds: Int, _ outcome: String, _ coverage: Double?) -> PlainEvent {
      event(
        "check.completed", "K\(number)", seconds, ["outcome": outcome, "item": item, "name": "unit"],
        coverage.map { ["coverage": $0] } ?? [:])
    }
    return [definition] + items + defects + [
      check(1, "A", 12, "passed", 0.5), check(2, "B", 14, "passed", 0.75), check(3, "D", 30, "failed", 0.25),
      check(4, "D", 40, "passed", nil), check(5, "A", 35, "skipped", nil),
    ]
  }

  private func ask(_ metric: String, at seconds: Int = 100, _ change: (inout Query) -> Void = { _ in }) throws -> Answer
  {
    try TestLedger(Self.events).answer(metric, knownAt: Self.events.count, at: seconds, change)
  }

  @Test("defect matrix: origin by where found, and containment")
  func matrix() throws {
    let answer = try ask("defect-matrix")
    #expect(answer.column("origin") == [.text("todo"), .text("build"), .text("build"), .null])
    #expect(answer.column("stage") == [.text("build"), .text("build"), .text("done"), .null])
    #expect(answer.column("defects") == [1, 1, 1, 1].map { Value.integer($0) })
    #expect(answer.column("escaped") == [0, 0, 1, 0].map { Value.integer($0) })
    #expect(answer.column("share") == [.share(1), .share(0.5), .share(0.5), .share(1)])
    // Made in build: X1 found there, X3 by customers.
    #expect(
      answer.more[0].rows == [
        [.text("todo"), .integer(1), .integer(0), .integer(1), .integer(0), .share(0)],
        [.text("build"), .integer(2), .integer(1), .integer(1), .integer(1), .share(0.5)],
        [.null, .integer(1), .integer(0), .integer(1), .integer(0), .null],
      ])
    // Before its rejection X4 counted.
    #expect(try ask("defect-matrix", at: 55).by("origin", "defects")["build"] != nil)
    #expect(try ask("defects", at: 55).column("found") == [.integer(4)])
  }

  @Test("defect age: what is open, from when it was found last; deferred ones stay open")
  func age() throws {
    let answer = try ask("defect-age")
    // X1 open since 35, X2 since 32, X5 since 60: 65, 68 and 40 s at 100.
    #expect(answer.column("open") == [.integer(3)])
    #expect(answer.column("p50") == [.duration(65)])
    #expect(answer.column("max") == [.duration(68)])
    #expect(answer.column("deferred") == [.integer(1)])
    // At 33: X1 is fixed, X2 one second old.
    let before = try ask("defect-age", at: 33)
    #expect(before.column("open") == [.integer(1)])
    #expect(before.column("max") == [.duration(1)])
    #expect(before.column("deferred") == [.integer(0)])
  }

  @Test("time to resolve: found to fixed, for each fix")
  func resolution() throws {
    let answer = try ask("defect-resolution")
    #expect(answer.column("fixed") == [.integer(2)])
    #expect(answer.column("p50") == [.duration(5)])
    #expect(answer.column("max") == [.duration(30)])
    let byOrigin = try ask("defect-resolution", at: 79) { $0.groupings = [.origin] }
    #expect(byOrigin.by("origin", "fixed") == ["build": .integer(1)])
  }

  @Test("first-pass yield, with the reasons")
  func yield() throws {
    // Delivered and not opened again: A, B, D. A has a defect; B went back and has defects; D a failed check.
    let answer = try ask("first-pass-yield")
    #expect(answer.column("delivered") == [.integer(3)])
    #expect(answer.column("firstPass") == [.integer(0)])
    #expect(answer.column("rework") == [.integer(1)])
    #expect(answer.column("reopened") == [.integer(0)])
    #expect(answer.column("defective") == [.integer(2)])
    #expect(answer.column("failedCheck") == [.integer(1)])
    // At 49 A's defect was not there yet, and C was delivered: both are clean.
    let before = try ask("first-pass-yield", at: 49)
    #expect(before.column("delivered") == [.integer(2)])
    #expect(before.column("yield") == [.share(1)])
    // The same judgement as beside %C&A.
    #expect(try ask("complete-accurate").more[0].rows[0].suffix(3) == [.integer(3), .integer(0), .share(0)])
  }

  @Test("checks: passed ÷ (passed + failed), skipped beside")
  func checks() throws {
    let answer = try ask("checks")
    #expect(answer.column("passed") == [.integer(3)])
    #expect(answer.column("failed") == [.integer(1)])
    #expect(answer.column("skipped") == [.integer(1)])
    #expect(answer.column("passRate") == [.share(0.75)])
    let byService = try ask("checks") { $0.groupings = [.attribute(.service), .word("check")] }
    #expect(byService.by("service", "passRate") == ["api": .share(1), "web": .share(0.5)])
    #expect(byService.column("check") == [.text("unit"), .text("unit")])
    let ofItem = try ask("checks") { $0.filter.items = ["D"] }
    #expect(ofItem.column("passRate") == [.share(0.5)])
  }

  @Test("coverage: the last one of each service, and its change")
  func coverage() throws {
    let answer = try ask("coverage")
    #expect(answer.column("service") == [.text("api"), .text("web")])
    #expect(answer.column("reports") == [.integer(2), .integer(1)])
    #expect(answer.column("coverage") == [.share(0.75), .share(0.25)])
    #expect(answer.column("change") == [.number(0.25), .null])
    #expect(try ask("coverage", at: 13).column("coverage") == [.share(0.5)])
  }
}
