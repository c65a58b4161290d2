import Glibc

/// Lets one thread of this process write at a time, and notices a thread that would wait for itself.
///
/// `@unchecked Sendable`: a mutex is made to be shared.
public final class WriterLock: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  /// A lock that nobody holds.
  public init() {
    var attributes = pthread_mutexattr_t()
    pthread_mutexattr_init(&attributes)
    pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_ERRORCHECK))
    pthread_mutex_init(mutex, &attributes)
    pthread_mutexattr_destroy(&attributes)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Takes the lock; false when this thread holds it already.
  public func lock() -> Bool { pthread_mutex_lock(mutex) == 0 }
  /// Gives it back.
  public func unlock() { pthread_mutex_unlock(mutex) }
}
