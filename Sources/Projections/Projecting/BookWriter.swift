import Dispatch
import EventLog
import LMDB

/// Somebody else has posted to the books since the projector began: it must start again from where they are now.
struct CheckpointMoved: Error {}

/// Writes what the projector posts, on a thread of its own, so that folding and writing use a core each; and finds what is posted.
///
/// `@unchecked Sendable`: `failure` is written on the queue and read after waiting for it; all else belongs to the projector's thread.
final class BookWriter: PostedRows, @unchecked Sendable {
  private let store: BookStore
  private let queue = DispatchQueue(label: "vsl.books.writer")
  private let idle = DispatchGroup()
  /// The rows handed over last: being written, or written. Not changed until they are, so both threads may read them.
  private var handedOver: PendingRows?
  private var written: BookCheckpoint
  private var failure: (any Error)?
  private var reading: WrittenPostings?

  /// A writer that continues from a checkpoint.
  init(store: BookStore, from checkpoint: BookCheckpoint) {
    self.store = store
    written = checkpoint
  }

  /// Hands rows over to be written, and gives an empty buffer for those that follow.
  func submit(_ pending: PendingRows, to checkpoint: BookCheckpoint, root: [UInt8]) throws -> PendingRows {
    // Growing the map waits for reads to end.
    reading = nil
    try drain()
    let expected = written
    written = checkpoint
    if pending.isSmall {
      try write(pending, from: expected, to: checkpoint, root: root)
      handedOver = nil
      pending.restart(after: checkpoint.counts)
      return pending
    }
    let next = handedOver ?? PendingRows(after: checkpoint.counts)
    next.restart(after: checkpoint.counts)
    handedOver = pending
    queue.async(group: idle) { [self] in
      do { try write(pending, from: expected, to: checkpoint, root: root) } catch { failure = error }
    }
    return next
  }

  private func write(
    _ pending: PendingRows, from expected: BookCheckpoint, to checkpoint: BookCheckpoint, root: [UInt8]
  ) throws {
    try store.environment.write { transaction in
      guard try store.checkpoint(in: transaction).checkpoint == expected else { throw CheckpointMoved() }
      try store.write(pending, to: checkpoint, root: root, in: transaction)
    }
  }

  /// Ends the read transaction that look-ups use.
  func endReading() { reading = nil }

  /// Waits until everything handed over is committed.
  func drain() throws {
    idle.wait()
    if let failure { throw failure }
  }

  func forEachRow(
    ofSubject item: UInt32, causedBy position: UInt64, _ pending: PendingRows, _ standing: inout StandingRows
  ) throws {
    let reading = try current()
    reading.addRows(ofSubject: item, causedBy: position, to: &standing)
    inFlight(reading)?.addRows(ofSubject: item, causedBy: position, to: &standing)
    pending.addRows(ofSubject: item, causedBy: position, to: &standing)
  }

  func defectRows(of defect: UInt32, _ pending: PendingRows) throws -> [(row: UInt32, posting: DefectPosting)] {
    let reading = try current()
    var rows: [UInt32] = []
    try store.defectRows.values(under: UInt64(defect), into: &rows, in: reading.transaction)
    var found = rows.map { ($0, reading.books.defects.row(at: Int($0))) }
    for buffer in [inFlight(reading), pending].compactMap({ $0 }) {
      for (subject, row) in buffer.defectRows where subject == defect {
        found.append((row, buffer.defects.contents[Int(row) - buffer.defects.firstRow]))
      }
    }
    return found
  }

  func eventOpening(
    ofSubject subject: UInt32, causedBy position: UInt64, _ pending: PendingRows
  ) throws -> UInt32? {
    let reading = try current()
    var opening: UInt32?
    func note(_ posting: EventPosting, _ row: UInt32) { if posting.opening == row { opening = row } }
    reading.books.events.forEachRow(ofSubject: subject, causedBy: position, note)
    inFlight(reading)?.events.forEachRow(ofSubject: subject, causedBy: position, note)
    pending.events.forEachRow(ofSubject: subject, causedBy: position, note)
    return opening
  }

  /// The rows handed over last, when what is read does not hold them yet. All books are written in one transaction.
  private func inFlight(_ reading: WrittenPostings) -> PendingRows? {
    guard let handedOver else { return nil }
    return reading.counts == handedOver.counts ? nil : handedOver
  }

  private func current() throws -> WrittenPostings {
    if let reading { return reading }
    let reading = try WrittenPostings(store)
    self.reading = reading
    return reading
  }
}
