/// One stored event. Its bytes point into the log's file and are valid while their snapshot lives.
public struct Record {
  /// The place in the log, from 1.
  public let position: UInt64
  /// When the ledger learned it, in microseconds since 1970.
  public let recordedMicros: Int64
  /// The event's JSON, as it was sent.
  public let bytes: UnsafeRawBufferPointer

  /// The event's JSON as a string.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
}
