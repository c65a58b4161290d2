/// What a lifecycle transition of an XES event means for the item (IEEE 1849's standard lifecycle; compared without
/// regard to case).
enum XESTransition {
  /// No transition is given, or one that the standard does not know: the activity was seen, so the item is in it.
  case seen
  /// Waits for the activity, in the stage "<activity> (queue)".
  case schedule
  case start
  /// Over: leaves the stage when the activity was started in this case, else it was an instant of its own.
  case complete
  case suspend
  case resume
  /// The case goes no further (withdraw, ate_abort, pi_abort).
  case abort
  /// About who or whether, not about where (assign, reassign, autoskip, manualskip): recorded, moves nothing.
  case note

  init(_ text: UnsafeRawBufferPointer) {
    let known: [(StaticString, XESTransition)] = [
      ("start", .start), ("complete", .complete), ("schedule", .schedule), ("suspend", .suspend), ("resume", .resume),
      ("withdraw", .abort), ("ate_abort", .abort), ("pi_abort", .abort), ("assign", .note), ("reassign", .note),
      ("autoskip", .note), ("manualskip", .note),
    ]
    self = known.first { text.equalsIgnoringCase($0.0) }?.1 ?? .seen
  }
}
