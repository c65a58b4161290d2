import EventLog

extension CompiledSchema {
  /// The first rule of a node that a text breaks, and which of several; nil when there is none. The node allows texts.
  func fault(
    inText bytes: UnsafeRawBufferPointer, _ node: UnsafePointer<Node>
  ) -> (rule: SchemaFailure.Rule, detail: Int)? {
    let checks = node.pointee.checks
    if checks.contains(.length) {
      // A character has one to four bytes: most lengths need no counting.
      if bytes.count > Int(node.pointee.maxLength), Self.characters(bytes) > Int(node.pointee.maxLength) {
        return (.length, 0)
      }
      let minLength = Int(node.pointee.minLength)
      if bytes.count < minLength * 4, bytes.count < minLength || minLength > 1 && Self.characters(bytes) < minLength {
        return (.length, 0)
      }
    }
    if checks.contains(.texts) {
      let allowed = node.pointee.texts.range.contains { self.bytes(texts[$0]).hasSameBytes(as: bytes) }
      guard allowed else { return (.texts, 0) }
    }
    return checks.contains(.patterns) ? faultOfForm(bytes, node) : nil
  }

  private func faultOfForm(
    _ bytes: UnsafeRawBufferPointer, _ node: UnsafePointer<Node>
  ) -> (rule: SchemaFailure.Rule, detail: Int)? {
    var patterns = node.pointee.patterns
    while patterns != 0 {
      let bit = patterns.trailingZeroBitCount
      patterns &= patterns - 1
      if let pattern = SchemaPattern(rawValue: UInt8(bit)), !pattern.matches(bytes) { return (.pattern, bit) }
    }
    var forbidden = node.pointee.forbidden
    while forbidden != 0 {
      let bit = forbidden.trailingZeroBitCount
      forbidden &= forbidden - 1
      if let pattern = SchemaPattern(rawValue: UInt8(bit)), pattern.matches(bytes) { return (.forbidden, bit) }
    }
    if node.pointee.formats & 1 != 0, !SchemaFormat.dateTime.matches(bytes) { return (.format, 0) }
    if node.pointee.formats & 2 != 0, !SchemaFormat.date.matches(bytes) { return (.format, 1) }
    return nil
  }

  /// The first rule of a node that a number breaks; nil when there is none.
  func fault(inNumber number: Double, _ node: UnsafePointer<Node>) -> SchemaFailure.Rule? {
    let types = node.pointee.types
    guard types.contains(.fraction) || types.contains(.integer) && number.rounded(.towardZero) == number else {
      return .type
    }
    let checks = node.pointee.checks
    if checks.contains(.texts) { return .texts }
    if checks.contains(.range) {
      guard number >= node.pointee.minimum else { return .minimum }
      guard number <= node.pointee.maximum else { return .maximum }
    }
    return nil
  }

  /// The number of characters (code points) of UTF-8 text: all bytes but the following ones.
  static func characters(_ bytes: UnsafeRawBufferPointer) -> Int {
    var count = 0
    for byte in bytes where byte & 0xC0 != 0x80 { count += 1 }
    return count
  }
}
