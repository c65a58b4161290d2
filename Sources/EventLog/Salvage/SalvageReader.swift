import Glibc
import LMDB

/// Reads what can still be read of a damaged log, a record at a time, believing nothing but hashes.
///
/// A damaged file can end the process that reads it: this is for a process of its own.
public struct SalvageReader: ~Copyable {
  /// What the ledger said of itself, when that can be read.
  public struct Identity: Sendable, Equatable {
    /// The ledger's 16 bytes.
    public var ledgerID: [UInt8]
    /// When it was created.
    public var createdMicros: Int64
    /// Whether it takes unknown types.
    public var vocabularyMode: VocabularyMode

    /// What a ledger says of itself.
    public init(ledgerID: [UInt8], createdMicros: Int64, vocabularyMode: VocabularyMode) {
      self.ledgerID = ledgerID
      self.createdMicros = createdMicros
      self.vocabularyMode = vocabularyMode
    }
  }

  /// How a record was found.
  public enum Condition: Equatable, Sendable {
    /// It is what its hash says.
    case intact(recordedMicros: Int64, event: [UInt8])
    /// It is there, and nothing is left to compare it with.
    case unproven(recordedMicros: Int64, event: [UInt8])
    /// It was changed; its leaf hash says what it was.
    case changed(leaf: MerkleHash)
    /// It is not there, or cannot be read.
    case missing(reason: String)
  }

  private let environment: Environment
  private let transaction: ReadTransaction
  private let records: IntegerTable
  private let leaves: RowTable<MerkleHash>?
  private let nodes: RowTable<MerkleHash>?
  /// What the ledger said of itself; nil when that cannot be read.
  public let identity: Identity?

  private init(
    _ environment: Environment, _ transaction: consuming ReadTransaction, _ records: IntegerTable,
    _ leaves: RowTable<MerkleHash>?, _ nodes: RowTable<MerkleHash>?, _ identity: Identity?
  ) {
    self.environment = environment
    self.transaction = transaction
    self.records = records
    self.leaves = leaves
    self.nodes = nodes
    self.identity = identity
  }

  /// Opens the log's file. Throws when not even the table of records is to be found.
  public static func open(_ file: String) throws -> SalvageReader {
    let environment = try Environment(
      EnvironmentOptions(path: file, initialMapSize: 1 << 20, maxReaders: 16, readOnly: true))
    let records = try IntegerTable(name: "records", environment: environment)
    let meta = try? BytesTable(name: "meta", environment: environment)
    let known = try? environment.read { transaction in
      try meta.flatMap { try LogMeta.read(from: $0, in: transaction) }
    }
    let identity = known.flatMap { known in
      known.ledgerID.count == 16
        ? Identity(
          ledgerID: known.ledgerID, createdMicros: known.createdMicros, vocabularyMode: known.vocabularyMode) : nil
    }
    // No table can be opened once the transaction has begun.
    let leaves: RowTable<MerkleHash>? = try? RowTable(name: "leaves", environment: environment)
    let nodes: RowTable<MerkleHash>? = try? RowTable(name: "nodes", environment: environment)
    return SalvageReader(environment, try environment.beginRead(), records, leaves, nodes, identity)
  }

  /// How many positions to look at: as many as the tables of records and leaves say, whichever says more.
  public func lastPosition() -> UInt64 {
    var last = UInt64((try? records.count(in: transaction)) ?? 0)
    if let leaves, let count = try? leaves.count(in: transaction) { last = max(last, UInt64(count)) }
    return min(last, 1 << 40)
  }

  /// The highest position that has a record, when the end of the table can be read.
  public func highestRecord() -> UInt64? {
    guard var cursor = try? Cursor(records, in: transaction), (try? cursor.moveToLast()) == true else { return nil }
    return cursor.integerKey <= StoredRecord.maxPosition ? cursor.integerKey : nil
  }

  /// Reads the record at a position.
  ///
  /// - Parameter comparing: whether to look at the stored hashes, which may be what is damaged.
  public func condition(at position: UInt64, comparing: Bool) -> Condition {
    let value: UnsafeRawBufferPointer?
    do {
      value = try records.get(position, in: transaction)
    } catch {
      return .missing(reason: "\(error)")
    }
    let stored = comparing ? leaf(position) : nil
    guard let value, value.count >= StoredRecord.headerSize else {
      return .missing(reason: "there is no record" + (stored.map { "; its leaf hash is \($0)" } ?? ""))
    }
    let micros = Int64(littleEndian: value.loadUnaligned(as: Int64.self))
    let event = Array(StoredRecord.event(value))
    guard let stored else { return .unproven(recordedMicros: micros, event: event) }
    let hash = MerkleHash.leaf(of: value)
    if hash == stored || isConfirmedByNode(hash, position) { return .intact(recordedMicros: micros, event: event) }
    return .changed(leaf: stored)
  }

  /// Whether a record found elsewhere in the file is the one of a position: its hash is the stored one. Nil when none is stored.
  public func isRecord(_ value: UnsafeRawBufferPointer, of position: UInt64) -> Bool? {
    leaf(position).map { $0 == MerkleHash.leaf(of: value) }
  }

  /// Whether the node above, with the stored leaf beside, says that this is the leaf: then the stored leaf is what is damaged.
  private func isConfirmedByNode(_ hash: MerkleHash, _ position: UInt64) -> Bool {
    let isLeft = position & 1 == 1
    guard let nodes, let beside = leaf(isLeft ? position + 1 : position - 1),
      let node = try? nodes.row(at: NodeLayout.row(level: 1, end: isLeft ? position + 1 : position), in: transaction)
    else { return false }
    return node == (isLeft ? .node(hash, beside) : .node(beside, hash))
  }

  private func leaf(_ position: UInt64) -> MerkleHash? {
    guard let leaves else { return nil }
    return try? leaves.row(at: Int(position) - 1, in: transaction)
  }
}
