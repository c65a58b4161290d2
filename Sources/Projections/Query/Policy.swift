import EventLog
import ValueStream

/// The conventions by which numbers are computed: `vsl.policy.defined.v1` events in force in a cut, or a what-if.
///
/// What no event names keeps its default, which METRICS' conventions give.
public struct Policy: Sendable, Equatable {
  /// How a percentile between two values is taken.
  public enum PercentileMethod: String, Sendable, CaseIterable {
    /// The smallest value with at least that share at or below it: a value that occurred.
    case nearestRank
    /// Linear interpolation between the neighbours, `(n − 1)·p` (type 7 of Hyndman and Fan).
    case linear
  }

  /// What a reopened item does to its deliveries: in what counts or measures deliveries (throughput, lead time, distribution, value, service
  /// level, control chart, forecast, defect rates, health). What follows an item through its life knows one delivery.
  public enum Reopening: String, Sendable, CaseIterable {
    /// The delivery is taken back; the item counts once, at its last delivery.
    case sameItem
    /// Each delivery counts.
    case newDelivery
  }

  /// What a move backwards does to the visits of later stages.
  public enum BackwardMoves: String, Sendable, CaseIterable {
    /// All visits count.
    case keepVisits
    /// Visits of stages behind the one that the item went back to are dropped.
    case forgetLater
  }

  /// The environments whose deployments count as production.
  public var productionEnvironments = ["production", "prod", "live"]
  /// How long after a deployment an incident of its service is ascribed to it when it names none, in seconds.
  public var attributionWindowSeconds = 86_400.0
  /// What a reopened item does.
  public var reopening = Reopening.sameItem
  /// What a move backwards does: in `stage-time`. Metrics of moves, such as rework and conformance, see every visit.
  public var backwardMoves = BackwardMoves.keepVisits
  /// How percentiles are taken.
  public var percentileMethod = PercentileMethod.nearestRank
  /// Thresholds that metrics are rated by; none unless a policy says some.
  public var bands: [Band] = []
  /// The time zone of periods where neither the question nor the stream names one.
  public var timezone = "UTC"

  /// A threshold that a metric is rated by.
  public struct Band: Sendable, Equatable {
    /// The metric, or the column of one: `changeLeadTime`.
    public var metric: String
    /// What the band is called: elite, high …
    public var level: String
    /// The lower bound, in the unit of the metric; nil for none.
    public var atLeast: Double?
    /// The upper bound; nil for none.
    public var atMost: Double?
    /// The year of the report that it comes from; nil when not said.
    public var reportYear: Int?

    /// Whether a value lies in it.
    public func contains(_ value: Double) -> Bool {
      value >= atLeast ?? -.infinity && value <= atMost ?? .infinity
    }
  }

  /// The first band of a metric that a value lies in, with its report's year; nil when there is none.
  public func level(of value: Double, metric: String) -> String? {
    guard let band = bands.first(where: { $0.metric == metric && $0.contains(value) }) else { return nil }
    return band.reportYear.map { "\(band.level) (\($0))" } ?? band.level
  }

  /// The defaults.
  public init() {}

  /// Takes over what the data of a policy event names.
  ///
  /// - Throws: ``QueryError`` for a value that is not understood, or a convention that cannot be changed yet.
  public mutating func apply(_ data: JSONNode) throws {
    if let list = data.member("productionEnvironments"), list.isArray {
      productionEnvironments = list.elements.compactMap(\.string)
    }
    if let window = data.member("attributionWindow") {
      guard let seconds = window.durationSeconds, seconds >= 0 else {
        throw QueryError(
          "The policy's attributionWindow is no duration. Write seconds, or ISO 8601 such as P1D or PT12H.")
      }
      attributionWindowSeconds = seconds
    }
    if let word = data.member("reopening")?.string { reopening = try Self.read(word, "reopening") }
    if let word = data.member("percentileMethod")?.string { percentileMethod = try Self.read(word, "percentileMethod") }
    if let zone = data.member("timezone")?.string {
      try PeriodCalendar.check(timeZone: zone)
      timezone = zone
    }
    if let list = data.member("bands"), list.isArray {
      bands = list.elements.compactMap { band in
        guard let metric = band.member("metric")?.string, let level = band.member("level")?.string else { return nil }
        return Band(
          metric: metric, level: level, atLeast: band.member("atLeast")?.double,
          atMost: band.member("atMost")?.double, reportYear: (band.member("reportYear")?.integer).map { Int($0) })
      }
    }
    if let word = data.member("backwardMoves")?.string { backwardMoves = try Self.read(word, "backwardMoves") }
  }

  /// Reads the members of a policy from JSON text: a what-if.
  public init(json: String) throws {
    let parser = JSONParser()
    guard let node = try? parser.parse(json), node.isObject else {
      throw QueryError(
        "The policy is no JSON object. Example: {\"percentileMethod\":\"linear\",\"attributionWindow\":\"PT12H\"}.")
    }
    defer { withExtendedLifetime(parser) {} }
    for (name, _) in node.members {
      let name = String(decoding: name, as: UTF8.self)
      guard Self.members.contains(name) else {
        throw QueryError(Suggestion.unknown("member of a policy", name, known: Self.members))
      }
    }
    try apply(node)
  }

  private static let members = [
    "productionEnvironments", "attributionWindow", "reopening", "backwardMoves", "percentileMethod", "timezone",
    "bands",
  ]

  private static func read<Word: RawRepresentable & CaseIterable>(
    _ word: String, _ member: String
  ) throws -> Word where Word.RawValue == String {
    guard let known = Word(rawValue: word) else {
      throw QueryError(
        "The policy's \(member) \"\(word)\" is not known. It can be \(Word.allCases.map(\.rawValue).joined(separator: ", "))."
      )
    }
    return known
  }

  /// What differs from the defaults, as `name=value`.
  public var differences: [String] {
    let standard = Policy()
    var list: [String] = []
    if productionEnvironments != standard.productionEnvironments {
      list.append("productionEnvironments=\(productionEnvironments.joined(separator: ","))")
    }
    if attributionWindowSeconds != standard.attributionWindowSeconds {
      list.append("attributionWindow=\(attributionWindowSeconds)s")
    }
    if reopening != standard.reopening { list.append("reopening=\(reopening.rawValue)") }
    if backwardMoves != standard.backwardMoves { list.append("backwardMoves=\(backwardMoves.rawValue)") }
    if percentileMethod != standard.percentileMethod { list.append("percentileMethod=\(percentileMethod.rawValue)") }
    if !bands.isEmpty {
      let years = Set(bands.compactMap(\.reportYear)).sorted().map(String.init).joined(separator: "+")
      list.append("bands=\(bands.count)\(years.isEmpty ? "" : " of \(years)")")
    }
    if timezone != standard.timezone { list.append("timezone=\(timezone)") }
    return list
  }

  /// Policies that differ from this one in one convention each, with the name of what differs: what a conclusion may depend on.
  public var alternatives: [(name: String, policy: Policy)] {
    var list: [(String, Policy)] = []
    for method in PercentileMethod.allCases where method != percentileMethod {
      var other = self
      other.percentileMethod = method
      list.append(("percentileMethod=\(method.rawValue)", other))
    }
    for rule in Reopening.allCases where rule != reopening {
      var other = self
      other.reopening = rule
      list.append(("reopening=\(rule.rawValue)", other))
    }
    for rule in BackwardMoves.allCases where rule != backwardMoves {
      var other = self
      other.backwardMoves = rule
      list.append(("backwardMoves=\(rule.rawValue)", other))
    }
    for (name, seconds) in [("PT1H", 3600.0), ("P7D", 7 * 86_400.0)] where seconds != attributionWindowSeconds {
      var other = self
      other.attributionWindowSeconds = seconds
      list.append(("attributionWindow=\(name)", other))
    }
    return list
  }
}

extension LedgerView {
  /// The policy that a question is asked under when it names none.
  public func policyInForce(for query: Query) throws -> Policy { try policy(in: cut(for: query)) }

  /// The policy in force in a cut: what its policy events say, in the order in which they happened.
  func policy(in cut: Cut) throws -> Policy {
    var policy = Policy()
    var known: [(occurredMicros: Int64, position: UInt64)] = []
    let facts = try log.facts()
    for position in causes where position <= cut.position {
      let fact = facts.row(at: Int(position) - 1)
      guard fact.kind == EventKind.policyDefined.rawValue, fact.occurredMicros <= cut.atMicros,
        try !Voids.isVoided(position, asOf: cut.position, log)
      else { continue }
      known.append((fact.occurredMicros, position))
    }
    guard !known.isEmpty else { return policy }
    known.sort { $0 < $1 }
    let parser = JSONParser()
    for (_, position) in known {
      guard let record = try log.record(at: position),
        let data = try parser.parse(copying: record.bytes).member("data"), data.isObject
      else { continue }
      try policy.apply(data)
    }
    return policy
  }
}
