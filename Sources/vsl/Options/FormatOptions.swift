import ArgumentParser
import Tables

extension RowFormat: ExpressibleByArgument {}
extension OutputFormat: ExpressibleByArgument {}

/// How rows are written.
struct FormatOptions: ParsableArguments {
  @Option(name: .long, help: "How to write the answer.")
  var format: RowFormat = .table

  /// Writes a table.
  func write(_ table: Table) { Output.write(table.rendered(as: format, style: Output.style)) }
}

/// How an answer is written.
struct AnswerFormatOptions: ParsableArguments {
  @Option(name: .long, help: "How to write the answer. (parquet is not for terminals: send it to a file)")
  var format: OutputFormat = .table

  /// Writes an answer.
  func write(_ answer: Answer) throws { try Output.write(answer, as: format) }
}
