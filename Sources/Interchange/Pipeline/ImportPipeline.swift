import EventLog
import Foundation
import ValueStream

/// Imports a whole input into a log: one thread reads, validates and hashes, the calling one appends.
///
/// ```swift
/// let source = try ByteSource(path: "events.ndjson.gz")
/// let report = try ImportPipeline.run(source: source, log: log) { progress in print(progress.events) }
/// ```
public enum ImportPipeline {
  /// Reads `source` to its end and appends what it holds, batch by batch, each in one durable transaction.
  ///
  /// Whatever stops an import, an error or the end of the process: the batches appended stay, and importing the same
  /// input again finds duplicates in them and appends the rest. The source must not be used otherwise; the thread must
  /// hold no snapshot of the log.
  ///
  /// - Parameter progress: Called on this thread after each batch.
  /// - Throws: ``ImportError/refused(path:_:)`` for the first event refused when `options.onError` is `stop`; nothing
  ///   of its batch is written. Other errors as they say; with `skip`, what was read before them is appended.
  /// - Complexity: O(n log n) for n events; memory for three batches (XES: and one case).
  @discardableResult
  public static func run(
    source: ByteSource, log: EventLog, options: ImportOptions = ImportOptions(),
    progress: (ImportReport) -> Void = { _ in }
  ) throws(ImportError) -> ImportReport {
    let path = source.path
    var report = ImportReport()
    report.totalBytes = source.totalBytes
    let started = options.clock()
    var consumer = try ImportConsumer(path: path, log: log, options: options)

    let exchange = BatchExchange()
    let producer = try ImportProducer(source: source, options: options, log: log, exchange: exchange)
    let thread = Thread { producer.run() }
    thread.name = "vsl-import"
    thread.start()
    // After an error, the other thread ends at its next batch. It is not waited for: it may be waiting for a pipe
    // itself.
    defer { exchange.cancel() }

    while let batch = try exchange.takeFull() {
      try consumer.append(batch, to: &report)
      report.bytes = batch.bytesRead
      report.seconds = Double(options.clock() - started) / 1e6
      exchange.put(empty: batch)
      progress(report)
    }
    return report
  }
}
