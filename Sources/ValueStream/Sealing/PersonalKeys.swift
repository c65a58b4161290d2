import EventLog
import Foundation
import Glibc

/// The keys of sealed content: a file outside of the ledger, a line for each person or item.
///
/// Whoever has the file can read the content; without it, nobody can. Appending keys and destroying them is safe among threads and
/// processes. A destroyed key's line is overwritten where it stands.
///
/// `@unchecked Sendable`: what changes is reached with the lock held only.
public final class PersonalKeys: @unchecked Sendable {
  /// The file.
  public let path: String
  /// 16 random bytes in base64url, by which a ledger knows its file of keys.
  public let storeID: String

  private let lock = NSLock()
  private var file: PersonalKeyFile
  private var byOwner: [KeyOwner: PersonalKey] = [:]
  private var byID: [String: PersonalKey] = [:]
  private var erased: Set<String> = []
  private var damaged: [Int] = []
  private let parser = JSONParser()

  /// Makes a new file, which only its owner can read. Refuses to take the place of another one.
  public static func create(at path: String) throws(PersonalKeysError) -> PersonalKeys {
    let id = PersonalKey(for: KeyOwner(kind: "", name: "")).id
    try PersonalKeyFile.create(path, storeID: id)
    return try PersonalKeys(path: path, ledger: nil)
  }

  /// Opens a file.
  ///
  /// - Parameter ledger: the ledger's folder, in which the file must not lie: a copy of the ledger would hold the keys.
  public init(path: String, ledger: String?) throws(PersonalKeysError) {
    self.path = path
    file = try PersonalKeyFile(path: path, ledger: ledger)
    storeID = file.storeID
    try read()
  }

  /// Lines that cannot be read, from 2. What was sealed with their keys cannot be read either.
  public var damagedLines: [Int] { lock.withLock { damaged } }

  /// The number of keys.
  public var count: Int { lock.withLock { byID.count } }

  /// The key of an owner; nil when there is none.
  public func key(of owner: KeyOwner) -> PersonalKey? { lock.withLock { byOwner[owner] } }

  /// The key with an id; nil when there is none, because it was destroyed or belongs to another file.
  public func key(id: String) -> PersonalKey? { lock.withLock { byID[id] } }

  /// Whether the key with an id was destroyed.
  public func isErased(id: String) -> Bool { lock.withLock { erased.contains(id) } }

  /// The ids of the keys that were destroyed, sorted.
  public var erasedIDs: [String] { lock.withLock { erased.sorted() } }

  /// The key of an owner, made if there is none. ``makeDurable()`` before anything that was sealed with it is recorded.
  public func makeKey(of owner: KeyOwner) throws(PersonalKeysError) -> PersonalKey {
    lock.lock()
    defer { lock.unlock() }
    if let known = byOwner[owner] { return known }
    try file.beginChange()
    defer { file.endChange() }
    // Another process may have made it meanwhile.
    try read()
    if let known = byOwner[owner] { return known }
    let key = PersonalKey(for: owner)
    try file.append(key.line)
    try read()
    guard let made = byOwner[owner] else { throw file.error("the key that was just written cannot be read back") }
    return made
  }

  /// Returns when all keys are safe on the disk. Nothing to do when none was made since.
  public func makeDurable() throws(PersonalKeysError) {
    lock.lock()
    defer { lock.unlock() }
    try file.sync()
    // Keys that another process destroyed are not to be used again.
    try read()
  }

  /// Destroys a key: overwrites its line, and returns when that is safe on the disk.
  ///
  /// - Returns: false when there is no such key.
  public func destroy(id: String, atMicros: Int64) throws(PersonalKeysError) -> Bool {
    lock.lock()
    defer { lock.unlock() }
    try file.beginChange()
    defer { file.endChange() }
    try read()
    guard byID[id] != nil else { return false }
    try file.overwrite(lineOf: id, with: "erased \(id) \(atMicros)")
    try read()
    return true
  }

  /// Takes in what was written since the last time, by whomever.
  private func read() throws(PersonalKeysError) {
    if try file.wereKeysDestroyed() {
      byOwner = [:]
      byID = [:]
      damaged = []
    }
    for line in try file.newLines() {
      if line.bytes.starts(with: "erased ".utf8) {
        erased.insert(String(decoding: line.bytes.dropFirst(7).prefix(SealedForm.keyIDLength), as: UTF8.self))
      } else if let key = PersonalKey(line: line.bytes, parser: parser) {
        byID[key.id] = key
        byOwner[key.owner] = byOwner[key.owner] ?? key
      } else {
        damaged.append(line.number)
      }
    }
  }
}

/// Why a file of keys cannot be used.
public struct PersonalKeysError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file.
  public var path: String
  /// What is wrong, and what to do.
  public var reason: String

  /// The file, what is wrong, and what to do.
  public var description: String { "\(path): \(reason)." }
}
