import ArgumentParser
import Projections
import Tables

/// `vsl metrics`
struct Metrics: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Lists the metrics with their definitions.")

  @OptionGroup var output: FormatOptions

  func run() throws {
    if output.format == .table {
      for projection in Catalogue.all {
        Output.write("\(projection.name)\n  \(projection.title). \(projection.definition)\n")
        Output.write("  split by: \(projection.groupings.joined(separator: ", "))\n\n")
      }
      return
    }
    output.write(
      Table(
        title: "Metrics",
        columns: [
          Column(name: "name", type: .text), Column(name: "title", type: .text),
          Column(name: "definition", type: .text),
          Column(name: "splitBy", type: .text),
        ],
        rows: Catalogue.all.map {
          [.text($0.name), .text($0.title), .text($0.definition), .text($0.groupings.joined(separator: ","))]
        }))
  }
}
