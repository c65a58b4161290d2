import EventLog

/// Lengths of time as text: ISO 8601 durations of fixed length.
enum DurationText {
  /// A duration as an event writes it: a number of seconds, or text; nil for all else.
  static func seconds(_ node: JSONNode) -> Double? { node.double ?? seconds(node.stringBytes) }

  /// Reads `P2W`, `P10D`, `PT36H`, `P1DT12H30M5.5S` as seconds; a day is 24 hours. Years and months are not read: their length varies.
  static func seconds(_ bytes: UnsafeRawBufferPointer) -> Double? {
    guard bytes.first == UInt8(ascii: "P") else { return nil }
    var place = 1
    var total = 0.0
    var designators = 0
    var inTime = false
    // Weeks stand alone; days come before T; hours, minutes, seconds after it, each at most once and in this order.
    var lastRank = 0
    while place < bytes.count {
      if bytes[place] == UInt8(ascii: "T") {
        guard !inTime else { return nil }
        inTime = true
        place += 1
        guard place < bytes.count else { return nil }
        continue
      }
      guard let (value, digits, fractionDigits) = number(bytes, &place), place < bytes.count else { return nil }
      let designator = bytes[place]
      place += 1
      guard let (rank, unit) = unit(designator, inTime: inTime), rank > lastRank else { return nil }
      guard digits <= (designator == UInt8(ascii: "S") ? 9 : 6) else { return nil }
      guard fractionDigits == 0 || designator == UInt8(ascii: "S") else { return nil }
      if designator == UInt8(ascii: "W"), place < bytes.count { return nil }
      lastRank = rank
      designators += 1
      total += value * unit
    }
    return designators > 0 ? total : nil
  }

  private static func unit(_ designator: UInt8, inTime: Bool) -> (rank: Int, seconds: Double)? {
    switch (designator, inTime) {
    case (UInt8(ascii: "W"), false): (1, 604_800)
    case (UInt8(ascii: "D"), false): (2, 86_400)
    case (UInt8(ascii: "H"), true): (3, 3600)
    case (UInt8(ascii: "M"), true): (4, 60)
    case (UInt8(ascii: "S"), true): (5, 1)
    default: nil
    }
  }

  private static func number(
    _ bytes: UnsafeRawBufferPointer, _ place: inout Int
  ) -> (value: Double, digits: Int, fractionDigits: Int)? {
    var value = 0.0
    var digits = 0
    while place < bytes.count, 0x30...0x39 ~= bytes[place] {
      value = value * 10 + Double(bytes[place] - 0x30)
      digits += 1
      place += 1
    }
    guard digits > 0 else { return nil }
    guard place < bytes.count, bytes[place] == UInt8(ascii: ".") else { return (value, digits, 0) }
    place += 1
    var fractionDigits = 0
    var unit = 0.1
    while place < bytes.count, 0x30...0x39 ~= bytes[place] {
      value += Double(bytes[place] - 0x30) * unit
      unit /= 10
      fractionDigits += 1
      place += 1
    }
    guard 1...6 ~= fractionDigits else { return nil }
    return (value, digits, fractionDigits)
  }
}

/// Times of day as text.
enum LocalTime {
  /// Reads `09:00` as minutes since midnight; `24:00` is the end of the day.
  static func minutes(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
    for place in [0, 1, 3, 4] where !(0x30...0x39 ~= bytes[place]) { return nil }
    let hours = Int(bytes[0] - 0x30) * 10 + Int(bytes[1] - 0x30)
    let minutes = Int(bytes[3] - 0x30) * 10 + Int(bytes[4] - 0x30)
    guard minutes < 60, hours < 24 || (hours == 24 && minutes == 0) else { return nil }
    return hours * 60 + minutes
  }
}

extension JSONNode {
  /// A duration in seconds: a number, or ISO 8601 such as `P1D`; nil for anything else.
  public var durationSeconds: Double? { DurationText.seconds(self) }
}
