extension EventBatch {
  /// True when the leaf hashes belong to the events as they are.
  var hasLeafHashes: Bool { !events.isEmpty && leafHashes.count == events.count * 32 }

  /// Writes ``recordedMicros`` before each event and hashes the leaves: SHA-256(0x00 ‖ recorded time ‖ event).
  ///
  /// Run it on the preparing thread, with ``recordedMicros`` set, to take the work off the writer. O(bytes).
  public func hashLeaves() {
    stampRecordedTime()
    leafHashes.removeAll(keepingCapacity: true)
    leafHashes.reserveCapacity(events.count * 32)
    for event in events {
      let end = event.leafOffset + Self.leafHeaderSize + event.eventLength
      let hash = MerkleHash(hashing: UnsafeRawBufferPointer(rebasing: records[event.leafOffset..<end]))
      withUnsafeBytes(of: hash) { leafHashes.append(contentsOf: $0) }
    }
  }

  private func stampRecordedTime() {
    for (index, event) in events.enumerated() {
      records.storeBytes(
        of: recordedMicros(ofEvent: index).littleEndian, toByteOffset: event.leafOffset + 1, as: Int64.self)
    }
  }

  /// When an event is recorded, by its index.
  @inline(__always)
  func recordedMicros(ofEvent index: Int) -> Int64 {
    recordedTimes.isEmpty ? recordedMicros : recordedTimes[index]
  }

  /// The leaf hash of an event, by its index; ``hashLeaves()`` has run.
  func leafHash(at index: Int) -> MerkleHash {
    leafHashes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: index * 32, as: MerkleHash.self) }
  }

  /// What the log stores for an event: recorded time and event bytes, as they lie in the arena behind the leaf prefix.
  func record(of event: PreparedEvent) -> UnsafeRawBufferPointer {
    let start = event.leafOffset + 1
    return UnsafeRawBufferPointer(rebasing: records[start..<event.leafOffset + Self.leafHeaderSize + event.eventLength])
  }
}
