import ArgumentParser
import Tables
import ValueStream

/// `vsl types`
struct Types: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the event types of the vocabulary, or the members of one.",
    discussion: """
      EXAMPLES
        vsl types
        vsl types item.created
      """)

  @Argument(help: ArgumentHelp("A type: item.created or vsl.item.created.v1.", valueName: "type"))
  var type: String?
  @OptionGroup var output: FormatOptions

  func run() throws {
    guard let type else {
      output.write(
        Table(
          title: "Event types",
          columns: [
            Column(name: "type", type: .text), Column(name: "about", type: .text), Column(name: "members", type: .text),
          ],
          rows: Vocabulary.standard.definitions.map { definition in
            let members = definition.members.map { $0.isRequired ? "\($0.name)*" : $0.name }
            return [
              .text(definition.shortName), .text(definition.subjectClass.name), .text(members.joined(separator: " ")),
            ]
          }))
      return
    }
    let definition = try EventDefinition.named(type)
    if output.format == .table {
      Output.write(
        "\(definition.type): \(definition.title)\n\(definition.summary)\nsubject: \(definition.subjectSummary)\n\n")
    }
    output.write(
      Table(
        title: "Members of data",
        columns: [
          Column(name: "member", type: .text), Column(name: "type", type: .text), Column(name: "required", type: .text),
          Column(name: "meaning", type: .text),
        ],
        rows: definition.members.map { member in
          let form = member.allowed?.joined(separator: "|") ?? "\(member.form)"
          return [.text(member.name), .text(form), .text(member.isRequired ? "yes" : "no"), .text(member.summary)]
        }))
  }
}

extension EventDefinition {
  /// The definition of a short or full type name; an error names the nearest.
  static func named(_ name: String) throws -> EventDefinition {
    if let definition = Vocabulary.standard.definition(named: name) { return definition }
    let hint = Vocabulary.standard.suggestion(for: name).map { " Did you mean \"\($0)\"?" } ?? ""
    throw Failure(code: .refused, message: "There is no event type \"\(name)\".\(hint) `vsl types` lists them.")
  }
}
