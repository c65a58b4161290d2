import ArgumentParser
import Foundation
import Projections
import ValueStream

/// Which part of the ledger's knowledge and of the world's time a question is about.
struct CutOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("What the ledger knew: up to a position, or recorded up to a time.", valueName: "position|time"))
  var knownAt: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What the world looked like at a time. (default: now, or the recorded time of --known-at)", valueName: "time"))
  var at: String?

  /// Puts the options into a question.
  func apply(to query: inout Query) throws {
    query.knownAt = try knownAt.map(Self.bound)
    query.atMicros = try at.map { try Self.time($0, option: "--at") }
  }

  /// Reads a position or a time.
  static func bound(_ text: String) throws -> KnownAt {
    if let position = UInt64(text) { return .position(position) }
    return .time(try time(text, option: "--known-at"))
  }

  /// Reads a time.
  static func time(_ text: String, option: String) throws -> Int64 {
    guard let micros = Timestamp.parseLenient(text) else {
      throw ValidationError(
        "\(option) \(text) is not a time. Write 2026-01-02T03:04:05Z, with an offset such as +02:00, or a date: 2026-01-02 (midnight UTC)."
      )
    }
    return micros
  }
}

/// Which items a question is about, and how its answer is split.
struct QueryOptions: ParsableArguments {
  @Option(name: .long, help: "Only this value stream. May be repeated, as all filters may: any of the values matches.")
  var stream: [String] = []
  @Option(name: .long, help: "Only items of this kind.")
  var kind: [String] = []
  @Option(name: .long, help: "Only items of this team.")
  var team: [String] = []
  @Option(name: .long, help: "Only items of this service.")
  var service: [String] = []
  @Option(name: .customLong("class"), help: "Only items of this class of service.")
  var serviceClass: [String] = []
  @Option(name: .long, help: ArgumentHelp("Only items with this label.", valueName: "key=value"))
  var label: [String] = []
  @Option(name: .long, help: "Only this stage.")
  var stage: [String] = []
  @Option(name: .long, help: "Only this item.")
  var item: [String] = []
  @Option(name: .long, help: ArgumentHelp("Count from this time on.", valueName: "time"))
  var from: String?
  @Option(name: .long, help: ArgumentHelp("Count up to, and without, this time.", valueName: "time"))
  var to: String?
  @Option(
    name: .customLong("by"),
    help: ArgumentHelp(
      "Split the answer: stream, kind, team, service, class, label:KEY, stage, origin, severity, item, or a word of the metric: \(Grouping.words.joined(separator: ", ")).",
      valueName: "what"))
  var groupings: [String] = []
  @Option(name: .long, help: "Split the answer by period: \(Period.allCases.map(\.rawValue).joined(separator: ", ")).")
  var period: String?
  @Option(
    name: .long, help: ArgumentHelp("Time zone of the periods. (default: the stream's, else UTC)", valueName: "zone"))
  var timezone: String?
  @Flag(name: .long, help: "Measure durations in the working hours of each stream's calendar.")
  var workingTime = false
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Ask under another policy: a JSON file with members of a policy.defined event's data.", valueName: "file"),
    completion: .file())
  var policy: String?
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("An option of the metric itself; `vsl metrics NAME` lists them.", valueName: "name=value"))
  var options: [String] = []

  /// The question, about a cut; nil: all that is known, now.
  func query(in cut: CutOptions?) throws -> Query {
    var query = Query(nowMicros: Clock.nowMicros())
    try cut?.apply(to: &query)
    query.fromMicros = try from.map { try CutOptions.time($0, option: "--from") }
    query.toMicros = try to.map { try CutOptions.time($0, option: "--to") }
    query.filter.streams = stream
    for (attribute, values) in [
      (ItemAttribute.kind, kind), (.team, team), (.service, service), (.serviceClass, serviceClass),
    ] where !values.isEmpty { query.filter.attributes[attribute] = values }
    for pair in label {
      guard let equals = pair.firstIndex(of: "="), equals > pair.startIndex else {
        throw ValidationError("--label \(pair) is not KEY=VALUE.")
      }
      query.filter.labels[String(pair[..<equals]), default: []].append(String(pair[pair.index(after: equals)...]))
    }
    query.filter.stages = stage
    query.filter.items = item
    query.groupings = try groupings.flatMap { $0.split(separator: ",") }.map { name in
      guard let grouping = Grouping(String(name)) else {
        throw ValidationError(
          "--by \(name) is not known. Use stream, kind, team, service, class, label:KEY, stage, origin, severity or item."
        )
      }
      return grouping
    }
    query.period = try period.map { name in
      guard let period = Period(rawValue: name) else {
        throw ValidationError(
          "--period \(name) is not known. Use \(Period.allCases.map(\.rawValue).joined(separator: ", ")).")
      }
      return period
    }
    query.timeZone = timezone
    query.workingTime = workingTime
    query.policy = try policy.map { path in
      guard let data = FileManager.default.contents(atPath: path) else {
        throw ValidationError("--policy \(path) cannot be read.")
      }
      return try Policy(json: String(decoding: data, as: UTF8.self))
    }
    for pair in options {
      guard let equals = pair.firstIndex(of: "="), equals > pair.startIndex else {
        throw ValidationError("--set \(pair) is not NAME=VALUE.")
      }
      query.options[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
    }
    return query
  }
}
