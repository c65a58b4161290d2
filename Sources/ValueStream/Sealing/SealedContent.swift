import Crypto
import EventLog

/// The encrypted part of an event: entries `KEYID.CONTENT`, parted by commas.
enum SealedContent {
  struct Entry {
    var keyID: String
    var content: String
  }

  static func entries(_ text: String) -> [Entry] {
    text.split(separator: ",").compactMap { part in
      guard let dot = part.firstIndex(of: ".") else { return nil }
      return Entry(keyID: String(part[..<dot]), content: String(part[dot...].dropFirst()))
    }
  }

  /// What content is bound to, so that it cannot be moved to another event.
  static func binding(_ event: JSONNode) -> [UInt8] {
    let source = event.member("source")?.stringBytes ?? UnsafeRawBufferPointer(start: nil, count: 0)
    let id = event.member("id")?.stringBytes ?? UnsafeRawBufferPointer(start: nil, count: 0)
    return Array(source) + [0] + Array(id)
  }

  /// A copy of a text with parts of it replaced; the ranges rise and do not overlap.
  static func replacing(_ parts: [(range: Range<Int>, with: [UInt8])], in text: UnsafeRawBufferPointer) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count + parts.reduce(0) { $0 + $1.with.count })
    var end = 0
    for part in parts {
      result.append(contentsOf: text[end..<part.range.lowerBound])
      result.append(contentsOf: part.with)
      end = part.range.upperBound
    }
    result.append(contentsOf: text[end...])
    return result
  }
}
