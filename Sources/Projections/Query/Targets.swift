import ValueStream

/// A target that was set for a measure or a metric.
struct MeasureTarget {
  /// The value to reach, in the unit of the measure; durations in seconds.
  var value: Double
  /// Whether more is better; nil when the event does not say.
  var saysAtLeast: Bool?
  /// The day by which it should be reached, as the event writes it.
  var by: String?

  /// How far a value is beyond the target; negative when it falls short.
  ///
  /// - Parameter atLeast: what holds when the event does not say.
  func distance(of number: Double, atLeast: Bool) -> Double {
    saysAtLeast ?? atLeast ? number - value : value - number
  }
}

/// The targets in force in a cut: the newest one of each name, for a stream or for all.
struct Targets {
  private var newest: [Key: (micros: Int64, position: UInt64, target: MeasureTarget)] = [:]

  private struct Key: Hashable {
    var name: String
    var stream: UInt16
  }

  /// Gathers the `vsl.target.set` events of a cut.
  ///
  /// - Parameter selected: events of the cut among which they are; looked for when nil.
  init(_ parts: AnswerParts, _ view: borrowing LedgerView, among selected: SelectedEvents? = nil) throws {
    var found: [Key: (micros: Int64, position: UInt64, target: MeasureTarget)] = [:]
    try EventRows([.targetSet], parts.query.unfiltered, parts.cut, view, among: selected).forEach(view) { event in
      guard let value = event.number else { return }
      let key = Key(name: view.subjectName(event.row.subject), stream: event.row.stamp.stream)
      let time = (event.row.effectiveMicros, event.row.stamp.position)
      if let known = found[key], (known.micros, known.position) > time { return }
      let direction = event.words[.direction]
      found[key] = (
        time.0, time.1,
        MeasureTarget(value: value, saysAtLeast: direction.map { $0 != "atMost" }, by: event.words[.by])
      )
    }
    newest = found
  }

  /// The target of a name: that of a stream, else the one for all streams.
  func target(of name: String, stream: UInt16) -> MeasureTarget? {
    (newest[Key(name: name, stream: stream)] ?? newest[Key(name: name, stream: 0)])?.target
  }
}
