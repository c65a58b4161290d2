import CLMDB

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
}
