import Foundation
import TestSupport
import Testing

@testable import Interchange

/// Inputs with a few bytes changed, removed or repeated: whatever they are, readers end with elements or an error.
@Suite struct MutationTests {
  private static let xes = """
    <?xml version="1.0" encoding="UTF-8"?><!-- c --><log xmlns="x"><global scope="event"><string key="a" value="b"/></global>
    <trace><string key="concept:name" value="1 &amp; 2"/><event><string key='concept:name' value="a"/>
    <string key="lifecycle:transition" value="start"/><date key="time:timestamp" value="2026-01-02T08:00:00.5+01:00"/>
    <list key="l"><values><int key="n" value="1"/></values></list></event></trace></log>
    """
  private static let array = "[{\"a\":\"\\\"]\",\"b\":[1,{\"c\":null}]},\n {\"d\":\"\\u00fc\"} , 3 ]"
  private static let objects = "{\n\"a\": [1, 2, {\"b\": \"}\"}]\n}\n{\n\"c\": \"\\\\\"\n}\n"

  @Test(arguments: [xes, array, objects])
  func noInputMakesAReaderCrashOrHang(text: String) throws {
    let folder = try TemporaryFolder()
    let rounds = Int(ProcessInfo.processInfo.environment["VSL_MUTATIONS"] ?? "") ?? 500
    var random = RandomSource(seed: 42)
    var failures = 0
    for round in 0..<rounds {
      var bytes = Array(text.utf8)
      for _ in 0...random.below(3) where !bytes.isEmpty {
        let index = random.below(bytes.count)
        switch random.below(4) {
        case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.removeSubrange(index..<min(index + 1 + random.below(8), bytes.count))
        case 2: bytes.insert(contentsOf: bytes[index..<min(index + 1 + random.below(40), bytes.count)], at: index)
        default: bytes[index] = Array("<>/\"'&;[]{},\\= \n".utf8)[random.below(16)]
        }
      }
      let path = try folder.write(round % 5 == 0 ? gzip(bytes) : bytes, "input")
      var elements: [ReadElement] = []
      do {
        try readElements(path, chunk: round % 2 == 0 ? 1 << 20 : 1 + random.below(20), into: &elements)
      } catch is ImportError {
        failures += 1
      }
      #expect(elements.count < 100)
    }
    // The mutations do reach what is checked.
    #expect(failures > rounds / 20)
  }
}
