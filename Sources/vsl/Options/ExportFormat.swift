import ArgumentParser
import Tables

/// What `vsl export --format` takes.
enum ExportFormat: Equatable, ExpressibleByArgument {
  /// One answer, or the events, in a form of its own.
  case one(OutputFormat)
  /// Any number of answers in one SQLite file.
  case sqlite

  init?(argument: String) {
    if argument == "sqlite" {
      self = .sqlite
    } else if let format = OutputFormat(rawValue: argument) {
      self = .one(format)
    } else {
      return nil
    }
  }

  static var allValueStrings: [String] { OutputFormat.allCases.map(\.rawValue) + ["sqlite"] }
}
