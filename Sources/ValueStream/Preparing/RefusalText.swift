import EventLog

/// Turns what the validator found into words. Runs only for refused events, so it may allocate.
struct RefusalText {
  let root: JSONNode
  let schema: CompiledSchema
  let line: Int

  /// The longest value that a message shows.
  static let shownLength = 80

  /// A value as JSON, shortened to about eighty characters.
  static func shown(_ node: JSONNode) -> String {
    if node.isString, node.uncheckedString.count > 4 * shownLength {
      // A text may be a mebibyte long: only its beginning is read.
      let start = UnsafeRawBufferPointer(rebasing: node.uncheckedString[0..<(4 * shownLength)])
      return shorten("\"" + String(decoding: start, as: UTF8.self))
    }
    return shorten(node.compactJSON)
  }

  static func shorten(_ text: String) -> String {
    var visible = ""
    for scalar in text.unicodeScalars.prefix(shownLength + 1) {
      // Terminals must not see control characters.
      let isControl = scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
      visible.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
    }
    return visible.unicodeScalars.count > shownLength
      ? String(String.UnicodeScalarView(visible.unicodeScalars.prefix(shownLength))) + "…" : visible
  }

  /// The refusal for a failure.
  func refusal(_ failure: SchemaFailure) -> EventRefusal {
    let value = root.sibling(at: Int(failure.index))
    let node = schema.nodes[Int(failure.node)]
    var pointer = root.pointer(to: Int(failure.index))
    var shown = Self.shown(value)
    let rule: String
    let message: String
    switch failure.rule {
    case .type:
      rule = "type"
      message = "must be \(node.types.words)"
    case .length:
      let length = CompiledSchema.characters(value.stringBytes)
      let isShort = length < Int(node.minLength)
      rule = isShort ? "minLength" : "maxLength"
      message =
        isShort
        ? node.minLength == 1
          ? "must not be empty; leave it out instead" : "must have \(node.minLength) characters or more"
        : "must have at most \(node.maxLength) characters; it has \(length)"
    case .texts:
      let allowed = node.texts.range.map { schema.string(schema.texts[$0]) }
      rule = allowed.count == 1 ? "const" : "enum"
      let meant = value.string.flatMap { NearestName.of($0, in: allowed) }
      let choice = allowed.map { "\"\($0)\"" }.joined(separator: ", ")
      message =
        "must be \(allowed.count == 1 ? "" : "one of ")\(choice)"
        + (allowed.count > 1 ? meant.map { "; did you mean \"\($0)\"?" } ?? "" : "")
    case .pattern:
      rule = "pattern"
      message =
        "must be " + (SchemaPattern(rawValue: UInt8(truncatingIfNeeded: failure.detail))?.meaning ?? "otherwise")
    case .forbidden:
      rule = "not"
      message = "must not be " + (SchemaPattern(rawValue: UInt8(truncatingIfNeeded: failure.detail))?.meaning ?? "so")
    case .format:
      rule = "format"
      message = "must be \(SchemaFormat.allCases[failure.detail == 0 ? 0 : 1].meaning)"
    case .minimum:
      rule = "minimum"
      message = "must be \(Self.number(node.minimum)) or more"
    case .maximum:
      rule = "maximum"
      message = "must be \(Self.number(node.maximum)) or less"
    case .required:
      let members = node.members.range
      let missing = schema.string(schema.members[members.lowerBound + Int(failure.detail)].name)
      pointer = pointer.appending(missing)
      shown = ""
      rule = "required"
      message = "is missing" + (misspelt(missing, in: value).map { "; did you mean it by \"\($0)\"?" } ?? "")
    case .items:
      rule = value.elements.reduce(0) { count, _ in count + 1 } < Int(node.minCount) ? "minItems" : "maxItems"
      message = "must have \(node.minCount) to \(node.maxCount) elements"
    case .count:
      let isFew = value.members.reduce(0) { count, _ in count + 1 } < Int(node.minProperties)
      rule = isFew ? "minProperties" : "maxProperties"
      message =
        isFew ? "must have \(node.minProperties) member or more" : "must have at most \(node.maxProperties) members"
    case .not:
      rule = "not"
      message = "has members that exclude each other"
    }
    return EventRefusal(line: line, pointer: pointer.description, rule: rule, value: shown, message: message)
  }

  // A member that is there, that the schema does not know, and whose name is near the missing one.
  private func misspelt(_ missing: String, in object: JSONNode) -> String? {
    let names = object.members.map { String(decoding: $0.key, as: UTF8.self) }
    return names.count > 256 ? nil : NearestName.of(missing, in: names.filter { $0 != missing })
  }

  private static func number(_ value: Double) -> String {
    var bytes: [UInt8] = []
    JSONText.append(value, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
