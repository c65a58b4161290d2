/// How many cells of a terminal a text takes, and how to make it take fewer.
///
/// A grapheme takes the cells of its widest scalar: two for East Asian wide characters (UAX #11) and emoji, none for
/// combining marks alone, one otherwise. Terminals differ for rare scripts; none differs for these.
enum DisplayWidth {
  /// The cells `text` takes. Linear in its length.
  static func of(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
    return text.reduce(0) { $0 + of($1) }
  }

  /// The cells one grapheme takes.
  static func of(_ character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars {
      // Variation selector 16 asks for the emoji, which is wide, where the base would be narrow text.
      if scalar == "\u{FE0F}" && width > 0 { return 2 }
      width = max(width, of(scalar))
    }
    return width
  }

  /// `text` in at most `width` cells; what is cut off is replaced by `…`.
  static func truncate(_ text: String, to width: Int) -> String {
    guard of(text) > width else { return text }
    guard width > 0 else { return "" }
    var taken = ""
    var used = 0
    for character in text {
      let next = of(character)
      if used + next > width - 1 { break }
      taken.append(character)
      used += next
    }
    return taken + "…"
  }

  private static func of(_ scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return scalar.value == 0xAD ? 0 : 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    return scalar.properties.isEmojiPresentation || isWide(scalar.value) ? 2 : 1
  }

  private static func isWide(_ value: UInt32) -> Bool {
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
      0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF,
      0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x3FFFD:
      return true
    default:
      return false
    }
  }
}
