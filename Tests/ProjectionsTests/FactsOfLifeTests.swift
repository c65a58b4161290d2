import Testing
import ValueStream

@testable import Projections

/// Every case of the vocabulary's "facts of life", worked by hand. Times are seconds; positions count from 1.
@Suite("Facts of life")
struct FactsOfLifeTests {
  private let definition = PlainEvent(
    id: "def", type: "stream.defined", subject: "s", seconds: 0,
    stages: [("backlog", "queue", nil), ("doing", "work", 2), ("review", "queue", nil), ("done", "done", nil)])

  private func event(
    _ id: String, _ type: String, _ seconds: Int, stage: String? = nil, subject: String = "I",
    _ data: [String: String] = [:]
  ) -> PlainEvent {
    var event = PlainEvent(id: id, type: type, subject: subject, seconds: seconds, stream: "s", data: data)
    if let stage { event.data["stage"] = stage }
    return event
  }

  private func void(_ id: String, of target: String, _ seconds: Int) -> PlainEvent {
    PlainEvent(
      id: id, type: "event.voided", subject: target, seconds: seconds,
      data: ["source": PlainEvent.source, "id": target])
  }

  private func timeline(_ test: TestLedger, at seconds: Int = 1000, knownAt: UInt64? = nil) throws -> ItemTimeline {
    let view = try test.ledger.view()
    return try view.timeline(
      of: "I",
      in: Cut(
        position: knownAt ?? view.position, atMicros: PlainEvent.epochMicros + Int64(seconds) * 1_000_000))
  }

  private func seconds(_ micros: Int64?) -> Int? { micros.map { Int(($0 - PlainEvent.epochMicros) / 1_000_000) } }

  private func visits(_ timeline: ItemTimeline) -> [String] {
    timeline.visits.map {
      "\($0.stage ?? "-") \(seconds($0.enteredMicros) ?? -1)…\(seconds($0.leftMicros).map(String.init) ?? "")"
    }
  }

  @Test("late arrival: the old answer stays at the old position, the new one holds from the new position")
  func lateArrival() throws {
    let test = try TestLedger([
      definition, event("1", "item.created", 10), event("2", "item.entered", 30, stage: "review"),
      event("3", "item.entered", 20, stage: "doing"),
    ])
    #expect(try visits(timeline(test, knownAt: 3)) == ["backlog 10…30", "review 30…"])
    #expect(try visits(timeline(test)) == ["backlog 10…20", "doing 20…30", "review 30…"])
    #expect(try test.world(knownAt: 3, at: 25).visits.map(\.stage) == ["backlog"])
    #expect(try test.world(knownAt: 4, at: 25).visits.map(\.stage) == ["doing"])
  }

  @Test("two events at the same instant: the position decides")
  func sameInstant() throws {
    let one = [event("1", "item.entered", 10, stage: "doing"), event("2", "item.entered", 10, stage: "review")]
    #expect(try TestLedger([definition] + one).world(knownAt: 3, at: 10).visits.map(\.stage) == ["review"])
    #expect(try TestLedger([definition] + one.reversed()).world(knownAt: 3, at: 10).visits.map(\.stage) == ["doing"])
  }

  @Test("entered without created: opens the item then; its lead time is unknown until a created arrives")
  func enteredWithoutCreated() throws {
    let test = try TestLedger([
      definition, event("1", "item.entered", 20, stage: "doing"), event("2", "item.entered", 50, stage: "done"),
      event("3", "item.created", 5),
    ])
    let before = try #require(try test.world(knownAt: 3, at: 100).completions.first)
    #expect(before.created == nil)
    #expect(before.committed == 20)
    #expect(try seconds(timeline(test, knownAt: 3).openedMicros) == 20)
    #expect(try test.world(knownAt: 4, at: 100).completions.first?.created == 5)
  }

  @Test("created twice: the first one counts")
  func createdTwice() throws {
    let test = try TestLedger([
      definition, event("1", "item.created", 20), event("2", "item.created", 40, stage: "review"),
      event("3", "item.delivered", 60),
    ])
    #expect(try test.world(knownAt: 4, at: 100).completions.first?.created == 20)
    #expect(try visits(timeline(test)) == ["backlog 20…60"])
  }

  @Test("entered the stage it is already in: no new visit")
  func enteredAgain() throws {
    let test = try TestLedger([
      definition, event("1", "item.entered", 10, stage: "doing"), event("2", "item.entered", 20, stage: "doing"),
    ])
    #expect(try visits(timeline(test)) == ["doing 10…"])
    #expect(try test.world(knownAt: 3, at: 30).visits.map(\.since) == [10])
  }

  @Test("moved backwards: a visit of its own, marked as rework")
  func movedBackwards() throws {
    let test = try TestLedger([
      definition, event("1", "item.entered", 10, stage: "doing"), event("2", "item.entered", 20, stage: "review"),
      event("3", "item.entered", 30, stage: "doing"),
    ])
    #expect(try timeline(test).visits.map(\.isRework) == [false, false, true])
    #expect(try test.world(knownAt: 4, at: 40).visits.map(\.since) == [30])
  }

  @Test("skipped stages: the commitment counts as reached")
  func skippedStages() throws {
    let test = try TestLedger([
      definition, event("1", "item.created", 10), event("2", "item.entered", 20, stage: "review"),
      event("3", "item.entered", 30, stage: "done"),
    ])
    #expect(try test.world(knownAt: 4, at: 40).completions.first?.committed == 20)
  }

  @Test("blocked twice, unblocked without blocked: the first block counts, the unblocking of nothing does not")
  func blockedTwice() throws {
    let test = try TestLedger([
      definition, event("1", "item.entered", 10, stage: "doing"), event("0", "item.unblocked", 12),
      event("2", "item.blocked", 20), event("3", "item.blocked", 25), event("4", "item.unblocked", 30),
      event("5", "item.unblocked", 35), event("6", "item.entered", 50, stage: "review"),
    ])
    #expect(try timeline(test).visits.first?.blockedMicros == 10_000_000)
    #expect(try timeline(test).blockedSinceMicros == nil)
  }

  @Test("blocked while in no stage: the time between stages is blocked")
  func blockedInNoStage() throws {
    let test = try TestLedger([
      definition, event("1", "item.entered", 10, stage: "doing"), event("2", "item.left", 20, stage: "doing"),
      event("3", "item.blocked", 22), event("4", "item.unblocked", 28), event("5", "item.entered", 30, stage: "review"),
    ])
    let timeline = try timeline(test)
    #expect(visits(timeline) == ["doing 10…20", "- 20…30", "review 30…"])
    #expect(timeline.visits.map(\.blockedMicros) == [0, 6_000_000, 0])
  }

  @Test("delivered while blocked: the block ends with the delivery")
  func deliveredWhileBlocked() throws {
    let test = try TestLedger([
      definition, event("1", "item.entered", 10, stage: "doing"), event("2", "item.blocked", 20),
      event("3", "item.delivered", 50),
    ])
    let timeline = try timeline(test)
    #expect(timeline.phase == .delivered)
    #expect(timeline.blockedSinceMicros == nil)
    #expect(timeline.visits.first?.blockedMicros == 30_000_000)
  }

  @Test("cancelled, then entered: the item is open again from then on")
  func cancelledThenEntered() throws {
    let test = try TestLedger([
      definition, event("1", "item.created", 10), event("2", "item.cancelled", 20),
      event("3", "item.entered", 30, stage: "doing"),
    ])
    #expect(try test.world(knownAt: 4, at: 25).open == [])
    #expect(try test.world(knownAt: 4, at: 35).open == ["I"])
    #expect(try test.world(knownAt: 4, at: 35).completions == [])
    #expect(try timeline(test).reopenings == 1)
  }

  @Test("reopened after delivery: the delivery is reversed, and lead time goes on from the creation")
  func reopened() throws {
    let test = try TestLedger([
      definition, event("1", "item.created", 10), event("2", "item.entered", 20, stage: "done"),
      event("3", "item.reopened", 30, stage: "doing"), event("4", "item.entered", 70, stage: "done"),
    ])
    #expect(try test.world(knownAt: 5, at: 25).completions.map(\.completed) == [20])
    #expect(try test.world(knownAt: 5, at: 40).completions == [])
    let last = try test.world(knownAt: 5, at: 80).completions
    #expect(last.map(\.completed) == [70])
    #expect(last.map(\.created) == [10])
  }

  @Test("void of the newest event, of an old one, of the creating one")
  func voids() throws {
    let events = [
      definition, event("1", "item.created", 10), event("2", "item.entered", 20, stage: "doing"),
      event("3", "item.entered", 30, stage: "review"),
    ]
    let newest = try TestLedger(events + [void("v", of: "3", 90)])
    #expect(try visits(timeline(newest, knownAt: 4)) == ["backlog 10…20", "doing 20…30", "review 30…"])
    #expect(try visits(timeline(newest)) == ["backlog 10…20", "doing 20…"])
    let old = try TestLedger(events + [void("v", of: "2", 90)])
    #expect(try visits(timeline(old)) == ["backlog 10…30", "review 30…"])
    let creating = try TestLedger(events + [void("v", of: "1", 90)])
    #expect(try visits(timeline(creating)) == ["doing 20…30", "review 30…"])
    #expect(try timeline(creating).createdMicros == nil)
  }

  @Test("a void holds from its position on, whatever time it happened at")
  func voidBeforeInTime() throws {
    let test = try TestLedger([
      definition, event("1", "item.entered", 10, stage: "doing"), void("v", of: "1", 500),
    ])
    #expect(try test.world(knownAt: 2, at: 20).visits.count == 1)
    #expect(try test.world(knownAt: 3, at: 20).visits.isEmpty)
  }

  @Test("a void that arrives before its target keeps it from ever counting")
  func voidFirst() throws {
    let test = try TestLedger([
      definition, void("v", of: "2", 5), event("1", "item.entered", 10, stage: "doing"),
      event("2", "item.entered", 20, stage: "review"),
    ])
    #expect(try visits(timeline(test)) == ["doing 10…"])
  }

  @Test("a void of a void restores the event, also when the first void came before its target")
  func voidOfVoid() throws {
    let restored = try TestLedger([
      definition, event("1", "item.entered", 10, stage: "doing"), event("2", "item.entered", 20, stage: "review"),
      void("v", of: "2", 90), void("w", of: "v", 91),
    ])
    #expect(try visits(timeline(restored, knownAt: 4)) == ["doing 10…"])
    #expect(try visits(timeline(restored)) == ["doing 10…20", "review 20…"])
    let early = try TestLedger([
      definition, void("v", of: "2", 5), event("1", "item.entered", 10, stage: "doing"),
      event("2", "item.entered", 20, stage: "review"), void("w", of: "v", 91),
    ])
    #expect(try early.world(knownAt: 4, at: 30).visits.map(\.stage) == ["doing"])
    #expect(try early.world(knownAt: 5, at: 30).visits.map(\.stage) == ["review"])
  }

  @Test("a stream redefined while items are open: from then on the new stages hold, items stay where they are")
  func redefined() throws {
    var second = definition
    second.id = "def2"
    second.seconds = 25
    second.stages = [("backlog", "queue", nil), ("doing", "work", 9), ("review", "done", nil)]
    let test = try TestLedger([
      definition, event("1", "item.entered", 10, stage: "doing"), event("2", "item.entered", 20, stage: "review"),
      second, event("3", "item.entered", 30, stage: "doing"), event("4", "item.entered", 40, stage: "review"),
    ])
    #expect(try test.world(knownAt: 6, at: 26).visits.map(\.stage) == ["review"])
    #expect(try test.world(knownAt: 6, at: 50).completions.map(\.completed) == [40])
  }

  @Test("a definition that arrives late changes what happened under it, from its position on")
  func lateDefinition() throws {
    let test = try TestLedger([
      event("1", "item.entered", 10, stage: "doing"), event("2", "item.entered", 20, stage: "done"), definition,
    ])
    #expect(try test.world(knownAt: 2, at: 30).visits.map(\.stage) == ["done"])
    #expect(try test.world(knownAt: 3, at: 30).visits.isEmpty)
    #expect(try test.world(knownAt: 3, at: 30).completions.map(\.completed) == [20])
  }

  @Test("a late definition also holds for events that name no stream, of items that belong to it")
  func lateDefinitionForInheritedStream() throws {
    var unnamed = event("2", "item.entered", 20, stage: "review")
    unnamed.stream = nil
    var late = definition
    late.seconds = 15
    late.stages = [("doing", "work", nil), ("review", "done", nil)]
    let test = try TestLedger([event("1", "item.entered", 10, stage: "doing"), unnamed, late])
    #expect(try test.world(knownAt: 2, at: 50).visits.map(\.stage) == ["review"])
    #expect(try test.world(knownAt: 3, at: 50).completions.map(\.completed) == [20])
  }

  @Test("a stage that the definition does not know is kept and counts as work")
  func unknownStage() throws {
    let test = try TestLedger([
      definition, event("1", "item.created", 10), event("2", "item.entered", 20, stage: "elsewhere"),
    ])
    #expect(try test.world(knownAt: 3, at: 30).visits.map(\.stage) == ["elsewhere"])
    #expect(try timeline(test).committedMicros.map { seconds($0) } == 20)
    var query = Query(nowMicros: PlainEvent.epochMicros + 30_000_000)
    query.filter.stages = ["elsewhere"]
    let answer = try StageQueues().checkedAnswer(query, from: test.ledger.view())
    #expect(answer.table.rows.count == 1)
    #expect(answer.table.rows[0][2] == .text("work"))
  }

  @Test("an item that changes team half-way is counted under each team for its time")
  func changesTeam() throws {
    let test = try TestLedger([
      definition, event("1", "item.created", 10, ["team": "a"]), event("2", "item.entered", 20, stage: "doing"),
      event("3", "item.changed", 30, ["team": "b"]), event("4", "item.entered", 40, stage: "done"),
    ])
    let before = try test.world(knownAt: 5, at: 25).visits
    #expect(before.map(\.team) == ["a"])
    let after = try test.world(knownAt: 5, at: 35).visits
    #expect(after.map(\.team) == ["b"])
    #expect(after.map(\.since) == [20])
    #expect(try test.world(knownAt: 5, at: 50).completions.map(\.team) == ["b"])
    #expect(try visits(timeline(test)) == ["backlog 10…20", "doing 20…40"])
  }

  @Test("clock skew: an event that occurred after it was recorded is kept and flagged")
  func clockSkew() throws {
    let test = try TestLedger([definition, event("1", "item.entered", 10, stage: "doing")])
    let facts = try test.ledger.log.snapshot().facts()
    #expect(!facts.row(at: 0).flags.contains(.occurredAfterRecorded))
    #expect(facts.row(at: 1).flags.contains(.occurredAfterRecorded))
    #expect(try test.world(knownAt: 2, at: 9).visits.isEmpty)
    #expect(try test.world(knownAt: 2, at: 10).visits.count == 1)
  }
}
