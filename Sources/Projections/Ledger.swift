import EventLog
import Foundation
import LMDB
import Synchronization
import ValueStream

/// A ledger: the event log, and the books that follow from it.
///
/// Appending touches the log only. Reading first brings the books up to date (``catchUp(progress:)``), then answers from them. Safe for any
/// number of threads, and for several processes on one folder.
public final class Ledger: Sendable {
  /// The version of the projections' code: another one may post otherwise, and makes the books anew.
  public static var projectionVersion: UInt32 { BookStore.projectionVersion }

  /// The record.
  public let log: EventLog
  /// The ledger's folder.
  public let directory: String

  /// `@unchecked Sendable`: the books (with a projector, which is not Sendable) are reached only under the lock.
  private final class Guarded: @unchecked Sendable {
    private let lock = NSLock()
    private var books: Books?

    func withLock<R>(_ body: (inout Books?) throws -> R) rethrows -> R {
      lock.lock()
      defer { lock.unlock() }
      return try body(&books)
    }
  }

  private struct Books {
    var store: BookStore
    var generation: Int
    var files: BookFiles
    var projector: Projector?
    var isTemporary = false
  }

  private let books = Guarded()

  /// A ledger over an open log.
  public init(log: EventLog, directory: String) {
    self.log = log
    self.directory = directory
  }

  deinit {
    books.withLock { books in
      guard let books, books.isTemporary else { return }
      try? FileManager.default.removeItem(atPath: books.files.directory)
    }
  }

  /// Makes a new ledger in an empty or missing folder.
  public static func create(at directory: String, options: EventLogOptions = EventLogOptions()) throws -> Ledger {
    Ledger(log: try EventLog.create(at: directory, options: options), directory: directory)
  }

  /// Opens a ledger.
  public static func open(at directory: String, options: EventLogOptions = EventLogOptions()) throws -> Ledger {
    Ledger(log: try EventLog.open(at: directory, options: options), directory: directory)
  }

  /// Posts everything that is in the log and not yet in the books. Cost: about 60 ns a fact, nothing when there is none.
  ///
  /// - Parameter progress: told the position reached and the end, about 100 times a second at most.
  /// - Returns: The position up to which the books are posted.
  @discardableResult
  public func catchUp(progress: ((UInt64, UInt64) -> Void)? = nil) throws -> UInt64 {
    try books.withLock { books in
      try open(&books)
      return try catchUp(&books, progress)
    }
  }

  /// Like ``catchUp(progress:)``, with nothing remembered from before, as after a restart of the program: for tests.
  func catchUpFromScratchState() throws {
    try books.withLock { books in
      try open(&books)
      books?.projector = nil
      _ = try catchUp(&books, nil)
    }
  }

  /// Makes the index of visits anew if anything was posted since it was made. Questions do so by themselves when it pays.
  public func indexVisits() throws {
    try books.withLock { books in
      try open(&books)
      _ = try catchUp(&books, nil)
      if let books { try VisitIndexBuilder.update(books.store, whole: true) }
    }
  }

  /// Throws the books away and makes them anew from the facts, beside the live ones, which are read until the new ones take their place.
  /// The index of visits follows with the next question, or with ``indexVisits()``.
  public func rebuild(progress: ((UInt64, UInt64) -> Void)? = nil) throws {
    try books.withLock { books in
      try open(&books)
      guard let files = books?.files, let isTemporary = books?.isTemporary else { return }
      let generation = files.newestGeneration() + 1
      _ = try Self.buildFresh(at: files.path(generation: generation) + ".new", log, progress)
      try Self.publish(files, generation)
      let fresh = Books(
        store: try BookStore(path: files.path(generation: generation)), generation: generation, files: files,
        isTemporary: isTemporary)
      let old = Leaving(books?.store)
      books = fresh
      files.removeOthers(than: generation)
      old.leave()
    }
  }

  /// Books that were replaced. To close the last descriptor of a removed file takes the system as long as it has blocks to give back, for
  /// which nobody has to wait.
  private final class Leaving: Sendable {
    private let store: Mutex<BookStore?>

    init(_ store: BookStore?) { self.store = Mutex(store) }

    func leave() { DispatchQueue.global(qos: .utility).async { self.store.withLock { $0 = nil } } }
  }

  /// Makes the books anew beside the live ones, compares every row, and throws the new ones away.
  ///
  /// - Returns: each book with its rows and the digest of the live and of the new one, and what differs.
  public func rebuildVerified(
    progress: ((UInt64, UInt64) -> Void)? = nil
  ) throws -> (books: [BookComparison], findings: [String]) {
    try books.withLock { books in
      try open(&books)
      _ = try catchUp(&books, nil)
      guard let old = books else { throw BookDamage(detail: "they could not be opened") }
      let generation = old.files.newestGeneration() + 1
      let path = old.files.path(generation: generation) + ".new"
      defer {
        unlink(path)
        unlink(path + "-lock")
      }
      let fresh = try Self.buildFresh(at: path, log, progress)
      // Whoever appended meanwhile is in neither: both are compared up to the position that both have.
      let live = try LedgerView(log: log.snapshot(), store: old.store)
      let rebuilt = try Self.view(log, of: fresh, indexedAs: live)
      var verifier = BookVerifier()
      try verifier.compare(live, with: rebuilt)
      let comparisons = try BookComparison.all(live, rebuilt)
      return (comparisons, verifier.findings)
    }
  }

  /// Everything posted so far, as one consistent view; brings the books up to date first.
  public func view() throws -> LedgerView {
    let store = try books.withLock { books in
      try open(&books)
      _ = try catchUp(&books, nil)
      guard let books else { throw BookDamage(detail: "they could not be opened") }
      return books.store
    }
    return try LedgerView(log: log.snapshot(), store: store)
  }

  /// Makes books anew at `path`, apart from the live ones: for verification.
  func buildBooks(at path: String, progress: ((UInt64, UInt64) -> Void)? = nil) throws -> BookStore {
    try Self.buildFresh(at: path, log, progress)
  }

  /// The live books' file.
  func booksStore() throws -> BookStore {
    try books.withLock { books in
      try open(&books)
      guard let books else { throw BookDamage(detail: "they could not be opened") }
      return books.store
    }
  }

  // MARK: Files

  private func open(_ books: inout Books?) throws {
    if let open = books, FileManager.default.fileExists(atPath: open.store.path) { return }
    books = nil
    var files = BookFiles(directory: directory)
    var isTemporary = false
    if log.isReadOnly || access(directory, W_OK) != 0 {
      let temporary = NSTemporaryDirectory() + "/vsl-books-\(getpid())-\(UInt32.random(in: 0 ... .max))"
      try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
      files = BookFiles(directory: temporary)
      isTemporary = true
    }
    var generation = max(files.newestGeneration(), 1)
    var store = try usable(files.path(generation: generation))
    if store == nil {
      generation += 1
      store = try usable(files.path(generation: generation))
    }
    guard let store else { throw BookDamage(detail: "new ones could not be made") }
    files.removeOthers(than: generation)
    books = Books(store: store, generation: generation, files: files, isTemporary: isTemporary)
  }

  /// The books at a path; nil when they are damaged, of another version, or of another log: books follow from the log, so they are
  /// made anew rather than mended.
  private func usable(_ path: String) throws -> BookStore? {
    do {
      let store = try BookStore(path: path)
      return try isUsable(store) ? store : nil
    } catch let error as LMDBError where error.isDamaged || error.isNoDatabase {
      return nil
    }
  }

  /// Whether books were made by this version from this very log.
  private func isUsable(_ store: BookStore) throws -> Bool {
    guard try store.belongs(to: log.ledgerID) else { return false }
    let (checkpoint, root) = try store.environment.read { try store.checkpoint(in: $0) }
    guard checkpoint.position > 0 else { return true }
    let snapshot = try log.snapshot()
    return try checkpoint.position <= snapshot.size && snapshot.root(size: checkpoint.position).bytes == root
  }

  private static func publish(_ files: BookFiles, _ generation: Int) throws {
    let path = files.path(generation: generation)
    unlink(path + ".new-lock")
    guard rename(path + ".new", path) == 0 else {
      throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path])
    }
  }

  // MARK: Projecting

  private func catchUp(_ books: inout Books?, _ progress: ((UInt64, UInt64) -> Void)?) throws -> UInt64 {
    while true {
      guard let open = books else { return 0 }
      let size = try log.snapshot().size
      let stored = try open.store.environment.read { try open.store.checkpoint(in: $0).checkpoint }
      if stored.position >= size {
        try VisitIndexBuilder.update(open.store)
        return stored.position
      }
      let kept = open.projector.flatMap { $0.checkpoint == stored ? $0 : nil }
      books?.projector = nil
      do {
        books?.projector = try Self.project(log, into: open.store, from: stored, kept, progress)
      } catch is CheckpointMoved {
        continue
      }
    }
  }

  private static func buildFresh(
    at path: String, _ log: EventLog, _ progress: ((UInt64, UInt64) -> Void)?
  ) throws -> BookStore {
    unlink(path)
    unlink(path + "-lock")
    let store = try BookStore(path: path)
    _ = try store.belongs(to: log.ledgerID)
    // Nobody reads these books before they are whole: the lists of changes are gathered beside the projector, and written behind it.
    let size = try log.snapshot().size
    let (projector, gathered) = try Cores.both(for: Int(size)) {
      try project(log, into: store, from: BookCheckpoint(), nil, listsChanges: false, progress)
    } _: {
      Result { try ChangeLists(log, FactSource(log.snapshot()), after: 0, laneCount: 1) }
    }
    var lists = try gathered.get()
    var changes: [DeployedChange] = []
    try lists.add(through: projector.checkpoint.position, FactSource(log.snapshot()), to: &changes)
    try store.environment.write { try store.append(changes, in: $0) }
    return store
  }

  /// Facts are read in steps of so many, each with a read transaction of its own, so that a long rebuild pins no pages of the log.
  private static let factsAStep: UInt64 = 1 << 20

  private static func project(
    _ log: EventLog, into store: BookStore, from checkpoint: BookCheckpoint, _ kept: Projector?,
    listsChanges: Bool = true, _ progress: ((UInt64, UInt64) -> Void)?
  ) throws -> Projector {
    let writer = BookWriter(store: store, from: checkpoint)
    let projector: Projector
    if let kept {
      projector = kept
      projector.postings = writer
    } else {
      let names = try store.environment.read { try store.names(in: $0) }
      projector = Projector(checkpoint: checkpoint, names: names, postings: writer)
      try projector.loadRules(FactSource(log.snapshot()))
    }
    var known: ChangeLists?
    while true {
      let snapshot = try log.snapshot()
      let size = snapshot.size
      if projector.position >= size { break }
      let source = try FactSource(snapshot)
      var lists = try known ?? (listsChanges ? ChangeLists(log, source, after: projector.position) : nil)
      try projector.project(source, through: min(size, projector.position + factsAStep)) {
        try lists?.add(through: projector.position, source, to: &projector.pending.deployedChanges)
        let root = try source.log.root(size: projector.position).bytes
        projector.pending = try writer.submit(projector.pending, to: projector.checkpoint, root: root)
        progress?(projector.position, size)
      }
      known = lists
    }
    try writer.drain()
    writer.endReading()
    return projector
  }

  /// Makes all postings anew, up to where books end, and has them compared.
  ///
  /// - Returns: the projector at the end.
  static func replay(_ log: EventLog, for comparer: BookComparer) throws -> Projector {
    let end = comparer.checkpoint.position
    let projector = Projector(checkpoint: BookCheckpoint(), names: BookNames(), postings: comparer)
    while projector.position < end {
      let source = try FactSource(log.snapshot())
      try projector.project(source, through: min(end, projector.position + factsAStep)) {
        try comparer.compare(projector.pending)
        projector.pending.restart(after: projector.pending.counts)
      }
    }
    return projector
  }
}
