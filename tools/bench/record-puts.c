// Preloaded into a program, records what it writes to log.mdb by LMDB: every put with its bytes and flags, and every commit.
//
//   VSL_PUTS=puts.bin LD_PRELOAD=./record-puts.so vsl import events.ndjson
//
// Values that LMDB only reserves are taken when the transaction is committed, because they are filled after the call.
// One writing thread is assumed, which is what LMDB allows.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "puts.h"

#define REAL(name) ((__typeof__(&name))real(#name))

struct reservation { long offset; void *bytes; size_t size; };

static FILE *out;
static MDB_env *recorded;
static struct reservation *reservations;
static size_t reservationCount, reservationCapacity;

static void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (!found) { fprintf(stderr, "record-puts: no %s\n", name); abort(); }
  return found;
}

static int isRecorded(MDB_txn *txn) { return out && recorded && mdb_txn_env(txn) == recorded; }

static void record(uint8_t kind, MDB_dbi table, uint32_t flags, const MDB_val *key, const MDB_val *value) {
  struct put_header header = {kind, (uint8_t)table, 0, flags, key ? (uint32_t)key->mv_size : 0,
                              value ? (uint32_t)value->mv_size : 0};
  fwrite(&header, sizeof header, 1, out);
  if (key) fwrite(key->mv_data, 1, key->mv_size, out);
  if (value) fwrite(value->mv_data, 1, value->mv_size, out);
}

int mdb_env_open(MDB_env *env, const char *path, unsigned int flags, mdb_mode_t mode) {
  int code = REAL(mdb_env_open)(env, path, flags, mode);
  size_t length = strlen(path);
  if (code == 0 && !recorded && length >= 7 && !strcmp(path + length - 7, "log.mdb")) {
    const char *target = getenv("VSL_PUTS");
    if (target) {
      recorded = env;
      out = fopen(target, "wb");
      if (!out) perror(target);
    }
  }
  return code;
}

int mdb_dbi_open(MDB_txn *txn, const char *name, unsigned int flags, MDB_dbi *dbi) {
  int code = REAL(mdb_dbi_open)(txn, name, flags, dbi);
  if (code == 0 && isRecorded(txn) && name) {
    MDB_val text = {strlen(name) + 1, (void *)name};
    record(PUT_TABLE, *dbi, flags, &text, NULL);
  }
  return code;
}

int mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned int flags, MDB_txn **txn) {
  int code = REAL(mdb_txn_begin)(env, parent, flags, txn);
  if (code == 0 && !(flags & MDB_RDONLY) && isRecorded(*txn)) record(PUT_BEGIN, 0, 0, NULL, NULL);
  return code;
}

static void put(uint8_t kind, MDB_dbi dbi, unsigned int flags, MDB_val *key, MDB_val *value) {
  if (flags & MDB_RESERVE) {
    // The place of the value in the recording is noted; its bytes follow at the commit.
    record(kind, dbi, flags & ~(unsigned)MDB_RESERVE, key, value);
    if (reservationCount == reservationCapacity) {
      reservationCapacity = reservationCapacity ? reservationCapacity * 2 : 64;
      reservations = realloc(reservations, reservationCapacity * sizeof *reservations);
      if (!reservations) abort();
    }
    reservations[reservationCount++] =
        (struct reservation){ftell(out) - (long)value->mv_size, value->mv_data, value->mv_size};
  } else {
    record(kind, dbi, flags, key, value);
  }
}

int mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value, unsigned int flags) {
  int code = REAL(mdb_put)(txn, dbi, key, value, flags);
  if (code == 0 && isRecorded(txn)) put(PUT_PUT, dbi, flags, key, value);
  return code;
}

int mdb_cursor_put(MDB_cursor *cursor, MDB_val *key, MDB_val *value, unsigned int flags) {
  int code = REAL(mdb_cursor_put)(cursor, key, value, flags);
  if (code == 0 && isRecorded(mdb_cursor_txn(cursor))) put(PUT_CURSOR, mdb_cursor_dbi(cursor), flags, key, value);
  return code;
}

int mdb_del(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value) {
  if (isRecorded(txn)) record(PUT_DELETE, dbi, value != NULL, key, value);
  return REAL(mdb_del)(txn, dbi, key, value);
}

int mdb_drop(MDB_txn *txn, MDB_dbi dbi, int del) {
  if (isRecorded(txn)) record(PUT_DROP, dbi, 0, NULL, NULL);
  return REAL(mdb_drop)(txn, dbi, del);
}

int mdb_txn_commit(MDB_txn *txn) {
  if (isRecorded(txn)) {
    long end = ftell(out);
    for (size_t index = 0; index < reservationCount; index++) {
      fseek(out, reservations[index].offset, SEEK_SET);
      fwrite(reservations[index].bytes, 1, reservations[index].size, out);
    }
    reservationCount = 0;
    fseek(out, end, SEEK_SET);
    record(PUT_COMMIT, 0, 0, NULL, NULL);
    fflush(out);
  }
  return REAL(mdb_txn_commit)(txn);
}
