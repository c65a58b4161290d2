import Tables

@testable import Charts

/// Answers made by hand, one for each form of picture.
enum Samples {
  static func answer(
    _ metric: String, _ columns: [Column], _ rows: [[Value]], parameters: [(name: String, value: String)] = [],
    histogram: Histogram? = nil
  ) -> Answer {
    Answer(
      metric: metric,
      parameters: [("knownAt", "20000"), ("at", "2026-06-30T22:00:00Z")] + parameters, position: 20_000,
      root: "1f2e3d4c5b6a79880102030405060708090a0b0c0d0e0f101112131415161718", notes: [],
      table: Table(title: metric, columns: columns, rows: rows), histogram: histogram)
  }

  struct Sample: Sendable, CustomStringConvertible {
    var name: String
    var answer: Answer
    var chart: ChartDescription
    var description: String { name }
  }

  static let weeks = (1...26).map { "2026-W" + ($0 < 10 ? "0\($0)" : "\($0)") }
  static let stages = ["backlog", "analysis", "development", "review", "test", "release"]

  /// A wave without chance.
  static func wave(_ index: Int, _ base: Int, _ swing: Int) -> Int64 { Int64(base + (index * 7919 + 13) % (swing + 1)) }

  static let period = Column(name: "period", type: .text)
  static let stage = Column(name: "stage", type: .text)
  static let delivered = Column(name: "delivered", type: .integer, unit: "items")

  private static func rows(_ range: Range<Int>, _ make: (Int) -> [Value]) -> [[Value]] { range.map { make($0) } }
  private static func days(_ names: [String]) -> [Column] { names.map { Column(name: $0, type: .duration, unit: "s") } }
  private static func seconds(_ number: Int64) -> Value { .duration(Double(number)) }
  private static func date(_ month: String, _ day: Int) -> Value { .text("2026-\(month)-\(day < 10 ? "0" : "")\(day)") }
  private static func text(_ name: String) -> Column { Column(name: name, type: .text) }
  private static func items(_ name: String, _ type: Column.Kind = .integer) -> Column {
    Column(name: name, type: type, unit: "items")
  }

  static let all: [Sample] = [
    bars, stackedBars, lyingBars, lines, areas, dots, histogram, control, ladder, graph, fan, heat,
  ]

  static var control: Sample {
    let rows = rows(0..<26) { index in
      let value: Value = index == 9 ? .null : .integer(index == 17 ? 44 : wave(index, 14, 11))
      let signal: Value = index == 17 ? .text("beyond the limits") : index > 20 ? .text("8 on one side") : .null
      return [.text(weeks[index]), value, .number(20.2), .number(6.4), .number(34), signal]
    }
    let columns = [
      period, items("value"), items("mean", .number), items("lower", .number), items("upper", .number), text("signal"),
    ]
    return Sample(
      name: "control", answer: answer("control-chart", columns, rows),
      chart: ChartDescription(
        name: "control", title: "Process behaviour of throughput", form: .control, x: "period",
        y: ["value", "mean", "lower", "upper"], series: "signal"))
  }

  static var fan: Sample {
    let names = ["p5", "p15", "p50", "p85", "p95"]
    let rows = rows(1..<29) { day in
      var row = [date("07", day)]
      for rate in [2.5, 3, 4, 5, 6] { row.append(.integer(Int64(Double(day) * rate))) }
      return row
    }
    return Sample(
      name: "fan", answer: answer("forecast", [text("date")] + names.map { items($0) }, rows),
      chart: ChartDescription(name: "fan", title: "How many items by when", form: .fan, x: "date", y: names))
  }

  static var heat: Sample {
    let rows = rows(0..<36) { index in
      let (row, column) = (index / 6, index % 6)
      return [
        .text(stages[row]), .text(stages[column]), column < row ? .null : .integer(wave(row * 5 + column * 11, 0, 30)),
      ]
    }
    let columns = [text("origin"), text("found"), Column(name: "defects", type: .integer, unit: "defects")]
    return Sample(
      name: "heat", answer: answer("containment", columns, rows),
      chart: ChartDescription(
        name: "heat", title: "Where defects come from, and where they are found", form: .heat, x: "found",
        y: ["defects"],
        series: "origin"))
  }

  static var bars: Sample {
    let rows = rows(0..<26) { [.text(weeks[$0]), .integer(wave($0, 8, 16))] }
    return Sample(
      name: "bars",
      answer: answer(
        "throughput", [period, delivered], rows,
        parameters: [("stream", "payments"), ("period", "week"), ("timezone", "Europe/Berlin")]),
      chart: throughput)
  }

  private static let throughput = ChartDescription(
    name: "throughput", title: "Items delivered", form: .bars, x: "period", y: ["delivered"])

  static var stackedBars: Sample {
    let teams = ["core", "billing", "mobile"]
    let rows = rows(0..<36) { [.text(weeks[$0 / 3]), .text(teams[$0 % 3]), .integer(wave($0 * 11, 2, 9))] }
    return Sample(
      name: "bars-stacked",
      answer: answer(
        "throughput", [period, text("team"), delivered], rows, parameters: [("by", "team"), ("period", "week")]),
      chart: throughput)
  }

  static var lyingBars: Sample {
    let rows = rows(0..<6) { index in
      var row: [Value] = [.text(stages[index])]
      for factor: Int64 in [1, 3, 5] { row.append(index == 4 ? .null : seconds(wave(index, 10_000, 90_000) * factor)) }
      return row
    }
    return Sample(
      name: "bars-lying", answer: answer("stage-time", [stage] + days(["p50", "p85", "p95"]), rows),
      chart: ChartDescription(
        name: "stage-time", title: "Time in each stage", form: .bars, x: "stage", y: ["p50", "p85", "p95"]))
  }

  static var lines: Sample {
    let rows = rows(0..<26) { index in
      var row: [Value] = [.text(weeks[index])]
      for factor: Int64 in [4, 9] {
        row.append([7, 8, 10].contains(index) ? .null : seconds(wave(index, 50_000, 40_000) * factor))
      }
      return row
    }
    return Sample(
      name: "lines",
      answer: answer("lead-time", [period] + days(["p50", "p85"]), rows, parameters: [("period", "week")]),
      chart: ChartDescription(
        name: "lead-time", title: "Lead time, half and 85 % of items", form: .lines, x: "period", y: ["p50", "p85"]))
  }

  static var areas: Sample {
    let rows = rows(0..<180) { index in
      let (day, place) = (index / 6 + 1, index % 6)
      let count: Value = .integer(place == 5 ? Int64(day * 4) : wave(day + place, 4, 6))
      return [date("06", day), .text(stages[place]), count]
    }
    return Sample(
      name: "areas", answer: answer("cfd", [text("day"), stage, items("items")], rows),
      chart: ChartDescription(
        name: "cfd", title: "Cumulative flow", form: .areas, x: "day", y: ["items"], series: "stage"))
  }

  static var dots: Sample {
    let rows = rows(0..<90) { index in
      let age = seconds(wave(index * 37, 1, 40) * 43_200)
      return [.text("PAY-\(index)"), .text(stages[index % 6]), age, .text(index % 11 == 0 ? "yes" : "no")]
    }
    return Sample(
      name: "dots", answer: answer("age", [text("item"), stage] + days(["age"]) + [text("blocked")], rows),
      chart: ChartDescription(
        name: "age", title: "Age of open items", form: .dots, x: "stage", y: ["age"], series: "blocked"))
  }

  static var histogram: Sample {
    let counts = [2, 9, 21, 30, 27, 20, 15, 9, 8, 6, 4, 5, 3, 2, 2, 0, 1, 1, 0, 1]
    var buckets: [Histogram.Bucket] = []
    for (day, count) in counts.enumerated() {
      let from = Double(day) * 86_400
      buckets.append(Histogram.Bucket(from: from, to: from + 86_400, count: count))
    }
    return Sample(
      name: "histogram",
      answer: answer(
        "lead-time", [Column(name: "n", type: .integer)] + days(["p50", "p85", "p95"]),
        [[.integer(200), seconds(420_000), seconds(860_000), seconds(1_500_000)]],
        histogram: Histogram(buckets: buckets)),
      chart: ChartDescription(
        name: "lead-time", title: "Lead times", form: .histogram, x: "duration", y: ["p50", "p85", "p95"]))
  }

  static var ladder: Sample {
    let rows = rows(0..<6) { index in
      let accurate: Value = index == 5 ? .null : .share(0.98 - Double(index) * 0.04)
      return [
        .text(stages[index]), .integer(wave(index, 0, 30)), seconds(wave(index, 5_000, 90_000)),
        seconds(wave(index, 50_000, 400_000)), accurate,
      ]
    }
    let columns =
      [stage, items("queue")] + days(["processTime", "waitTime"]) + [Column(name: "accurate", type: .share)]
    return Sample(
      name: "ladder", answer: answer("map", columns, rows),
      chart: ChartDescription(
        name: "map", title: "Value stream map", form: .ladder, x: "stage",
        y: ["queue", "processTime", "waitTime", "accurate"]))
  }

  static var graph: Sample {
    let moves: [(String?, String?, Int64)] = [
      (nil, "backlog", 400), ("backlog", "analysis", 330), ("backlog", "development", 60),
      ("analysis", "development", 320),
      ("development", "review", 390), ("review", "development", 85), ("review", "test", 300),
      ("test", "development", 42),
      ("test", "release", 255), ("release", nil, 250), ("analysis", "backlog", 9), ("development", "development", 12),
      ("development", "release", 5),
    ]
    let rows = rows(0..<moves.count) { index in
      [moves[index].0.map(Value.text) ?? .null, moves[index].1.map(Value.text) ?? .null, .integer(moves[index].2)]
    }
    return Sample(
      name: "graph",
      answer: answer("transitions", [text("from"), text("to"), Column(name: "count", type: .integer)], rows),
      chart: ChartDescription(
        name: "transitions", title: "How work moves between stages", form: .graph, x: "from", y: ["count"], series: "to"
      ))
  }
}
