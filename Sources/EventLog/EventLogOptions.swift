/// Whether a ledger takes events whose type the vocabulary does not know.
public enum VocabularyMode: UInt8, Sendable {
  /// They are refused.
  case strict = 0
  /// They are stored as opaque events.
  case open = 1
}

/// How an ``EventLog`` is created or opened.
public struct EventLogOptions: Sendable {
  /// Open for reading only.
  public var readOnly: Bool
  /// Address space of `log.mdb` at first, in bytes; it grows by itself. Small in tests.
  public var initialMapSize: Int
  /// Most read transactions at once, over all processes.
  public var maxReaders: Int
  /// The vocabulary mode of a new ledger. Opening reads the stored one.
  public var vocabularyMode: VocabularyMode
  /// When a new ledger was created, in microseconds since 1970; nil for now.
  public var createdMicros: Int64?
  /// The id of a new ledger that is another one restored, 16 bytes; nil for a random one.
  public var ledgerID: [UInt8]?

  /// Options with the defaults of a ledger.
  public init(
    readOnly: Bool = false, initialMapSize: Int = 1 << 30, maxReaders: Int = 510,
    vocabularyMode: VocabularyMode = .strict, createdMicros: Int64? = nil, ledgerID: [UInt8]? = nil
  ) {
    self.readOnly = readOnly
    self.initialMapSize = initialMapSize
    self.maxReaders = maxReaders
    self.vocabularyMode = vocabularyMode
    self.createdMicros = createdMicros
    self.ledgerID = ledgerID
  }
}
