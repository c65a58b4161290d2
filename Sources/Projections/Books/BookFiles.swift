import Foundation

/// Where a ledger's books lie, and when they may be trusted.
///
/// The name of the file holds the machine's boot and a generation: `books-<boot>-<generation>.mdb`. Commits to the books are not synced,
/// so a file of another boot may be damaged: it is removed unopened. A rebuild makes the next generation beside the live one.
struct BookFiles {
  /// The ledger's folder, or a temporary one when the ledger cannot be written to.
  let directory: String
  private let boot: String

  init(directory: String) {
    self.directory = directory
    let identity = (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? "unknown"
    boot = String(identity.filter(\.isHexDigit).prefix(12))
  }

  /// The path of a generation.
  func path(generation: Int) -> String { "\(directory)/books-\(boot)-\(generation).mdb" }

  /// The newest generation of this boot; 0 when there is none.
  func newestGeneration() -> Int { files().compactMap { generation(of: $0) }.max() ?? 0 }

  /// Removes books of other boots and of generations before `generation`.
  func removeOthers(than generation: Int) {
    for file in files() where self.generation(of: file) != generation {
      if file.hasSuffix("-lock") || file.hasSuffix(".new"), self.generation(of: trunk(file)) ?? 0 >= generation {
        continue
      }
      unlink("\(directory)/\(file)")
    }
  }

  private func files() -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).filter { $0.hasPrefix("books-") }
  }

  private func trunk(_ file: String) -> String {
    var file = file
    for suffix in ["-lock", ".new"] where file.hasSuffix(suffix) { file.removeLast(suffix.count) }
    return file
  }

  private func generation(of file: String) -> Int? {
    let start = "books-\(boot)-"
    guard file.hasPrefix(start), file.hasSuffix(".mdb") else { return nil }
    return Int(file.dropFirst(start.count).dropLast(4))
  }
}
