import Glibc

/// What one of the two pages at the beginning of a file says, of which each transaction writes one.
public struct MetaPage: Equatable, Sendable {
  /// The number of the transaction that it is of.
  public var transaction: UInt64
  /// The last transaction in the list of free pages that it leads to; nil when there is none, or it cannot be read.
  ///
  /// A transaction that changes anything frees the pages that it changes, and lists them under its own number: so this is the number of the
  /// page's transaction, but for the first one of a file, which frees nothing, and for a page that could not be written: it keeps the number of
  /// the transaction before, with what the failed one would have led to.
  public var lastFreeing: UInt64?

  /// Reads the pages with the layout of LMDB 0.9 (`mdb.c`). Believes nothing: what lies behind the end of the file is not there.
  struct File {
    let descriptor: CInt
    let pageSize: Int

    func metaPage(_ page: Int) -> MetaPage? {
      // Behind the page's header of 16 bytes: magic, version, address, size of the map, two tables of 48 bytes, last page.
      guard let transaction = read(page * pageSize + 144, as: UInt64.self) else { return nil }
      return MetaPage(transaction: transaction, lastFreeing: lastKey(ofTableAt: page * pageSize + 40))
    }

    /// The last key of a table with integer keys, which is described with its depth and the number of its root.
    private func lastKey(ofTableAt table: Int) -> UInt64? {
      guard let depth = read(table + 6, as: UInt16.self), depth > 0, depth <= 32,
        var page = read(table + 40, as: UInt64.self)
      else { return nil }
      for level in 1...depth {
        // Offsets of nodes follow the header, in the order of keys, up to the lower bound of the free space.
        guard page < 1 << 40, let lower = read(Int(page) * pageSize + 12, as: UInt16.self), lower >= 18,
          let offset = read(Int(page) * pageSize + Int(lower) - 2, as: UInt16.self)
        else { return nil }
        // A node begins with the number of the page below, in 6 bytes, or in a leaf with its length and flags; its key is behind 8 bytes.
        let node = Int(page) * pageSize + Int(offset)
        if level == depth { return read(node + 8, as: UInt64.self) }
        guard let below = read(node, as: UInt64.self) else { return nil }
        page = below & 0xFFFF_FFFF_FFFF
      }
      return nil
    }

    private func read<Value: FixedWidthInteger>(_ place: Int, as type: Value.Type) -> Value? {
      var value: Value = 0
      return pread(descriptor, &value, MemoryLayout<Value>.size, place) == MemoryLayout<Value>.size ? value : nil
    }
  }
}
