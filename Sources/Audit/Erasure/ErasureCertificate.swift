import EventLog
import Foundation
import ValueStream

/// What says that content was erased, for whoever asked for it and for auditors: which events, what was purged, which copies are known.
///
/// It names nobody: the key's id stands for the person or item. A text of lines `name: value`, to be signed as a note.
public struct ErasureCertificate: Equatable, Sendable {
  static let magic = "value-stream-ledger erasure 1"
  /// So many positions are written one by one or as ranges; of more, only how many there are.
  private static let mostRanges = 10_000

  /// The certificate's text, ended by a line feed.
  public let text: String

  init(
    ledgerID: [UInt8], plan: ContentErasure.Plan, erasedMicros: Int64, position: UInt64, size: UInt64, root: MerkleHash,
    copies: [CopyRegister.Entry], unreadableCopies: Int
  ) {
    var lines = [Self.magic]
    func add(_ name: String, _ value: String) { lines.append("\(name): \(Self.oneLine(value))") }
    add("ledger", ledgerID.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    add("key", plan.keyID)
    if let kind = plan.ownerKind { add("content of", kind == "item" ? "an item" : "a \(kind)") }
    add("erased", Timestamp.format(erasedMicros))
    add("recorded at position", String(position))
    add("log size", String(size))
    add("root", root.base64)
    add("events with the content", String(plan.positions.count))
    if !plan.positions.isEmpty { add("positions", Self.ranges(plan.positions)) }
    add("purged", "the key, overwritten in the file of keys")
    add("purged", "the books of the projections, made anew from facts that hold stand-ins only")
    add(
      "kept", "the records, in which the content is encrypted with the key that is gone; all hashes, proofs and numbers"
    )
    if plan.ownerKind == nil { add("not looked for", "the same texts in clear: the key was destroyed before") }
    add("events that hold the same texts in clear", String(plan.clearPositions.count))
    if !plan.clearPositions.isEmpty { add("positions in clear", Self.ranges(plan.clearPositions)) }
    for copy in copies {
      add(
        copy.isUnsealed ? "known copy in clear" : "known copy",
        "\(copy.what), \(Timestamp.format(copy.madeMicros)), up to position \(copy.through), \(copy.place)")
    }
    if copies.isEmpty { add("known copies", "none") }
    if unreadableCopies > 0 { add("entries of copies that cannot be read", String(unreadableCopies)) }
    add("not known", "copies of the file of keys, and copies made by other means than the ledger's tools")
    text = lines.joined(separator: "\n") + "\n"
  }

  /// Reads a certificate's text.
  public init(text: String) throws(AuditError) {
    guard text.hasPrefix(Self.magic + "\n") else {
      throw .malformed(what: "certificate of erasure", reason: "it does not begin with \"\(Self.magic)\"")
    }
    self.text = text
  }

  /// The first value of a line's name.
  public func value(_ name: String) -> String? {
    for line in text.split(separator: "\n") where line.hasPrefix(name + ": ") {
      return String(line.dropFirst(name.count + 2))
    }
    return nil
  }

  /// The certificate as a note, without signatures.
  public var note: SignedNote { get throws(AuditError) { try SignedNote(text: text) } }

  /// Checks a certificate against the ledger, and the file of keys when it is at hand: that the log goes on from the root that it names,
  /// records the erasure where it says, and that the key is gone.
  public func verify(in log: EventLog, keys: PersonalKeys?) throws {
    func malformed(_ name: String) -> AuditError {
      .malformed(what: "certificate of erasure", reason: "it does not say \"\(name)\" as it must")
    }
    guard let id = value("ledger"), let key = value("key") else { throw malformed("ledger") }
    guard let position = value("recorded at position").flatMap({ UInt64($0) }) else {
      throw malformed("recorded at position")
    }
    guard let size = value("log size").flatMap({ UInt64($0) }) else { throw malformed("log size") }
    guard let root = value("root").flatMap({ MerkleHash(base64: $0) }) else { throw malformed("root") }
    let ours = log.ledgerID.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    guard id == ours else {
      throw AuditError.notProven(reason: "The certificate is of the ledger \(id), and this one is \(ours).")
    }
    let snapshot = try log.snapshot()
    guard size <= snapshot.size, try snapshot.root(size: size) == root else {
      throw AuditError.inconsistent(
        reason: "The ledger does not go on from the state that the certificate names (\(size) records, root \(root)).")
    }
    guard try ContentErasure.recordedPosition(key, in: snapshot) == position else {
      throw AuditError.notProven(
        reason: "The event at position \(position) does not say that the content of \(key) was erased.")
    }
    if let keys, keys.key(id: key) != nil {
      throw AuditError.notProven(reason: "\(keys.path) still holds the key \(key). Erase it again with key:\(key).")
    }
  }

  private static func ranges(_ positions: [UInt64]) -> String {
    var ranges: [ClosedRange<UInt64>] = []
    for position in positions {
      if let last = ranges.last, last.upperBound + 1 == position {
        ranges[ranges.count - 1] = last.lowerBound...position
      } else {
        ranges.append(position...position)
      }
    }
    let texts = ranges.prefix(mostRanges).map {
      $0.count == 1 ? String($0.lowerBound) : "\($0.lowerBound)-\($0.upperBound)"
    }
    return texts.joined(separator: " ") + (ranges.count > mostRanges ? " …" : "")
  }

  private static func oneLine(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
  }
}
