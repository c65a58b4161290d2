import EventLog

/// What a `vsl.stream.defined.v1` event says: a stream's stages in their order, and how it is run.
public struct StreamDefinition: Sendable, Equatable {
  /// What happens in a stage.
  public enum StageKind: String, Sendable {
    /// Work waits.
    case queue
    /// Work is done.
    case work
    /// The item is delivered.
    case done
  }

  /// A stage.
  public struct Stage: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// What happens in it.
    public var kind: StageKind
    /// The most items that should be in it at once.
    public var wipLimit: Int?
  }

  /// The stages, in order.
  public var stages: [Stage]
  /// IANA name of the stream's time zone.
  public var timezone: String?
  /// The stage whose entry commits an item.
  public var commitment: String?

  /// Reads the definition from an event's bytes, as recorded. Throws a ``JSONError`` for bytes that are no JSON.
  public init(eventBytes: UnsafeRawBufferPointer) throws {
    self = try JSONParser().withDocument(eventBytes) { event in
      let data = event.member("data")
      let stages = data?.member("stages")?.elements.compactMap { node -> Stage? in
        guard let name = node.member("name")?.string,
          let kind = node.member("kind")?.string.flatMap(StageKind.init(rawValue:))
        else { return nil }
        return Stage(name: name, kind: kind, wipLimit: node.member("wipLimit")?.integer.map { Int($0) })
      }
      return StreamDefinition(
        stages: stages ?? [], timezone: data?.member("timezone")?.string,
        commitment: data?.member("commitment")?.string)
    }
  }

  /// A definition from its parts.
  public init(stages: [Stage], timezone: String? = nil, commitment: String? = nil) {
    self.stages = stages
    self.timezone = timezone
    self.commitment = commitment
  }
}
