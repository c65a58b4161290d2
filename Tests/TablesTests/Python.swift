import Foundation
import TestSupport
import Testing

@testable import Tables

/// Other people's readers of our formats, which are libraries of Python.
enum Python {
  /// What `tools/setup --for-tests` made, which `tools/test` names.
  private static var interpreter: String? { ProcessInfo.processInfo.environment["VSL_PYTHON"] }

  /// Leaves a test out, saying why, where there is no such Python.
  static var isNamed: ConditionTrait {
    .enabled(
      if: interpreter != nil,
      "VSL_PYTHON is not set: run tools/test, or tools/setup --for-tests and set it to .build/venv/bin/python3")
  }

  /// Runs a script over `input`, and reads the JSON that it prints; fails with what it says when it fails.
  static func read<Answer: Decodable>(
    _: Answer.Type, _ script: String, input: [UInt8] = [], _ arguments: String...
  ) throws -> Answer {
    let folder = try TemporaryFolder()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(interpreter))
    process.arguments = ["-X", "utf8", "-c", script] + arguments
    try Data(input).write(to: folder.url("in"))
    process.standardInput = try FileHandle(forReadingFrom: folder.url("in"))
    for name in ["out", "err"] { try Data().write(to: folder.url(name)) }
    process.standardOutput = try FileHandle(forWritingTo: folder.url("out"))
    process.standardError = try FileHandle(forWritingTo: folder.url("err"))
    try process.run()
    process.waitUntilExit()
    let problem = String(decoding: try Data(contentsOf: folder.url("err")), as: UTF8.self)
    try #require(process.terminationStatus == 0, "\(problem)")
    return try JSONDecoder().decode(Answer.self, from: Data(contentsOf: folder.url("out")))
  }
}

/// A cell as JSON has it; whole numbers are integers, however they were written.
enum JSONCell: Decodable, Equatable {
  case null
  case text(String)
  case integer(Int64)
  case real(Double)

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let integer = try? container.decode(Int64.self) {
      self = .integer(integer)
    } else {
      self = .real(try container.decode(Double.self))
    }
  }

  /// What a reader should find: moments are microseconds.
  init(_ value: Value) {
    switch value {
    case .null: self = .null
    case .text(let text): self = .text(text)
    case .integer(let integer), .timestamp(let integer): self = .integer(integer)
    case .number(let number), .duration(let number), .share(let number):
      self = Int64(exactly: number).map(JSONCell.integer) ?? .real(number)
    }
  }
}

extension Table {
  /// What a reader should find in the rows.
  var jsonCells: [[JSONCell]] {
    rows.map { row in columns.indices.map { JSONCell($0 < row.count ? row[$0] : .null) } }
  }
}
