/// Names as Prometheus, SQL and Python write them: `oldestAge` becomes `oldest_age`.
enum SnakeCase {
  /// `name` in lowercase ASCII letters, digits and single underscores; it never begins with a digit and is never empty.
  ///
  /// A word begins where a capital follows a small letter or a digit, at the last capital of a run before a small letter
  /// (`HTTPServer` is `http_server`), and after anything that is neither letter nor digit.
  static func of(_ name: String) -> String {
    let bytes = Array(name.utf8)
    var snake: [UInt8] = []
    for (index, byte) in bytes.enumerated() {
      guard isLetter(byte) || isDigit(byte) else {
        if let last = snake.last, last != underscore { snake.append(underscore) }
        continue
      }
      if isCapital(byte), index > 0 {
        let previous = bytes[index - 1]
        let endsRun = isCapital(previous) && index + 1 < bytes.count && isSmall(bytes[index + 1])
        if isSmall(previous) || isDigit(previous) || endsRun { snake.append(underscore) }
      }
      snake.append(isCapital(byte) ? byte | 0x20 : byte)
    }
    if snake.last == underscore { snake.removeLast() }
    guard let first = snake.first else { return "unnamed" }
    return (isDigit(first) ? "_" : "") + String(decoding: snake, as: UTF8.self)
  }

  private static let underscore = UInt8(ascii: "_")
  private static func isSmall(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
  private static func isCapital(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
  private static func isLetter(_ byte: UInt8) -> Bool { isSmall(byte) || isCapital(byte) }
}

/// Hands out each name once: two columns whose names differ only in what ``SnakeCase`` drops stay apart.
struct UniqueNames {
  private var taken: Set<String>

  /// - Parameter reserved: Names that are never handed out.
  init(reserved: Set<String> = []) { taken = reserved }

  /// `base + suffix`, or the first of `base_2 + suffix`, `base_3 + suffix` … that is free.
  mutating func take(_ base: String, suffix: String = "") -> String {
    var name = base + suffix
    var number = 2
    while !taken.insert(name).inserted {
      name = "\(base)_\(number)\(suffix)"
      number += 1
    }
    return name
  }
}
