/// Gathers evidence by group while an answer is computed.
final class EvidenceCollector {
  struct Entry {
    var subject: UInt32
    var position: UInt64
    var effectiveMicros: Int64
    var amount: Double?
    var note: String?
  }

  private(set) var groups: [[Entry]] = []
  private(set) var excluded: [(reason: String, entries: [Entry])] = []

  func add(_ entry: Entry, to group: Int) {
    while groups.count <= group { groups.append([]) }
    groups[group].append(entry)
  }

  func exclude(_ entry: Entry, because reason: String) {
    if let place = excluded.firstIndex(where: { $0.reason == reason }) {
      excluded[place].entries.append(entry)
    } else {
      excluded.append((reason, [entry]))
    }
  }
}
