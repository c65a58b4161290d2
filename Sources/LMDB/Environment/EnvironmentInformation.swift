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

  /// What the two meta pages say, as the file has them now; nil when it cannot be read.
  ///
  /// LMDB reads by the page with the higher number, and trusts it. Transactions write the two in turn: even ones the first and odd ones the
  /// second page, so that the numbers differ by one. What the older page leads to is not overwritten before the page itself is.
  public var metaPages: (first: MetaPage, second: MetaPage)? {
    var descriptor: CInt = -1
    guard mdb_env_get_fd(handle, &descriptor) == 0 else { return nil }
    let file = MetaPage.File(descriptor: descriptor, pageSize: information.pageSize)
    // A commit between the two looks is no matter, several are: then the first has changed.
    for _ in 0..<100 {
      guard let first = file.metaPage(0), let second = file.metaPage(1) else { return nil }
      if file.metaPage(0) == first { return (first, second) }
    }
    return nil
  }
}
