extension Simulation {
  /// Begins a line up to the bytes of the subject.
  ///
  /// Every line is `begin`, the subject's bytes, `middle`, the members of data, `end`.
  mutating func begin(_ type: StaticString, source: StaticString) {
    eventNumber += 1
    lines.text("{\"specversion\":\"1.0\",\"id\":\"")
    lines.hex(runID, width: 8)
    lines.text("-")
    lines.number(Int(truncatingIfNeeded: eventNumber))
    lines.text("\",\"source\":\"")
    lines.text(source)
    lines.text("\",\"type\":\"vsl.")
    lines.text(type)
    lines.text(".v1\",\"subject\":\"")
  }

  /// Goes on behind the subject: time, stream, and the brace of the data.
  mutating func middle(_ stream: Int?) {
    lines.text("\",\"time\":\"")
    lines.time(tick())
    if let stream {
      lines.text("\",\"valuestream\":\"")
      lines.text(Organisation.streams[stream].name)
    }
    lines.text("\",\"datacontenttype\":\"application/json\",\"data\":{")
  }

  mutating func end() {
    lines.text("}}")
    lines.endLine()
  }

  /// An event about an item, up to the brace of its data.
  mutating func beginItem(_ type: StaticString, _ item: SimulatedItem) {
    begin(type, source: Organisation.streams[Int(item.stream)].board)
    itemID(stream: Int(item.stream), item.number)
    middle(Int(item.stream))
  }

  /// The bytes of an item's id.
  mutating func itemID(stream: Int, _ number: UInt32) {
    lines.text(Organisation.streams[stream].prefix)
    lines.number(Int(number))
  }

  /// The bytes of a change's id, which looks like a commit's.
  mutating func changeID(_ number: UInt64) {
    var mixed = number
    lines.hex(RandomSource.splitMix(&mixed), width: 12)
  }

  /// A member of text, without a comma.
  mutating func member(_ name: StaticString, _ value: StaticString) {
    lines.text("\"")
    lines.text(name)
    lines.text("\":\"")
    lines.text(value)
    lines.text("\"")
  }

  /// The member `item`, without a comma.
  mutating func itemMember(stream: Int, _ number: UInt32) {
    lines.text("\"item\":\"")
    itemID(stream: stream, number)
    lines.text("\"")
  }

  mutating func pick(_ values: [StaticString]) -> StaticString { values[random.below(values.count)] }

  func stage(_ item: SimulatedItem) -> SimulatedStage {
    Organisation.streams[Int(item.stream)].stages[Int(item.stage)]
  }

  func service(_ stream: Int, _ service: UInt8) -> StaticString {
    Organisation.streams[stream].services[Int(service)]
  }
}
