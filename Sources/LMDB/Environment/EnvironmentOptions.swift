/// How an ``Environment`` is opened.
public struct EnvironmentOptions: Sendable {
  /// When a commit counts as done.
  public enum Durability: Sendable {
    /// Synced to the disk: a commit that returned survives a power cut.
    case full
    /// Left to the system (`MDB_NOSYNC`) until ``Environment/sync()``: for what can be rebuilt. A power cut may damage the file.
    case none
  }

  /// The data file; its lock file stands beside it with `-lock` behind the name.
  public var path: String
  /// Address space reserved at first, in bytes. It grows by itself, and costs no disk and no memory.
  public var initialMapSize: Int
  /// Most tables that can be open.
  public var maxTables: Int
  /// Most read transactions at once, over all processes; the first process to open the file decides.
  public var maxReaders: Int
  /// Open for reading only: nothing is created.
  public var readOnly: Bool
  /// When a commit counts as done.
  public var durability: Durability
  /// How long growing waits for the reads of other threads to end, in seconds.
  public var growthTimeoutSeconds: Int

  /// Options with the defaults of a ledger.
  public init(
    path: String, initialMapSize: Int = 1 << 30, maxTables: Int = 64, maxReaders: Int = 510, readOnly: Bool = false,
    durability: Durability = .full, growthTimeoutSeconds: Int = 60
  ) {
    self.path = path
    self.initialMapSize = initialMapSize
    self.maxTables = maxTables
    self.maxReaders = maxReaders
    self.readOnly = readOnly
    self.durability = durability
    self.growthTimeoutSeconds = growthTimeoutSeconds
  }
}
