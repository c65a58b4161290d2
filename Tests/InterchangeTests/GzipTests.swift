import TestSupport
import Testing

@testable import Interchange

@Suite struct GzipTests {
  let folder: TemporaryFolder
  let text = (1...3000).map { "{\"number\":\($0)}" }.joined(separator: "\n")

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [1, 100, 1 << 20])
  func gzipIsToldByItsContentAndInflated(chunk: Int) throws {
    let plain = try readElements(folder.write(text, "plain"))
    #expect(plain.count == 3000)
    #expect(try readElements(folder.write(gzip(Array(text.utf8)), "events.ndjson"), chunk: chunk) == plain)
  }

  @Test func membersOfOneFileFollowEachOther() throws {
    let half = text.utf8.count / 2
    let members = gzip(Array(text.utf8.prefix(half))) + gzip([]) + gzip(Array(text.utf8.dropFirst(half)))
    #expect(try readElements(folder.write(members, "a.gz")).count == 3000)
    // Zeros behind the last member are padding of tapes and some tools.
    #expect(try readElements(folder.write(members + [0, 0, 0, 0], "b.gz")).count == 3000)
  }

  @Test func aFileThatEndsTooEarlySaysSoWhereverItEnds() throws {
    let whole = gzip(Array(text.utf8))
    for length in Array(stride(from: 3, to: whole.count, by: 97)) + [10, 12, whole.count - 8, whole.count - 1] {
      let path = try folder.write(Array(whole.prefix(length)), "cut.gz")
      #expect(throws: ImportError.truncatedCompression(path: path)) { try readElements(path) }
    }
  }

  @Test func damageIsFoundByTheChecksum() throws {
    var bytes = gzip(Array(text.utf8))
    bytes[bytes.count - 6] ^= 1
    let path = try folder.write(bytes, "damaged.gz")
    var elements: [ReadElement] = []
    do {
      try readElements(path, into: &elements)
      Issue.record("read to the end")
    } catch ImportError.damagedCompression(let found, let reason) {
      #expect(found == path)
      #expect(reason == "incorrect data check")
    }
  }
}
