import CLMDB
import Glibc
import ValueStream

/// The items that the projector works with: every open one, and the most recently closed ones. Whatever is not here can be read back from
/// the log, so memory is bounded by open work, not by history.
///
/// Flat memory: an open-addressing table from subject to slot, slots of fixed size, and lists of 64-byte chunks for each item's history
/// (its facts in timeline order, each followed by the rows that it opened).
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

  @exclusivity(unchecked) private var table: UnsafeMutablePointer<UInt64>
  @exclusivity(unchecked) private var tableBits: UInt64 = 12
  @exclusivity(unchecked) private var used = 0
  @exclusivity(unchecked) private(set) var slots: UnsafeMutablePointer<Slot>
  @exclusivity(unchecked) private var slotCapacity = 1 << 10
  @exclusivity(unchecked) private var slotCount = 0
  @exclusivity(unchecked) private var freeSlots: [UInt32] = []
  @exclusivity(unchecked) private var chunks: UnsafeMutablePointer<Chunk>
  @exclusivity(unchecked) private var chunkCapacity = 1 << 11
  @exclusivity(unchecked) private var chunkCount = 0
  @exclusivity(unchecked) private var freeChunk = ItemCache.none
  @exclusivity(unchecked) private var closed: [UInt64] = []
  @exclusivity(unchecked) private var closedNext = 0

  init() {
    table = Self.aligned(1 << 12)
    table.initialize(repeating: 0, count: 1 << 12)
    slots = Self.aligned(1 << 10)
    chunks = Self.aligned(1 << 11)
  }

  deinit {
    table.deallocate()
    slots.deallocate()
    chunks.deallocate()
  }

  var count: Int { used }

  @inline(__always)
  private func bucket(_ subject: UInt32) -> Int {
    Int(truncatingIfNeeded: (UInt64(subject) &* 0x9E37_79B9_7F4A_7C15) >> (64 - tableBits))
  }

  /// The slot of a subject, or nil when it is not here.
  @inline(__always)
  func find(_ subject: UInt32) -> Int? {
    let mask = 1 << Int(tableBits) - 1
    var index = bucket(subject)
    while true {
      let entry = table[index]
      if entry == 0 { return nil }
      if UInt32(truncatingIfNeeded: entry >> 32) == subject { return Int(UInt32(truncatingIfNeeded: entry)) }
      index = (index + 1) & mask
    }
  }

  /// Asks the processor for the bucket of a subject that will be looked up soon.
  @inline(__always)
  func prefetchBucket(_ subject: UInt32) {
    vsl_prefetch(table + bucket(subject))
  }

  /// Asks the processor for the slot and newest chunk of a subject that will be worked on soon.
  @inline(__always)
  func prefetchSlot(_ subject: UInt32) {
    guard let slot = find(subject) else { return }
    let address = UnsafeRawPointer(slots + slot)
    vsl_prefetch(address)
    vsl_prefetch(address + 64)
  }

  /// Asks the processor for the place in an item's history that will be added to soon.
  @inline(__always)
  func prefetchHistory(_ subject: UInt32) {
    guard let slot = find(subject), slots[slot].lastChunk != Self.none else { return }
    vsl_prefetch(chunks + Int(slots[slot].lastChunk))
  }

  /// A new slot for a subject that is not here.
  func insert(_ subject: UInt32) -> Int {
    if used * 2 >= 1 << Int(tableBits) { growTable() }
    let slot: Int
    if let free = freeSlots.popLast() {
      slot = Int(free)
    } else {
      if slotCount == slotCapacity {
        slots = Self.grown(slots, count: slotCount, capacity: slotCapacity * 2)
        slotCapacity *= 2
      }
      slot = slotCount
      slotCount += 1
    }
    slots[slot] = Slot()
    slots[slot].subject = subject
    place(UInt64(subject) << 32 | UInt64(slot))
    used += 1
    return slot
  }

  /// Notes that an item was closed; the item closed longest ago makes room, unless it is open again or was closed anew.
  func noteClosed(_ slot: Int) {
    slots[slot].closings &+= 1
    let entry = UInt64(slots[slot].subject) << 32 | UInt64(slots[slot].closings)
    if closed.count < Self.closedCapacity {
      closed.append(entry)
      return
    }
    let oldest = closed[closedNext]
    closed[closedNext] = entry
    closedNext = (closedNext + 1) & (Self.closedCapacity - 1)
    prefetchBucket(UInt32(truncatingIfNeeded: closed[(closedNext + 4) & (Self.closedCapacity - 1)] >> 32))
    prefetchSlot(UInt32(truncatingIfNeeded: closed[(closedNext + 2) & (Self.closedCapacity - 1)] >> 32))
    prefetchHistory(UInt32(truncatingIfNeeded: closed[closedNext] >> 32))
    guard let candidate = find(UInt32(truncatingIfNeeded: oldest >> 32)),
      slots[candidate].closings == UInt32(truncatingIfNeeded: oldest),
      slots[candidate].state.phase == .delivered || slots[candidate].state.phase == .cancelled
    else { return }
    remove(candidate)
  }

  /// Forgets an item.
  func remove(_ slot: Int) {
    clearHistory(slot)
    let subject = slots[slot].subject
    let mask = 1 << Int(tableBits) - 1
    var hole = bucket(subject)
    while UInt32(truncatingIfNeeded: table[hole] >> 32) != subject { hole = (hole + 1) & mask }
    // Backward-shift deletion: entries behind the hole that may move up do so, and probes stay short.
    var next = (hole + 1) & mask
    while table[next] != 0 {
      let home = bucket(UInt32(truncatingIfNeeded: table[next] >> 32))
      if (next - home) & mask >= (next - hole) & mask {
        table[hole] = table[next]
        hole = next
      }
      next = (next + 1) & mask
    }
    table[hole] = 0
    used -= 1
    freeSlots.append(UInt32(slot))
  }

  // MARK: History

  /// Adds an entry to an item's history.
  @inline(__always)
  func push(_ slot: Int, _ entry: UInt64) {
    if slots[slot].lastChunk == Self.none || slots[slot].lastCount == Chunk.capacity { addChunk(slot) }
    let chunk = Int(slots[slot].lastChunk)
    let count = Int(slots[slot].lastCount)
    entries(of: chunk)[count] = entry
    slots[slot].lastCount += 1
  }

  /// Calls `body` with each entry of an item's history, in order.
  @inline(__always)
  func forEachEntry(_ slot: Int, _ body: (UInt64) -> Void) {
    var chunk = slots[slot].firstChunk
    let last = slots[slot].lastChunk
    while chunk != Self.none {
      let isLast = chunk == last
      let count = isLast ? Int(slots[slot].lastCount) : Int(Chunk.capacity)
      for index in 0..<count { body(entries(of: Int(chunk))[index]) }
      chunk = isLast ? Self.none : chunks[Int(chunk)].next
    }
  }

  /// Empties an item's history.
  func clearHistory(_ slot: Int) {
    let first = slots[slot].firstChunk
    guard first != Self.none else { return }
    chunks[Int(slots[slot].lastChunk)].next = freeChunk
    freeChunk = first
    slots[slot].firstChunk = Self.none
    slots[slot].lastChunk = Self.none
    slots[slot].lastCount = 0
  }

  /// Safe: a chunk's entries are a tuple of seven UInt64, laid out as an array of them behind the two link words.
  @inline(__always)
  private func entries(of chunk: Int) -> UnsafeMutablePointer<UInt64> {
    (UnsafeMutableRawPointer(chunks + chunk) + 8).assumingMemoryBound(to: UInt64.self)
  }

  private func addChunk(_ slot: Int) {
    let chunk: UInt32
    if freeChunk != Self.none {
      chunk = freeChunk
      freeChunk = chunks[Int(chunk)].next
    } else {
      if chunkCount == chunkCapacity {
        chunks = Self.grown(chunks, count: chunkCount, capacity: chunkCapacity * 2)
        chunkCapacity *= 2
      }
      chunk = UInt32(chunkCount)
      chunkCount += 1
    }
    chunks[Int(chunk)] = Chunk()
    if slots[slot].firstChunk == Self.none {
      slots[slot].firstChunk = chunk
    } else {
      chunks[Int(slots[slot].lastChunk)].next = chunk
    }
    slots[slot].lastChunk = chunk
    slots[slot].lastCount = 0
  }

  // MARK: Memory

  private func place(_ entry: UInt64) {
    let mask = 1 << Int(tableBits) - 1
    var index = bucket(UInt32(truncatingIfNeeded: entry >> 32))
    while table[index] != 0 { index = (index + 1) & mask }
    table[index] = entry
  }

  private func growTable() {
    let old = table
    let oldCapacity = 1 << Int(tableBits)
    tableBits += 1
    table = Self.aligned(oldCapacity * 2)
    table.initialize(repeating: 0, count: oldCapacity * 2)
    for index in 0..<oldCapacity where old[index] != 0 { place(old[index]) }
    old.deallocate()
  }

  /// Memory that begins at a cache line; much of it in huge pages where the system has them, since it is looked up at random.
  private static func aligned<T: BitwiseCopyable>(_ capacity: Int) -> UnsafeMutablePointer<T> {
    let bytes = capacity * MemoryLayout<T>.stride
    let isLarge = bytes >= 1 << 22
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: isLarge ? 1 << 21 : 64)
    if isLarge { _ = madvise(memory, bytes, MADV_HUGEPAGE) }
    return memory.bindMemory(to: T.self, capacity: capacity)
  }

  private static func grown<T: BitwiseCopyable>(
    _ memory: UnsafeMutablePointer<T>, count: Int, capacity: Int
  ) -> UnsafeMutablePointer<T> {
    let larger: UnsafeMutablePointer<T> = aligned(capacity)
    larger.update(from: memory, count: count)
    memory.deallocate()
    return larger
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
