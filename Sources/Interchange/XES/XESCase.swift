import ValueStream

/// The events of one case, while its element is read: flat, and used again for the next case.
struct XESCase {
  /// An event; its strings lie in ``XESCase/text``.
  struct Event {
    var line: Int
    /// Its number in the case, from 1, in the order of the file.
    var index: Int
    var micros: Int64
    var activity: Range<Int>
    var transition: Range<Int>
    var resource: Range<Int>
  }

  /// The number of the case in the log, from 1.
  var index = 0
  var line = 0
  var name: Range<Int> = 0..<0
  var events: [Event] = []
  /// Events that cannot be used.
  var problems: [EventRefusal] = []
  var text: [UInt8] = []

  mutating func begin(index: Int, line: Int) {
    self.index = index
    self.line = line
    name = 0..<0
    events.removeAll(keepingCapacity: true)
    problems.removeAll(keepingCapacity: true)
    text.removeAll(keepingCapacity: true)
  }

  /// Puts the events in the order of their times; those of one instant stay in the order of the file.
  mutating func sort() {
    for index in events.indices.dropFirst() where events[index].micros < events[index - 1].micros {
      return events.sort { ($0.micros, $0.index) < ($1.micros, $1.index) }
    }
  }
}
