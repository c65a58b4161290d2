import EventLog
import ValueStream

/// A batch on its way from the thread that prepares to the one that appends.
///
/// `@unchecked Sendable`: one thread has it at a time; ``BatchExchange`` hands it over under its lock.
final class ImportBatch: @unchecked Sendable {
  /// The events; the `line` of each is its number in this batch, from 1, because several may stand on one line of the
  /// input.
  let events = EventBatch(recordCapacity: 5 << 20, textCapacity: 1 << 20)
  /// The line of each event.
  var lines: [Int] = []
  /// Events that were refused before they came into the batch.
  var rejects: [Reject] = []
  /// Bytes of the input taken when the batch was full.
  var bytesRead = 0

  /// A refused event.
  struct Reject {
    var refusal: EventRefusal
    /// Its bytes; empty when they are not known.
    var event: [UInt8]
  }

  var isEmpty: Bool { events.count == 0 && rejects.isEmpty }

  func removeAll() {
    events.removeAll()
    lines.removeAll(keepingCapacity: true)
    rejects.removeAll()
    bytesRead = 0
  }

  /// A conflict that the log found, told with the lines of the input.
  func refusal(of conflict: EventConflict) -> EventRefusal {
    var translated = conflict
    translated.line = line(conflict.line)
    if conflict.firstLine > 0 { translated.firstLine = line(conflict.firstLine) }
    return EventRefusal(
      line: translated.line, pointer: "/id", rule: EventRefusal.conflictRule, value: "\"\(conflict.id)\"",
      message: translated.description)
  }

  private func line(_ number: Int) -> Int { lines.indices.contains(number - 1) ? lines[number - 1] : number }
}

extension EventBatch {
  /// Adds copies of events of another batch, in their order.
  func add(copiesOf events: some Sequence<PreparedEvent>, from other: EventBatch) {
    for event in events {
      var copy = stage(other.bytes(of: event), line: event.line)
      let place = (copy.leafOffset, copy.eventLength)
      copy = event
      (copy.leafOffset, copy.eventLength) = place
      copy.subject = add(copyOf: event.subject, from: other)
      copy.argument = add(copyOf: event.argument, from: other)
      copy.attributes = add(copyOf: event.attributes, from: other)
      copy.stream = add(copyOf: event.stream, from: other)
      add(copy)
    }
  }

  private func add(copyOf text: PreparedText, from other: EventBatch) -> PreparedText {
    text.length == 0 ? .none : addText(other.bytes(of: text))
  }
}
