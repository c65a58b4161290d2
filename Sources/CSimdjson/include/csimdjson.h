#ifndef VSL_CSIMDJSON_H
#define VSL_CSIMDJSON_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

// A plain C face of simdjson's DOM parser. No exception crosses it, and it hands out the parser's own memory: the tape
// (simdjson's doc/tape.md) and the buffer of unescaped strings, so that a caller walks a document without a call per value.

#ifdef __cplusplus
extern "C" {
#endif

// Bytes that must be readable behind a document; their content does not matter.
enum { VSL_JSON_PADDING = 64 };

// What went wrong; 0 is success. Numbers of our own, so that they do not change with simdjson's.
enum {
  VSL_JSON_OK = 0,
  VSL_JSON_MALFORMED = 1,
  VSL_JSON_INVALID_UTF8 = 2,
  VSL_JSON_TOO_DEEP = 3,
  VSL_JSON_NUMBER = 4,
  VSL_JSON_TOO_LARGE = 5,
  VSL_JSON_EMPTY = 6,
  VSL_JSON_NO_MEMORY = 7,
  VSL_JSON_INTERNAL = 8,
};

typedef struct vsl_json_parser vsl_json_parser;

// A parsed document. The pointers stay valid until the parser parses again or is freed.
typedef struct {
  const uint64_t *tape;
  const uint8_t *strings;
  // simdjson's own words for an error; a constant, never freed.
  const char *message;
  int32_t error;
} vsl_json_document;

// A parser for documents of at most `max_bytes` bytes that nest at most `max_depth` arrays and objects; NULL without memory.
vsl_json_parser *vsl_json_parser_new(size_t max_bytes, size_t max_depth);

// Frees a parser and the document it holds. NULL is ignored.
void vsl_json_parser_free(vsl_json_parser *parser);

// Parses `length` bytes, behind which VSL_JSON_PADDING bytes are readable. Allocates only when a document is larger than all before.
vsl_json_document vsl_json_parse(vsl_json_parser *parser, const uint8_t *bytes, size_t length);

// Whether some bytes are valid UTF-8.
bool vsl_json_is_utf8(const uint8_t *bytes, size_t length);

#ifdef __cplusplus
}
#endif
#endif
