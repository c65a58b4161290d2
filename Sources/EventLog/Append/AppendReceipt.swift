/// What became of a batch.
public struct AppendReceipt: Equatable, Sendable {
  /// The position of each event, in the batch's order; a duplicate's is its first position.
  public var positions: [UInt64]
  /// Number of events written.
  public var appended: Int
  /// Number of events that were in the log, or earlier in the batch, already.
  public var duplicates: Int
  /// The last position of the log afterwards.
  public var lastPosition: UInt64
  /// The recorded time of the events written, in microseconds since 1970.
  public var recordedMicros: Int64

  /// A receipt of its parts.
  public init(positions: [UInt64], appended: Int, duplicates: Int, lastPosition: UInt64, recordedMicros: Int64) {
    self.positions = positions
    self.appended = appended
    self.duplicates = duplicates
    self.lastPosition = lastPosition
    self.recordedMicros = recordedMicros
  }
}

/// How many events a caller believes that a subject has: an append that demands it fails when somebody else was faster.
public struct ExpectedVersion: Equatable, Sendable {
  /// The subject's class byte and id.
  public var subject: [UInt8]
  /// The number of its events so far.
  public var version: Int

  /// Demands a version of the subject with these bytes (class byte, then id).
  public init(subject: [UInt8], version: Int) {
    self.subject = subject
    self.version = version
  }

  /// Demands a version of a subject by its class and id.
  public init(subjectClass: Character, id: String, version: Int) {
    self.init(subject: Array(String(subjectClass).utf8) + Array(id.utf8), version: version)
  }
}
