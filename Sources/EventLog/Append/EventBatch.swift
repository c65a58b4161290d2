/// Events made ready to be appended together: all of them are committed, or none.
///
/// Filled by one thread (the preparer), then handed to the log; reusable after ``removeAll()``. Event bytes and strings lie in two
/// arenas of the batch, so that preparing an event allocates nothing once the arenas have grown.
///
/// Its variables are not checked for exclusive access, which would cost as much as some of what is done with them.
///
/// `@unchecked Sendable`: a batch has one owner at a time and is handed over whole (through a queue that synchronises), never shared.
public final class EventBatch: @unchecked Sendable {
  /// Bytes that must stay readable behind the last event, for the parser (`SIMDJSON_PADDING`).
  public static let padding = 64
  /// Bytes before an event in the record arena: the leaf prefix 0x00 and the recorded time.
  public static let leafHeaderSize = 9

  /// The events, in order.
  @exclusivity(unchecked) public private(set) var events: [PreparedEvent] = []
  /// Subjects that events name in lists, those of one event side by side.
  @exclusivity(unchecked) private var references: [PreparedText] = []
  /// The recorded time that the leaf hashes were made with, in microseconds since 1970.
  public var recordedMicros: Int64 = 0
  /// The recorded time of each event, when they are records of another log that are to keep theirs: a backup's. Empty otherwise.
  public var recordedTimes: [Int64] = []
  /// The rules for sealing personal fields that the events were prepared by, as ``EventLog/sealing()`` gave them; nil for none.
  public var sealing: [UInt8]?
  /// Rules that an event of the batch lays down for what comes after it: the event's index, and the rules.
  public var newSealing: (index: Int, rules: [UInt8])?
  /// Run before the batch is committed: makes durable what its events cannot be read without. When it throws, nothing is appended.
  public var beforeCommit: (() throws(LedgerError) -> Void)?
  /// Leaf hashes, 32 bytes an event, when ``hashLeaves()`` has run since the last change.
  @exclusivity(unchecked) public internal(set) var leafHashes: [UInt8] = []

  @exclusivity(unchecked) var records: UnsafeMutableRawBufferPointer
  @exclusivity(unchecked) var recordsEnd = 0
  @exclusivity(unchecked) var text: UnsafeMutableRawBufferPointer
  @exclusivity(unchecked) var textEnd = 0

  /// An empty batch.
  public init(recordCapacity: Int = 1 << 16, textCapacity: Int = 1 << 14) {
    records = .allocate(byteCount: max(recordCapacity, 4096), alignment: 64)
    text = .allocate(byteCount: max(textCapacity, 4096), alignment: 64)
  }

  deinit {
    records.deallocate()
    text.deallocate()
  }

  /// Number of events.
  public var count: Int { events.count }
  /// Bytes of records so far.
  public var byteCount: Int { recordsEnd }

  /// Empties the batch and keeps its memory.
  public func removeAll() {
    events.removeAll(keepingCapacity: true)
    references.removeAll(keepingCapacity: true)
    recordedTimes.removeAll(keepingCapacity: true)
    leafHashes.removeAll(keepingCapacity: true)
    sealing = nil
    newSealing = nil
    beforeCommit = nil
    recordsEnd = 0
    textEnd = 0
  }

  /// Where the arenas end: what ``rollBack(to:)`` returns to.
  public struct Mark: Sendable {
    let recordsEnd: Int
    let textEnd: Int
    let referenceCount: Int
  }

  /// The state before an event that may yet be refused.
  public var mark: Mark { Mark(recordsEnd: recordsEnd, textEnd: textEnd, referenceCount: references.count) }

  /// Forgets bytes and strings added since `mark` (their event was not yet added).
  public func rollBack(to mark: Mark) {
    recordsEnd = mark.recordsEnd
    textEnd = mark.textEnd
    references.removeLast(references.count - mark.referenceCount)
  }

  /// Copies an event's bytes behind room for the leaf prefix and recorded time; ``padding`` readable bytes follow it.
  public func stage(_ json: UnsafeRawBufferPointer, line: Int) -> PreparedEvent {
    let offset = recordsEnd
    let needed = offset + Self.leafHeaderSize + json.count + Self.padding
    if needed > records.count { records = Self.grown(records, used: recordsEnd, to: needed) }
    records[offset] = 0
    if let source = json.baseAddress, let base = records.baseAddress {
      (base + offset + Self.leafHeaderSize).copyMemory(from: source, byteCount: json.count)
    }
    recordsEnd = offset + Self.leafHeaderSize + json.count
    return PreparedEvent(leafOffset: offset, eventLength: json.count, line: line)
  }

  /// The staged bytes of an event. Valid until the next change of the batch.
  public func bytes(of event: PreparedEvent) -> UnsafeRawBufferPointer {
    let start = event.leafOffset + Self.leafHeaderSize
    return UnsafeRawBufferPointer(rebasing: records[start..<start + event.eventLength])
  }

  /// Copies a string, with an optional class byte before it, into the text arena and hashes it.
  public func addText(_ bytes: UnsafeRawBufferPointer, prefix: UInt8? = nil) -> PreparedText {
    let offset = textEnd
    let length = bytes.count + (prefix == nil ? 0 : 1)
    if offset + length > text.count { text = Self.grown(text, used: textEnd, to: offset + length) }
    var end = offset
    if let prefix {
      text[end] = prefix
      end += 1
    }
    if let source = bytes.baseAddress, let base = text.baseAddress {
      (base + end).copyMemory(from: source, byteCount: bytes.count)
    }
    textEnd = offset + length
    let stored = UnsafeRawBufferPointer(rebasing: text[offset..<offset + length])
    return PreparedText(offset: UInt32(offset), length: UInt32(length), hash: StableHash.hash(stored))
  }

  /// Adds a subject that an event names in a list; all of one event's are added one after another.
  public func addReference(_ bytes: UnsafeRawBufferPointer, prefix: UInt8, of event: inout PreparedEvent) {
    if event.referenceCount == 0 { event.firstReference = UInt32(references.count) }
    references.append(addText(bytes, prefix: prefix))
    event.referenceCount += 1
  }

  /// The subjects that an event names in a list, in its order; one may be there twice.
  public func references(of event: PreparedEvent) -> ArraySlice<PreparedText> {
    references[Int(event.firstReference)..<Int(event.firstReference) + Int(event.referenceCount)]
  }

  /// The bytes of a string of this batch. Valid until the next change of the batch.
  public func bytes(of string: PreparedText) -> UnsafeRawBufferPointer {
    let start = Int(string.offset)
    return UnsafeRawBufferPointer(rebasing: text[start..<start + Int(string.length)])
  }

  /// Adds a staged event that is complete.
  public func add(_ event: PreparedEvent) { events.append(event) }

  private static func grown(
    _ buffer: UnsafeMutableRawBufferPointer, used: Int, to needed: Int
  ) -> UnsafeMutableRawBufferPointer {
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: max(needed, buffer.count * 2), alignment: 64)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[0..<used]))
    buffer.deallocate()
    return larger
  }
}
