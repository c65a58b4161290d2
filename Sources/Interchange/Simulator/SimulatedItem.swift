/// An item that is open.
struct SimulatedItem: BitwiseCopyable {
  var number: UInt32
  /// Index into ``Organisation/streams``.
  var stream: UInt8
  /// The stage it is in, or is about to enter.
  var stage: UInt8
  var kind: UInt8
  var serviceClass: UInt8
  var team: UInt8
  var service: UInt8
  /// How often it was sent back.
  var reworks: UInt8 = 0
  /// Its last change; 0 when it has none.
  var change: UInt64 = 0
  /// Working time that is left in the stage when it is unblocked.
  var remaining: Int64 = 0
}

/// The open items, in slots that are used again.
struct SimulatedItems {
  private var slots: [SimulatedItem] = []
  private var free: [UInt32] = []

  /// Number of open items.
  var count: Int { slots.count - free.count }

  subscript(slot: UInt32) -> SimulatedItem {
    get { slots[Int(slot)] }
    set { slots[Int(slot)] = newValue }
  }

  mutating func add(_ item: SimulatedItem) -> UInt32 {
    if let slot = free.popLast() {
      slots[Int(slot)] = item
      return slot
    }
    slots.append(item)
    return UInt32(slots.count - 1)
  }

  mutating func remove(_ slot: UInt32) { free.append(slot) }
}
