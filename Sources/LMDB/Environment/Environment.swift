import CLMDB
import Glibc

/// One LMDB file, open in this process: its tables, and the transactions over them.
///
/// A process opens a file once and shares the environment among its threads. Any number of threads read at once, one writes. The map
/// (the address space that the file is seen through) grows by itself; while it does, new reads wait, and growing waits for the reads
/// of this process to end. So **a thread must not write while it holds a read transaction**: should the map have to grow just then,
/// the write fails with ``LMDBError/Reason-swift.enum/readHeldByThisThread``.
///
/// `@unchecked Sendable`: LMDB's environment handle may be used by any thread; the map is replaced only behind `gate` and `writer`;
/// the table handles are guarded by `writer`'s sibling `tablesLock`.
public final class Environment: @unchecked Sendable {
  /// The options it was opened with.
  public let options: EnvironmentOptions
  /// LMDB's handle.
  let handle: OpaquePointer
  let gate = ReaderGate()
  let writer = WriterLock()
  let tablesLock = WriterLock()
  var tables: [String: MDB_dbi] = [:]

  /// Opens the file, or creates it when it does not exist and `options.readOnly` is false.
  ///
  /// Clears the reader slots that dead processes left behind, and refuses a file that is shorter than it says.
  public init(_ options: EnvironmentOptions) throws(LMDBError) {
    self.options = options
    handle = try Self.openHandle(options)
    var dead: Int32 = 0
    _ = mdb_reader_check(handle, &dead)
    // Should it throw, `deinit` closes the handle: every property has its value by now.
    try checkLength()
  }

  deinit { mdb_env_close(handle) }

  private static func openHandle(_ options: EnvironmentOptions) throws(LMDBError) -> OpaquePointer {
    var flags = UInt32(MDB_NOSUBDIR | MDB_NOTLS)
    if options.readOnly { flags |= UInt32(MDB_RDONLY) }
    if options.durability == .none { flags |= UInt32(MDB_NOSYNC) }
    var (handle, code) = open(options, flags: flags)
    if options.readOnly && (code == EACCES || code == EROFS || code == EPERM) {
      // The lock file cannot be written. Without it, no writer can be kept from reusing pages that we read: in a place where
      // nobody can write, nobody does.
      (handle, code) = open(options, flags: flags | UInt32(MDB_NOLOCK))
    }
    guard let handle, code == MDB_SUCCESS else {
      throw LMDBError(code: code, operation: "open", path: options.path)
    }
    return handle
  }

  private static func open(_ options: EnvironmentOptions, flags: UInt32) -> (OpaquePointer?, Int32) {
    var handle: OpaquePointer?
    var code = mdb_env_create(&handle)
    guard code == MDB_SUCCESS, let handle else { return (nil, code) }
    if code == MDB_SUCCESS { code = mdb_env_set_maxdbs(handle, UInt32(options.maxTables)) }
    if code == MDB_SUCCESS { code = mdb_env_set_maxreaders(handle, UInt32(options.maxReaders)) }
    if code == MDB_SUCCESS { code = mdb_env_set_mapsize(handle, firstMapSize(options)) }
    if code == MDB_SUCCESS { code = mdb_env_open(handle, options.path, flags, 0o644) }
    guard code == MDB_SUCCESS else {
      mdb_env_close(handle)
      return (nil, code)
    }
    return (handle, code)
  }

  /// The asked-for size, doubled until what is in the file fits.
  private static func firstMapSize(_ options: EnvironmentOptions) -> Int {
    let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))
    var size = max((options.initialMapSize + pageSize - 1) / pageSize * pageSize, 16 * pageSize)
    var status = stat()
    if stat(options.path, &status) == 0 {
      while size < Int(status.st_size) { size *= 2 }
    }
    return size
  }

  /// A page that the meta page counts but the file does not hold would be a bus error at its first use.
  private func checkLength() throws(LMDBError) {
    let info = information
    var descriptor: mdb_filehandle_t = -1
    var status = stat()
    guard mdb_env_get_fd(handle, &descriptor) == MDB_SUCCESS, fstat(descriptor, &status) == 0 else {
      throw LMDBError(code: errno, operation: "open", path: options.path)
    }
    // A damaged number of pages may be beyond all numbers of bytes.
    let (bytes, isBeyond) = (info.lastPage &+ 1).multipliedReportingOverflow(by: info.pageSize)
    let expected = isBeyond || info.lastPage < 0 ? Int.max : bytes
    guard Int(status.st_size) >= expected else {
      throw LMDBError(
        .truncated(expectedBytes: expected, foundBytes: Int(status.st_size)), operation: "open", path: options.path)
    }
  }

  /// Makes everything committed so far durable, whatever ``EnvironmentOptions/durability`` says.
  public func sync() throws(LMDBError) {
    let code = mdb_env_sync(handle, 1)
    guard code == MDB_SUCCESS else { throw LMDBError(code: code, operation: "sync", path: options.path) }
  }

  /// Frees the reader slots of processes that died, and says how many.
  @discardableResult
  public func clearDeadReaders() throws(LMDBError) -> Int {
    var dead: Int32 = 0
    let code = mdb_reader_check(handle, &dead)
    guard code == MDB_SUCCESS else { throw LMDBError(code: code, operation: "reader check", path: options.path) }
    return Int(dead)
  }

  /// Writes a consistent copy of the file to `path`, which must not exist, while others read and write. `compact` leaves out free
  /// pages. A failure may leave a partial copy behind.
  public func copy(to path: String, compact: Bool) throws(LMDBError) {
    let thread = gate.enter()
    defer { gate.leave(thread) }
    let code = mdb_env_copy2(handle, path, compact ? UInt32(MDB_CP_COMPACT) : 0)
    guard code == MDB_SUCCESS else { throw LMDBError(code: code, operation: "copy", path: path) }
  }
}
