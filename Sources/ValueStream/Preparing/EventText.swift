import EventLog

/// The words of a recorded event, for people: what its envelope and data say, as text.
public struct EventText: Sendable {
  /// The event's id among those of its source.
  public let id: String
  /// The tool or place that it comes from.
  public let source: String
  /// Its type.
  public let type: String
  /// What it is about.
  public let subject: String?
  /// When it happened, as the event wrote it.
  public let time: String?
  /// The value stream.
  public let stream: String?
  /// The members of `data` in the order written: texts as they are, all else as JSON.
  public let members: [(name: String, value: String)]
  /// The other members of the event: extension attributes.
  public let extensions: [(name: String, value: String)]

  private static let attributes: Set<String> = [
    "specversion", "id", "source", "type", "subject", "time", "valuestream", "data",
  ]

  /// Reads a record's bytes.
  ///
  /// - Parameters:
  ///   - eventBytes: the event as recorded; needs no padding.
  ///   - parser: a parser whose last document is overwritten.
  public init(eventBytes: UnsafeRawBufferPointer, parser: JSONParser) throws(JSONError) {
    let event = try parser.parse(copying: eventBytes)
    id = event.member("id")?.string ?? ""
    source = event.member("source")?.string ?? ""
    type = event.member("type")?.string ?? ""
    subject = event.member("subject")?.string
    time = event.member("time")?.string
    stream = event.member("valuestream")?.string
    members = event.member("data").map(Self.texts) ?? []
    extensions = Self.texts(event).filter { !Self.attributes.contains($0.name) }
  }

  /// The value of a member of `data`; nil when the event has none. Texts as they are, all else as JSON.
  public subscript(member name: String) -> String? { members.first { $0.name == name }?.value }

  /// A member as text: a text itself, all else as JSON.
  public static func text(of node: JSONNode) -> String { node.string ?? node.compactJSON }

  private static func texts(_ object: JSONNode) -> [(name: String, value: String)] {
    object.members.map { (String(decoding: $0.key, as: UTF8.self), text(of: $0.value)) }
  }
}
