#ifndef VSL_CSIMDJSON_H
#define VSL_CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A simdjson DOM parser and the document it parsed last.
typedef struct vsl_json_parser vsl_json_parser;

/// A new parser for documents of at most `max_bytes`, nested at most `max_depth` deep; NULL when memory is short.
vsl_json_parser *vsl_json_new(size_t max_bytes, size_t max_depth);

/// Frees a parser and its document.
void vsl_json_free(vsl_json_parser *parser);

/// The bytes behind a document that must be readable.
size_t vsl_json_padding(void);

/// Parses one document. `padding` bytes behind it must be readable. 0, or simdjson's error code.
int vsl_json_parse(vsl_json_parser *parser, const uint8_t *bytes, size_t length);

/// The tape of the document parsed last: see simdjson's doc/tape.md. Valid until the next parse.
const uint64_t *vsl_json_tape(const vsl_json_parser *parser);

/// The strings of the document parsed last: each a 32-bit length, its bytes, and a zero byte. Valid until the next parse.
const uint8_t *vsl_json_strings(const vsl_json_parser *parser);

/// What an error code means.
const char *vsl_json_message(int code);

#ifdef __cplusplus
}
#endif

#endif
