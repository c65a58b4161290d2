import Foundation
import ValueStream

/// How an import goes about its input.
public struct ImportOptions: Sendable {
  /// What to do with an event that is refused.
  public enum OnError: Sendable {
    /// Stop: nothing of its batch is written, the batches before it stay.
    case stop
    /// Leave it out, and go on.
    case skip
  }

  /// What to do with an event that is refused.
  public var onError: OnError
  /// Where refused events are written to, as NDJSON. nil for nowhere.
  public var rejectsPath: String?
  /// Whether refused events go behind those that the file holds already, as those of a second input do; else it is overwritten.
  public var addsToRejects: Bool
  /// Most events of a batch, and so of a transaction.
  public var batchEvents: Int
  /// A batch is full when it has this many bytes.
  public var batchBytes: Int
  /// The value stream of an XES log; nil for the log's name, or else the file's. CloudEvents name theirs.
  public var stream: String?
  /// XES: the cases go on, so that they are not delivered at their last event.
  public var openCases: Bool
  /// XES: what the items' ids begin with, before the names of the cases; for logs whose cases have the names of another's.
  public var itemPrefix: String
  /// The keys that personal fields are sealed with, for a ledger that seals them.
  public var keys: PersonalKeys?
  /// The clock: microseconds since 1970.
  public var clock: @Sendable () -> Int64

  /// Options with defaults.
  public init(
    onError: OnError = .stop, rejectsPath: String? = nil, addsToRejects: Bool = false, batchEvents: Int = 5000,
    batchBytes: Int = 4 << 20,
    stream: String? = nil, openCases: Bool = false, itemPrefix: String = "", keys: PersonalKeys? = nil,
    clock: @escaping @Sendable () -> Int64 = Self.systemMicros
  ) {
    self.onError = onError
    self.rejectsPath = rejectsPath
    self.addsToRejects = addsToRejects
    self.batchEvents = max(1, batchEvents)
    self.batchBytes = max(1, batchBytes)
    self.stream = stream
    self.openCases = openCases
    self.itemPrefix = itemPrefix
    self.keys = keys
    self.clock = clock
  }

  /// The system's clock.
  public static let systemMicros: @Sendable () -> Int64 = {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
  }
}
