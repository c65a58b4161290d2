import CLMDB
import Glibc
import ValueStream

/// The items that the projector works with: every open one, and the most recently closed ones. Whatever is not here can be read back from
/// the log, so memory is bounded by open work, not by history.
///
/// Flat memory: the slots of subjects, slots of fixed size, and lists of 64-byte chunks for each item's history (its facts in timeline
/// order, each followed by the rows that it opened).
final class ItemCache {
  /// Closed items that are kept for late facts and defects: a power of two.
  static let closedCapacity = 1 << 17
  private static let none = UInt32.max

  struct Slot {
    var state = ItemState()
    /// Occurred time of the newest fact; later facts take the short way.
    var lastOccurredMicros = Int64.min
    /// The latest instant at which a defect that names the item was found.
    var latestReferenceMicros = Int64.min
    var subject: UInt32 = 0
    /// Row of the open visit's opening posting.
    var visitRow: UInt32 = 0
    /// Row of the opening posting of the block that goes on.
    var blockRow: UInt32 = 0
    var firstChunk = ItemCache.none
    var lastChunk = ItemCache.none
    var lastCount: UInt32 = 0
    /// Counts closings, so that an entry of the ring of closed items can tell whether it is still the newest.
    var closings: UInt32 = 0
    /// Two cache lines, aligned: what is prefetched is all of the slot.
    private var padding: (UInt64, UInt32) = (0, 0)
  }

  private struct Chunk {
    static let capacity: UInt32 = 7
    var next = ItemCache.none
    var reserved: UInt32 = 0
    var entries: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0)
  }

  @exclusivity(unchecked) private var subjects = SubjectSlots()
  @exclusivity(unchecked) private(set) var slots = Segments<Slot>()
  @exclusivity(unchecked) private var freeSlots: [UInt32] = []
  @exclusivity(unchecked) private var chunks = Segments<Chunk>()
  @exclusivity(unchecked) private var freeChunk = ItemCache.none
  @exclusivity(unchecked) private var closed: [UInt64] = []
  @exclusivity(unchecked) private var closedNext = 0

  /// Items that are here.
  var count: Int { slots.count - freeSlots.count }

  /// The slot of a subject, or nil when it is not here.
  @inline(__always)
  func find(_ subject: UInt32) -> Int? { subjects[subject] }

  /// Asks the processor for where to find the slot of a subject that will be worked on soon.
  @inline(__always)
  func prefetchSubject(_ subject: UInt32) { subjects.prefetch(subject) }

  /// Asks the processor for the slot of a subject that will be worked on soon.
  @inline(__always)
  func prefetchSlot(_ subject: UInt32) {
    guard let slot = find(subject) else { return }
    let address = UnsafeRawPointer(slots[slot])
    vsl_prefetch(address)
    vsl_prefetch(address + 64)
  }

  /// Asks the processor for the place in an item's history that will be added to soon.
  @inline(__always)
  func prefetchHistory(_ subject: UInt32) {
    guard let slot = find(subject), slots[slot].pointee.lastChunk != Self.none else { return }
    vsl_prefetch(chunks[Int(slots[slot].pointee.lastChunk)])
  }

  /// A new slot for a subject that is not here.
  func insert(_ subject: UInt32) -> Int {
    var new = Slot()
    new.subject = subject
    let slot: Int
    if let free = freeSlots.popLast() {
      slot = Int(free)
      slots[slot].pointee = new
    } else {
      slot = slots.append(new)
    }
    subjects.insert(subject, slot: slot)
    return slot
  }

  /// Notes that an item was closed; the item closed longest ago makes room, unless it is open again or was closed anew.
  func noteClosed(_ slot: Int) {
    slots[slot].pointee.closings &+= 1
    let entry = UInt64(slots[slot].pointee.subject) << 32 | UInt64(slots[slot].pointee.closings)
    if closed.count < Self.closedCapacity {
      closed.append(entry)
      return
    }
    let oldest = closed[closedNext]
    closed[closedNext] = entry
    closedNext = (closedNext + 1) & (Self.closedCapacity - 1)
    prefetchSubject(UInt32(truncatingIfNeeded: closed[(closedNext + 4) & (Self.closedCapacity - 1)] >> 32))
    prefetchSlot(UInt32(truncatingIfNeeded: closed[(closedNext + 2) & (Self.closedCapacity - 1)] >> 32))
    prefetchHistory(UInt32(truncatingIfNeeded: closed[closedNext] >> 32))
    guard let candidate = find(UInt32(truncatingIfNeeded: oldest >> 32)),
      slots[candidate].pointee.closings == UInt32(truncatingIfNeeded: oldest),
      slots[candidate].pointee.state.phase == .delivered || slots[candidate].pointee.state.phase == .cancelled
    else { return }
    remove(candidate)
  }

  /// Forgets an item.
  func remove(_ slot: Int) {
    clearHistory(slot)
    subjects.remove(slots[slot].pointee.subject)
    freeSlots.append(UInt32(slot))
  }

  // MARK: History

  /// Adds an entry to an item's history.
  @inline(__always)
  func push(_ slot: Int, _ entry: UInt64) {
    if slots[slot].pointee.lastChunk == Self.none || slots[slot].pointee.lastCount == Chunk.capacity { addChunk(slot) }
    let chunk = Int(slots[slot].pointee.lastChunk)
    let count = Int(slots[slot].pointee.lastCount)
    entries(of: chunk)[count] = entry
    slots[slot].pointee.lastCount += 1
  }

  /// Calls `body` with each entry of an item's history, in order.
  @inline(__always)
  func forEachEntry(_ slot: Int, _ body: (UInt64) throws -> Void) rethrows {
    var chunk = slots[slot].pointee.firstChunk
    let last = slots[slot].pointee.lastChunk
    while chunk != Self.none {
      let isLast = chunk == last
      let count = isLast ? Int(slots[slot].pointee.lastCount) : Int(Chunk.capacity)
      for index in 0..<count { try body(entries(of: Int(chunk))[index]) }
      chunk = isLast ? Self.none : chunks[Int(chunk)].pointee.next
    }
  }

  /// Empties an item's history.
  func clearHistory(_ slot: Int) {
    let first = slots[slot].pointee.firstChunk
    guard first != Self.none else { return }
    chunks[Int(slots[slot].pointee.lastChunk)].pointee.next = freeChunk
    freeChunk = first
    slots[slot].pointee.firstChunk = Self.none
    slots[slot].pointee.lastChunk = Self.none
    slots[slot].pointee.lastCount = 0
  }

  /// Safe: a chunk's entries are a tuple of seven UInt64, laid out as an array of them behind the two link words.
  @inline(__always)
  private func entries(of chunk: Int) -> UnsafeMutablePointer<UInt64> {
    (UnsafeMutableRawPointer(chunks[chunk]) + 8).assumingMemoryBound(to: UInt64.self)
  }

  private func addChunk(_ slot: Int) {
    let chunk: UInt32
    if freeChunk != Self.none {
      chunk = freeChunk
      freeChunk = chunks[Int(chunk)].pointee.next
      chunks[Int(chunk)].pointee = Chunk()
      if freeChunk != Self.none { vsl_prefetch(chunks[Int(freeChunk)]) }
    } else {
      chunk = UInt32(chunks.append(Chunk()))
    }
    if slots[slot].pointee.firstChunk == Self.none {
      slots[slot].pointee.firstChunk = chunk
    } else {
      chunks[Int(slots[slot].pointee.lastChunk)].pointee.next = chunk
    }
    slots[slot].pointee.lastChunk = chunk
    slots[slot].pointee.lastCount = 0
  }
}

/// An entry of an item's history in ``ItemCache``: the position of a fact, or a row that the fact before it opened.
enum HistoryEntry {
  static let fact: UInt64 = 0
  static let arrival: UInt64 = 1 << 61
  static let visit: UInt64 = 2 << 61
  static let completion: UInt64 = 3 << 61
  static let block: UInt64 = 4 << 61
  static let tagMask: UInt64 = 7 << 61
}
