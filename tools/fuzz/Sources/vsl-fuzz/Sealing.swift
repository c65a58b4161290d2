import EventLog
import Foundation
import ValueStream

/// Seals events: what is sealed must come back byte for byte, and what is not valid JSON must be refused.
final class Sealing {
  nonisolated(unsafe) static let shared = made { try Sealing() }

  private let preparer: EventPreparer
  private let unsealer: EventUnsealer

  private init() throws {
    let folder = NSTemporaryDirectory() + "/vsl-fuzz-sealing-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let keys = try PersonalKeys.create(at: folder + "/keys")
    var rules = SealingRules(store: keys.storeID)
    try rules.add(SealedField("comment", owner: .subject))
    try rules.add(SealedField("/reporter", owner: .person))
    preparer = EventPreparer(isStrict: false, sealer: try EventSealer(rules: rules, keys: keys))
    unsealer = EventUnsealer(keys: keys)
  }

  func run(_ bytes: UnsafeRawBufferPointer) {
    _ = unsealer.unseal(bytes)
    let batch = EventBatch()
    try? preparer.prepare(bytes, line: 1, into: batch)
    guard let event = batch.events.first, !bytes.contains(where: { $0 == 0x5C }) else { return }
    let text = String(decoding: bytes, as: UTF8.self)
    // An event that came with sealed content of its own keeps that.
    guard let unsealed = unsealer.unseal(batch.bytes(of: event)), !text.contains("vslsealed") else { return }
    let space: Set<Character> = [" ", "\n", "\r", "\t", "\r\n"]
    var sent = Substring(text)
    while let first = sent.first, space.contains(first) { sent.removeFirst() }
    while let last = sent.last, space.contains(last) { sent.removeLast() }
    precondition(Array(sent.utf8) == unsealed, "what was sealed did not come back")
  }
}
