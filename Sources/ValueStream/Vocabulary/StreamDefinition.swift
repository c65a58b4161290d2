import EventLog

/// What a `vsl.stream.defined.v1` event says: a stream's stages in their order, and how it is run.
public struct StreamDefinition: Sendable, Equatable {
  /// What happens in a stage.
  public enum StageKind: String, Sendable {
    /// Work waits.
    case queue
    /// Work is done.
    case work
    /// The item is delivered.
    case done
  }

  /// A stage.
  public struct Stage: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// What happens in it.
    public var kind: StageKind
    /// The most items that should be in it at once.
    public var wipLimit: Int?
    /// How long an item should stay in it at most, in seconds.
    public var exitTargetSeconds: Double?

    /// Makes a stage.
    public init(name: String, kind: StageKind, wipLimit: Int? = nil, exitTargetSeconds: Double? = nil) {
      self.name = name
      self.kind = kind
      self.wipLimit = wipLimit
      self.exitTargetSeconds = exitTargetSeconds
    }
  }

  /// The hours that count as working time.
  public struct Calendar: Sendable, Equatable {
    /// The days of the week that are worked, 1 for Monday to 7 for Sunday.
    public var weekdays: Set<Int>
    /// The spans of a working day in minutes since midnight, in the stream's time zone, half open.
    public var hours: [Range<Int>]
    /// Days that are not worked, in days since 1970-01-01.
    public var holidays: Set<Int>

    /// Makes a calendar.
    public init(weekdays: Set<Int>, hours: [Range<Int>], holidays: Set<Int> = []) {
      self.weekdays = weekdays
      self.hours = hours
      self.holidays = holidays
    }

    /// Every hour of every day.
    public static let allHours = Calendar(weekdays: [1, 2, 3, 4, 5, 6, 7], hours: [0..<1440])
  }

  /// What the stream promises: this share of items is delivered within this lead time.
  public struct ServiceLevel: Sendable, Equatable {
    /// Percent of items, 85 for 85 %.
    public var percentile: Double
    /// The lead time promised, in seconds.
    public var durationSeconds: Double
  }

  /// The stages, in order.
  public var stages: [Stage]
  /// IANA name of the stream's time zone.
  public var timezone: String?
  /// The stage whose entry commits an item.
  public var commitment: String?
  /// The hours that count as working time; nil for all, and for a calendar in which nobody works.
  public var calendar: Calendar?
  /// What is wrong with the calendar that the event gives, so that working time cannot be counted by it; nil when it is
  /// sound, or when there is none. Spans that do not end after they begin are left out of ``calendar``.
  public var calendarProblem: WorkingCalendarError?
  /// What the stream promises.
  public var serviceLevel: ServiceLevel?
  /// The stream's labels.
  public var labels: [String: String] = [:]

  /// A definition from its parts.
  public init(stages: [Stage], timezone: String? = nil, commitment: String? = nil) {
    self.stages = stages
    self.timezone = timezone
    self.commitment = commitment
  }

  /// Reads the definition from an event's bytes, as recorded. What the schema would refuse is left out.
  ///
  /// Of two stages with one name the first counts.
  public init(eventBytes: UnsafeRawBufferPointer) throws(JSONError) {
    let parser = JSONParser()
    let event = try parser.parse(copying: eventBytes)
    defer { withExtendedLifetime(parser) {} }
    stages = []
    guard let data = event.member("data") else { return }
    for element in data.elements(of: "stages") {
      guard let stage = Stage(element), !stages.contains(where: { $0.name == stage.name }) else { continue }
      stages.append(stage)
    }
    timezone = data.member("timezone")?.string
    commitment = data.member("commitment")?.string
    calendar = data.member("calendar").flatMap(Calendar.init)
    calendarProblem = data.member("calendar").flatMap(Calendar.problem)
    serviceLevel = data.member("serviceLevel").flatMap(ServiceLevel.init)
    guard let labels = data.member("labels") else { return }
    for (name, value) in labels.members {
      self.labels[String(decoding: name, as: UTF8.self)] = value.string
    }
  }
}

extension StreamDefinition.Stage {
  init?(_ node: JSONNode) {
    guard let name = node.member("name")?.string,
      let kind = node.member("kind")?.string.flatMap(StreamDefinition.StageKind.init(rawValue:))
    else { return nil }
    self.init(
      name: name, kind: kind, wipLimit: node.member("wipLimit")?.integer.flatMap { Int(exactly: $0) },
      exitTargetSeconds: node.member("exitTarget").flatMap(DurationText.seconds))
  }
}

extension StreamDefinition.Calendar {
  private static let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

  init?(_ node: JSONNode) {
    weekdays = []
    hours = []
    holidays = []
    for day in node.elements(of: "weekdays") {
      if let index = day.string.flatMap(Self.names.firstIndex) { weekdays.insert(index + 1) }
    }
    for span in node.elements(of: "hours") {
      guard let from = span.member("from").flatMap({ LocalTime.minutes($0.stringBytes) }),
        let to = span.member("to").flatMap({ LocalTime.minutes($0.stringBytes) }), from < to
      else { continue }
      hours.append(from..<to)
    }
    for day in node.elements(of: "holidays") {
      if let micros = Timestamp.parseDate(day.stringBytes) { holidays.insert(Int(micros / Timestamp.microsPerDay)) }
    }
    // Without a day or an hour nothing would ever count as worked: no calendar.
    if weekdays.isEmpty || hours.isEmpty { return nil }
    hours.sort { $0.lowerBound < $1.lowerBound }
  }
}

extension StreamDefinition.Calendar {
  // What the schema cannot say: that a span ends after it begins.
  fileprivate static func problem(_ node: JSONNode) -> WorkingCalendarError? {
    var isEmpty = true
    for span in node.elements(of: "hours") {
      guard let from = span.member("from").flatMap({ LocalTime.minutes($0.stringBytes) }),
        let to = span.member("to").flatMap({ LocalTime.minutes($0.stringBytes) })
      else { continue }
      if from >= to { return .invertedHours(from: from, to: to) }
      isEmpty = false
    }
    if isEmpty { return .noHours }
    let isIdle = !node.elements(of: "weekdays").contains { $0.string.map(names.contains) ?? false }
    return isIdle ? .noWeekdays : nil
  }
}

extension StreamDefinition.ServiceLevel {
  init?(_ node: JSONNode) {
    guard let percentile = node.member("percentile")?.double,
      let seconds = node.member("duration").flatMap(DurationText.seconds)
    else { return nil }
    self.init(percentile: percentile, durationSeconds: seconds)
  }
}
