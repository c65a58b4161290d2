import EventLog
import ValueStream

/// The preparing half of an import: reads, prepares, hashes, and hands over batches.
///
/// `@unchecked Sendable`: made by the thread that starts the import and used by the preparing thread alone; the source
/// is not used by anybody else meanwhile.
final class ImportProducer: @unchecked Sendable {
  private let source: ByteSource
  private let options: ImportOptions
  private let exchange: BatchExchange
  private let log: EventLog
  private let preparer: EventPreparer
  /// Refused bytes kept in one batch, at most about this.
  private static let rejectLimit = 1000

  init(
    source: ByteSource, options: ImportOptions, log: EventLog, exchange: BatchExchange
  ) throws(ImportError) {
    self.source = source
    self.options = options
    self.exchange = exchange
    self.log = log
    do {
      preparer = try EventPreparer(for: log, keys: options.keys)
    } catch let error as LedgerError {
      throw .ledger(error)
    } catch let error as PersonalKeysError {
      throw .keys(error)
    } catch {
      throw .ledger(.unexpected("\(error)"))
    }
  }

  /// Reads the input to its end, to the first error that stops it, or until nobody wants more.
  func run() {
    do {
      let window = InputWindow(source)
      switch try InputFormat.detect(window) {
      case .lines: try produce(LineReader(window))
      case .array: try produce(JSONSequenceReader(window, isArray: true))
      case .objects: try produce(JSONSequenceReader(window, isArray: false))
      case .xes:
        let log = self.log
        try produce(
          XESReader(window, stream: options.stream, openCases: options.openCases, itemPrefix: options.itemPrefix) {
            stream throws(ImportError) in try log.stagesOfImportedLogs(stream: stream)
          })
      }
      exchange.finish(.success(()))
    } catch {
      exchange.finish(.failure(error))
    }
  }

  private func produce(_ reader: consuming some ElementReader) throws(ImportError) {
    guard var batch = exchange.takeEmpty() else { return }
    while true {
      let element: InputElement?
      do {
        element = try reader.next()
      } catch {
        // What was read before stays good; when the import stops at errors, its batch does not.
        if options.onError == .skip { hand(over: batch) }
        throw error
      }
      guard let element else { break }
      try add(element, to: batch)
      if isFull(batch) {
        hand(over: batch)
        guard let next = exchange.takeEmpty() else { return }
        batch = next
      }
    }
    hand(over: batch)
  }

  private func add(_ element: InputElement, to batch: ImportBatch) throws(ImportError) {
    var refusal: EventRefusal
    if let problem = element.problem {
      refusal = problem
    } else {
      do {
        try preparer.prepare(element.bytes, line: batch.events.count + 1, into: batch.events)
        return batch.lines.append(element.line)
      } catch {
        refusal = error
        refusal.line = element.line
      }
    }
    guard options.onError == .skip else { throw .refused(path: source.path, refusal) }
    let isKept = options.rejectsPath != nil
    batch.rejects.append(ImportBatch.Reject(refusal: refusal, event: isKept ? Array(element.bytes) : []))
  }

  private func isFull(_ batch: ImportBatch) -> Bool {
    batch.events.count >= options.batchEvents || batch.events.byteCount >= options.batchBytes
      || batch.rejects.count >= Self.rejectLimit
  }

  private func hand(over batch: ImportBatch) {
    batch.bytesRead = source.bytesRead
    batch.events.recordedMicros = options.clock()
    batch.events.hashLeaves()
    exchange.put(full: batch)
  }
}
