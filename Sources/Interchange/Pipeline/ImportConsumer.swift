import EventLog
import ValueStream

/// The appending half of an import.
struct ImportConsumer: ~Copyable {
  private let path: String
  private let log: EventLog
  private let options: ImportOptions
  private let rejects: RejectsFile?
  /// Events appended at once where there are conflicts to be left out: few, because each conflict costs a new attempt.
  private static let pieceSize = 250

  init(path: String, log: EventLog, options: ImportOptions) throws(ImportError) {
    self.path = path
    self.log = log
    self.options = options
    if let rejectsPath = options.rejectsPath, options.onError == .skip {
      rejects = try RejectsFile(path: rejectsPath, input: path, goesOn: options.addsToRejects)
    } else {
      rejects = nil
    }
  }

  /// Appends a batch and counts what became of it.
  mutating func append(_ batch: ImportBatch, to report: inout ImportReport) throws(ImportError) {
    for reject in batch.rejects { try leaveOut(reject.refusal, reject.event, &report) }
    if batch.events.count > 0 {
      report.events += batch.events.count
      do {
        count(try log.append(batch.events, nowMicros: batch.events.recordedMicros), in: &report)
      } catch .conflict(let conflict) {
        guard options.onError == .skip else { throw .refused(path: path, batch.refusal(of: conflict)) }
        try appendPieces(of: batch, to: &report)
      } catch {
        throw .ledger(error)
      }
    }
    if rejects != nil { try rejects?.flush() }
  }

  /// Appends a batch that has conflicts in small pieces, without the events that conflict.
  private func appendPieces(of batch: ImportBatch, to report: inout ImportReport) throws(ImportError) {
    let events = batch.events.events
    let piece = EventBatch()
    for start in stride(from: 0, to: events.count, by: Self.pieceSize) {
      var wanted = Array(events[start..<min(start + Self.pieceSize, events.count)])
      while !wanted.isEmpty {
        piece.removeAll()
        piece.add(copiesOf: wanted, from: batch.events)
        do {
          count(try log.append(piece, nowMicros: batch.events.recordedMicros), in: &report)
          break
        } catch .conflict(let conflict) {
          guard let index = wanted.firstIndex(where: { $0.line == conflict.line }) else {
            throw .ledger(.conflict(conflict))
          }
          report.events -= 1
          try leaveOut(batch.refusal(of: conflict), Array(batch.events.bytes(of: wanted[index])), &report)
          wanted.remove(at: index)
        } catch {
          throw .ledger(error)
        }
      }
    }
  }

  private func count(_ receipt: AppendReceipt, in report: inout ImportReport) {
    report.appended += receipt.appended
    report.duplicates += receipt.duplicates
    report.lastPosition = receipt.lastPosition
  }

  private func leaveOut(
    _ refusal: EventRefusal, _ event: [UInt8], _ report: inout ImportReport
  ) throws(ImportError) {
    report.events += 1
    report.rejected += 1
    if refusal.isConflict { report.conflicts += 1 }
    if rejects != nil { try rejects?.write(refusal, event: event) }
  }
}
