import Foundation

/// The part of an input that is in memory: a buffer that is filled at its end and consumed at its front.
final class InputWindow {
  /// Bytes asked for at a time.
  static let chunkSize = 1 << 20

  let source: ByteSource
  private let chunkSize: Int
  private var buffer: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  /// True when the source has nothing more.
  private(set) var isAtEnd = false

  init(_ source: ByteSource, chunkSize: Int = InputWindow.chunkSize) {
    self.source = source
    self.chunkSize = max(1, chunkSize)
    buffer = .allocate(byteCount: 2 * max(1, chunkSize), alignment: 64)
  }

  deinit { buffer.deallocate() }

  var path: String { source.path }
  var count: Int { end - start }

  /// What is in memory and not consumed. Valid until the next ``fill()``.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[start..<end]) }

  func consume(_ count: Int) { start += count }

  /// Adds at least one byte; false at the end. What is in memory may move.
  func fill() throws(ImportError) -> Bool {
    guard !isAtEnd else { return false }
    if buffer.count - end < chunkSize { makeRoom() }
    let room = UnsafeMutableRawBufferPointer(rebasing: buffer[end..<end + chunkSize])
    let count = try source.read(into: room)
    end += count
    isAtEnd = count == 0
    return count > 0
  }

  private func makeRoom() {
    let kept = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
    if kept.count + chunkSize <= buffer.count {
      // The parts may overlap: copyMemory allows it.
      buffer.copyMemory(from: kept)
    } else {
      let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * buffer.count + chunkSize, alignment: 64)
      larger.copyMemory(from: kept)
      buffer.deallocate()
      buffer = larger
    }
    end = kept.count
    start = 0
  }
}

extension UnsafeRawBufferPointer {
  /// The index of the first `byte` from `from` on.
  func firstIndex(of byte: UInt8, from: Int) -> Int? {
    guard from < count, let base = baseAddress, let hit = memchr(base + from, Int32(byte), count - from) else {
      return nil
    }
    return UnsafeRawPointer(hit) - base
  }

  /// Without spaces, tabs and line ends at both ends.
  var trimmed: UnsafeRawBufferPointer {
    var first = 0
    var last = count
    while first < last && self[first].isJSONSpace { first += 1 }
    while last > first && self[last - 1].isJSONSpace { last -= 1 }
    return UnsafeRawBufferPointer(rebasing: self[first..<last])
  }

  /// Number of line feeds.
  var lineFeeds: Int {
    var number = 0
    for byte in self where byte == 0x0A { number += 1 }
    return number
  }
}

extension UInt8 {
  /// Space, tab, line feed or carriage return.
  var isJSONSpace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }
}
