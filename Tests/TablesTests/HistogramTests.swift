import Testing

@testable import Tables

@Suite struct `Histogram drawing` {
  @Test func `each bucket is a line with range, bar, count and the percentiles in it`() {
    let drawn = lines(cycleTime().rendered(as: .table, style: .init(width: 43, isColoured: false)))
    // 43 cells less 15 for the ranges, 1 for the counts, 4 for the gaps and 7 for the longest mark leave bars of 16.
    #expect(
      Array(drawn[5...7]) == [
        "    0s – 2h 00m  ████████████████  8  ◂ p50",
        "2h 00m – 4h 00m  ██████████        5  ◂ p85",
        "4h 00m – 6h 00m  ██                1  ◂ p95",
      ])
  }

  @Test func `a bar is as long as its share, to an eighth of a cell`() {
    #expect(HistogramDrawing.bar(8, of: 8, width: 2) == "██")
    #expect(HistogramDrawing.bar(9, of: 16, width: 2) == "█▏")
    #expect(HistogramDrawing.bar(15, of: 16, width: 2) == "█▉")
    #expect(HistogramDrawing.bar(4, of: 16, width: 2) == "▌")
    #expect(HistogramDrawing.bar(0, of: 16, width: 2) == "")
    #expect(HistogramDrawing.bar(1, of: 1_000_000, width: 2) == "▏")
    #expect(HistogramDrawing.bar(0, of: 0, width: 2) == "")
  }

  @Test func `percentiles are marked only for a table of one row`() {
    var answer = cycleTime()
    answer.table.rows.append(answer.table.rows[0])
    #expect(!answer.rendered(as: .table, style: plain).contains("◂"))
  }

  @Test func `percentiles of one bucket share its mark, the end of the last bucket is inside, others are not marked`() {
    let buckets = [Histogram.Bucket(from: 0, to: 10, count: 1), .init(from: 10, to: 20, count: 1)]
    let drawn = HistogramDrawing(buckets, markers: [("p50", 10), ("p85", 20), ("p95", 21)]).lines(width: 80)
    #expect(!drawn[0].contains("◂"))
    #expect(drawn[1].hasSuffix("◂ p50 p85"))
  }

  @Test func `an open range is said as such and is null in JSON`() {
    var answer = cycleTime()
    answer.histogram = Histogram(buckets: [.init(from: 86_400, to: .infinity, count: 2)])
    #expect(answer.rendered(as: .table, style: plain).contains("≥ 1d 00h  ██"))
    #expect(answer.rendered(as: .json, style: plain).contains(#"{"from":86400,"to":null,"count":2}"#))
  }

  @Test(arguments: [0, 20, 45, 80, 200, Int.max])
  func `lines fit the terminal where the shortest bar allows it`(width: Int) throws {
    let part = try #require(cycleTime().histogram?.parts.first)
    let drawn = HistogramDrawing(part.buckets, markers: cycleTime().percentiles(of: part)).lines(width: width)
    let shortest = 15 + 2 + 10 + 2 + 1 + 7
    #expect(drawn.allSatisfy { DisplayWidth.of($0) <= max(width, shortest) })
  }

  /// An answer split by team into parts of one bucket each, the last without a name.
  private func split(_ count: Int) -> Answer {
    var answer = cycleTime()
    answer.table.columns.insert(Column(name: "team", type: .text), at: 0)
    let keys = (1...count).map { $0 == count ? Value.null : .text("team \($0)") }
    answer.table.rows = keys.enumerated().map { index, key in
      [key, .integer(2), .duration(Double(index) * 3600), .null, .null]
    }
    answer.histogram = Histogram(
      parts: keys.enumerated().map { index, key in
        .init(key: [key], buckets: [.init(from: Double(index) * 3600, to: Double(index + 1) * 3600, count: 2)])
      })
    return answer
  }

  @Test func `each part of an answer is drawn under its name, with its own percentiles`() {
    let drawn = lines(split(2).rendered(as: .table, style: .init(width: 40, isColoured: false)))
    #expect(
      Array(drawn[5...10]) == [
        "", "team 1", "    0s – 1h 00m  █████████████  2  ◂ p50", "", "–", "1h 00m – 2h 00m  █████████████  2  ◂ p50",
      ])
    #expect(split(2).rendered(as: .markdown, style: plain).contains("```text\nteam 1\n"))
  }

  @Test func `too many parts are not drawn, and what has them is said`() {
    #expect(split(3).rendered(as: .table, style: plain).contains("█"))
    for format in [RowFormat.table, .markdown] {
      let drawn = split(4).rendered(as: format, style: plain)
      #expect(!drawn.contains("█"))
      #expect(drawn.contains("4 histograms are not drawn"))
    }
  }

  @Test func `in JSON every bucket names its part`() throws {
    let text = split(5).rendered(as: .json, style: plain)
    #expect(text.contains(#"{"team":"team 2","from":3600,"to":7200,"count":2}"#))
    #expect(text.contains(#"{"team":null,"from":14400,"to":18000,"count":2}"#))
    #expect((try jsonObject(text)["histogram"] as? [Any])?.count == 5)
  }
}
