@testable import EventLog

/// An event of the tests, made ready by hand: what the layer above does from JSON.
struct TestEvent {
  var source = "test"
  var id: String
  var occurred: Int64? = 0
  var subject = "iITEM"
  var argument: (String, SymbolNamespace)?
  var attributes = ""
  var stream = "main"
  var kind: UInt8 = 3
  var extra = ""
  /// The source and id of the event that this one voids.
  var voids: (String, String)?

  var json: String {
    let time = occurred.map { ",\"micros\":\($0)" } ?? ""
    let target = voids.map { ",\"data\":{\"source\":\"\($0.0)\",\"id\":\"\($0.1)\"}" } ?? ""
    return
      "{\"specversion\":\"1.0\",\"source\":\"\(source)\",\"id\":\"\(id)\",\"subject\":\"\(subject)\"\(time)\(target)\(extra)}"
  }
}

func identityHash(_ source: String, _ id: String) -> UInt64 {
  (Array(source.utf8) + [0] + Array(id.utf8)).withUnsafeBytes { StableHash.hash($0) }
}

func batch(_ events: [TestEvent]) -> EventBatch {
  let batch = EventBatch()
  for (index, event) in events.enumerated() { add(event, to: batch, line: index + 1) }
  return batch
}

func add(_ event: TestEvent, to batch: EventBatch, line: Int) {
  var prepared = Array(event.json.utf8).withUnsafeBytes { batch.stage($0, line: line) }
  func text(_ string: String) -> PreparedText {
    string.isEmpty ? .none : Array(string.utf8).withUnsafeBytes { batch.addText($0) }
  }
  prepared.identityHash = identityHash(event.source, event.id)
  prepared.subject = text(event.subject)
  prepared.stream = text(event.stream)
  prepared.attributes = text(event.attributes)
  prepared.kind = event.kind
  if let (string, namespace) = event.argument {
    prepared.argument = text(string)
    prepared.argumentNamespace = namespace
    if namespace == .subject { prepared.flags.insert(.argumentIsSubject) }
  }
  if let occurred = event.occurred { prepared.occurredMicros = occurred } else { prepared.flags.insert(.timeAssumed) }
  if let (source, id) = event.voids {
    prepared.flags.insert(.voids)
    prepared.voidTargetHash = identityHash(source, id)
  }
  batch.add(prepared)
}
