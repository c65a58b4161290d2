/// How far an import is, or what became of it.
public struct ImportReport: Sendable, Equatable {
  /// Events read, refused ones among them.
  public var events = 0
  /// Events written.
  public var appended = 0
  /// Events that were in the ledger already, or earlier in the input.
  public var duplicates = 0
  /// Events refused and left out.
  public var rejected = 0
  /// Those of them that have the identity of another event.
  public var conflicts = 0
  /// Bytes taken from the file, compressed if it is.
  public var bytes = 0
  /// The size of the file; nil when it is not known.
  public var totalBytes: Int?
  /// Time since the beginning, in seconds.
  public var seconds = 0.0
  /// The last position of the log after the last batch; 0 before it.
  public var lastPosition: UInt64 = 0

  /// Nothing yet.
  public init() {}
}
