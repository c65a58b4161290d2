import ValueStream

/// Error texts that name what was probably meant.
enum Suggestion {
  /// "There is no stage "reveiw" in this ledger. Did you mean "review"?", or the list of what there is.
  static func unknown(_ what: String, _ name: String, known: [String]) -> String {
    let start = "There is no \(what) \"\(name)\" in this ledger."
    if let near = NearestName.of(name, in: known) { return "\(start) Did you mean \"\(near)\"?" }
    if known.isEmpty { return "\(start) It has none yet." }
    let listed = known.prefix(12).map { "\"\($0)\"" }.joined(separator: ", ")
    return "\(start) There are: \(listed)\(known.count > 12 ? ", …" : "")."
  }
}
