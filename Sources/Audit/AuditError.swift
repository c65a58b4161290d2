/// Why something that is meant to be proof is none, or could not be made.
public enum AuditError: Error, Equatable, Sendable {
  /// A file or text does not have the form that it must have.
  case malformed(what: String, reason: String)
  /// A key is not one, or not of the kind that is needed.
  case badKey(reason: String)
  /// A signature by a known key is wrong: what it signs was changed, or it was made with another key.
  case wrongSignature(key: String)
  /// No key that is trusted has signed.
  case notSigned(by: [String])
  /// A proof does not lead to the root that it claims.
  case notProven(reason: String)
  /// Two states of a log exclude each other.
  case inconsistent(reason: String)
  /// Something asked for does not exist.
  case refused(reason: String)
  /// A file could not be read or written.
  case file(path: String, reason: String)
}

extension AuditError: CustomStringConvertible {
  /// What is wrong, and what to do next.
  public var description: String {
    switch self {
    case .malformed(let what, let reason): "This is no \(what): \(reason)."
    case .badKey(let reason): reason
    case .wrongSignature(let key):
      "The signature of \(key) is wrong: what it signs was changed, or it was made with another key. Do not rely on it."
    case .notSigned(let keys):
      "Nobody who is trusted has signed this (\(keys.isEmpty ? "no key was given" : keys.joined(separator: ", "))). "
        + "Check the public key, or ask for a signed copy."
    case .notProven(let reason): reason
    case .inconsistent(let reason): reason
    case .refused(let reason): reason
    case .file(let path, let reason): "\(path): \(reason)."
    }
  }
}
