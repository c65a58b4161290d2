import EventLog

/// Texts and numbers of JSON that mean what they look like.
enum PlainValue {
  /// The text that begins at a place: where the quotation mark behind it is, and how many characters it has.
  ///
  /// - Returns: a length of -1 when it holds an escape or a control character, is no UTF-8, or does not end.
  @inline(__always)
  static func text(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> (end: Int, length: Int) {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = 0x8080_8080_8080_8080
    guard let base = bytes.baseAddress else { return (start, -1) }
    var place = start
    while place &+ 8 <= bytes.count {
      let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      // Bit Twiddling Hacks, "Determine if a word has a zero byte", "… a byte less than n", "… greater than n", less what they do about
      // bytes above 0x7F, which are found anyway: the lowest bit that is set is exact.
      let quote = (word ^ (ones &* 0x22)) &- ones
      let escape = (word ^ (ones &* 0x5C)) &- ones
      let low = word &- ones &* 0x20
      let delete = word &+ ones
      let found = (quote | escape | low | delete | word) & tops
      if found != 0 {
        let end = place &+ found.trailingZeroBitCount / 8
        return base.load(fromByteOffset: end, as: UInt8.self) == 0x22
          ? (end, end - start) : slowText(bytes, start, from: end)
      }
      place &+= 8
    }
    return slowText(bytes, start, from: place)
  }

  /// The same, byte by byte from a place behind its beginning.
  private static func slowText(
    _ bytes: UnsafeRawBufferPointer, _ start: Int, from place: Int
  ) -> (end: Int, length: Int) {
    var end = place
    while end < bytes.count, bytes[end] != 0x22 {
      let byte = bytes[end]
      // U+0080 to U+009F, controls too, begin with 0xC2.
      let isControl = byte < 0x20 || byte == 0x7F || byte == 0xC2 && end + 1 < bytes.count && bytes[end + 1] < 0xA0
      if isControl || byte == 0x5C { return (end, -1) }
      end += 1
    }
    let text = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    guard end < bytes.count, text.isUTF8 else { return (end, -1) }
    return (end, CompiledSchema.characters(text))
  }

  /// The number that begins at a place, as JSON writes it without exponent in up to 15 digits, and where it ends; nil when there is
  /// another or none. It is the very number that a parser finds: the digits and the power of ten are exact, so their quotient is rounded
  /// correctly.
  static func number(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> (value: Double, end: Int)? {
    var place = start
    let isNegative = place < bytes.count && bytes[place] == 0x2D
    if isNegative { place += 1 }
    let first = place
    var digits: Int64 = 0
    var scale = 1.0
    var digitCount = 0
    var point = -1
    while place < bytes.count {
      let byte = bytes[place]
      if 0x30...0x39 ~= byte {
        digitCount += 1
        guard digitCount <= 15 else { return nil }
        digits = digits * 10 + Int64(byte - 0x30)
        if point >= 0 { scale *= 10 }
      } else if byte == 0x2E, point < 0, digitCount > 0 {
        point = place
      } else if byte == 0x2E || byte | 0x20 == 0x65 {
        return nil
      } else {
        break
      }
      place += 1
    }
    // No digit, none behind the point, a zero before others, or a negative zero.
    guard digitCount > 0, point != place - 1, !(isNegative && digits == 0) else { return nil }
    if bytes[first] == 0x30, digitCount > 1, point != first + 1 { return nil }
    let value = Double(digits) / scale
    return (isNegative ? -value : value, place)
  }
}
