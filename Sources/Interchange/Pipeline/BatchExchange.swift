import Foundation

/// Hands batches from the preparing thread to the appending one and back: three of them, so that neither waits for the
/// other's pace in the small, and memory stays bounded.
///
/// `@unchecked Sendable`: everything is reached with the condition's lock held.
final class BatchExchange: @unchecked Sendable {
  private let condition = NSCondition()
  private var empty = [ImportBatch(), ImportBatch(), ImportBatch()]
  private var full: [ImportBatch] = []
  private var outcome: Result<Void, ImportError>?
  private var isCancelled = false

  /// An empty batch, as soon as there is one; nil when nobody wants more.
  func takeEmpty() -> ImportBatch? {
    condition.lock()
    defer { condition.unlock() }
    while empty.isEmpty && !isCancelled { condition.wait() }
    return isCancelled ? nil : empty.popLast()
  }

  func put(full batch: ImportBatch) {
    condition.lock()
    full.append(batch)
    condition.signal()
    condition.unlock()
  }

  func put(empty batch: ImportBatch) {
    condition.lock()
    batch.removeAll()
    empty.append(batch)
    condition.signal()
    condition.unlock()
  }

  /// The preparing thread has put its last batch.
  func finish(_ result: Result<Void, ImportError>) {
    condition.lock()
    outcome = result
    condition.signal()
    condition.unlock()
  }

  /// The appending thread wants no more.
  func cancel() {
    condition.lock()
    isCancelled = true
    condition.signal()
    condition.unlock()
  }

  /// The next full batch; nil after the last, when the input was read to its end.
  func takeFull() throws(ImportError) -> ImportBatch? {
    condition.lock()
    defer { condition.unlock() }
    while full.isEmpty && outcome == nil { condition.wait() }
    if !full.isEmpty { return full.removeFirst() }
    if case .failure(let error) = outcome { throw error }
    return nil
  }
}
