import Audit
import EventLog
import Foundation

/// Notes copies of a ledger's events that a command makes.
enum Copies {
  /// Adds an entry to the register of a ledger that seals personal fields.
  static func add(
    _ what: String, to place: String?, of log: EventLog, through: UInt64, isUnsealed: Bool = false
  ) throws {
    try CopyRegister.add(
      CopyRegister.Entry(
        madeMicros: Clock.nowMicros(), what: what, place: place.map(absolute) ?? "standard output", through: through,
        isUnsealed: isUnsealed),
      of: log)
  }

  private static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).path }
}
