import EventLog

/// The event types that a ledger knows, each with its compiled schema.
///
/// Immutable; one for the whole process (``standard``) is enough.
public final class Vocabulary: Sendable {
  /// The types of this program, from the files of `Schemas/` that are built into it. Compiled at first use, in about a millisecond.
  public static let standard: Vocabulary = {
    do throws(SchemaError) {
      return try Vocabulary(files: EmbeddedSchemas.files)
    } catch {
      // No input reaches this: the files are part of the program, and a test compiles them.
      fatalError("the program's own schemas do not compile: \(error)")
    }
  }()

  /// The types in the order of their codes.
  public let definitions: [EventDefinition]
  /// The forms of the definitions, in the same order.
  let forms: [EventForm]
  /// What every event has to look like, also those of unknown types.
  let envelope: CompiledSchema
  /// The JSON Schema of what every event has to look like, as in its file: the types' schemas refer to it.
  public let envelopeSchemaText: String

  /// Indexes into `definitions` by code; -1 where there is none.
  private let byKind: [Int]
  /// Open addressing by the hash of the type's name: indexes into `definitions`, -1 for a free place.
  private let table: [Int32]
  private let hashes: [UInt64]

  /// Compiles schema files.
  ///
  /// - Parameter files: their texts by name; the envelope's `$id` is `urn:vsl:schema:envelope`.
  init(files: [(name: String, text: String)]) throws(SchemaError) {
    let envelopeID = "urn:vsl:schema:envelope"
    // A document lives as long as its parser: all of them are needed until every reference is resolved.
    var parsers: [JSONParser] = []
    var documents: [String: JSONNode] = [:]
    var ids: [String] = []
    var texts: [String: String] = [:]
    for file in files {
      let parser = JSONParser()
      parsers.append(parser)
      let root: JSONNode
      do throws(JSONError) {
        root = try parser.parse(file.text)
      } catch {
        throw SchemaError(schema: file.name, message: error.description)
      }
      if case .duplicateKey(let key) = parser.fault(in: root) {
        throw SchemaError(schema: file.name, message: "\(root.pointer(to: key.index)) stands there twice")
      }
      guard let id = root.member("$id")?.string, documents[id] == nil else {
        throw SchemaError(schema: file.name, message: "a schema needs an $id of its own")
      }
      documents[id] = root
      ids.append(id)
      texts[id] = file.text
    }
    var reader = SchemaReader(documents: documents, schema: envelopeID)
    envelope = try CompiledSchema(id: envelopeID, rule: try reader.rule())
    for rule in reader.definitions { _ = try CompiledSchema(id: envelopeID, rule: rule) }
    envelopeSchemaText = texts[envelopeID] ?? ""
    var definitions: [EventDefinition] = []
    for id in ids where id != envelopeID {
      var reader = SchemaReader(documents: documents, schema: id)
      let rule = try reader.rule()
      for definition in reader.definitions { _ = try CompiledSchema(id: id, rule: definition) }
      guard let root = documents[id] else { continue }
      let schema = try CompiledSchema(id: id, rule: rule)
      definitions.append(try EventDefinition(document: root, text: texts[id] ?? "", rule: rule, schema: schema))
    }
    withExtendedLifetime(parsers) {}
    definitions.sort { $0.kind.rawValue < $1.kind.rawValue }
    var byKind = [Int](repeating: -1, count: 256)
    for (index, definition) in definitions.enumerated() {
      guard byKind[Int(definition.kind.rawValue)] < 0 else {
        throw SchemaError(schema: definition.form.schema.id, message: "its code is that of another type")
      }
      byKind[Int(definition.kind.rawValue)] = index
    }
    self.definitions = definitions
    forms = definitions.map(\.form)
    self.byKind = byKind
    (table, hashes) = Self.hashed(definitions)
  }

  /// The definition of a kind; nil for ``EventKind/opaque``.
  public func definition(of kind: EventKind) -> EventDefinition? {
    let index = byKind[Int(kind.rawValue)]
    return index < 0 ? nil : definitions[index]
  }

  /// The definition of a type by its name, `vsl.item.entered.v1`, or its short name, `item.entered`.
  public func definition(named name: String) -> EventDefinition? {
    definitions.first { $0.type == name || $0.shortName == name }
  }

  /// The type's name, or its short name, that is nearest to a name that is none; nil when none is near.
  public func suggestion(for name: String) -> String? {
    NearestName.of(name, in: name.hasPrefix("vsl.") ? definitions.map(\.type) : definitions.map(\.shortName))
      ?? NearestName.of(name, in: definitions.map(\.type))
  }

  /// The place in `definitions` of a type; nil when the vocabulary does not know it. About 5 ns.
  func index(ofType name: UnsafeRawBufferPointer) -> Int? {
    let hash = StableHash.hash(name)
    let mask = table.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while table[place] >= 0 {
      if hashes[place] == hash { return Int(table[place]) }
      place = (place + 1) & mask
    }
    return nil
  }

  private static func hashed(_ definitions: [EventDefinition]) -> ([Int32], [UInt64]) {
    var size = 64
    while size < definitions.count * 2 { size *= 2 }
    var table = [Int32](repeating: -1, count: size)
    var hashes = [UInt64](repeating: 0, count: size)
    for (index, definition) in definitions.enumerated() {
      var type = definition.type
      let hash = type.withUTF8 { StableHash.hash(UnsafeRawBufferPointer($0)) }
      var place = Int(truncatingIfNeeded: hash) & (size - 1)
      while table[place] >= 0 { place = (place + 1) & (size - 1) }
      table[place] = Int32(index)
      hashes[place] = hash
    }
    return (table, hashes)
  }
}
