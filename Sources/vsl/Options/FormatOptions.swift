import ArgumentParser
import Tables

extension OutputFormat: ExpressibleByArgument {}

/// How an answer is written.
struct FormatOptions: ParsableArguments {
  @Option(name: .long, help: "How to write the answer.")
  var format: OutputFormat = .table

  /// Writes a table.
  func write(_ table: Table) { Output.write(table.rendered(as: format, style: Output.style)) }

  /// Writes an answer.
  func write(_ answer: Answer) { Output.write(answer.rendered(as: format, style: Output.style)) }
}
