extension RowClassifier {
  /// The most rows that an answer with a row for each group and period may have.
  static let mostFilledRows = 1_000_000

  /// The groups that some keys are of, in each of some periods in which none of the keys is: so that a period in which nothing happened in a
  /// group is not left out. Without groupings all is one group, whether anything happened or not. An item is no group that lasts: split by
  /// item, none is missing.
  ///
  /// O(groups × periods); throws when these are more than ``mostFilledRows``.
  func missing(_ keys: [GroupKey], in periods: Range<Int32>) throws -> [GroupKey] {
    guard !groupings.contains(where: { $0.name == Grouping.item.name }), !periods.isEmpty else { return [] }
    var groups: Set = groupings.isEmpty ? [GroupKey()] : []
    for var key in keys {
      key.period = GroupKey().period
      groups.insert(key)
    }
    guard groups.count <= Self.mostFilledRows / periods.count else {
      throw QueryError(
        "That is more than a million rows: \(groups.count) groups in \(periods.count) periods each. "
          + "Ask for a longer period, a shorter time with --from and --to, or fewer groups.")
    }
    let met = Set(keys)
    return periods.flatMap { period in
      groups.lazy.map { group in
        var key = group
        key.period = period
        return key
      }.filter { !met.contains($0) }
    }
  }
}
