import ArgumentParser
import Charts
import Projections

extension Theme: ExpressibleByArgument {}

/// `vsl chart`
struct Chart: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draws a metric as SVG or PNG, or writes its Vega-Lite specification.",
    discussion: """
      It takes the options of `vsl show`. A chart over periods is by week when --period says nothing. The subtitle says position, \
      Merkle root and instant, so that anyone can make the picture again.

      SVG and PNG are drawn with vl-convert-python (`pip install vl-convert-python`), which loads nothing from a network: \
      $VSL_PYTHON names its Python, else .build/venv/bin/python3 beside the program is taken, else python3. Vega-Lite (.json) needs \
      nothing.

      CHARTS
      \(Catalogue.all.filter { !$0.charts.isEmpty }.map { "  \($0.name): \($0.charts.map(\.name).joined(separator: ", "))" }.joined(separator: "\n"))

      EXAMPLES
        vsl chart lead-time -o lead.svg
        vsl chart lead-time --period month --theme dark -o lead.png
        vsl chart throughput --by team --known-at 12000 -o throughput.json
      """)

  @Argument(
    help: ArgumentHelp("The metric.", valueName: "metric"),
    completion: .list(Catalogue.all.filter { !$0.charts.isEmpty }.map(\.name)))
  var metric: String
  @Option(
    name: .shortAndLong, help: ArgumentHelp("The file: .svg, .png, or .json for Vega-Lite.", valueName: "file"),
    completion: .file(extensions: ["svg", "png", "json"]))
  var output: String
  @Option(name: .long, help: ArgumentHelp("Which chart. (default: the first)", valueName: "name"))
  var chart: String?
  @Option(name: .long, help: "The colours; page leaves them to the page around it, as CSS variables.")
  var theme: Theme = .light
  @Option(name: .long, help: ArgumentHelp("The width of the plot in pixels, without labels.", valueName: "pixels"))
  var width: Int = 640
  @OptionGroup var question: QueryOptions
  @OptionGroup var cut: CutOptions
  @OptionGroup var ledger: LedgerOptions

  func validate() throws {
    guard [".svg", ".png", ".json"].contains(where: { output.lowercased().hasSuffix($0) }) else {
      throw ValidationError("\(output) does not say what to write. End the name with .svg, .png or .json (Vega-Lite).")
    }
    guard (120...8000).contains(width) else { throw ValidationError("--width takes 120 to 8000 pixels.") }
    guard theme != .page || !output.lowercased().hasSuffix(".png") else {
      throw ValidationError("--theme page is for pages, which know CSS; a PNG needs light or dark.")
    }
  }

  func run() throws {
    let projection = try Catalogue.projection(named: metric)
    let query = try question.query(in: cut)
    let description = try projection.chart(named: chart, for: query)
    let picture = try Picture(description, of: projection, query, from: ledger.open().view())
    let specification = try picture.specification(ChartOptions(theme: theme, width: width))
    let name = output.lowercased()
    let bytes =
      name.hasSuffix(".json")
      ? Array(specification.utf8)
      : try PictureConverter.convert([specification], to: name.hasSuffix(".svg") ? .svg : .png).first ?? []
    // Not before there is a picture: a refused question leaves the file as it is.
    try Output.redirect(to: output)
    bytes.withUnsafeBytes { Output.write($0) }
  }
}
