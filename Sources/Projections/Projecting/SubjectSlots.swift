import CLMDB

/// The slots of subjects, by the numbers that the log gave them: a word for each of 1024 subjects that follow one another, as long as one
/// of them has a slot. Two loads a look-up; subjects that are worked on at the same time were mostly first heard of at the same time, and
/// so lie together.
struct SubjectSlots: ~Copyable {
  private static var pageBits: UInt32 { 10 }
  private static var subjectsAPage: Int { 1 << Int(pageBits) }

  private struct Page {
    /// Slot numbers, each with one added; 0 for none.
    var slots: UnsafeMutablePointer<UInt32>
    var used: Int
  }

  private var pages: UnsafeMutablePointer<Page?>
  private var pageCapacity = 64

  init() {
    pages = .allocate(capacity: pageCapacity)
    pages.initialize(repeating: nil, count: pageCapacity)
  }

  deinit {
    for number in 0..<pageCapacity { pages[number]?.slots.deallocate() }
    pages.deallocate()
  }

  @inline(__always)
  private func place(_ subject: UInt32) -> UnsafeMutablePointer<UInt32>? {
    let number = Int(subject >> Self.pageBits)
    guard number < pageCapacity, let page = pages[number] else { return nil }
    return page.slots + Int(subject) % Self.subjectsAPage
  }

  /// The slot of a subject; nil when it has none.
  @inline(__always)
  subscript(subject: UInt32) -> Int? {
    guard let place = place(subject), place.pointee != 0 else { return nil }
    return Int(place.pointee) - 1
  }

  /// Asks the processor for what a subject that will be looked up soon lies in.
  @inline(__always)
  func prefetch(_ subject: UInt32) {
    if let place = place(subject) { vsl_prefetch(place) }
  }

  /// Gives a subject that has no slot one.
  mutating func insert(_ subject: UInt32, slot: Int) {
    let number = Int(subject >> Self.pageBits)
    while number >= pageCapacity { grow() }
    if pages[number] == nil {
      let slots = UnsafeMutablePointer<UInt32>.allocate(capacity: Self.subjectsAPage)
      slots.initialize(repeating: 0, count: Self.subjectsAPage)
      pages[number] = Page(slots: slots, used: 0)
    }
    pages[number]?.used += 1
    place(subject)?.pointee = UInt32(slot) + 1
  }

  /// Takes the slot of a subject away.
  mutating func remove(_ subject: UInt32) {
    let number = Int(subject >> Self.pageBits)
    place(subject)?.pointee = 0
    pages[number]?.used -= 1
    if let page = pages[number], page.used == 0 {
      page.slots.deallocate()
      pages[number] = nil
    }
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<Page?>.allocate(capacity: pageCapacity * 2)
    larger.update(from: pages, count: pageCapacity)
    (larger + pageCapacity).initialize(repeating: nil, count: pageCapacity)
    pages.deallocate()
    pages = larger
    pageCapacity *= 2
  }
}
