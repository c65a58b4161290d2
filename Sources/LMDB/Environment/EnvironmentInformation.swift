import CLMDB
import Glibc

/// Sizes of an environment at one moment.
public struct EnvironmentInformation: Sendable {
  /// Bytes of address space that the file may fill before the map grows.
  public var mapSize: Int
  /// Bytes of a page.
  public var pageSize: Int
  /// Number of the last page in use; the file needs (lastPage + 1) × pageSize bytes.
  public var lastPage: Int
  /// Number of the last committed write transaction.
  public var lastTransaction: Int
  /// Reader slots used, over all processes, dead ones included.
  public var readersInUse: Int
}

extension Environment {
  /// Sizes now.
  public var information: EnvironmentInformation {
    var info = MDB_envinfo()
    var statistics = MDB_stat()
    // Both fail only for a null handle.
    _ = mdb_env_info(handle, &info)
    _ = mdb_env_stat(handle, &statistics)
    return EnvironmentInformation(
      mapSize: info.me_mapsize, pageSize: Int(statistics.ms_psize), lastPage: info.me_last_pgno,
      lastTransaction: info.me_last_txnid, readersInUse: Int(info.me_numreaders))
  }

  /// The numbers of the transactions that the two meta pages say they are of, as the file has them now; nil when it cannot be read.
  ///
  /// LMDB reads the page with the higher number, and trusts it. Transactions write the two in turn: even ones the first and odd ones the
  /// second page, so that the numbers differ by one.
  public var metaTransactions: (first: UInt64, second: UInt64)? {
    var descriptor: CInt = -1
    guard mdb_env_get_fd(handle, &descriptor) == 0 else { return nil }
    // Behind the page's header of 16 bytes: magic, version, address, size of the map, two tables of 48 bytes, last page.
    let place = 16 + 4 + 4 + 8 + 8 + 2 * 48 + 8
    func number(_ page: Int) -> UInt64? {
      var number: UInt64 = 0
      let count = pread(descriptor, &number, 8, page * information.pageSize + place)
      return count == 8 ? number : nil
    }
    // A commit between the two looks is no matter, several are: then the first has changed.
    for _ in 0..<100 {
      guard let first = number(0), let second = number(1) else { return nil }
      if number(0) == first { return (first, second) }
    }
    return nil
  }
}
