/// The newest two of some reported numbers, by the time they were true and then by position.
struct NewestReports {
  /// A reported number, and when.
  struct Report {
    var micros: Int64
    var position: UInt64
    var stream: UInt16
    var value: Double
    /// What it says of itself: a symbol of the log's attributes.
    fileprivate var attributes: UInt32

    fileprivate func precedes(_ other: Report) -> Bool { (micros, position) < (other.micros, other.position) }

    /// The unit that it names.
    func unit(_ view: borrowing LedgerView) -> String? { EventRows.words(attributes, view)[.unit] }
  }

  /// How many there are.
  private(set) var count: Int64 = 0
  /// The newest.
  private(set) var last: Report?
  /// The newest before that.
  private(set) var lastButOne: Report?

  /// Takes a report in, in any order.
  mutating func add(_ event: EventRows.Event, _ value: Double) {
    let report = Report(
      micros: event.row.effectiveMicros, position: event.row.stamp.position, stream: event.row.stamp.stream,
      value: value, attributes: event.row.attributes)
    count += 1
    if last.map({ $0.precedes(report) }) ?? true {
      lastButOne = last
      last = report
    } else if lastButOne.map({ $0.precedes(report) }) ?? true {
      lastButOne = report
    }
  }
}
