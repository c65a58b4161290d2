/// How many visits of a stage began and ended.
struct StageCrossings {
  var arrivals = 0
  var departures = 0

  /// Arrivals less departures.
  var net: Int { arrivals - departures }

  static func += (left: inout StageCrossings, right: StageCrossings) {
    left.arrivals += right.arrivals
    left.departures += right.departures
  }
}

extension Figures {
  /// Counts the beginning and the end of a visit, each when it happened. A visit that only changed attributes neither began nor ended.
  @inline(__always)
  mutating func addCrossings(of span: VisitSpan, _ body: (inout Sum, StageCrossings) -> Void) {
    let row = span.posting
    if !span.isContinuation {
      add(row, at: span.fromMicros, stage: span.stage, amount: 1) { body(&$0, StageCrossings(arrivals: 1)) }
    }
    if let end = span.toMicros, !span.isContinued {
      add(row, at: end, stage: span.stage, amount: -1) { body(&$0, StageCrossings(departures: 1)) }
    }
  }
}
