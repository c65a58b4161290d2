import CLMDB
import LMDB

/// What an append gathers while it goes through its events, to be written table by table.
struct AppendRows {
  var nodes: [MerkleHash] = []
  private var facts: [Fact] = []
  private var leaves: [MerkleHash] = []
  private var subjects: [SubjectEntry] = []
  private var references: [SubjectEntry] = []

  /// A position to be listed under a subject.
  private struct SubjectEntry: BitwiseCopyable {
    var subject: UInt32
    var position: UInt64

    static func < (a: SubjectEntry, b: SubjectEntry) -> Bool {
      a.subject != b.subject ? a.subject < b.subject : a.position < b.position
    }
  }

  mutating func removeAll() {
    nodes.removeAll(keepingCapacity: true)
    facts.removeAll(keepingCapacity: true)
    leaves.removeAll(keepingCapacity: true)
    subjects.removeAll(keepingCapacity: true)
    references.removeAll(keepingCapacity: true)
  }

  mutating func add(_ fact: Fact, leaf: MerkleHash, position: UInt64) {
    facts.append(fact)
    leaves.append(leaf)
    subjects.append(SubjectEntry(subject: fact.subject, position: position))
    if fact.flags.contains(.argumentIsSubject) && fact.argument != 0 {
      references.append(SubjectEntry(subject: fact.argument, position: position))
    }
  }

  /// Lists a position under a subject that its event names in a list.
  mutating func addReference(to subject: UInt32, position: UInt64) {
    references.append(SubjectEntry(subject: subject, position: position))
  }

  /// Writes everything gathered.
  mutating func write(_ tables: LogTables, in transaction: borrowing WriteTransaction) throws(LMDBError) {
    try facts.withUnsafeBufferPointer { rows throws(LMDBError) in try tables.facts.append(rows, in: transaction) }
    try leaves.withUnsafeBufferPointer { rows throws(LMDBError) in try tables.leaves.append(rows, in: transaction) }
    try nodes.withUnsafeBufferPointer { rows throws(LMDBError) in try tables.nodes.append(rows, in: transaction) }
    try Self.write(&subjects, to: tables.subjects, in: transaction)
    try Self.write(&references, to: tables.references, in: transaction)
  }

  /// In order of subject, so that neighbours share pages while these are warm; each position is above those listed already. An event
  /// that names a subject twice is listed once.
  private static func write(
    _ entries: inout [SubjectEntry], to table: MultiTable<UInt64>, in transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    guard !entries.isEmpty else { return }
    if entries.count > 1 { entries.sort(by: <) }
    var cursor = try Cursor(table, in: transaction)
    var last = SubjectEntry(subject: 0, position: 0)
    for entry in entries where entry.subject != last.subject || entry.position != last.position {
      last = entry
      var position = entry.position
      try withUnsafeBytes(of: &position) { value throws(LMDBError) in
        try cursor.put(UInt64(entry.subject), value, flags: MDB_APPENDDUP)
      }
    }
  }
}
