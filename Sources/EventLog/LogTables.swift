import LMDB

/// The tables of `log.mdb`.
struct LogTables: Sendable {
  /// Position → recorded time (8 bytes, little-endian) and the event's bytes, verbatim.
  let records: IntegerTable
  /// Leaf hashes by position − 1.
  let leaves: RowTable<MerkleHash>
  /// Interior nodes; see ``NodeLayout``.
  let nodes: RowTable<MerkleHash>
  /// Hour of the occurred time → identity hash and position.
  let identity: MultiTable<IdentityValue>
  /// Namespace and string → symbol.
  let symbols: BytesTable
  /// Namespace and symbol → string.
  let names: IntegerTable
  /// Facts by position − 1.
  let facts: RowTable<Fact>
  /// Subject → positions of its events.
  let subjects: MultiTable<UInt64>
  /// Subject → positions of the events that have it as argument.
  let references: MultiTable<UInt64>
  /// Position → positions of the events that void it.
  let voids: MultiTable<UInt64>
  /// Identity hash → positions of the events that void it, while it is not in the log.
  let voidsPending: MultiTable<UInt64>
  /// Format, id, settings.
  let meta: BytesTable

  init(_ environment: Environment) throws(LMDBError) {
    records = try IntegerTable(name: "records", environment: environment)
    leaves = try RowTable(name: "leaves", environment: environment)
    nodes = try RowTable(name: "nodes", environment: environment)
    identity = try MultiTable(name: "identity", order: .bytes, environment: environment)
    symbols = try BytesTable(name: "symbols", environment: environment)
    names = try IntegerTable(name: "names", environment: environment)
    facts = try RowTable(name: "facts", environment: environment)
    subjects = try MultiTable(name: "subjects", order: .integer, environment: environment)
    references = try MultiTable(name: "references", order: .integer, environment: environment)
    voids = try MultiTable(name: "voids", order: .integer, environment: environment)
    voidsPending = try MultiTable(name: "voidsPending", order: .integer, environment: environment)
    meta = try BytesTable(name: "meta", environment: environment)
  }
}
