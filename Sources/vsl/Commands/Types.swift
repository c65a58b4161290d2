import ArgumentParser
import Tables
import ValueStream

/// `vsl types`
struct Types: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the event types of the vocabulary, or the members of one, or gives its JSON Schema.",
    discussion: """
      EXAMPLES
        vsl types
        vsl types item.created
        vsl types item.created --format json
        vsl types item.created --schema > vsl.item.created.v1.json
        vsl types envelope --schema > envelope.json
      """)

  @Argument(help: ArgumentHelp("A type: item.created or vsl.item.created.v1.", valueName: "type"))
  var type: String?
  @Flag(
    name: .long,
    help: """
      Print the type's JSON Schema (2020-12). It refers to what all events have in common: "envelope" names that one.
      """)
  var schema = false
  @OptionGroup var output: FormatOptions

  func validate() throws {
    guard schema else { return }
    if type == nil { throw ValidationError("--schema needs a type: vsl types item.created --schema.") }
    if output.format != .table { throw ValidationError("--schema is JSON as it is: it goes without --format.") }
  }

  func run() throws {
    if schema, let type { return try printSchema(of: type) }
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

  private func printSchema(of type: String) throws {
    let text = type == "envelope" ? Vocabulary.standard.envelopeSchemaText : try EventDefinition.named(type).schemaText
    Output.write(text.hasSuffix("\n") ? text : text + "\n")
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
