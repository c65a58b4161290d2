/// What a ``Simulator`` is to make.
public struct SimulatorOptions: Sendable {
  /// The seed: the same options give the same bytes.
  public var seed: UInt64
  /// The number of lines.
  public var events: Int
  /// The share of events that arrive hours to three weeks after later ones, 0…1.
  public var lateShare: Double
  /// When it starts, in microseconds since 1970.
  public var startMicros: Int64

  /// The default start: Monday, 2026-01-05, 08:00 UTC.
  public static let defaultStartMicros: Int64 = 1_767_600_000_000_000

  /// Options with defaults.
  public init(
    seed: UInt64 = 1, events: Int = 20_000, lateShare: Double = 0.02, startMicros: Int64 = defaultStartMicros
  ) {
    self.seed = seed
    self.events = events
    self.lateShare = lateShare
    self.startMicros = startMicros
  }
}
