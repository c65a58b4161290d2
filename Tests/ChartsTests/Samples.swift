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

  static let all: [Sample] =
    flow + shapes + [
      Sample(
        name: "control",
        answer: answer(
          "control-chart",
          [
            period, Column(name: "value", type: .integer, unit: "items"),
            Column(name: "mean", type: .number, unit: "items"),
            Column(name: "lower", type: .number, unit: "items"), Column(name: "upper", type: .number, unit: "items"),
            Column(name: "signal", type: .text),
          ],
          weeks.enumerated().map { index, week in
            [
              .text(week), index == 9 ? .null : .integer(index == 17 ? 44 : wave(index, 14, 11)), .number(20.2),
              .number(6.4),
              .number(34), index == 17 ? .text("beyond the limits") : index > 20 ? .text("8 on one side") : .null,
            ]
          }),
        chart: ChartDescription(
          name: "control", title: "Process behaviour of throughput", form: .control, x: "period",
          y: ["value", "mean", "lower", "upper"], series: "signal")),
      Sample(
        name: "fan",
        answer: answer(
          "forecast",
          [Column(name: "date", type: .text)]
            + ["p5", "p15", "p50", "p85", "p95"].map { Column(name: $0, type: .integer, unit: "items") },
          (1...28).map { day in
            [.text("2026-07-\(day < 10 ? "0" : "")\(day)")]
              + [1, 2, 4, 6, 8].map { .integer(Int64(Double(day) * (2 + Double($0) * 0.5))) }
          }),
        chart: ChartDescription(
          name: "fan", title: "How many items by when", form: .fan, x: "date", y: ["p5", "p15", "p50", "p85", "p95"])),
      Sample(
        name: "heat",
        answer: answer(
          "containment",
          [
            Column(name: "origin", type: .text), Column(name: "found", type: .text),
            Column(name: "defects", type: .integer, unit: "defects"),
          ],
          stages.enumerated().flatMap { row, origin in
            stages.enumerated().map { column, found in
              [.text(origin), .text(found), column < row ? .null : .integer(wave(row * 5 + column * 11, 0, 30))]
            }
          }),
        chart: ChartDescription(
          name: "heat", title: "Where defects come from, and where they are found", form: .heat, x: "found",
          y: ["defects"],
          series: "origin")),
    ]

  static let flow: [Sample] = [
    Sample(
      name: "bars",
      answer: answer(
        "throughput", [period, delivered], weeks.enumerated().map { [.text($1), .integer(wave($0, 8, 16))] },
        parameters: [("stream", "payments"), ("period", "week"), ("timezone", "Europe/Berlin")]),
      chart: ChartDescription(name: "throughput", title: "Items delivered", form: .bars, x: "period", y: ["delivered"])),
    Sample(
      name: "bars-stacked",
      answer: answer(
        "throughput", [period, Column(name: "team", type: .text), delivered],
        weeks.prefix(12).enumerated().flatMap { index, week in
          ["core", "billing", "mobile"].enumerated().map { team, name in
            [.text(week), .text(name), .integer(wave(index + team * 31, 2, 9))]
          }
        }, parameters: [("by", "team"), ("period", "week")]),
      chart: ChartDescription(name: "throughput", title: "Items delivered", form: .bars, x: "period", y: ["delivered"])),
    Sample(
      name: "bars-lying",
      answer: answer(
        "stage-time", [stage] + ["p50", "p85", "p95"].map { Column(name: $0, type: .duration, unit: "s") },
        stages.enumerated().map { index, name in
          [.text(name)] + [1, 3, 5].map { index == 4 ? .null : .duration(Double(wave(index, 10_000, 90_000) * $0)) }
        }),
      chart: ChartDescription(
        name: "stage-time", title: "Time in each stage", form: .bars, x: "stage", y: ["p50", "p85", "p95"])),
    Sample(
      name: "lines",
      answer: answer(
        "lead-time", [period] + ["p50", "p85"].map { Column(name: $0, type: .duration, unit: "s") },
        weeks.enumerated().map { index, week in
          [.text(week)]
            + [4, 9].map { [7, 8, 10].contains(index) ? .null : .duration(Double(wave(index, 50_000, 40_000) * $0)) }
        }, parameters: [("period", "week")]),
      chart: ChartDescription(
        name: "lead-time", title: "Lead time, half and 85 % of items", form: .lines, x: "period", y: ["p50", "p85"])),
    Sample(
      name: "areas",
      answer: answer(
        "cfd", [Column(name: "day", type: .text), stage, Column(name: "items", type: .integer, unit: "items")],
        (1...30).flatMap { day in
          stages.enumerated().map { index, name in
            [
              .text("2026-06-\(day < 10 ? "0" : "")\(day)"), .text(name),
              .integer(index == 5 ? Int64(day * 4) : wave(day + index, 4, 6)),
            ]
          }
        }),
      chart: ChartDescription(
        name: "cfd", title: "Cumulative flow", form: .areas, x: "day", y: ["items"], series: "stage")),
    Sample(
      name: "dots",
      answer: answer(
        "age",
        [
          Column(name: "item", type: .text), stage, Column(name: "age", type: .duration),
          Column(name: "blocked", type: .text),
        ],
        (0..<90).map { index in
          [
            .text("PAY-\(index)"), .text(stages[index % 6]), .duration(Double(wave(index * 37, 1, 40) * 43_200)),
            .text(index % 11 == 0 ? "yes" : "no"),
          ]
        }),
      chart: ChartDescription(
        name: "age", title: "Age of open items", form: .dots, x: "stage", y: ["age"], series: "blocked")),
  ]

  static let shapes: [Sample] = [
    Sample(
      name: "histogram",
      answer: answer(
        "lead-time",
        [Column(name: "n", type: .integer)] + ["p50", "p85", "p95"].map { Column(name: $0, type: .duration) },
        [[.integer(200), .duration(520_000), .duration(1_060_000), .duration(1_100_000)]],
        histogram: Histogram(
          buckets: (0..<20).map {
            Histogram.Bucket(
              from: Double($0) * 86_400, to: Double($0 + 1) * 86_400,
              count: [2, 9, 21, 30, 27, 20, 15, 9, 8, 6][$0 % 10] / ($0 / 10 + 1))
          })),
      chart: ChartDescription(
        name: "lead-time", title: "Lead times", form: .histogram, x: "duration", y: ["p50", "p85", "p95"])),
    Sample(
      name: "ladder",
      answer: answer(
        "map",
        [
          stage, Column(name: "queue", type: .integer, unit: "items"), Column(name: "processTime", type: .duration),
          Column(name: "waitTime", type: .duration), Column(name: "accurate", type: .share),
        ],
        stages.enumerated().map { index, name in
          [
            .text(name), .integer(wave(index, 0, 30)), .duration(Double(wave(index, 5_000, 90_000))),
            .duration(Double(wave(index, 50_000, 400_000))), index == 5 ? .null : .share(0.98 - Double(index) * 0.04),
          ]
        }),
      chart: ChartDescription(
        name: "map", title: "Value stream map", form: .ladder, x: "stage",
        y: ["queue", "processTime", "waitTime", "accurate"])),
    Sample(
      name: "graph",
      answer: answer(
        "transitions",
        [Column(name: "from", type: .text), Column(name: "to", type: .text), Column(name: "count", type: .integer)],
        [
          [.null, .text("backlog"), .integer(400)], [.text("backlog"), .text("analysis"), .integer(330)],
          [.text("backlog"), .text("development"), .integer(60)],
          [.text("analysis"), .text("development"), .integer(320)],
          [.text("development"), .text("review"), .integer(390)],
          [.text("review"), .text("development"), .integer(85)],
          [.text("review"), .text("test"), .integer(300)], [.text("test"), .text("development"), .integer(42)],
          [.text("test"), .text("release"), .integer(255)], [.text("release"), .null, .integer(250)],
          [.text("analysis"), .text("backlog"), .integer(9)],
          [.text("development"), .text("development"), .integer(12)],
          [.text("development"), .text("release"), .integer(5)],
        ]),
      chart: ChartDescription(
        name: "transitions", title: "How work moves between stages", form: .graph, x: "from", y: ["count"], series: "to"
      )),
  ]
}
