import EventLog

extension EventDraft {
  /// The event that voids a recorded one.
  ///
  /// - Parameters:
  ///   - record: the recorded event's bytes.
  ///   - id, source: the identity of the new event.
  ///   - timeMicros: when it is voided.
  ///   - reason: why; nil for no reason.
  public static func voiding(
    _ record: UnsafeRawBufferPointer, id: String, source: String, timeMicros: Int64, reason: String? = nil
  ) throws -> EventDraft {
    let parser = JSONParser()
    let event = try parser.parse(copying: record)
    defer { withExtendedLifetime(parser) {} }
    guard let definition = Vocabulary.standard.definition(named: "event.voided"),
      let voidedSource = event.member("source")?.string, let voidedID = event.member("id")?.string
    else { throw Problem(description: "the record has no source and id, so that no void can name it") }
    var draft = EventDraft(
      definition, id: id, source: source, subject: voidedID, timeMicros: timeMicros,
      stream: event.member("valuestream")?.string)
    try draft.set("source", voidedSource)
    try draft.set("id", voidedID)
    if let reason { try draft.set("reason", reason) }
    return draft
  }

  /// A copy of a recorded event with an identity of its own, to be changed and appended in its place.
  ///
  /// Type, subject, time, stream, source and the members of `data` are taken over; other attributes of the envelope are not.
  public static func copying(_ record: UnsafeRawBufferPointer, id: (String) -> String) throws -> EventDraft {
    let parser = JSONParser()
    let event = try parser.parse(copying: record)
    defer { withExtendedLifetime(parser) {} }
    guard let type = event.member("type")?.string, let definition = Vocabulary.standard.definition(named: type),
      let oldID = event.member("id")?.string, let source = event.member("source")?.string,
      let subject = event.member("subject")?.string
    else {
      throw Problem(
        description: "the record is of no type of the vocabulary, so that it cannot be corrected member by member")
    }
    var draft = EventDraft(
      definition, id: id(oldID), source: source, subject: subject,
      timeMicros: event.member("time")?.string.flatMap(Timestamp.parse), stream: event.member("valuestream")?.string)
    draft.wasSealed = event.isSealed
    if let data = event.member("data") {
      for (name, value) in data.members { draft.take(String(decoding: name, as: UTF8.self), json: value.compactJSON) }
    }
    return draft
  }
}
