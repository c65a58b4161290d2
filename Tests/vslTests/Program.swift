import Foundation

/// Runs the built `vsl` as people and scripts do.
final class Program {
  /// What a run gave.
  struct Result {
    var code: Int32
    var signal: Int32?
    var out: String
    var err: String
  }

  /// A folder of its own, removed at the end.
  let folder: String
  var ledger: String { folder + "/ledger" }

  init() throws {
    folder = NSTemporaryDirectory() + "/vsl-cli-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// The binary lies beside the test bundle.
  static let binary: String = {
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    for _ in 0..<5 {
      let candidate = folder.appendingPathComponent("vsl").path
      if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
      folder = folder.deletingLastPathComponent()
    }
    return URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent(".build/debug/vsl").path
  }()

  /// Starts a run without waiting for it.
  func start(_ arguments: [String], output: Pipe = Pipe()) throws -> Process {
    let process = prepared(arguments)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Runs to the end.
  @discardableResult
  func run(_ arguments: String..., stdin: String? = nil) throws -> Result { try run(all: arguments, stdin: stdin) }

  /// Runs to the end.
  @discardableResult
  func run(all arguments: [String], stdin: String? = nil) throws -> Result {
    // Files, not pipes, so that no amount of output can block.
    let out = folder + "/out-\(UUID().uuidString)"
    for path in [out, out + "-err"] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    let process = prepared(arguments)
    process.standardOutput = FileHandle(forWritingAtPath: out)
    process.standardError = FileHandle(forWritingAtPath: out + "-err")
    process.standardInput = FileHandle.nullDevice
    if let stdin {
      try Data(stdin.utf8).write(to: URL(fileURLWithPath: out + "-in"))
      process.standardInput = FileHandle(forReadingAtPath: out + "-in")
    }
    try process.run()
    process.waitUntilExit()
    func text(_ path: String) -> String {
      String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
    return Result(
      code: process.terminationStatus,
      signal: process.terminationReason == .uncaughtSignal ? process.terminationStatus : nil, out: text(out),
      err: text(out + "-err"))
  }

  private func prepared(_ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.binary)
    process.arguments = arguments
    var environment = ProcessInfo.processInfo.environment
    environment["VSL_LEDGER"] = ledger
    process.environment = environment
    return process
  }

  /// Writes a file in the folder and gives its path.
  func file(_ name: String, _ contents: Data) throws -> String {
    let path = folder + "/" + name
    try contents.write(to: URL(fileURLWithPath: path))
    return path
  }

  /// An event as a line.
  static func event(
    _ id: String, _ type: String, _ subject: String, _ time: String, data: String = "{}", stream: String = "s"
  ) -> String {
    #"{"specversion":"1.0","id":"\#(id)","source":"/t","type":"vsl.\#(type).v1","subject":"\#(subject)","time":"\#(time)","valuestream":"\#(stream)","data":\#(data)}"#
  }

  /// The number of events in the ledger.
  func count() throws -> Int {
    try run("export", "events").out.split(separator: "\n").count
  }
}
