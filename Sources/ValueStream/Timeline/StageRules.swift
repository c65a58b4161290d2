/// What entering a stage means, as a stream's definition says.
public struct StageRole: OptionSet, BitwiseCopyable, Sendable {
  /// The bits.
  public let rawValue: UInt8
  /// Makes a role from bits.
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Work waits here.
  @inlinable public static var queue: StageRole { StageRole(rawValue: 1) }
  /// Work is done here.
  @inlinable public static var work: StageRole { StageRole(rawValue: 2) }
  /// Entering it delivers the item.
  @inlinable public static var done: StageRole { StageRole(rawValue: 4) }
  /// Entering it commits the item: the stream's commitment stage or a later one (so that a skipped stage counts as reached).
  @inlinable public static var commits: StageRole { StageRole(rawValue: 8) }
  /// The definition names the stage.
  @inlinable public static var defined: StageRole { StageRole(rawValue: 16) }
}

/// One definition of a value stream, in force from an occurred time on.
public struct StageRules: Sendable, Equatable {
  /// A stage of a definition.
  public struct Stage: Sendable, Equatable {
    /// The stage's number.
    public var number: UInt32
    /// Queue, work or done.
    public var role: StageRole
    /// The most items that should be in it at once, if there is a limit.
    public var wipLimit: Int?
    /// Makes a stage.
    public init(number: UInt32, role: StageRole, wipLimit: Int? = nil) {
      self.number = number
      self.role = role
      self.wipLimit = wipLimit
    }
  }

  /// From when on it is in force.
  public var occurredMicros: Int64
  /// The position of the event that says so.
  public var position: UInt64
  /// The stages, in their order.
  public private(set) var stages: [Stage]
  /// IANA name of the stream's time zone, if it names one.
  public var timeZone: String?
  fileprivate var roles: [StageRole]
  fileprivate let unknownStageRole: StageRole

  /// Makes the rules of a definition. `commitment` is the number of the commitment stage; without one, the first work stage commits.
  public init(
    occurredMicros: Int64, position: UInt64, stages: [Stage], commitment: UInt32? = nil, timeZone: String? = nil
  ) {
    self.occurredMicros = occurredMicros
    self.position = position
    self.timeZone = timeZone
    let commitmentIndex =
      commitment.flatMap { number in stages.firstIndex { $0.number == number } }
      ?? stages.firstIndex { $0.role.contains(.work) }
    var resolved = stages
    var roles = [StageRole](repeating: [], count: Int(stages.map(\.number).max() ?? 0) + 1)
    for index in resolved.indices {
      resolved[index].role.insert(.defined)
      if let commitmentIndex, index >= commitmentIndex, !resolved[index].role.contains(.done) {
        resolved[index].role.insert(.commits)
      }
      roles[Int(resolved[index].number)] = resolved[index].role
    }
    self.stages = resolved
    self.roles = roles
    unknownStageRole = commitment == nil ? [.work, .commits] : .work
  }

  /// The role of a stage; one that the definition does not name counts as work.
  public func role(of stage: UInt32) -> StageRole {
    guard Int(stage) < roles.count, !roles[Int(stage)].isEmpty else { return unknownStageRole }
    return roles[Int(stage)]
  }
}

/// The definitions of all streams, each in force from its occurred time on until the next.
public struct StreamRules: Sendable {
  /// The role of any stage in a stream without a definition.
  @inlinable public static var undefinedStageRole: StageRole { [.work, .commits] }

  private var rules: [[StageRules]] = []
  /// All definitions once more, laid out flat, those of a stream side by side and the newest first: every fact and every visit is decided
  /// by one, nearly always the newest.
  @usableFromInline var entries: [Entry] = []
  /// Where the entries of each stream begin; one more at the end.
  @usableFromInline var starts: [Int] = [0]
  @usableFromInline var roles: [StageRole] = []

  @usableFromInline struct Entry: BitwiseCopyable, Sendable {
    @usableFromInline var occurredMicros: Int64
    @usableFromInline var position: UInt64
    @usableFromInline var firstRole: Int
    @usableFromInline var roleCount: Int
    @usableFromInline var unknownStageRole: StageRole
  }

  /// No definitions.
  public init() {}

  /// Adds a definition of a stream. O(number of all definitions).
  public mutating func insert(_ definition: StageRules, stream: UInt16) {
    while rules.count <= Int(stream) { rules.append([]) }
    let place =
      rules[Int(stream)].firstIndex {
        (definition.occurredMicros, definition.position) < ($0.occurredMicros, $0.position)
      } ?? rules[Int(stream)].count
    rules[Int(stream)].insert(definition, at: place)
    layOut()
  }

  /// Removes the definition that the event at `position` made, if there is one.
  public mutating func remove(position: UInt64, stream: UInt16) {
    guard Int(stream) < rules.count else { return }
    rules[Int(stream)].removeAll { $0.position == position }
    layOut()
  }

  private mutating func layOut() {
    entries = []
    starts = [0]
    roles = []
    for definitions in rules {
      for definition in definitions.reversed() {
        entries.append(
          Entry(
            occurredMicros: definition.occurredMicros, position: definition.position, firstRole: roles.count,
            roleCount: definition.roles.count, unknownStageRole: definition.unknownStageRole))
        roles += definition.roles
      }
      starts.append(entries.count)
    }
  }

  /// All definitions of a stream, in the order in which they are in force.
  public func definitions(of stream: UInt16) -> [StageRules] {
    Int(stream) < rules.count ? rules[Int(stream)] : []
  }

  /// The definition in force for a fact at an instant and position.
  public func definition(of stream: UInt16, at micros: Int64, position: UInt64 = .max) -> StageRules? {
    guard Int(stream) < rules.count else { return nil }
    return rules[Int(stream)].last { ($0.occurredMicros, $0.position) <= (micros, position) }
  }

  /// The role that a stage has for a fact. Cost: one look at the newest definition in the usual case.
  @inlinable
  public func role(of stage: UInt32, in stream: UInt16, at micros: Int64, position: UInt64) -> StageRole {
    definedRole(of: stage, in: stream, at: micros, position: position) ?? Self.undefinedStageRole
  }

  /// As ``role(of:in:at:position:)``, but nil where no definition of the stream is in force.
  @inlinable
  public func definedRole(of stage: UInt32, in stream: UInt16, at micros: Int64, position: UInt64) -> StageRole? {
    guard Int(stream) + 1 < starts.count else { return nil }
    for index in starts[Int(stream)]..<starts[Int(stream) + 1] {
      let entry = entries[index]
      guard (entry.occurredMicros, entry.position) <= (micros, position) else { continue }
      guard Int(stage) < entry.roleCount else { return entry.unknownStageRole }
      let role = roles[entry.firstRole + Int(stage)]
      return role.isEmpty ? entry.unknownStageRole : role
    }
    return nil
  }

  /// Whether a definition of a stream is in force for a fact at an instant and position.
  @inlinable
  public func isDefined(_ stream: UInt16, at micros: Int64, position: UInt64) -> Bool {
    guard Int(stream) + 1 < starts.count else { return false }
    // The oldest is in force first.
    let (first, end) = (starts[Int(stream)], starts[Int(stream) + 1])
    return first < end && (entries[end - 1].occurredMicros, entries[end - 1].position) <= (micros, position)
  }

  /// The stage that an item enters which is created without one: the stream's first, or none where no definition is in force.
  public func firstStage(of stream: UInt16, at micros: Int64, position: UInt64) -> UInt32 {
    definition(of: stream, at: micros, position: position)?.stages.first?.number ?? 0
  }
}
