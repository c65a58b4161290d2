import Foundation
import Glibc
import Testing

@testable import ValueStream

@Suite("Files of personal keys")
struct PersonalKeysTests {
  private let folder = NSTemporaryDirectory() + "/vsl-keys-\(UUID().uuidString)"

  private func path() throws -> String {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder + "/keys"
  }

  private func person(_ name: String) -> KeyOwner { KeyOwner(kind: "person", name: name) }

  @Test("keys are there again, whatever the owner's name is")
  func reopened() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let keys = try PersonalKeys.create(at: path())
    let owners = [
      person("ana"), person("ana b"), person("ä\n\"\\\u{0}"), person(""), KeyOwner(kind: "voided event", name: "ana"),
      KeyOwner(kind: "item", name: "erased x"),
    ]
    let made = try owners.map { try keys.makeKey(of: $0).id }
    try keys.makeDurable()
    #expect(Set(made).count == owners.count)
    let again = try PersonalKeys(path: path(), ledger: nil)
    #expect(owners.map { again.key(of: $0)?.id } == made)
    #expect(made.map { again.key(id: $0)?.owner } == owners)
    #expect(again.storeID == keys.storeID && again.damagedLines == [])
    #expect(throws: PersonalKeysError.self) { try PersonalKeys.create(at: path()) }
  }

  @Test("processes that make keys at once make one for each owner")
  func concurrent() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = try path()
    _ = try PersonalKeys.create(at: path)
    let lock = NSLock()
    nonisolated(unsafe) var found: [String: Set<String>] = [:]
    DispatchQueue.concurrentPerform(iterations: 8) { lane in
      // One for each lane, as processes have.
      guard let keys = try? PersonalKeys(path: path, ledger: nil) else { return }
      for number in 0..<100 {
        let name = "p\((number * 7 + lane * 13) % 100)"
        guard let id = try? keys.makeKey(of: KeyOwner(kind: "person", name: name)).id else { continue }
        lock.withLock { _ = found[name, default: []].insert(id) }
      }
    }
    #expect(found.count == 100)
    #expect(found.values.allSatisfy { $0.count == 1 })
    #expect(try PersonalKeys(path: path, ledger: nil).count == 100)
  }

  @Test("a destroyed key is gone from the file, from others who have it open, and does not come back")
  func destroyed() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let keys = try PersonalKeys.create(at: path())
    let ids = try ["ana", "bob", "eve"].map { try keys.makeKey(of: person($0)).id }
    let other = try PersonalKeys(path: path(), ledger: nil)
    let before = try Data(contentsOf: URL(fileURLWithPath: path()))
    #expect(try keys.destroy(id: ids[1], atMicros: 1))
    #expect(try !keys.destroy(id: ids[1], atMicros: 2))
    let after = try Data(contentsOf: URL(fileURLWithPath: path()))
    #expect(after.count == before.count)
    let line = try #require(String(decoding: before, as: UTF8.self).split(separator: "\n").first { $0.contains("bob") })
    let secret = line.split(separator: " ")[2]
    #expect(!String(decoding: after, as: UTF8.self).contains("bob"))
    #expect(!String(decoding: after, as: UTF8.self).contains(secret))
    try other.makeDurable()
    #expect(other.key(id: ids[1]) == nil && other.isErased(id: ids[1]) && other.count == 2)
    let anew = try other.makeKey(of: person("bob"))
    #expect(anew.id != ids[1])
    let reopened = try PersonalKeys(path: path(), ledger: nil)
    #expect(reopened.erasedIDs == [ids[1]] && reopened.count == 3 && reopened.damagedLines == [])
    #expect(reopened.key(of: person("eve"))?.id == ids[2] && reopened.key(of: person("bob"))?.id == anew.id)
  }

  @Test("what a crash left of a line is passed over, and gone with the next key")
  func tornLine() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let keys = try PersonalKeys.create(at: path())
    let ana = try keys.makeKey(of: person("ana"))
    var data = try Data(contentsOf: URL(fileURLWithPath: path()))
    let whole = data.count
    data.append(Data("abcdefghijklmnopqrstuv zzz".utf8))
    try data.write(to: URL(fileURLWithPath: path()))
    chmod(try path(), 0o600)
    let again = try PersonalKeys(path: path(), ledger: nil)
    #expect(again.count == 1 && again.damagedLines == [])
    let bob = try again.makeKey(of: person("bob"))
    let last = try PersonalKeys(path: path(), ledger: nil)
    #expect(last.count == 2 && last.damagedLines == [])
    #expect(last.key(id: ana.id) != nil && last.key(id: bob.id) != nil)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path())).prefix(whole) == data.prefix(whole))
  }

  @Test("a damaged line costs its own key and is named")
  func damagedLine() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let keys = try PersonalKeys.create(at: path())
    for name in ["ana", "bob", "eve"] { _ = try keys.makeKey(of: person(name)) }
    let data = try Data(contentsOf: URL(fileURLWithPath: path()))
    let lines = data.split(separator: 0x0A)
    // Every byte of bob's line, flipped: it is never read as another key.
    for offset in stride(from: 0, to: lines[2].count, by: 3) {
      var damaged = data
      damaged[lines[2].startIndex + offset] ^= 0x15
      try damaged.write(to: URL(fileURLWithPath: path()))
      chmod(try path(), 0o600)
      let again = try PersonalKeys(path: path(), ledger: nil)
      #expect(again.key(of: person("ana")) != nil && again.key(of: person("eve")) != nil)
      #expect(again.damagedLines.first == 3 && again.count == 2, "byte \(offset)")
    }
  }

  @Test("a file that others can read, that lies in the ledger, or is none, is refused")
  func refused() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = try PersonalKeys.create(at: path())
    #expect(throws: PersonalKeysError.self) { try PersonalKeys(path: path(), ledger: folder) }
    chmod(try path(), 0o640)
    #expect(throws: PersonalKeysError.self) { try PersonalKeys(path: path(), ledger: nil) }
    try Data("hello".utf8).write(to: URL(fileURLWithPath: folder + "/other"))
    chmod(folder + "/other", 0o600)
    #expect(throws: PersonalKeysError.self) { try PersonalKeys(path: folder + "/other", ledger: nil) }
    #expect(throws: PersonalKeysError.self) { try PersonalKeys(path: folder + "/none", ledger: nil) }
  }
}
