// The ceiling: does the LMDB writes of a recording (see record-puts.c) again, with the same bytes, flags, transactions and syncs, and
// nothing else: no parsing, no hashing, no look-ups. What it reaches is what the C library alone can do on this machine.
//
//   ceiling puts.bin FOLDER     prints {"transactions":…,"puts":…,"bytes":…,"seconds":…}
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "puts.h"

static void check(int code, const char *what) {
  if (code) {
    fprintf(stderr, "ceiling: %s: %s\n", what, mdb_strerror(code));
    exit(1);
  }
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
  if (count != 3) {
    fprintf(stderr, "usage: ceiling PUTS FOLDER\n");
    return 64;
  }
  int file = open(arguments[1], O_RDONLY);
  struct stat status;
  if (file < 0 || fstat(file, &status)) {
    perror(arguments[1]);
    return 1;
  }
  const char *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  if (bytes == MAP_FAILED) {
    perror("mmap");
    return 1;
  }
  char path[4096];
  snprintf(path, sizeof path, "%s/ceiling.mdb", arguments[2]);
  unlink(path);
  MDB_env *env;
  check(mdb_env_create(&env), "create");
  check(mdb_env_set_maxdbs(env, 32), "maxdbs");
  check(mdb_env_set_mapsize(env, (size_t)64 << 30), "mapsize");
  check(mdb_env_open(env, path, MDB_NOSUBDIR | MDB_NOTLS, 0644), "open");

  // Tables are opened before the clock starts, as a ledger's are.
  MDB_dbi tables[256] = {0};
  MDB_txn *txn = NULL;
  const char *end = bytes + status.st_size;
  check(mdb_txn_begin(env, NULL, 0, &txn), "begin");
  for (const char *place = bytes; place < end;) {
    const struct put_header *header = (const struct put_header *)(const void *)place;
    const char *key = place + sizeof *header;
    if (header->kind == PUT_TABLE)
      check(mdb_dbi_open(txn, key, header->flags | MDB_CREATE, &tables[header->table]), key);
    place = key + header->keySize + header->valueSize;
  }
  check(mdb_txn_commit(txn), "commit");
  txn = NULL;

  long transactions = 0, puts = 0, written = 0;
  MDB_cursor *cursors[256] = {0};
  double start = now();
  for (const char *place = bytes; place < end;) {
    struct put_header header;
    memcpy(&header, place, sizeof header);
    MDB_val key = {header.keySize, (void *)(place + sizeof header)};
    MDB_val value = {header.valueSize, (void *)(place + sizeof header + header.keySize)};
    place += sizeof header + header.keySize + header.valueSize;
    MDB_dbi dbi = tables[header.table];
    switch (header.kind) {
    case PUT_BEGIN:
      if (!txn) check(mdb_txn_begin(env, NULL, 0, &txn), "begin");
      break;
    case PUT_PUT: check(mdb_put(txn, dbi, &key, &value, header.flags), "put"); break;
    case PUT_CURSOR:
      if (!cursors[header.table]) check(mdb_cursor_open(txn, dbi, &cursors[header.table]), "cursor");
      check(mdb_cursor_put(cursors[header.table], &key, &value, header.flags), "cursor put");
      break;
    case PUT_DELETE: mdb_del(txn, dbi, &key, header.flags ? &value : NULL); break;
    case PUT_DROP:
      if (cursors[header.table]) mdb_cursor_close(cursors[header.table]);
      cursors[header.table] = NULL;
      check(mdb_drop(txn, dbi, 0), "drop");
      break;
    case PUT_COMMIT:
      for (int index = 0; index < 256; index++) {
        if (cursors[index]) mdb_cursor_close(cursors[index]);
        cursors[index] = NULL;
      }
      if (txn) check(mdb_txn_commit(txn), "commit");
      txn = NULL;
      transactions++;
      break;
    }
    if (header.kind == PUT_PUT || header.kind == PUT_CURSOR) {
      puts++;
      written += header.keySize + header.valueSize;
    }
  }
  double seconds = now() - start;
  if (txn) mdb_txn_abort(txn);
  mdb_env_close(env);
  printf("{\"transactions\":%ld,\"puts\":%ld,\"bytes\":%ld,\"seconds\":%.6f}\n", transactions, puts, written, seconds);
  return 0;
}
