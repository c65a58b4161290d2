#ifndef VSL_CNETTLE_SHIM_H
#define VSL_CNETTLE_SHIM_H

#include <nettle/sha2.h>

#endif
