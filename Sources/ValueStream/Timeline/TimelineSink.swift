/// Receives what happens to one item, in the order of its timeline. Everything it is told is effective at `instant`, the occurred time
/// of the fact that caused it, so that what is effective at an instant depends only on facts up to that instant.
public protocol TimelineSink {
  /// The item came into the system.
  mutating func opened(_ state: ItemState, at instant: Int64)
  /// A visit of `state.stage` began at `state.stageSinceMicros`; `instant` may be later, and `state.isContinuing` is true, when only attributes or
  /// the stream changed.
  mutating func entered(_ state: ItemState, at instant: Int64)
  /// The visit described by `state` ended, or goes on under other attributes (`state.isContinuing`; an ``entered(_:at:)`` with the same begin
  /// follows).
  mutating func left(_ state: ItemState, at instant: Int64)
  /// The item was delivered or cancelled (`state.phase`). `state.stage` is the stage it was in.
  mutating func completed(_ state: ItemState, at instant: Int64)
  /// The delivery or cancellation described by `state` no longer holds: the item is open again.
  mutating func reopened(_ state: ItemState, at instant: Int64)
  /// The item is blocked since `state.blockedSinceMicros`; `instant` is later when only its stage, attributes or stream changed.
  mutating func blocked(_ state: ItemState, at instant: Int64)
  /// The item is no longer blocked, or goes on being blocked in another stage or under other attributes (a ``blocked(_:at:)`` with the
  /// same begin follows).
  mutating func unblocked(_ state: ItemState, at instant: Int64)
}

extension TimelineSink {
  /// A sink may have no use for blocked times.
  @inlinable
  public mutating func blocked(_ state: ItemState, at instant: Int64) {}
  /// A sink may have no use for blocked times.
  @inlinable
  public mutating func unblocked(_ state: ItemState, at instant: Int64) {}
}
