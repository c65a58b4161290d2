/// Receives what happens to one item, in the order of its timeline. Everything it is told is effective at `instant`, the occurred time
/// of the fact that caused it, so that what is effective at an instant depends only on facts up to that instant.
public protocol TimelineSink {
  /// The item came into the system.
  mutating func opened(_ state: ItemState, at instant: Int64)
  /// A visit of `state.stage` began at `state.stageSinceMicros`; `instant` is later when only attributes or the stream changed.
  mutating func entered(_ state: ItemState, at instant: Int64)
  /// The visit described by `state` ended, or goes on under other attributes (an ``entered(_:at:)`` with the same begin follows).
  mutating func left(_ state: ItemState, at instant: Int64)
  /// The item was delivered or cancelled (`state.phase`). `state.stage` is the stage it was in.
  mutating func completed(_ state: ItemState, at instant: Int64)
  /// The delivery or cancellation described by `state` no longer holds: the item is open again.
  mutating func reopened(_ state: ItemState, at instant: Int64)
  /// A time of being blocked ended; it began at `since`.
  mutating func unblocked(_ state: ItemState, since: Int64, at instant: Int64)
}

extension TimelineSink {
  /// Most read models have no use for blocked times.
  @inlinable
  public mutating func unblocked(_ state: ItemState, since: Int64, at instant: Int64) {}
}
