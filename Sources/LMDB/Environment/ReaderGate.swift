import Glibc

/// Counts this process's read transactions, and closes while the map is replaced: LMDB unmaps the file then, and a reader's pointers
/// would point nowhere.
///
/// `@unchecked Sendable`: every member is read and written with `mutex` held.
final class ReaderGate: @unchecked Sendable {
  enum Failure: Error {
    case heldByThisThread
    case timedOut
  }

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  /// Open read transactions by the thread that began them.
  private var readersByThread: [pthread_t: Int] = [:]
  private var closed = false

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Counts a reader in. Waits while the gate is closed, unless this thread has a reader already: the closer waits for that one, so
  /// that waiting for the closer would never end.
  func enter() -> pthread_t {
    let thread = pthread_self()
    pthread_mutex_lock(mutex)
    while closed && readersByThread[thread] == nil { pthread_cond_wait(changed, mutex) }
    readersByThread[thread, default: 0] += 1
    pthread_mutex_unlock(mutex)
    return thread
  }

  /// Counts a reader out that `thread` counted in.
  func leave(_ thread: pthread_t) {
    pthread_mutex_lock(mutex)
    let left = (readersByThread[thread] ?? 1) - 1
    readersByThread[thread] = left > 0 ? left : nil
    if readersByThread.isEmpty { pthread_cond_broadcast(changed) }
    pthread_mutex_unlock(mutex)
  }

  /// Number of readers now.
  var readerCount: Int {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return readersByThread.values.reduce(0, +)
  }

  /// Runs `body` while no reader is open and none can begin. Throws without having run it when that cannot be had.
  func withoutReaders(timeoutSeconds: Int, _ body: () -> Int32) throws(Failure) -> Int32 {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard readersByThread[pthread_self()] == nil else { throw .heldByThisThread }
    var deadline = timespec()
    clock_gettime(CLOCK_REALTIME, &deadline)
    deadline.tv_sec += timeoutSeconds
    while closed {
      guard pthread_cond_timedwait(changed, mutex, &deadline) == 0 else { throw .timedOut }
    }
    closed = true
    defer {
      closed = false
      pthread_cond_broadcast(changed)
    }
    while !readersByThread.isEmpty {
      guard pthread_cond_timedwait(changed, mutex, &deadline) == 0 else { throw .timedOut }
    }
    return body()
  }
}
