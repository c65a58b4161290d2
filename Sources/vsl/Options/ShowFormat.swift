import ArgumentParser
import Tables

/// What `vsl show --format` takes.
enum ShowFormat: Equatable, ExpressibleByArgument {
  /// The answer.
  case answer(OutputFormat)
  /// A picture of it, as a specification.
  case vegaLite

  init?(argument: String) {
    if argument == "vega-lite" {
      self = .vegaLite
    } else if let format = OutputFormat(rawValue: argument) {
      self = .answer(format)
    } else {
      return nil
    }
  }

  var defaultValueDescription: String {
    switch self {
    case .answer(let format): format.rawValue
    case .vegaLite: "vega-lite"
    }
  }

  static var allValueStrings: [String] { OutputFormat.allCases.map(\.rawValue) + ["vega-lite"] }
}

/// How the answer of `vsl show` is written.
struct ShowFormatOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "How to write the answer: \(ShowFormat.allValueStrings.joined(separator: ", ")). (parquet is not for terminals: send it to a file)"
    ))
  var format: ShowFormat = .answer(.table)
  @Option(
    name: .long, help: ArgumentHelp("Which chart, with --format vega-lite. (default: the first)", valueName: "name"))
  var chart: String?

  func validate() throws {
    guard chart == nil || format == .vegaLite else {
      throw ValidationError("--chart goes with --format vega-lite. vsl chart METRIC --chart NAME -o FILE.svg draws it.")
    }
  }
}
