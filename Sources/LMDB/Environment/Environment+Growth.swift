import CLMDB

extension Environment {
  /// Doubles the map. The caller holds `writer` and has no write transaction open.
  func growMap(beyond size: Int) throws(LMDBError) {
    let now = information.mapSize
    // Another process may have grown it further already; taking its size over comes first.
    guard now <= size else { return }
    try replaceMap(size: now * 2)
  }

  /// Takes over the size that another process gave the map. The caller holds `writer` and has no write transaction open.
  func adoptMap() throws(LMDBError) {
    try replaceMap(size: 0)
  }

  private func replaceMap(size: Int) throws(LMDBError) {
    let code: Int32
    do {
      code = try gate.withoutReaders(timeoutSeconds: options.growthTimeoutSeconds) {
        mdb_env_set_mapsize(handle, size)
      }
    } catch .heldByThisThread {
      throw LMDBError(.readHeldByThisThread, operation: "grow", path: options.path)
    } catch {
      throw LMDBError(
        .readersDidNotEnd(seconds: options.growthTimeoutSeconds), operation: "grow", path: options.path)
    }
    guard code == MDB_SUCCESS else { throw LMDBError(code: code, operation: "grow", path: options.path) }
  }
}
