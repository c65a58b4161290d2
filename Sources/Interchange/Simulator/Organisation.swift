/// A stage of a simulated stream.
struct SimulatedStage {
  var name: StaticString
  var kind: Kind
  /// The median time in it, in working hours.
  var medianHours: Int64
  var role = Role.none
  /// Exists only from the stream's redefinition on.
  var isLater = false

  enum Kind {
    case queue, work, done
  }

  /// What happens when an item leaves it.
  enum Role {
    case none, build, verify
  }
}

/// A simulated value stream.
struct SimulatedStream {
  var name: StaticString
  var board: StaticString
  var prefix: StaticString
  var timezone: StaticString
  var offsetHours: Int64
  var commitment: StaticString
  /// Share of all arrivals, in hundredths.
  var share: Int64
  var stages: [SimulatedStage]
  var teams: [StaticString]
  var services: [StaticString]

  /// Where work is made: where rework goes back to.
  var buildStage: Int { stages.firstIndex { $0.role == .build } ?? 0 }
}

/// Who and what the simulator tells about. Its order is part of what a seed means.
enum Organisation {
  static let streams = [
    SimulatedStream(
      name: "payments", board: "/board/payments", prefix: "PAY-", timezone: "Europe/Berlin", offsetHours: 1,
      commitment: "development", share: 45,
      stages: [
        SimulatedStage(name: "backlog", kind: .queue, medianHours: 18),
        SimulatedStage(name: "analysis", kind: .work, medianHours: 4),
        SimulatedStage(name: "ready", kind: .queue, medianHours: 9),
        SimulatedStage(name: "development", kind: .work, medianHours: 12, role: .build),
        SimulatedStage(name: "review", kind: .queue, medianHours: 4, role: .verify),
        SimulatedStage(name: "test", kind: .work, medianHours: 5, role: .verify),
        SimulatedStage(name: "release", kind: .queue, medianHours: 5),
        SimulatedStage(name: "done", kind: .done, medianHours: 0),
      ],
      teams: ["cards", "invoicing"], services: ["payments-api", "ledger-sync", "checkout"]),
    SimulatedStream(
      name: "onboarding", board: "/board/onboarding", prefix: "ONB-", timezone: "America/New_York", offsetHours: -5,
      commitment: "build", share: 30,
      stages: [
        SimulatedStage(name: "ideas", kind: .queue, medianHours: 26),
        SimulatedStage(name: "design", kind: .work, medianHours: 7),
        SimulatedStage(name: "ready", kind: .queue, medianHours: 7),
        SimulatedStage(name: "build", kind: .work, medianHours: 14, role: .build),
        SimulatedStage(name: "verify", kind: .work, medianHours: 6, role: .verify),
        SimulatedStage(name: "acceptance", kind: .queue, medianHours: 6, isLater: true),
        SimulatedStage(name: "live", kind: .done, medianHours: 0),
      ],
      teams: ["web", "mobile"], services: ["signup-web", "signup-mobile", "identity"]),
    // Without a done stage: its items are delivered by the event of that name.
    SimulatedStream(
      name: "platform", board: "/board/platform", prefix: "PLT-", timezone: "UTC", offsetHours: 0,
      commitment: "doing", share: 25,
      stages: [
        SimulatedStage(name: "inbox", kind: .queue, medianHours: 12),
        SimulatedStage(name: "doing", kind: .work, medianHours: 10, role: .build),
        SimulatedStage(name: "review", kind: .work, medianHours: 3, role: .verify),
        SimulatedStage(name: "rollout", kind: .queue, medianHours: 4),
      ],
      teams: ["core", "data"], services: ["gateway", "billing-db", "observability"]),
  ]

  static let kinds: [StaticString] = ["feature", "bug", "debt", "risk"]
  static let classes: [StaticString] = ["standard", "expedite", "fixed-date"]
  static let actors: [StaticString] = [
    "ana", "ben", "chloe", "dmitri", "elif", "femi", "grace", "hugo", "ines", "jonas", "kira", "liam",
  ]
  static let channels: [StaticString] = ["web", "partner", "internal"]
  static let severities: [StaticString] = ["critical", "high", "medium", "low"]
  static let blockReasons: [StaticString] = [
    "waits for another team", "waits for the customer", "no test environment", "unclear requirement",
    "waits for a supplier",
  ]
  static let cancelReasons: [StaticString] = ["no longer needed", "duplicate of other work", "too costly"]
  static let checks: [StaticString] = ["unit tests", "integration tests", "security scan", "lint"]
  static let steps: [StaticString] = ["discover", "sign up", "first use", "support"]
  static let titles: [StaticString] = [
    "Show the state of a transfer", "Retry failed requests with a delay", "Explain the fees before payment",
    "Remove the second confirmation", "Move the settings to the profile", "Log in without a password",
    "Report totals by month", "Shorten the form for new customers", "Keep drafts when the session ends",
    "Warn before a limit is reached",
  ]

  /// Work that is under way at once in a stage, when `itemsPerDay` come into its stream: Little's law, a working day of
  /// 8 hours.
  static func usualWIP(_ stage: SimulatedStage, itemsPerDay: Double) -> Int {
    Int(itemsPerDay * Double(stage.medianHours) * 1.4 / 8)
  }
}
