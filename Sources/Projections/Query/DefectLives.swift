import EventLog
import ValueStream

/// What became of each defect that counts in a cut: found, settled, found again.
struct DefectLives {
  /// A defect from a finding to its fix.
  struct Episode {
    /// What the book says of the defect.
    var posting: DefectPosting
    /// When it was found, or found again.
    var foundMicros: Int64
    /// When it was fixed; nil when it is open.
    var fixedMicros: Int64?
    /// The position of the event that fixed it.
    var fixedPosition: UInt64 = 0
    /// Whether it was put off.
    var isDeferred = false
  }

  private struct Event {
    var defect: UInt32
    var micros: Int64
    var position: UInt64
    var isFound: Bool
    var word: UInt32
  }

  private(set) var episodes: [Episode] = []

  /// Gathers the lives of the defects that pass; rejected and duplicate ones have none.
  init(_ parts: AnswerParts, _ view: borrowing LedgerView, where passes: (DefectPosting) -> Bool) {
    let postings = SubjectTable<DefectPosting>(view)
    StandingEntries(view.books.defects, parts.cut).forEach(in: view.books.defects) { row in
      if passes(row) { postings.set(row.defect, row) }
    }
    var events: [Event] = []
    SelectedEvents([.defectFound, .defectResolved], parts.cut, view).forEach(in: view.books.events) { _, row in
      let isFound = row.kind == EventKind.defectFound.rawValue
      guard postings[row.subject] != nil else { return }
      events.append(
        Event(
          defect: row.subject, micros: row.effectiveMicros, position: row.stamp.position, isFound: isFound,
          word: row.argument))
    }
    events.sort { ($0.defect, $0.micros, $0.position) < ($1.defect, $1.micros, $1.position) }
    let deferred = (try? view.log.symbolID("deferred", in: .text)) ?? nil
    var index = 0
    while index < events.count {
      var end = index
      while end < events.count, events[end].defect == events[index].defect { end += 1 }
      if let posting = postings[events[index].defect] { tell(events[index..<end], posting, deferred) }
      index = end
    }
    episodes.sort { ($0.posting.stamp.position, $0.foundMicros) < ($1.posting.stamp.position, $1.foundMicros) }
  }

  private mutating func tell(_ events: ArraySlice<Event>, _ posting: DefectPosting, _ deferred: UInt32?) {
    var open: Episode?
    // What went before the finding that counts belongs to one that was rejected.
    for event in events where event.micros >= posting.effectiveMicros {
      if event.isFound {
        if open == nil { open = Episode(posting: posting, foundMicros: event.micros) }
        open?.isDeferred = false
      } else if event.word != 0, event.word == deferred {
        open?.isDeferred = true
      } else if var episode = open {
        episode.fixedMicros = event.micros
        episode.fixedPosition = event.position
        episode.isDeferred = false
        episodes.append(episode)
        open = nil
      }
    }
    if let open { episodes.append(open) }
  }
}
