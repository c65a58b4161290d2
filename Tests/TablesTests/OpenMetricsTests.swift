import Foundation
import Testing

@testable import Tables

@Suite struct `OpenMetrics output` {
  private func text(_ answer: Answer) throws -> String {
    String(decoding: try answer.encoded(as: .openmetrics, style: plain), as: UTF8.self)
  }

  private func answer(_ columns: [Column], _ rows: [[Value]], histogram: Histogram? = nil) -> Answer {
    Answer(
      metric: "stage-queues", parameters: [("knownAt", "7"), ("at", "2026-01-01T00:00:00Z")], position: 7, root: "ab",
      notes: [], table: Table(title: "Queues", columns: columns, rows: rows), histogram: histogram)
  }

  @Test func `an answer is a gauge family a column, its position, its distribution, and the end`() throws {
    var cycle = cycleTime()
    cycle.table.columns[0].description = "How many."
    cycle.histogram?.sumSeconds = 70_000.5
    #expect(
      try text(cycle) == """
        # TYPE vsl_cycle_time_count_items gauge
        # UNIT vsl_cycle_time_count_items items
        # HELP vsl_cycle_time_count_items How many.
        vsl_cycle_time_count_items{class="story"} 14
        # TYPE vsl_cycle_time_p50_seconds gauge
        # UNIT vsl_cycle_time_p50_seconds seconds
        vsl_cycle_time_p50_seconds{class="story"} 3600
        # TYPE vsl_cycle_time_p85_seconds gauge
        # UNIT vsl_cycle_time_p85_seconds seconds
        vsl_cycle_time_p85_seconds{class="story"} 10800
        # TYPE vsl_cycle_time_p95_seconds gauge
        # UNIT vsl_cycle_time_p95_seconds seconds
        vsl_cycle_time_p95_seconds{class="story"} 14400
        # TYPE vsl_cycle_time_position_events gauge
        # UNIT vsl_cycle_time_position_events events
        # HELP vsl_cycle_time_position_events How many events of the log the answer takes into account.
        vsl_cycle_time_position_events{class="story"} 20000
        # TYPE vsl_cycle_time_distribution_seconds gaugehistogram
        # UNIT vsl_cycle_time_distribution_seconds seconds
        # HELP vsl_cycle_time_distribution_seconds How many durations are below each bound; one of exactly a bound is \
        counted above it.
        vsl_cycle_time_distribution_seconds_bucket{class="story",le="7200.0"} 8
        vsl_cycle_time_distribution_seconds_bucket{class="story",le="14400.0"} 13
        vsl_cycle_time_distribution_seconds_bucket{class="story",le="21600.0"} 14
        vsl_cycle_time_distribution_seconds_bucket{class="story",le="+Inf"} 14
        vsl_cycle_time_distribution_seconds_gcount{class="story"} 14
        vsl_cycle_time_distribution_seconds_gsum{class="story"} 70000.5
        # EOF

        """)
  }

  @Test func `every kind of column has its unit, text columns are labels, nulls have no sample`() throws {
    let lines = lines(try text(answer(everyKind.columns, everyKind.rows))).filter { !$0.hasPrefix("#") }
    #expect(
      lines == [
        #"vsl_stage_queues_moves{item="A-1"} 12"#,
        #"vsl_stage_queues_rate_items_per_week{item="A-1"} 2.5"#,
        #"vsl_stage_queues_age_seconds{item="A-1"} 273600.25"#,
        #"vsl_stage_queues_since_timestamp_seconds{item="A-1"} 1767323045.12"#,
        #"vsl_stage_queues_active_ratio{item="A-1"} 0.1234"#,
        "vsl_stage_queues_position_events 7",
      ])
  }

  @Test func `a sum is left out when it is not known, or when a bucket begins below zero`() throws {
    let unknown = Histogram(buckets: [.init(from: 0, to: .infinity, count: 2)])
    let text1 = try text(answer([], [], histogram: unknown))
    #expect(!text1.contains("_gcount") && !text1.contains("_gsum"))
    #expect(text1.components(separatedBy: "_bucket").count == 2)
    let negative = Histogram(buckets: [.init(from: -5, to: 5, count: 2)], sumSeconds: 1)
    let text2 = try text(answer([], [], histogram: negative))
    #expect(!text2.contains("_gcount") && !text2.contains("_gsum"))
  }

  @Test func `the histograms of an answer that is split have the labels of their rows`() throws {
    let histogram = Histogram(parts: [
      .init(key: [.text("a")], buckets: [.init(from: 0, to: 60, count: 2)], sumSeconds: 50),
      .init(key: [.text("b")], buckets: [.init(from: 0, to: 60, count: 1), .init(from: 60, to: 120, count: 3)]),
    ])
    let columns = [Column(name: "stage", type: .text), Column(name: "n", type: .integer)]
    let rows: [[Value]] = [[.text("a"), .integer(2)], [.text("b"), .integer(4)]]
    let found = lines(try text(answer(columns, rows, histogram: histogram))).filter { $0.contains("distribution") }
    #expect(
      found.filter { !$0.hasPrefix("#") } == [
        #"vsl_stage_queues_distribution_seconds_bucket{stage="a",le="60.0"} 2"#,
        #"vsl_stage_queues_distribution_seconds_bucket{stage="a",le="+Inf"} 2"#,
        #"vsl_stage_queues_distribution_seconds_gcount{stage="a"} 2"#,
        #"vsl_stage_queues_distribution_seconds_gsum{stage="a"} 50"#,
        #"vsl_stage_queues_distribution_seconds_bucket{stage="b",le="60.0"} 1"#,
        #"vsl_stage_queues_distribution_seconds_bucket{stage="b",le="120.0"} 4"#,
        #"vsl_stage_queues_distribution_seconds_bucket{stage="b",le="+Inf"} 4"#,
      ])
    #expect(found.filter { $0.hasPrefix("#") }.count == 3)
  }

  @Test func `rows that their labels do not tell apart are numbered`() throws {
    let columns = [Column(name: "stage", type: .text), Column(name: "n", type: .integer)]
    let lines = lines(try text(answer(columns, [[.text("a"), .integer(1)], [.text("a"), .integer(2)]])))
    #expect(lines.contains(#"vsl_stage_queues_n{stage="a",row="1"} 1"#))
    #expect(lines.contains(#"vsl_stage_queues_n{stage="a",row="2"} 2"#))
  }

  @Test func `names that become the same stay apart, and a unit is not said twice`() throws {
    let columns = [
      Column(name: "oldestAge", type: .duration), Column(name: "oldest_age", type: .duration),
      Column(name: "workSeconds", type: .duration), Column(name: "position", type: .integer, unit: "events"),
    ]
    let lines = lines(try text(answer(columns, [[.duration(1), .duration(2), .duration(3), .integer(4)]])))
      .filter { !$0.hasPrefix("#") }
    #expect(
      lines == [
        "vsl_stage_queues_oldest_age_seconds 1", "vsl_stage_queues_oldest_age_2_seconds 2",
        "vsl_stage_queues_work_seconds 3", "vsl_stage_queues_position_2_events 4",
        "vsl_stage_queues_position_events 7",
      ])
  }

  @Test func `a cell of another kind than its column is refused`() {
    let wrong = answer([Column(name: "n", type: .integer)], [[.integer(1)], [.text("x")]])
    #expect(throws: TableError.cellOfAnotherKind(row: 1, column: "n", declared: .integer)) { try text(wrong) }
  }

  @Test(
    arguments: [
      (0, "0.0"), (0.25, "0.25"), (86_400, "86400.0"), (999_999.5, "999999.5"), (1e6, "1e+06"),
      (1_209_600, "1.2096e+06"), (31_449_600.5, "3.14496005e+07"), (12_345_678_901, "1.2345678901e+10"),
      (1e16, "1e+16"),
      (.infinity, "+Inf"),
    ] as [(Double, String)])
  func `a bound has the form that all exposers give it`(bound: Double, text: String) {
    #expect(OpenMetricsText.bound(bound) == text)
  }

  @Test(arguments: [
    ("lead-time", "lead_time"), ("cycleP50", "cycle_p50"), ("wipLimit", "wip_limit"), ("HTTPServer", "http_server"),
    ("label:a.b", "label_a_b"), ("2nd", "_2nd"), ("__x__", "x"), ("チーム", "unnamed"), ("éA", "a"), ("", "unnamed"),
  ])
  func `a name is in small letters with underscores`(name: String, snake: String) {
    #expect(SnakeCase.of(name) == snake)
  }

  private static let reader = """
    import json, sys
    from prometheus_client.openmetrics.parser import text_string_to_metric_families
    text = sys.stdin.buffer.read().decode("utf-8")
    print(json.dumps([
        {"name": f.name, "type": f.type, "unit": f.unit, "help": f.documentation,
         "samples": [{"name": s.name, "labels": s.labels, "value": s.value} for s in f.samples]}
        for f in text_string_to_metric_families(text)]))
    """

  private struct Family: Decodable {
    var name, type, unit, help: String
    var samples: [Sample]
  }

  private struct Sample: Decodable {
    var name: String
    var labels: [String: String]
    var value: Double
  }

  private func families(_ answer: Answer) throws -> [Family] {
    try Python.read([Family].self, Self.reader, input: answer.encoded(as: .openmetrics, style: plain))
  }

  @Test(Python.isNamed) func `prometheus_client reads every value, label, unit and help`() throws {
    let odd = "a \"quoted\" \\ back\\nslash\nnew line, {brace} = 日本 😀"
    var asked = answer(
      everyKind.columns.map {
        Column(name: $0.name, type: $0.type, unit: $0.unit, description: "The \($0.name). \(odd)")
      },
      [everyKind.rows[0], [.text(odd), .integer(.max), .number(-0.1), .null, .null, .share(1)], everyKind.rows[1]],
      histogram: Histogram(
        buckets: [.init(from: 0, to: 1_209_600, count: 3), .init(from: 1_209_600, to: .infinity, count: 2)],
        sumSeconds: 9e6))
    asked.parameters += [("stream", "payments"), ("label:team x", odd)]
    let families = try families(asked)
    #expect(
      families.map(\.name) == [
        "vsl_stage_queues_moves", "vsl_stage_queues_rate_items_per_week", "vsl_stage_queues_age_seconds",
        "vsl_stage_queues_since_timestamp_seconds", "vsl_stage_queues_active_ratio", "vsl_stage_queues_position_events",
        "vsl_stage_queues_distribution_seconds",
      ])
    #expect(families.map(\.unit) == ["", "items_per_week", "seconds", "seconds", "ratio", "events", "seconds"])
    #expect(families.map(\.type) == Array(repeating: "gauge", count: 6) + ["gaugehistogram"])
    #expect(families[0].help == "The moves. \(odd)")
    #expect(families[1].samples.map(\.value) == [2.5, -0.1])
    #expect(
      families[1].samples.map(\.labels) == [
        ["item": "A-1", "stream": "payments", "label_team_x": odd],
        ["item": odd, "stream": "payments", "label_team_x": odd],
      ])
    #expect(families[6].samples.map(\.value) == [3, 5, 5, 9e6])
    #expect(families[6].samples.map { $0.labels["le"] } == ["1.2096e+06", "+Inf", nil, nil])
  }

  @Test(Python.isNamed) func `prometheus_client reads an answer without rows, and a histogram without a sum`() throws {
    var nothing = cycleTime()
    nothing.table.rows = []
    let families = try families(nothing)
    #expect(families.map(\.samples.count) == [0, 0, 0, 0, 1, 4])
  }
}
