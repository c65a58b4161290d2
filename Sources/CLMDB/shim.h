#ifndef VSL_CLMDB_SHIM_H
#define VSL_CLMDB_SHIM_H

#include <lmdb.h>

// Swift has no prefetch: asks the processor to fetch the cache line at `p` for reading. Never faults.
static inline void vsl_prefetch(const void *p) { __builtin_prefetch(p); }

#endif
