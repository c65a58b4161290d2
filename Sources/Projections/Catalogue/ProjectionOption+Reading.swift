extension Query {
  /// An option that is either yes or no.
  func flag(_ name: String) throws -> Bool {
    switch options[name] {
    case nil, "no": return false
    case "yes": return true
    case .some(let other): throw QueryError("\(name)=\(other) is neither yes nor no. Write \(name)=yes or \(name)=no.")
    }
  }

  /// An option that is a whole number of 1 or more.
  func count(_ name: String, standard: Int) throws -> Int {
    guard let text = options[name] else { return standard }
    guard let number = Int(text), number >= 1, text.allSatisfy(\.isNumber) else {
      throw QueryError("\(name)=\(text) is not a whole number of 1 or more, such as \(name)=\(standard).")
    }
    return number
  }

  /// An option that is one of some words, the first of which holds without it.
  func choice(_ name: String, of words: [String]) throws -> String {
    guard let text = options[name] else { return words.first ?? "" }
    guard words.contains(text) else {
      throw QueryError("\(name)=\(text) is not known. It can be \(words.joined(separator: ", ")).")
    }
    return text
  }
}
