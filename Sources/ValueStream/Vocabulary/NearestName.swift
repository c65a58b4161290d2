/// Near misses: what somebody probably meant.
public enum NearestName {
  /// The word nearest to one that is not among some; nil when none is near (more than a third of its letters differ).
  public static func of(_ word: String, in words: some Sequence<String>) -> String? {
    // Long texts are no misspelt names.
    guard word.utf8.count <= 256 else { return nil }
    let limit = max(1, min(3, word.count / 3))
    var best: (word: String, distance: Int)?
    for candidate in words where candidate.utf8.count <= 256 {
      let distance = distance(word, candidate)
      if distance <= limit, distance < (best?.distance ?? Int.max) { best = (candidate, distance) }
    }
    return best?.word
  }

  /// The number of letters to insert, delete, replace or swap with their neighbour to turn one word into the other. O(n·m).
  ///
  /// The optimal string alignment distance; upper and lower case count as the same letter.
  public static func distance(_ left: String, _ right: String) -> Int {
    let a = Array(left.lowercased().unicodeScalars)
    let b = Array(right.lowercased().unicodeScalars)
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 1...a.count {
      var row = [Int](repeating: i, count: b.count + 1)
      for j in 1...b.count {
        let replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
        row[j] = min(replaced, last[j] + 1, row[j - 1] + 1)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { row[j] = min(row[j], beforeLast[j - 2] + 1) }
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}
