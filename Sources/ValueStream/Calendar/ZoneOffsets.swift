import Foundation

/// The stretches of time in which a zone's clocks keep one offset from UTC.
struct ZoneOffsets {
  /// A stretch; it ends where the next one begins.
  struct Stretch: Equatable {
    /// Its first instant, in seconds since 1970.
    var startSeconds: Int64
    /// Local time less UTC, in seconds.
    var offsetSeconds: Int64
  }

  /// The zone.
  private let zone: TimeZone

  /// Looks the zone up in the system's IANA database.
  init(_ name: String) throws(WorkingCalendarError) {
    guard let zone = TimeZone(identifier: name) else { throw .unknownTimeZone(name) }
    self.zone = zone
  }

  /// The stretches of [from, to) in order, never empty; the first begins at `from`. Both in seconds since 1970.
  ///
  /// The zone is asked once a day and a difference is narrowed down to the second, because Foundation lists changes of
  /// daylight saving only, not those of the standard offset. Two changes that cancel out within a day would be missed;
  /// the database has none. One look-up a day.
  func stretches(from: Int64, to: Int64) -> [Stretch] {
    var offset = offset(at: from)
    var stretches = [Stretch(startSeconds: from, offsetSeconds: offset)]
    var place = from
    while place < to {
      let next = min(place + 86_400, to)
      guard self.offset(at: next) != offset else {
        place = next
        continue
      }
      // The offset is the old one at `place` and another at `after`.
      var after = next
      while after - place > 1 {
        let middle = place + (after - place) / 2
        if self.offset(at: middle) == offset { place = middle } else { after = middle }
      }
      place = after
      offset = self.offset(at: after)
      if after < to { stretches.append(Stretch(startSeconds: after, offsetSeconds: offset)) }
    }
    return stretches
  }

  private func offset(at seconds: Int64) -> Int64 {
    Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
  }
}
