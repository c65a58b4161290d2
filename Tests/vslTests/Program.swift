import Foundation
import Glibc

/// The program that was built beside these tests, run with a folder of its own as the present one.
final class Program {
  struct Outcome {
    /// The exit code; 128 and the number of the signal when one ended the program.
    var code: Int32
    var out: String
    var err: String

    var lines: [Substring] { out.split(separator: "\n") }

    /// The one object that `--format json` writes.
    func object() throws -> [String: Any] {
      try JSONSerialization.jsonObject(with: Data(out.utf8)) as? [String: Any] ?? [:]
    }

    /// The rows of that object.
    func rows() throws -> [[String: Any]] { try object()["rows"] as? [[String: Any]] ?? [] }
  }

  static let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("vsl")

  let folder: URL
  /// Put before the program's name: `setpriv …`.
  var wrapper: [String] = []
  var environment: [String: String] = [:]

  /// - Parameter withLedger: Whether to make `./ledger` first.
  init(withLedger: Bool = true) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("vsl-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    if withLedger { _ = try run("init") }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  @discardableResult
  func write(_ data: Data, _ name: String) throws -> String {
    try data.write(to: folder.appendingPathComponent(name))
    return path(name)
  }

  @discardableResult
  func write(_ text: String, _ name: String) throws -> String { try write(Data(text.utf8), name) }

  func read(_ name: String) throws -> Data { try Data(contentsOf: folder.appendingPathComponent(name)) }

  /// Starts the program; what it writes goes to files, so that no pipe can fill up.
  func start(_ arguments: [String], stdin: Data? = nil, tag: String = UUID().uuidString) throws -> Process {
    let process = Process()
    let command = wrapper + [Self.executable.path] + arguments
    process.executableURL = URL(fileURLWithPath: command[0].hasPrefix("/") ? command[0] : "/usr/bin/env")
    process.arguments = command[0].hasPrefix("/") ? Array(command.dropFirst()) : command
    process.currentDirectoryURL = folder
    var variables = ProcessInfo.processInfo.environment
    variables["VSL_LEDGER"] = nil
    process.environment = variables.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    if let stdin {
      process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: write(stdin, "\(tag).in")))
    }
    for (suffix, isError) in [("out", false), ("err", true)] {
      let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: write(Data(), "\(tag).\(suffix)")))
      if isError { process.standardError = handle } else { process.standardOutput = handle }
    }
    try process.run()
    return process
  }

  func run(_ arguments: String..., stdin: String? = nil) throws -> Outcome {
    try run(arguments, stdin: stdin.map { Data($0.utf8) })
  }

  func run(_ arguments: [String], stdin: Data? = nil) throws -> Outcome {
    let tag = UUID().uuidString
    let process = try start(arguments, stdin: stdin, tag: tag)
    process.waitUntilExit()
    defer { for suffix in ["in", "out", "err"] { unlink(path("\(tag).\(suffix)")) } }
    let isSignal = process.terminationReason == .uncaughtSignal
    return Outcome(
      code: process.terminationStatus + (isSignal ? 128 : 0),
      out: String(decoding: try read("\(tag).out"), as: UTF8.self),
      err: String(decoding: try read("\(tag).err"), as: UTF8.self))
  }

  /// The number of events in the ledger.
  func size() throws -> Int { try run("show", "queues", "--format", "json").object()["position"] as? Int ?? -1 }

  /// The Merkle root of the ledger.
  func root() throws -> String { try run("show", "queues", "--format", "json").object()["root"] as? String ?? "" }

  /// Runs another program, such as `mount` or `gzip`.
  @discardableResult
  static func tool(_ command: String...) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}

/// A CloudEvent as one line.
func event(
  _ type: String, _ subject: String, _ time: String, id: String? = nil, data: String = "{}", stream: String = "payments"
) -> String {
  """
  {"specversion":"1.0","id":"\(id ?? "\(type) \(subject) \(time)")","source":"/test","type":"vsl.\(type).v1",\
  "subject":"\(subject)","time":"\(time)","valuestream":"\(stream)","data":\(data)}

  """
}
