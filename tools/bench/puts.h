// The form of a recording of LMDB writes: a sequence of these, each followed by its key and value bytes.
#ifndef VSL_PUTS_H
#define VSL_PUTS_H
#include <stdint.h>

enum { PUT_TABLE = 'T', PUT_BEGIN = 'B', PUT_PUT = 'P', PUT_CURSOR = 'U', PUT_DROP = 'D', PUT_DELETE = 'X', PUT_COMMIT = 'C' };

struct put_header {
  uint8_t kind;
  uint8_t table;
  uint16_t reserved;
  uint32_t flags;   // of the put, or of the table when it is opened
  uint32_t keySize;
  uint32_t valueSize;
};
#endif
