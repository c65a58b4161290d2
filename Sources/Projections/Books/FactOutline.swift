import EventLog
import LMDB

/// `facts.outline`: of each fact, when it happened, what it is about, and its kind; row *n* belongs to the record at position *n* + 1.
///
/// For questions that pass over every event. The facts themselves lie among the records, in a file that may be many times as large as memory;
/// these lie among the books, which fit where questions are fast at all.
struct FactOutline: FixedRow, Equatable {
  /// When it happened, in microseconds since 1970.
  var occurredMicros: Int64
  /// What it is about.
  var subject: UInt32
  /// The value stream that the event names; 0 for none.
  var stream: UInt16
  /// The code of its type.
  var kind: UInt8
  /// What is true of it besides; `argumentIsSubject` only where it names one.
  var flags: FactFlags

  /// Its place in the table is its position.
  var rowPosition: UInt64 { 0 }
  /// The zone map covers when facts happened.
  var rowTimeMicros: Int64 { occurredMicros }

  /// The outline of a fact.
  @inline(__always)
  init(_ fact: Fact) {
    occurredMicros = fact.occurredMicros
    subject = fact.subject
    stream = fact.stream
    kind = fact.kind
    flags = fact.argument == 0 ? fact.flags.subtracting(.argumentIsSubject) : fact.flags
  }
}
