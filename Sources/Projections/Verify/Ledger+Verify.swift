import EventLog
import Foundation
import LMDB
import ValueStream

/// What a verification of a whole ledger found.
public struct LedgerVerification: Sendable {
  /// The last position looked at.
  public var size: UInt64 = 0
  /// The Merkle root recomputed from the records, in hexadecimal.
  public var root = ""
  /// What is wrong: the part of the ledger, and a sentence.
  public var findings: [(part: String, description: String)] = []
  /// How many findings there are; more than are listed when there are very many.
  public var findingCount = 0
  /// Whether nothing is wrong.
  public var isClean: Bool { findingCount == 0 }

  /// A verification that has found nothing yet.
  public init() {}
}

extension Ledger {
  /// Checks everything: records against their hashes, the indexes, the facts and symbols against the events, the books against a rebuild,
  /// and that the books balance. Nothing is changed. Cost: about a microsecond an event, and the time of a rebuild.
  public func verify(progress: (_ part: String, _ done: UInt64, _ total: UInt64) -> Void) throws -> LedgerVerification {
    var result = LedgerVerification()
    var facts = FactVerifier(log)
    let report = try log.verifyLog {
      progress("log", $0, $1)
    } makeVisitors: {
      try facts.makeVisitors($1)
    }
    result.size = report.size
    result.root = report.root.description
    result.findingCount = report.findingCount
    result.findings = report.findings.map { finding in
      ("log", finding.position == 0 ? finding.description : "position \(finding.position): \(finding.description)")
    }
    let stored = try log.snapshot().root(size: report.size).description
    if stored != result.root {
      result.findings.append(
        ("log", "the stored root \(stored) is not the one computed from the records, \(result.root)"))
      result.findingCount += 1
    }

    try facts.finish(through: report.size)
    result.findingCount += facts.findingCount
    result.findings += facts.findings.map { finding in
      ("facts", finding.position == 0 ? finding.description : "position \(finding.position): \(finding.description)")
    }

    // Books can only be judged by facts that are right.
    guard result.isClean else { return result }
    var books = BookVerifier()
    let temporary = NSTemporaryDirectory() + "/vsl-verify-\(getpid())-\(UInt32.random(in: 0 ... .max)).mdb"
    defer {
      unlink(temporary)
      unlink(temporary + "-lock")
    }
    let fresh = try withoutActuallyEscaping(progress) { progress in
      try buildBooks(at: temporary) { progress("books", $0, $1) }
    }
    let live = try view()
    let rebuilt = try Self.view(log, of: fresh, indexedAs: live)
    books.compare(live, with: rebuilt)
    books.checkBalance(live)
    result.findingCount += books.findings.count
    result.findings += books.findings.map { ("books", $0) }
    return result
  }

  /// A view of new books whose index of visits covers as much as that of the live ones. The index is made before anything is read, since the
  /// file may have to grow for it.
  static func view(_ log: EventLog, of fresh: BookStore, indexedAs live: borrowing LedgerView) throws -> LedgerView {
    if live.visitIndex.rowCount > 0 { try VisitIndexBuilder.rebuild(fresh, through: live.visitIndex.rowCount) }
    return try LedgerView(log: log.snapshot(), store: fresh)
  }
}
