import LMDB

/// `deployments.changes`: a change that the event of a deployment lists. By the event's position, then by change.
///
/// What an event lists never changes, whatever is voided later: whether it counts is said by its posting in `book.events`, so that nothing
/// is taken back here. The log has the same by change (`references`), for which a question would have to go through all of them.
public struct DeployedChange: FixedRow, Equatable {
  /// The position of the deployment's event.
  public var position: UInt64
  /// The change that it lists: a subject.
  public var change: UInt32
  /// Zero.
  public var reserved: UInt32 = 0

  /// The event's position orders the table.
  @inlinable public var rowPosition: UInt64 { position }
  /// Without a time of its own.
  @inlinable public var rowTimeMicros: Int64 { 0 }
}
