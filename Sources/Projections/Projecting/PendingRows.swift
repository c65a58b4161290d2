import LMDB
import ValueStream

/// What the projector has posted and not yet written: rows of every book, new names, and the checkpoint they lead to.
///
/// `@unchecked Sendable`: one owner at a time; handed over whole to the writer.
final class PendingRows: @unchecked Sendable {
  let arrivals: RowBuffer<ArrivalPosting>
  let visits: RowBuffer<VisitPosting>
  let completions: RowBuffer<CompletionPosting>
  let defects: RowBuffer<DefectPosting>
  let blocks: RowBuffer<BlockPosting>
  let events: RowBuffer<EventPosting>
  let outlines: RowBuffer<FactOutline>
  /// New names in the order of their numbers: namespace, number, bytes.
  @exclusivity(unchecked) var names: [(BookNamespace, UInt32, [UInt8])] = []
  /// For each new defect posting: its defect and row.
  @exclusivity(unchecked) var defectRows: [(subject: UInt32, row: UInt32)] = []

  /// The changes that deployments list.
  @exclusivity(unchecked) var deployedChanges: [DeployedChange] = []

  init(after counts: BookCounts) {
    arrivals = RowBuffer(firstRow: counts.arrivals)
    visits = RowBuffer(firstRow: counts.visits)
    completions = RowBuffer(firstRow: counts.completions)
    defects = RowBuffer(firstRow: counts.defects, capacity: 1 << 10)
    blocks = RowBuffer(firstRow: counts.blocks, capacity: 1 << 12)
    events = RowBuffer(firstRow: counts.events)
    outlines = RowBuffer(firstRow: counts.outlines)
  }

  /// The number of rows in all books once this is written.
  var counts: BookCounts {
    BookCounts(
      arrivals: arrivals.firstRow + arrivals.count, visits: visits.firstRow + visits.count,
      completions: completions.firstRow + completions.count, defects: defects.firstRow + defects.count,
      blocks: blocks.firstRow + blocks.count, events: events.firstRow + events.count,
      outlines: outlines.firstRow + outlines.count)
  }

  /// Whether enough has gathered to be written.
  @inline(__always)
  var isFull: Bool { visits.count + events.count >= 1 << 16 || names.count >= 1 << 12 }

  /// Whether it is written sooner than another thread is woken for it.
  var isSmall: Bool { visits.count + events.count < 1 << 8 }

  func restart(after counts: BookCounts) {
    arrivals.restart(at: counts.arrivals)
    visits.restart(at: counts.visits)
    completions.restart(at: counts.completions)
    defects.restart(at: counts.defects)
    blocks.restart(at: counts.blocks)
    events.restart(at: counts.events)
    outlines.restart(at: counts.outlines)
    names.removeAll(keepingCapacity: true)
    defectRows.removeAll(keepingCapacity: true)
    deployedChanges.removeAll(keepingCapacity: true)
  }
}

/// Rows in each book.
struct BookCounts: Equatable, Sendable {
  var arrivals = 0
  var visits = 0
  var completions = 0
  var defects = 0
  var blocks = 0
  var events = 0
  var outlines = 0
}

/// What the books number by themselves, beside the log's symbols.
enum BookNamespace: UInt8, CaseIterable, Sendable {
  /// Names of stages, as definitions and events use them.
  case stage = 1
  /// Severities, actors, reasons.
  case text = 2
  /// Attribute sets of items.
  case attributes = 3
  /// Positions of the events that define streams or void such events, and that define policies, in the order they were projected.
  case cause = 4
}

/// Names numbered 1, 2, 3 … in order of first use.
struct NameTable: Sendable {
  private(set) var names: [[UInt8]] = [[]]
  private var numbers: [[UInt8]: UInt32] = [:]

  /// The number of a name, if it has one.
  func number(of name: [UInt8]) -> UInt32? { numbers[name] }

  /// The number of a name; `isNew` when it was given one now.
  mutating func intern(_ name: [UInt8]) -> (number: UInt32, isNew: Bool) {
    if let known = numbers[name] { return (known, false) }
    let number = UInt32(names.count)
    names.append(name)
    numbers[name] = number
    return (number, true)
  }

  /// The name of a number, or nil for 0 and numbers never given.
  func name(_ number: UInt32) -> String? {
    number > 0 && Int(number) < names.count ? String(decoding: names[Int(number)], as: UTF8.self) : nil
  }
}
