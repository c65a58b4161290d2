// Records, or fails, what a program writes to a ledger's log: loaded before the C library (LD_PRELOAD) by tools/reliability/run.
//
// VSL_TRACE=FILE   appends every write, sync and truncation of log.mdb, and what goes to standard output, to FILE:
//                  kind (1 byte: W write, D write that is durable when it returns, S sync, T truncate, A acknowledgement),
//                  offset (8 bytes), length (8 bytes), data.
// VSL_FAULT_AT=N   the Nth such operation on log.mdb fails (from 1) with VSL_FAULT_ERRNO; VSL_FAULT_SHORT=1 lets half a write through first.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long operations;

static int is_log(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 7) return 0;
  path[length] = 0;
  return strcmp(path + length - 8, "/log.mdb") == 0;
}

#define REAL(name) \
  static __typeof__(&name) real; \
  if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static void trace(char kind, uint64_t offset, uint64_t length, const struct iovec *parts, int count) {
  static int descriptor = -2;
  if (descriptor == -2) {
    const char *path = getenv("VSL_TRACE");
    descriptor = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
  }
  if (descriptor < 0) return;
  // One call, so that several processes may share a trace.
  char *entry = malloc(17 + length);
  entry[0] = kind;
  memcpy(entry + 1, &offset, 8);
  memcpy(entry + 9, &length, 8);
  uint64_t done = 0;
  for (int i = 0; i < count && done < length; i++) {
    uint64_t part = parts[i].iov_len < length - done ? parts[i].iov_len : length - done;
    memcpy(entry + 17 + done, parts[i].iov_base, part);
    done += part;
  }
  static ssize_t (*raw)(int, const void *, size_t);
  if (!raw) raw = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  if (raw(descriptor, entry, 17 + length) < 0) abort();
  free(entry);
}

// The number of the operation decides whether it fails.
static int fails(void) {
  static long at = -1;
  if (at < 0) at = getenv("VSL_FAULT_AT") ? atol(getenv("VSL_FAULT_AT")) : 0;
  long number = __sync_add_and_fetch(&operations, 1);
  if (at == 0 || number != at) return 0;
  errno = getenv("VSL_FAULT_ERRNO") ? atoi(getenv("VSL_FAULT_ERRNO")) : EIO;
  return 1;
}

static int is_short(void) { return getenv("VSL_FAULT_SHORT") != NULL; }

static char kind_of(int fd) { return fcntl(fd, F_GETFL) & (O_DSYNC | O_SYNC) ? 'D' : 'W'; }

#define WRITE_AT(name, type) \
  ssize_t name(int fd, const void *data, size_t length, type offset) { \
    REAL(name); \
    if (!is_log(fd)) return real(fd, data, length, offset); \
    if (fails()) { \
      int code = errno; \
      if (is_short()) return real(fd, data, length / 2, offset); \
      errno = code; \
      return -1; \
    } \
    pthread_mutex_lock(&lock); \
    ssize_t result = real(fd, data, length, offset); \
    struct iovec part = {(void *)data, length}; \
    if (result > 0) trace(kind_of(fd), offset, result, &part, 1); \
    pthread_mutex_unlock(&lock); \
    return result; \
  }
WRITE_AT(pwrite, off_t)
WRITE_AT(pwrite64, off64_t)

#define WRITE_PARTS_AT(name, type) \
  ssize_t name(int fd, const struct iovec *parts, int count, type offset) { \
    REAL(name); \
    if (!is_log(fd)) return real(fd, parts, count, offset); \
    if (fails()) { \
      int code = errno; \
      if (is_short() && count > 1) return real(fd, parts, count / 2, offset); \
      errno = code; \
      return -1; \
    } \
    pthread_mutex_lock(&lock); \
    ssize_t result = real(fd, parts, count, offset); \
    if (result > 0) trace(kind_of(fd), offset, result, parts, count); \
    pthread_mutex_unlock(&lock); \
    return result; \
  }
WRITE_PARTS_AT(pwritev, off_t)
WRITE_PARTS_AT(pwritev64, off64_t)

ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL(writev);
  if (!is_log(fd)) return real(fd, parts, count);
  if (fails()) return -1;
  pthread_mutex_lock(&lock);
  off_t offset = lseek(fd, 0, SEEK_CUR);
  ssize_t result = real(fd, parts, count);
  if (result > 0) trace(kind_of(fd), offset, result, parts, count);
  pthread_mutex_unlock(&lock);
  return result;
}

ssize_t write(int fd, const void *data, size_t length) {
  REAL(write);
  struct iovec part = {(void *)data, length};
  if (fd == STDOUT_FILENO) {
    trace('A', 0, length, &part, 1);
    return real(fd, data, length);
  }
  if (!is_log(fd)) return real(fd, data, length);
  if (fails()) return -1;
  pthread_mutex_lock(&lock);
  off_t offset = lseek(fd, 0, SEEK_CUR);
  ssize_t result = real(fd, data, length);
  if (result > 0) trace(kind_of(fd), offset, result, &part, 1);
  pthread_mutex_unlock(&lock);
  return result;
}

#define SYNC(name) \
  int name(int fd) { \
    REAL(name); \
    if (!is_log(fd)) return real(fd); \
    if (fails()) return -1; \
    pthread_mutex_lock(&lock); \
    int result = real(fd); \
    if (result == 0) trace('S', 0, 0, NULL, 0); \
    pthread_mutex_unlock(&lock); \
    return result; \
  }
SYNC(fsync)
SYNC(fdatasync)

#define TRUNCATE(name, type) \
  int name(int fd, type length) { \
    REAL(name); \
    if (!is_log(fd)) return real(fd, length); \
    if (fails()) return -1; \
    pthread_mutex_lock(&lock); \
    int result = real(fd, length); \
    if (result == 0) trace('T', length, 0, NULL, 0); \
    pthread_mutex_unlock(&lock); \
    return result; \
  }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)
