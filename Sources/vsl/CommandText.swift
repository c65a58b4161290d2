/// Commands as they can be typed again, wherever the program is.
enum CommandText {
  /// The command that runs now.
  static var present: String { joined(["vsl"] + CommandLine.arguments.dropFirst()) }

  /// Words as a shell takes them apart again.
  static func joined(_ words: some Sequence<String>) -> String { words.map(quoted).joined(separator: " ") }

  private static func quoted(_ word: String) -> String {
    let isPlain = !word.isEmpty && word.utf8.allSatisfy { $0 > 0x20 && !"\"'`$&|;<>()*?[]{}\\!#~".utf8.contains($0) }
    return isPlain ? word : "'\(word.replacing("'", with: "'\\''"))'"
  }
}
