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
  /// and that the books balance. Nothing is changed.
  ///
  /// All cores work at it, on the books beside the log.
  ///
  /// - Parameter booksAfterwards: to begin with the books only when the facts are known to be right, which takes longer.
  public func verify(
    booksAfterwards: Bool = false, progress: (_ done: UInt64, _ total: UInt64) -> Void
  ) throws -> LedgerVerification {
    var result = LedgerVerification()
    let facts = FactVerifier(log)
    var beside = Beside()
    let report = try log.verifyLog(checksReferences: false) {
      progress($0, $1)
    } makeVisitor: {
      try facts.makeVisitor()
    } meanwhile: { size in
      if !booksAfterwards { beside.books = Result { try verifyBooks() } }
      beside.tables = Result { try facts.checkTables(through: size) }
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

    try facts.finish(report, beside.tables.get())
    result.findingCount += facts.findingCount
    result.findings += facts.findings.map { finding in
      ("facts", finding.position == 0 ? finding.description : "position \(finding.position): \(finding.description)")
    }

    // Books can only be judged by facts that are right.
    guard result.isClean else { return result }
    let findings = try booksAfterwards ? verifyBooks() : beside.books.get()
    result.findingCount += findings.count
    result.findings += findings.map { ("books", $0) }
    return result
  }

  /// What was found beside the log.
  private struct Beside {
    var books: Result<[String], any Error> = .success([])
    var tables: Result<FactVerifier.Tables, any Error> = .success(FactVerifier.Tables())
  }

  /// What is wrong with the books: where they are not what the log makes of them, or do not balance.
  private func verifyBooks() throws -> [String] {
    let live = try view()
    var verifier = BookVerifier()
    if try !BookComparer.matches(booksStore(), log) { try compareWithRebuild(live, &verifier) }
    verifier.checkBalance(live)
    return verifier.findings
  }

  /// Finds what differs in each of the books, by a rebuild beside them.
  private func compareWithRebuild(_ live: borrowing LedgerView, _ verifier: inout BookVerifier) throws {
    let temporary = NSTemporaryDirectory() + "/vsl-verify-\(getpid())-\(UInt32.random(in: 0 ... .max)).mdb"
    defer {
      unlink(temporary)
      unlink(temporary + "-lock")
    }
    let fresh = try buildBooks(at: temporary)
    try verifier.compare(live, with: Self.view(log, of: fresh, indexedAs: live))
    verifier.noteDifference()
  }

  /// A view of new books whose index of visits covers as much as that of the live ones. The index is made before anything is read, since the
  /// file may have to grow for it.
  static func view(_ log: EventLog, of fresh: BookStore, indexedAs live: borrowing LedgerView) throws -> LedgerView {
    if live.visitIndex.rowCount > 0 { try VisitIndexBuilder.rebuild(fresh, through: live.visitIndex.rowCount) }
    return try LedgerView(log: log.snapshot(), store: fresh)
  }
}
