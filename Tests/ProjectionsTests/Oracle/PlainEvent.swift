/// An event as the oracle and the tests see it: plain strings, no ids, no packing.
struct PlainEvent: Sendable {
  var id: String
  var type: String
  var subject: String
  /// Seconds since 2026-01-01T00:00:00Z.
  var seconds: Int
  /// Whether the event says when it happened; without, it is when it was recorded, and `seconds` must be 0.
  var hasTime = true
  var stream: String?
  /// Members of `data` that are strings.
  var data: [String: String] = [:]
  /// Members of `data` that are numbers.
  var numbers: [String: Double] = [:]
  var labels: [String: String] = [:]
  /// Members of `data` that are lists of strings.
  var lists: [String: [String]] = [:]
  var escaped: Bool?
  var unplanned: Bool?
  /// For `stream.defined`.
  var stages: [(name: String, kind: String, wipLimit: Int?)] = []
  /// For `stream.defined`: the hours worked each day.
  var hours: (from: String, to: String)?

  static let source = "/test"
  /// 2026-01-01T00:00:00Z.
  static let epochMicros: Int64 = 1_767_225_600_000_000

  var occurredMicros: Int64 { Self.epochMicros + Int64(seconds) * 1_000_000 }

  /// The event as a line of CloudEvents JSON.
  var json: String {
    var members = [
      "\"specversion\":\"1.0\"", "\"id\":\(quoted(id))", "\"source\":\(quoted(Self.source))",
      "\"type\":\(quoted("vsl.\(type).v1"))", "\"subject\":\(quoted(subject))",
    ]
    if hasTime { members.append("\"time\":\(quoted(time))") }
    if let stream { members.append("\"valuestream\":\(quoted(stream))") }
    var inner = data.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
    inner += numbers.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\($0.value)" }
    if !labels.isEmpty {
      let pairs = labels.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      inner.append("\"labels\":{\(pairs.joined(separator: ","))}")
    }
    inner += lists.sorted { $0.key < $1.key }.map {
      "\(quoted($0.key)):[\($0.value.map(quoted).joined(separator: ","))]"
    }
    if let unplanned { inner.append("\"unplanned\":\(unplanned)") }
    if let escaped { inner.append("\"escaped\":\(escaped)") }
    if type == "stream.defined" {
      let list = stages.map { stage in
        "{\"name\":\(quoted(stage.name)),\"kind\":\(quoted(stage.kind))"
          + (stage.wipLimit.map { ",\"wipLimit\":\($0)" } ?? "") + "}"
      }
      inner.append("\"stages\":[\(list.joined(separator: ","))]")
      if let hours {
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"].map(quoted)
        inner.append(
          "\"calendar\":{\"weekdays\":[\(days.joined(separator: ","))],"
            + "\"hours\":[{\"from\":\(quoted(hours.from)),\"to\":\(quoted(hours.to))}]}")
      }
    }
    members.append("\"data\":{\(inner.joined(separator: ","))}")
    return "{\(members.joined(separator: ","))}"
  }

  private var time: String {
    let days = seconds / 86_400
    let rest = seconds % 86_400
    // Tests stay within 2026: months by their lengths.
    var month = 0
    var day = days
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    while day >= lengths[month] {
      day -= lengths[month]
      month += 1
    }
    return "2026-\(two(month + 1))-\(two(day + 1))T\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))Z"
  }

  private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  private func quoted(_ text: String) -> String { "\"\(text)\"" }
}
