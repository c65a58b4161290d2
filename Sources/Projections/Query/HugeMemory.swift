import Foundation
import Synchronization

/// Memory for one question: in huge pages where it is large and the system has them, since the faults of ordinary ones cost a fifth of a pass
/// over the books. To be given back once, by ``deallocate()``.
///
/// Some of what one question gave back the next one takes again: where memory is full of files, the system takes longer to find pages that lie
/// together, and to clear them, than the question itself.
struct HugeMemory: @unchecked Sendable {
  /// Where it begins.
  let start: UnsafeMutableRawPointer
  /// Whether nothing was written to it yet, so that it reads as zero bytes.
  let isNew: Bool
  private let mapped: UnsafeMutableRawPointer?
  private let mappedByteCount: Int

  /// Below this the pages do not matter.
  private static var leastMappedByteCount: Int { 1 << 22 }
  /// Bytes of a huge page.
  static var pageByteCount: Int { 1 << 21 }
  /// How much is kept for the next question at most.
  private static let keptByteCount = min(1 << 29, Int(clamping: ProcessInfo.processInfo.physicalMemory / 32))

  private struct Kept {
    var memory: [HugeMemory] = []
    var byteCount = 0
  }

  private static let kept = Mutex(Kept())

  /// Takes memory. O(1): pages are found when they are first written to.
  init(byteCount: Int, alignment: Int) {
    if byteCount >= Self.leastMappedByteCount {
      let whole = Self.wholePages(byteCount)
      if let again = Self.take(whole) {
        self = again
        return
      }
      // Room to begin at a huge page.
      let room = whole + Self.pageByteCount
      let memory = mmap(nil, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      if let memory, memory != MAP_FAILED {
        let start = memory.alignedUp(toMultipleOf: Self.pageByteCount)
        _ = madvise(start, whole, MADV_HUGEPAGE)
        self.init(start: start, isNew: true, mapped: memory, mappedByteCount: room)
        return
      }
    }
    self.init(
      start: .allocate(byteCount: max(byteCount, 1), alignment: alignment), isNew: false, mapped: nil,
      mappedByteCount: 0)
  }

  private init(
    start: UnsafeMutableRawPointer, isNew: Bool, mapped: UnsafeMutableRawPointer?, mappedByteCount: Int
  ) {
    self.start = start
    self.isNew = isNew
    self.mapped = mapped
    self.mappedByteCount = mappedByteCount
  }

  /// Bytes of the huge pages that so many bytes take.
  static func wholePages(_ byteCount: Int) -> Int { (byteCount + pageByteCount - 1) / pageByteCount * pageByteCount }

  /// The smallest memory that was kept and is large enough, if it is not twice as large.
  private static func take(_ byteCount: Int) -> HugeMemory? {
    kept.withLock { kept in
      let room = byteCount + pageByteCount
      let fitting = kept.memory.indices.filter {
        kept.memory[$0].mappedByteCount >= room && kept.memory[$0].mappedByteCount < 2 * room
      }
      guard let place = fitting.min(by: { kept.memory[$0].mappedByteCount < kept.memory[$1].mappedByteCount }) else {
        return nil
      }
      let memory = kept.memory.remove(at: place)
      kept.byteCount -= memory.mappedByteCount
      return memory
    }
  }

  /// Gives it back.
  func deallocate() {
    guard let mapped else { return start.deallocate() }
    let used = HugeMemory(start: start, isNew: false, mapped: mapped, mappedByteCount: mappedByteCount)
    let isKept = Self.kept.withLock { kept in
      guard kept.byteCount + mappedByteCount <= Self.keptByteCount else { return false }
      kept.memory.append(used)
      kept.byteCount += mappedByteCount
      return true
    }
    if !isKept { munmap(mapped, mappedByteCount) }
  }
}
