extension MultiTable {
  /// Sizes now, with the pages that the values of large keys have of their own, which LMDB's statistics leave out. Their few branch pages
  /// are estimated. O(pages).
  public func statistics(in transaction: borrowing some Transaction & ~Copyable) throws(LMDBError) -> TableStatistics {
    var statistics = try tableStatistics(in: transaction)
    guard statistics.pages > 0 else { return statistics }
    let pageSize = statistics.bytes / statistics.pages
    var own = 0
    var cursor = try Cursor(self, in: transaction)
    var hasKey = try cursor.moveToFirst()
    while hasKey {
      var leaves = 0
      var firstBytes = 0
      var hasPage = try cursor.readPage()
      while hasPage {
        if leaves == 0 { firstBytes = cursor.value.count }
        leaves += 1
        hasPage = try cursor.readNextPage()
      }
      // Up to about half a page of values lies inside of the key's own entry.
      if leaves > 1 || firstBytes > pageSize / 2 { own += leaves + (leaves > 1 ? 1 + leaves / 150 : 0) }
      hasKey = try cursor.moveToNextKey()
    }
    statistics.pages += own
    statistics.bytes += own * pageSize
    return statistics
  }
}
