import ArgumentParser
import Projections
import ValueStream

/// A question that names one figure, as a text that can be kept and asked again: `lead-time --stream payments --figure p85 --at …`.
struct PublishedQuestion: ParsableArguments {
  @Argument(help: ArgumentHelp("The metric.", valueName: "metric"), completion: .list(Catalogue.all.map(\.name)))
  var metric: String
  @Option(name: .long, help: "The figure: a column of the answer, such as p85.")
  var figure: String
  @Option(name: .long, help: "The row, by its period and groups joined by \" · \", when the answer has more than one.")
  var row: String?
  @OptionGroup var question: QueryOptions
  @OptionGroup var cut: CutOptions

  /// The text, with the instant that the answer was about, and without what the ledger knew then.
  func text(atMicros: Int64) -> String {
    var words = [metric]
    func add(_ name: String, _ value: String?) { if let value { words += ["--\(name)", value] } }
    add("figure", figure)
    add("row", row)
    words += question.words
    add("at", Timestamp.format(atMicros))
    return words.map(Self.quoted).joined(separator: " ")
  }

  /// Reads a text back.
  static func read(_ text: String) throws -> PublishedQuestion { try parse(words(text)) }

  /// Puts a word into single quotes when a shell would take it apart.
  private static func quoted(_ word: String) -> String {
    let isPlain = !word.isEmpty && word.allSatisfy { $0.isLetter || $0.isNumber || "-_.:=/+,@%".contains($0) }
    return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }

  /// Takes a text apart as ``quoted(_:)`` put it together.
  private static func words(_ text: String) -> [String] {
    var words: [String] = []
    var word = ""
    var isInside = false
    var isQuoted = false
    var isEscaped = false
    for character in text {
      if isEscaped {
        word.append(character)
        isEscaped = false
      } else if isQuoted {
        if character == "'" { isQuoted = false } else { word.append(character) }
      } else if character == "'" {
        isQuoted = true
        isInside = true
      } else if character == "\\" {
        isEscaped = true
        isInside = true
      } else if character == " " {
        if isInside { words.append(word) }
        word = ""
        isInside = false
      } else {
        word.append(character)
        isInside = true
      }
    }
    if isInside { words.append(word) }
    return words
  }
}
