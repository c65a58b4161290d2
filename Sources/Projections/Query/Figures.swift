import LMDB
import Tables
import ValueStream

/// Sums by group and period: what nearly every projection's table is made of.
///
/// A projection adds postings; each goes to the sum of its group. At the end there is a row for each group met, in each period between the
/// first and the last one met, so that a period in which nothing happened is not left out.
struct Figures<Sum> {
  private let parts: AnswerParts
  private var classifier: RowClassifier
  private let make: () -> Sum
  private let calendar: PeriodCalendar?
  private var sums: [Sum] = []
  private var firstPeriod: Int32 = .max
  private var lastPeriod: Int32 = -1
  private let isSplit: Bool
  private let evidence: EvidenceCollector?

  /// Prepares for a question.
  ///
  /// - Parameters:
  ///   - range: the first and last instant that can be met; looked up only when the question has periods.
  ///   - make: an empty sum.
  init(
    _ parts: AnswerParts, _ view: borrowing LedgerView, range: @autoclosure () -> ClosedRange<Int64>?,
    make: @escaping () -> Sum
  ) throws {
    self.parts = parts
    self.make = make
    evidence = parts.query.explains ? EvidenceCollector() : nil
    classifier = try RowClassifier(parts.query, view)
    let range = parts.query.period == nil ? nil : range()
    calendar = try parts.calendar(from: range?.lowerBound, through: range?.upperBound)
    isSplit = !parts.query.groupings.isEmpty || parts.query.period != nil
    if !isSplit { sums = [make()] }
  }

  /// Whether the filter lets a posting pass.
  @inline(__always)
  func passes<Row: Posting>(_ row: Row) -> Bool {
    classifier.passes(stream: row.stamp.stream, attributes: row.attributes, item: row.subject)
  }

  /// Whether the filter lets a defect pass: by the item that it was found in.
  @inline(__always)
  func passes(_ row: DefectPosting) -> Bool {
    classifier.passes(stream: row.stamp.stream, attributes: row.attributes, item: row.item)
  }

  /// Whether the filter lets a stage pass.
  @inline(__always)
  func passes(stage: UInt32) -> Bool { classifier.passes(stage: stage) }

  /// Adds to the sum of a posting's group. Postings outside of the period asked for are not added.
  ///
  /// - Parameters:
  ///   - instant: the instant by which it is counted.
  ///   - item: the item that it counts for, when that is not what the posting is about.
  ///   - amount: what it adds, for an explanation.
  @inline(__always)
  mutating func add<Row: Posting>(
    _ row: Row, at instant: Int64, item: UInt32? = nil, stage: UInt32 = 0, origin: UInt32 = 0, severity: UInt32 = 0,
    word: UInt32 = 0, amount: Double? = nil, _ body: (inout Sum) -> Void
  ) {
    guard parts.isInRange(instant) else { return }
    var group = 0
    if isSplit {
      let period = calendar?.number(of: instant) ?? -1
      group = classifier.group(
        stream: row.stamp.stream, attributes: row.attributes, item: item ?? row.subject, stage: stage, origin: origin,
        severity: severity, word: word, period: period)
      if group == sums.count { sums.append(make()) }
      firstPeriod = min(firstPeriod, period)
      lastPeriod = max(lastPeriod, period)
    }
    body(&sums[group])
    if let evidence { Self.note(row, instant, amount, evidence, group) }
  }

  @inline(never)
  private static func note<Row: Posting>(
    _ row: Row, _ instant: Int64, _ amount: Double?, _ evidence: EvidenceCollector, _ group: Int
  ) {
    evidence.add(
      EvidenceCollector.Entry(
        subject: row.subject, position: row.stamp.position, effectiveMicros: instant, amount: amount), to: group)
  }

  /// Adds the sums of another pass over other postings of the same question.
  ///
  /// - Parameter word: what a word of that pass is in this one.
  mutating func absorb(
    _ other: Figures, word: (UInt32) -> UInt32 = { $0 }, _ combine: (inout Sum, Sum) -> Void
  ) {
    guard isSplit else { return combine(&sums[0], other.sums[0]) }
    for (var key, sum) in zip(other.classifier.keys, other.sums) {
      key.word = word(key.word)
      let group = classifier.group(key)
      if group == sums.count { sums.append(make()) }
      combine(&sums[group], sum)
    }
    firstPeriod = min(firstPeriod, other.firstPeriod)
    lastPeriod = max(lastPeriod, other.lastPeriod)
  }

  /// Whether one core must do all of a pass: evidence is gathered in one place.
  var isSerial: Bool { evidence != nil }

  /// Notes a posting that would count but for a reason, which notes and explanations show.
  func exclude<Row: Posting>(_ row: Row, because reason: String) {
    evidence?.exclude(
      EvidenceCollector.Entry(
        subject: row.subject, position: row.stamp.position, effectiveMicros: row.effectiveMicros), because: reason)
  }

  /// The columns in front of the figures: the period, and each grouping.
  var leadingColumns: [Column] {
    var columns: [Column] = []
    if parts.query.period != nil { columns.append(Column(name: "period", type: .text, description: "The period.")) }
    return columns + parts.groupingColumns
  }

  /// The column behind the figures, when there are periods.
  var trailingColumns: [Column] {
    parts.query.period == nil
      ? []
      : [Column(name: "complete", type: .text, description: "Whether the whole period lies in the question.")]
  }

  /// A row of the answer before its cells are made.
  struct Row {
    var group: Int
    var period: Int32
    var sum: Sum
    var names: [String?]
    var start: Int64?
    var end: Int64?
    var label: String?
  }

  /// The rows, by period, then by the groups' names.
  ///
  /// - Parameter everyPeriod: whether a group has a row for periods in which it was not met, too.
  func rows(
    _ view: borrowing LedgerView, everyPeriod: Bool = true, word: ((UInt32, String) -> String?)? = nil
  ) throws -> [Row] {
    if !isSplit { return [Row(group: 0, period: -1, sum: sums[0], names: [])] }
    var rows = classifier.keys.enumerated().map { group, key in
      row(group, key.period, sums[group], classifier.columns(of: key, view, word: word))
    }
    if let calendar, everyPeriod {
      let first = parts.query.fromMicros == nil ? firstPeriod : 0
      let end = parts.query.toMicros == nil ? lastPeriod + 1 : Int32(calendar.count)
      for key in try classifier.missing(classifier.keys, in: min(first, end)..<end) {
        rows.append(row(-1, key.period, make(), classifier.columns(of: key, view, word: word)))
      }
    }
    rows.sort {
      $0.period == $1.period
        ? $0.names.lazy.map { $0 ?? "" }.lexicographicallyPrecedes($1.names.lazy.map { $0 ?? "" })
        : $0.period < $1.period
    }
    return rows
  }

  private func row(_ group: Int, _ period: Int32, _ sum: Sum, _ names: [String?]) -> Row {
    Row(
      group: group, period: period, sum: sum, names: names, start: period < 0 ? nil : calendar?.start(period),
      end: period < 0 ? nil : calendar?.end(period), label: period < 0 ? nil : calendar?.label(period))
  }

  /// The cells of a row: period and groups, the figures, and whether the period is complete.
  func cells(_ row: Row, _ figures: [Value]) -> [Value] {
    var cells: [Value] = []
    if parts.query.period != nil { cells.append(row.label.map(Value.text) ?? .null) }
    cells += row.names.map { $0.map(Value.text) ?? .null }
    cells += figures
    if let calendar, row.period >= 0 { cells.append(.text(parts.isComplete(calendar, row.period) ? "yes" : "no")) }
    return cells
  }

  /// What each row is made of; empty when nobody asked.
  func explanation(_ rows: [Row], _ view: borrowing LedgerView) -> Explanation? {
    guard let evidence else { return nil }
    var explanation = Explanation()
    for row in rows {
      let key = (parts.query.period == nil ? [] : [row.label ?? ""]) + row.names.map { $0 ?? "" }
      let entries = row.group >= 0 && row.group < evidence.groups.count ? evidence.groups[row.group] : []
      explanation.rows.append(
        Explanation.Row(key: key, evidence: entries.map { view.evidence($0) }.sorted { $0.position < $1.position }))
    }
    for (reason, entries) in evidence.excluded {
      explanation.excluded.append((reason, entries.map { view.evidence($0) }))
    }
    return explanation
  }
}

extension LedgerView {
  /// Evidence by group, under the names of the groups.
  func explanation(_ evidence: EvidenceCollector, keys: [[String?]]) -> Explanation {
    var explanation = Explanation()
    for (group, key) in keys.enumerated() where group < evidence.groups.count {
      explanation.rows.append(
        Explanation.Row(
          key: key.map { $0 ?? "" },
          evidence: evidence.groups[group].map { self.evidence($0) }.sorted { $0.position < $1.position }))
    }
    explanation.rows.sort { $0.key.lexicographicallyPrecedes($1.key) }
    for (reason, entries) in evidence.excluded {
      explanation.excluded.append((reason, entries.map { self.evidence($0) }))
    }
    return explanation
  }

  /// Evidence with the names that people use.
  func evidence(_ entry: EvidenceCollector.Entry) -> Explanation.Evidence {
    let bytes = log.symbolBytes(entry.subject, in: .subject)
    let subjectClass = bytes?.first.flatMap(SubjectClass.init(rawValue:))
    return Explanation.Evidence(
      subjectClass: subjectClass?.name ?? "subject", subject: subjectName(entry.subject), position: entry.position,
      effectiveMicros: entry.effectiveMicros, amount: entry.amount, note: entry.note)
  }
}
