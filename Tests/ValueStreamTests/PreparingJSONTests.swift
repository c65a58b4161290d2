import Foundation
import TestSupport
import Testing

@testable import EventLog

@Suite("Reading JSON from the tape")
struct PreparingJSONTests {
  /// A random document as text, nested at most four deep, with white space, escapes and numbers of all sorts.
  private struct RandomDocument {
    var random: SeededGenerator

    mutating func value(_ depth: Int) -> String {
      switch Int.random(in: 0..<(depth > 3 ? 7 : 10), using: &random) {
      case 0: "true"
      case 1: "false"
      case 2: "null"
      case 3: String(Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0..<63, using: &random))
      case 4: String(Double.random(in: -1e9...1e9, using: &random))
      case 5: ["0", "-0", "1e3", "1.5E-7", "123456789012", "1E+2", "-1.25e+10"].randomElement(using: &random) ?? "0"
      case 6, 7: string()
      case 8: "[" + list { $0.value(depth + 1) } + "]"
      default: "{" + list { document in document.string() + " :" + document.value(depth + 1) } + "}"
      }
    }

    private mutating func list(_ element: (inout RandomDocument) -> String) -> String {
      var elements: [String] = []
      for _ in 0..<Int.random(in: 0..<6, using: &random) { elements.append(" " + element(&self) + " ") }
      return elements.joined(separator: ",")
    }

    mutating func string() -> String {
      let parts = [
        "a", "stage", "ü", "日本", "😀", #"\n"#, #"\""#, #"\\"#, #"\/"#, #"\u00e9"#, #"\ud83d\ude00"#, " ", "x1",
      ]
      var text = ""
      for _ in 0..<Int.random(in: 0..<5, using: &random) { text += parts.randomElement(using: &random) ?? "" }
      // The number keeps the names of an object's members apart.
      return "\"" + text + "\(Int.random(in: 0..<1_000_000_000, using: &random))\""
    }
  }

  private func isSame(_ node: JSONNode, _ value: Any) -> Bool {
    switch node.kind {
    case .object:
      guard let object = value as? [String: Any], object.count == node.count else { return false }
      return node.members.allSatisfy { name, member in
        object[String(decoding: name, as: UTF8.self)].map { isSame(member, $0) } ?? false
      }
    case .array:
      guard let array = value as? [Any], array.count == node.count else { return false }
      return zip(node.elements, array).allSatisfy { isSame($0, $1) }
    case .string: return node.string == value as? String
    case .integer: return (value as? NSNumber)?.int64Value == node.integer
    case .unsigned, .double:
      // Foundation goes by way of a decimal number and is off by a little in the last place; exactness is tested below.
      guard let wanted = (value as? NSNumber)?.doubleValue, let found = node.double else { return false }
      return abs(wanted - found) <= 8 * wanted.ulp
    case .true, .false: return (value as? Bool) == node.bool
    case .null: return value is NSNull
    }
  }

  @Test("Random documents read the same as with Foundation")
  func agreesWithFoundation() throws {
    var documents = RandomDocument(random: SeededGenerator(seed: 7))
    let parser = JSONParser()
    for _ in 0..<2000 {
      let text = documents.value(0)
      let node = try parser.parse(text)
      let value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
      #expect(isSame(node, value), "\(text)")
      #expect(JSONDiagnosis.firstError(in: text) == nil, "\(text)")
      // What is written again means the same.
      let other = JSONParser()
      #expect(try other.parse(node.compactJSON).isEquivalent(to: node), "\(text)")
    }
  }

  @Test("Numbers read as the nearest Double, or as the very integer")
  func numbers() throws {
    var random = SeededGenerator(seed: 8)
    let parser = JSONParser()
    for _ in 0..<20_000 {
      let number = Double(bitPattern: random.next())
      guard number.isFinite else { continue }
      #expect(try parser.parse(number.description).double == number)
      let integer = Int64(bitPattern: random.next())
      #expect(try parser.parse(integer.description).integer == integer)
      var bytes: [UInt8] = []
      JSONText.append(number, to: &bytes)
      #expect(try parser.parse(String(decoding: bytes, as: UTF8.self)).double == number)
    }
    #expect(try parser.parse("18446744073709551615").unsigned == .max)
    #expect(try parser.parse("18446744073709551615").integer == nil)
    #expect(try parser.parse("-9223372036854775808").integer == .min)
    #expect(try parser.parse("1e3").integer == 1000)
    #expect(try parser.parse("1.5").integer == nil)
  }

  @Test("simdjson and the scanner that finds the place of an error agree on what is JSON")
  func diagnosis() {
    var random = SeededGenerator(seed: 11)
    var documents = RandomDocument(random: SeededGenerator(seed: 12))
    let parser = JSONParser()
    var refused = 0
    for _ in 0..<20_000 {
      var bytes = Array(documents.value(0).utf8)
      if !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 2: bytes[place] = Array(#"{}[],:"\0-1eE.+ntfu"#.utf8).randomElement(using: &random) ?? 0
        default: bytes.removeSubrange(place...)
        }
      }
      bytes.withUnsafeBytes { raw in
        let error = JSONDiagnosis.firstError(in: raw, maximumDepth: 64)
        let isParsed = (try? parser.parse(copying: raw)) != nil
        if !isParsed { refused += 1 }
        #expect((error == nil) == isParsed, "\(String(decoding: raw, as: UTF8.self)) \(String(describing: error))")
      }
    }
    #expect(refused > 5000)
  }

  @Test(
    "Documents are equivalent whatever the order of members and the spelling of numbers and escapes",
    arguments: [
      (#"{"a":1,"b":[1,2]}"#, #"{ "b":[1.0,2e0], "a":1 }"#, true),
      (#"{"a":1}"#, #"{"a":1,"b":1}"#, false), (#"{"a":1,"b":1}"#, #"{"a":1}"#, false),
      (#"{"a":1}"#, #"{"b":1}"#, false), ("[1,2]", "[2,1]", false), ("[1]", "[1,1]", false),
      (#""\u0061""#, #""a""#, true), ("1", "true", false), ("0", "-0", true), ("0", "-0.0", true),
      ("9007199254740993", "9007199254740992.0", false), ("18446744073709551615", "18446744073709551615.0", false),
      ("9223372036854775808", "9223372036854775808.0", true), ("1e2", "100", true), ("0.1", "0.10", true),
      ("null", "false", false), ("{}", "[]", false),
    ])
  func equivalence(left: String, right: String, isSame: Bool) throws {
    let first = JSONParser()
    let second = JSONParser()
    let a = try first.parse(left)
    let b = try second.parse(right)
    #expect(a.isEquivalent(to: b) == isSame)
    #expect(b.isEquivalent(to: a) == isSame)
  }

  @Test("Large objects in different orders compare quickly")
  func largeObjects() throws {
    let names = (0..<50_000).map { "\"key\($0)\":\($0)" }
    let first = JSONParser()
    let second = JSONParser()
    let a = try first.parse("{" + names.joined(separator: ",") + "}")
    let b = try second.parse("{" + names.reversed().joined(separator: ",") + "}")
    #expect(a.isEquivalent(to: b))
    let c = try second.parse("{" + names.reversed().dropLast().joined(separator: ",") + ",\"other\":0}")
    #expect(!a.isEquivalent(to: c))
  }

  @Test("A pointer leads to the value or name at a place of the tape")
  func pointers() throws {
    let parser = JSONParser()
    let node = try parser.parse(#"{"a":1.5,"b/~":[{"c":null},"x"]}"#)
    let inner = try #require(node.member("b/~")?.elements.first { _ in true }?.member("c"))
    #expect(node.pointer(to: inner.index).description == "/b~1~0/0/c")
    #expect(node.pointer(to: inner.index - 1).description == "/b~1~0/0/c")
    #expect(node.pointer(to: node.index).description == "")
    #expect(node.pointer(to: try #require(node.member("a")).index).description == "/a")
  }

  @Test("A parser refuses what is longer than its limit, and goes on")
  func limits() throws {
    let parser = JSONParser(maximumLength: 2000)
    let long = "\"" + String(repeating: "x", count: 3000) + "\""
    #expect(throws: JSONError.self) { try parser.parse(long) }
    #expect(try parser.parse("[1]").count == 1)
    #expect(try parser.parse("\"" + String(repeating: "x", count: 1998) + "\"").isString)
  }
}

extension JSONDiagnosis {
  fileprivate static func firstError(in text: String) -> JSONError? {
    Array(text.utf8).withUnsafeBytes { firstError(in: $0, maximumDepth: 64) }
  }
}
