import ArgumentParser
import Projections
import Tables

/// `vsl metrics`
struct Metrics: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the metrics with their definitions; of one: its options and columns.",
    discussion: """
      EXAMPLES
        vsl metrics
        vsl metrics lead-time
        vsl metrics --format markdown
      """)

  @Argument(help: ArgumentHelp("A metric.", valueName: "metric"), completion: .list(Catalogue.all.map(\.name)))
  var metric: String?
  @OptionGroup var output: FormatOptions

  func run() throws {
    let projections = try metric.map { [try Catalogue.projection(named: $0)] } ?? Catalogue.all
    switch output.format {
    case .markdown:
      let references = try MetricReference.make(projections)
      Output.write(metric == nil ? MetricReference.page(references) : references.map(\.markdown).joined())
    case .table where metric == nil:
      for projection in projections {
        Output.write("\(projection.name)\n  \(projection.title). \(projection.definition)\n")
        Output.write("  \(Self.groupings(projection))\n\n")
      }
    case .table:
      for reference in try MetricReference.make(projections) { write(reference) }
    case .csv, .json, .ndjson:
      output.write(
        Table(
          title: "Metrics",
          columns: [
            Column(name: "name", type: .text), Column(name: "title", type: .text),
            Column(name: "definition", type: .text), Column(name: "splitBy", type: .text),
            Column(name: "options", type: .text), Column(name: "charts", type: .text),
          ],
          rows: projections.map {
            [
              .text($0.name), .text($0.title), .text($0.definition), .text($0.groupings.joined(separator: ",")),
              .text($0.options.map(\.name).joined(separator: ",")),
              .text($0.charts.map(\.name).joined(separator: ",")),
            ]
          }))
    }
  }

  private static func groupings(_ projection: any Projection) -> String {
    projection.groupings.isEmpty ? "not split" : "split by: \(projection.groupings.joined(separator: ", "))"
  }

  private func write(_ reference: MetricReference) {
    let projection = reference.projection
    Output.write("\(projection.title)\n\n\(projection.definition)\n\n")
    Output.write("\(Self.groupings(projection))\n\n")
    if !projection.options.isEmpty {
      output.write(
        Table(
          title: "Options (--set NAME=VALUE)",
          columns: ["option", "value", "default", "meaning"].map { Column(name: $0, type: .text) },
          rows: projection.options.map { [.text($0.name), .text($0.value), .text($0.standard), .text($0.summary)] }))
      Output.write("\n")
    }
    output.write(
      Table(
        title: "Columns", columns: ["column", "type", "unit", "meaning"].map { Column(name: $0, type: .text) },
        rows: reference.columns.map { _, column in
          [
            .text(column.name), .text(column.type.rawValue), column.unit.map(Value.text) ?? .null,
            column.description.map(Value.text) ?? .null,
          ]
        }))
  }
}
