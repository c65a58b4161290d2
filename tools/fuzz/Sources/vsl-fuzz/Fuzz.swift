import Audit
import EventLog
import Foundation
import Interchange
import ValueStream

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// Feeds what libFuzzer makes up to the reader that `$VSL_FUZZ` names. Whatever comes in, it must come back: with a value or an error.
@main
enum Fuzz {
  static func main() {
    var count = CommandLine.argc
    var arguments = CommandLine.unsafeArgv
    let code = withUnsafeMutablePointer(to: &arguments) { pointer in
      pointer.withMemoryRebound(
        to: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.self, capacity: 1
      ) {
        runDriver(&count, $0) { data, size in
          Target.current.run(UnsafeRawBufferPointer(start: data, count: size))
          return 0
        }
      }
    }
    exit(code)
  }
}

/// What a target needs before the first input; without it there is nothing to fuzz.
func made<Value>(_ make: () throws -> Value) -> Value {
  do {
    return try make()
  } catch {
    print("The target cannot be set up: \(error)")
    exit(70)
  }
}

/// The readers of what comes from outside.
enum Target: String, CaseIterable {
  case event, envelope, sealed, keys, xes, json, note, proof, consistency, key, bundle, records, pages, books

  static let current: Target = {
    guard let name = ProcessInfo.processInfo.environment["VSL_FUZZ"], let target = Target(rawValue: name) else {
      print("Set VSL_FUZZ to one of: \(allCases.map(\.rawValue).joined(separator: ", "))")
      exit(64)
    }
    return target
  }()

  private nonisolated(unsafe) static let strict = EventPreparer(isStrict: true)
  private nonisolated(unsafe) static let open = EventPreparer(isStrict: false)
  private static let scratch = NSTemporaryDirectory() + "/vsl-fuzz-\(ProcessInfo.processInfo.processIdentifier)"

  func run(_ bytes: UnsafeRawBufferPointer) {
    switch self {
    case .event:
      let batch = EventBatch()
      try? Self.strict.prepare(bytes, line: 1, into: batch)
    case .envelope:
      let batch = EventBatch()
      try? Self.open.prepare(bytes, line: 1, into: batch)
      if let event = batch.events.first { precondition(batch.bytes(of: event).count <= bytes.count) }
    case .sealed: Sealing.shared.run(bytes)
    case .keys:
      let path = write(bytes, "keys")
      chmod(path, 0o600)
      if let keys = try? PersonalKeys(path: path, ledger: nil) {
        let owner = KeyOwner(kind: "person", name: "fuzz")
        if let key = try? keys.makeKey(of: owner) { precondition(keys.key(id: key.id)?.owner == owner) }
      }
    case .books: Books.shared.run(bytes)
    case .xes, .json: read(bytes, self == .xes ? "in.xes" : "in.json")
    case .note: _ = try? SignedCheckpoint(parsing: Array(bytes))
    case .proof: try? InclusionProofFile(parsing: Array(bytes)).verifyInclusion()
    case .consistency: try? ConsistencyProofFile(parsing: Array(bytes)).verify()
    case .key:
      let text = String(decoding: bytes, as: UTF8.self)
      _ = try? VerifierKey(text)
      _ = try? SignerKey(text)
    case .bundle:
      write(bytes, "in.zip")
      _ = try? EvidenceBundle(readingFrom: Self.scratch + "/in.zip")
    case .records:
      write(bytes, "in.records")
      _ = try? LogRestore.restore([Self.scratch + "/in.records"], to: Self.scratch + "/restored", keys: [])
      try? FileManager.default.removeItem(atPath: Self.scratch + "/restored")
    case .pages:
      PageScan(bytes).forEachCandidate({ $0 < 1 << 40 }) { _, value in precondition(value.count >= 8) }
    }
  }

  private func read(_ bytes: UnsafeRawBufferPointer, _ name: String) {
    let path = write(bytes, name)
    try? EventInput.forEachElement(of: ByteSource(path: path)) { _, _ in }
  }

  @discardableResult
  private func write(_ bytes: UnsafeRawBufferPointer, _ name: String) -> String {
    try? FileManager.default.createDirectory(atPath: Self.scratch, withIntermediateDirectories: true)
    let path = Self.scratch + "/" + name
    FileManager.default.createFile(atPath: path, contents: Data(bytes))
    return path
  }
}
