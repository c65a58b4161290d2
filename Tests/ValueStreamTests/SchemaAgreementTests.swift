import EventLog
import Foundation
import Testing

@testable import ValueStream

/// Our validation against PyPI `jsonschema`, which reads the same files of `Schemas/`.
@Suite("Agreement with an independent validator")
struct SchemaAgreementTests {
  private static let corpus = repository.appending(path: "Tests/ValueStreamTests/Corpus")

  @Test("Every event of the corpus gets the verdict of its folder, from us and from jsonschema")
  func corpus() throws {
    var cases: [(file: URL, isAccepted: Bool)] = []
    for (folder, isAccepted) in [("accepted", true), ("refused", false)] {
      let files = try FileManager.default.contentsOfDirectory(
        at: Self.corpus.appending(path: folder), includingPropertiesForKeys: nil)
      cases += files.filter { $0.pathExtension == "jsonl" }.map { ($0, isAccepted) }
    }
    var verdicts = try checkSchemas(["--verdicts"] + cases.map(\.file.path)).split(separator: "\n")[...]
    var count = 0
    for (file, isAccepted) in cases {
      let rule = file.deletingPathExtension().lastPathComponent
      for line in try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")) {
        count += 1
        let verdict = verdicts.popFirst() ?? "none"
        let ours = refusal(of: Array(line))
        let shown = String(decoding: line.prefix(300), as: UTF8.self)
        #expect((ours == nil) == isAccepted, "\(rule): \(shown) \(String(describing: ours))")
        // A file of refused events is named after the rule that they break.
        if let ours, !isAccepted { #expect(ours.rule == rule, "\(shown) \(ours)") }
        #expect(verdict.hasPrefix(isAccepted ? "accept" : "refuse"), "\(rule): \(shown) \(verdict)")
      }
    }
    #expect(verdicts.isEmpty)
    #expect(count >= 400)
  }

  @Test("Events changed in every place get the same verdict from us as from jsonschema")
  func mutations() throws {
    let output = try checkSchemas(["--mutations"])
    var accepted = 0
    var refused = 0
    var disagreements: [String] = []
    let batch = EventBatch()
    let preparer = EventPreparer(isStrict: true)
    for line in output.utf8.split(separator: UInt8(ascii: "\n")) {
      let parts = line.split(separator: UInt8(ascii: "\t"), maxSplits: 1)
      let verdict = String(decoding: parts[0], as: UTF8.self)
      let event = Array(parts[1])
      var problem: EventRefusal?
      do {
        batch.removeAll()
        try event.withUnsafeBytes { try preparer.prepare($0, line: 1, into: batch) }
      } catch {
        problem = error as? EventRefusal
      }
      if verdict == "accept" { accepted += 1 } else { refused += 1 }
      if (problem == nil) != (verdict == "accept") {
        let shown = String(decoding: event.prefix(400), as: UTF8.self)
        disagreements.append("jsonschema: \(verdict), we: \(String(describing: problem)): \(shown)")
      }
    }
    #expect(disagreements.isEmpty, "\(disagreements.count): \(disagreements.prefix(10).joined(separator: "\n"))")
    #expect(accepted > 1000 && refused > 10_000)
  }

  /// Runs `tools/check-schemas`; fails, saying what to install, when it cannot.
  private func checkSchemas(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let python = ProcessInfo.processInfo.environment["VSL_PYTHON"] ?? "python3"
    process.arguments = [python, repository.appending(path: "tools/check-schemas").path] + arguments
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    // What it prints on standard error is one line: it cannot fill the pipe while standard output is read.
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    let problem = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(String(decoding: problem, as: UTF8.self))")
    return String(decoding: bytes, as: UTF8.self)
  }
}
