import Foundation

/// A folder of its own for one test, removed at its end.
public final class TemporaryFolder {
  /// Where it is.
  public let path: String

  /// Makes one.
  public init() throws {
    path = NSTemporaryDirectory() + "/vsl-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in it.
  public func file(_ name: String = "data.mdb") -> String { path + "/" + name }

  /// The same as a URL.
  public func url(_ name: String) -> URL { URL(fileURLWithPath: file(name)) }

  /// Writes a file and gives its path.
  public func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try Data(bytes).write(to: url(name))
    return file(name)
  }

  /// Writes a file and gives its path.
  public func write(_ text: String, _ name: String) throws -> String { try write(Array(text.utf8), name) }

  /// The names of the files in it, sorted.
  public func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
}
