import Tables

/// A page about a ledger: what a person needs to read it, and what a machine needs to make it again.
public struct Report: Sendable {
  /// One picture, drawn for a wide page and for a phone, in the colours of ``Theme/page``.
  public struct Figure: Sendable {
    /// Its heading.
    public var title: String
    /// The picture as SVG, for a wide page.
    public var wide: String
    /// The same for a narrow one.
    public var narrow: String

    /// Makes a figure.
    public init(title: String, wide: String, narrow: String) {
      self.title = title
      self.wide = wide
      self.narrow = narrow
    }
  }

  /// One answer with its pictures, and the command that gives it again.
  public struct Part: Sendable {
    /// The pictures, the best first.
    public var figures: [Figure]
    /// The numbers.
    public var answer: Answer
    /// The command.
    public var command: String

    /// Makes a part.
    public init(figures: [Figure], answer: Answer, command: String) {
      self.figures = figures
      self.answer = answer
      self.command = command
    }
  }

  /// A metric.
  public struct Section: Sendable {
    /// Its name in commands.
    public var name: String
    /// Its heading.
    public var title: String
    /// What its numbers mean.
    public var definition: String
    /// Its answers.
    public var parts: [Part]

    /// Makes a section.
    public init(name: String, title: String, definition: String, parts: [Part]) {
      self.name = name
      self.title = title
      self.definition = definition
      self.parts = parts
    }
  }

  /// The ledger's streams, with the position and the root that hold for the whole page.
  public var streams: Answer
  /// What was asked with, besides the cut.
  public var parameters: [(name: String, value: String)]
  /// The command that makes this page again.
  public var command: String
  /// The metrics.
  public var sections: [Section]
  /// The metrics that have no answer to the question, and why, in a sentence.
  public var omitted: [(name: String, reason: String)]

  /// Makes a report.
  public init(
    streams: Answer, parameters: [(name: String, value: String)], command: String, sections: [Section],
    omitted: [(name: String, reason: String)]
  ) {
    self.streams = streams
    self.parameters = parameters
    self.command = command
    self.sections = sections
    self.omitted = omitted
  }
}
