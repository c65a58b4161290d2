#ifndef VSL_CSIMDJSON_H
#define VSL_CSIMDJSON_H
#endif
