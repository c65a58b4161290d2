/// What a bundle of evidence says of itself: `evidence.json`.
public struct EvidenceManifest: Codable, Sendable, Equatable {
  /// The form of bundles that this program writes and reads.
  public static let currentFormat = "vsl-evidence-1"

  /// The form.
  public var format = EvidenceManifest.currentFormat
  /// The metric's name.
  public var metric: String
  /// The metric's definition, as the program that answered had it.
  public var definition: String
  /// The question: the arguments of `vsl show` that ask it again.
  public var question: [String]
  /// The position up to which the ledger's knowledge counts.
  public var position: UInt64
  /// The digest of the answer: of its columns and cells.
  public var answerDigest: String
  /// The version of the program's projections; another version may count otherwise.
  public var projectionVersion: UInt32
  /// The ledger's id, in hexadecimal.
  public var ledger: String
  /// Whether the ledger took events of unknown types.
  public var isOpenVocabulary: Bool
  /// Number of records that are disclosed.
  public var disclosed: UInt64
  /// Number of records up to the position that are not: their hashes alone are in the bundle.
  public var withheld: UInt64
  /// What the bundle proves, and what it does not, for people.
  public var statement: String

  static func statement(disclosed: UInt64, withheld: UInt64) -> String {
    withheld == 0
      ? "Every record up to the position is in the bundle: the answer is the whole ledger's, and nothing was left out."
      : "\(disclosed) records are disclosed, and the answer is recomputed from them alone. That each is in the ledger, unchanged and at "
        + "its position, is proven; so is that \(withheld) other records are there. That none of these would change the answer is said by "
        + "whoever made the bundle, not proven: ask for `vsl prove POSITION` of any of them, or for a bundle made with --all-events."
  }
}
