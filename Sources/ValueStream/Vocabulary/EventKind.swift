/// The event types of the vocabulary, version 1. The raw value is the code that facts store: part of the data format.
public enum EventKind: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  /// A type that the vocabulary does not know, in a ledger that is open to them.
  case opaque = 0
  /// `vsl.stream.defined.v1`
  case streamDefined = 1
  /// `vsl.item.created.v1`
  case itemCreated = 2
  /// `vsl.item.entered.v1`
  case itemEntered = 3
  /// `vsl.item.left.v1`
  case itemLeft = 4
  /// `vsl.item.blocked.v1`
  case itemBlocked = 5
  /// `vsl.item.unblocked.v1`
  case itemUnblocked = 6
  /// `vsl.item.delivered.v1`
  case itemDelivered = 7
  /// `vsl.item.cancelled.v1`
  case itemCancelled = 8
  /// `vsl.item.reopened.v1`
  case itemReopened = 9
  /// `vsl.item.changed.v1`
  case itemChanged = 10
  /// `vsl.item.linked.v1`
  case itemLinked = 11
  /// `vsl.check.completed.v1`
  case checkCompleted = 12
  /// `vsl.defect.found.v1`
  case defectFound = 13
  /// `vsl.defect.resolved.v1`
  case defectResolved = 14
  /// `vsl.change.merged.v1`
  case changeMerged = 15
  /// `vsl.deployment.completed.v1`
  case deploymentCompleted = 16
  /// `vsl.incident.opened.v1`
  case incidentOpened = 17
  /// `vsl.incident.resolved.v1`
  case incidentResolved = 18
  /// `vsl.feedback.received.v1`
  case feedbackReceived = 19
  /// `vsl.outcome.measured.v1`
  case outcomeMeasured = 20
  /// `vsl.target.set.v1`
  case targetSet = 21
  /// `vsl.experiment.started.v1`
  case experimentStarted = 22
  /// `vsl.experiment.ended.v1`
  case experimentEnded = 23
  /// `vsl.item.rejected.v1`
  case itemRejected = 24
  /// `vsl.work.logged.v1`
  case workLogged = 25
  /// `vsl.policy.defined.v1`
  case policyDefined = 26
  /// `vsl.metric.published.v1`
  case metricPublished = 27
  /// `vsl.event.voided.v1`
  case eventVoided = 28
  /// `vsl.content.erased.v1`
  case contentErased = 29
  /// `vsl.sealing.defined.v1`
  case sealingDefined = 30

  /// The short name, as the command line takes it: `item.entered`. Empty for ``opaque``.
  public var shortName: String {
    switch self {
    case .opaque: ""
    case .streamDefined: "stream.defined"
    case .itemCreated: "item.created"
    case .itemEntered: "item.entered"
    case .itemLeft: "item.left"
    case .itemBlocked: "item.blocked"
    case .itemUnblocked: "item.unblocked"
    case .itemDelivered: "item.delivered"
    case .itemCancelled: "item.cancelled"
    case .itemReopened: "item.reopened"
    case .itemChanged: "item.changed"
    case .itemLinked: "item.linked"
    case .checkCompleted: "check.completed"
    case .defectFound: "defect.found"
    case .defectResolved: "defect.resolved"
    case .changeMerged: "change.merged"
    case .deploymentCompleted: "deployment.completed"
    case .incidentOpened: "incident.opened"
    case .incidentResolved: "incident.resolved"
    case .feedbackReceived: "feedback.received"
    case .outcomeMeasured: "outcome.measured"
    case .targetSet: "target.set"
    case .experimentStarted: "experiment.started"
    case .experimentEnded: "experiment.ended"
    case .itemRejected: "item.rejected"
    case .workLogged: "work.logged"
    case .policyDefined: "policy.defined"
    case .metricPublished: "metric.published"
    case .eventVoided: "event.voided"
    case .contentErased: "content.erased"
    case .sealingDefined: "sealing.defined"
    }
  }

  /// The full type: `vsl.item.entered.v1`. Empty for ``opaque``.
  public var typeName: String { self == .opaque ? "" : "vsl.\(shortName).v1" }

  /// What the event is about.
  public var subjectClass: SubjectClass {
    switch self {
    case .opaque: .opaque
    case .streamDefined: .stream
    case .itemCreated, .itemEntered, .itemLeft, .itemBlocked, .itemUnblocked, .itemDelivered, .itemCancelled,
      .itemReopened, .itemChanged, .itemLinked, .itemRejected, .workLogged:
      .item
    case .checkCompleted: .check
    case .defectFound, .defectResolved: .defect
    case .changeMerged: .change
    case .deploymentCompleted: .deployment
    case .incidentOpened, .incidentResolved: .incident
    case .feedbackReceived: .feedback
    case .outcomeMeasured: .outcome
    case .targetSet: .target
    case .experimentStarted, .experimentEnded: .experiment
    case .policyDefined: .policy
    case .metricPublished: .metric
    case .eventVoided: .voidedEvent
    case .contentErased, .sealingDefined: .key
    }
  }
}

/// What an event is about. The raw value is the first byte of a subject's symbol: part of the data format.
public enum SubjectClass: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  /// A work item.
  case item = 0x69
  /// A defect.
  case defect = 0x64
  /// A run of a check.
  case check = 0x63
  /// A change of code or configuration.
  case change = 0x6D
  /// A deployment.
  case deployment = 0x79
  /// An incident.
  case incident = 0x6E
  /// A piece of feedback.
  case feedback = 0x66
  /// A measured outcome.
  case outcome = 0x6F
  /// What a target is set for.
  case target = 0x74
  /// An experiment.
  case experiment = 0x78
  /// A value stream.
  case stream = 0x73
  /// A policy.
  case policy = 0x70
  /// A published metric.
  case metric = 0x72
  /// An event that is voided.
  case voidedEvent = 0x76
  /// A key of sealed content, or a file of such keys.
  case key = 0x6B
  /// The subject of an event of an unknown type.
  case opaque = 0x3F

  /// The name in texts.
  public var name: String {
    switch self {
    case .item: "item"
    case .defect: "defect"
    case .check: "check"
    case .change: "change"
    case .deployment: "deployment"
    case .incident: "incident"
    case .feedback: "feedback"
    case .outcome: "outcome"
    case .target: "target"
    case .experiment: "experiment"
    case .stream: "stream"
    case .policy: "policy"
    case .metric: "metric"
    case .voidedEvent: "voided event"
    case .key: "key"
    case .opaque: "subject"
    }
  }
}

/// What an entry of an attribute set is. The raw value is its tag in the canonical encoding: part of the data format.
public enum AttributeTag: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  /// The kind of an item.
  case kind = 1
  /// Whose work it is.
  case team = 2
  /// The service that it is about.
  case service = 3
  /// Its class of service.
  case serviceClass = 4
  /// A label: key, zero byte, value.
  case label = 5
  /// Who did it.
  case actor = 16
  /// The name of a check.
  case name = 17
  /// How bad it is.
  case severity = 18
  /// How it ended.
  case outcome = 19
  /// Where it was deployed.
  case environment = 20
  /// The scale of a score.
  case scale = 21
  /// The step of the customer's journey.
  case step = 22
  /// The unit of a value.
  case unit = 23
  /// Whether a target is a floor or a ceiling.
  case direction = 24
  /// By when, or by which stage.
  case by = 25
  /// How one item relates to another.
  case relation = 26
  /// The stage where a defect was made.
  case origin = 27
  /// The stage where something was found.
  case stage = 28
  /// Why.
  case reason = 29
}
