/// Where tiles lie (C2SP tlog-tiles): `tile/LEVEL/NUMBER` with the number in groups of three digits, all but the last led by an x, and
/// `.p/WIDTH` behind that of a tile that is not full.
enum TilePath {
  /// Hashes, or entries, of a full tile.
  static let width: UInt64 = 256

  static func tile(level: Int, _ number: UInt64, width: UInt64 = TilePath.width) -> String {
    "tile/\(level)/" + path(number, width)
  }

  static func entries(_ number: UInt64, width: UInt64 = TilePath.width) -> String {
    "tile/entries/" + path(number, width)
  }

  private static func path(_ number: UInt64, _ width: UInt64) -> String {
    var rest = number
    var text = digits(rest % 1000)
    while rest >= 1000 {
      rest /= 1000
      text = "x" + digits(rest % 1000) + "/" + text
    }
    return width == Self.width ? text : "\(text).p/\(width)"
  }

  private static func digits(_ number: UInt64) -> String {
    let text = String(number)
    return String(repeating: "0", count: 3 - text.count) + text
  }
}
