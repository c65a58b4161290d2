/// What the terminal that a text is written for can show.
public struct TerminalStyle: Sendable {
  /// The columns of character cells in a line. `Int.max` means without a limit.
  public var width: Int
  /// Whether ANSI escape sequences may set text bold or dim.
  public var isColoured: Bool

  /// Describes a terminal.
  public init(width: Int, isColoured: Bool) {
    self.width = width
    self.isColoured = isColoured
  }
}

extension TerminalStyle {
  func bold(_ text: String) -> String { isColoured && !text.isEmpty ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

  func dim(_ text: String) -> String { isColoured && !text.isEmpty ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
}
