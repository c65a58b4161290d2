#include "csimdjson.h"

#include <new>
#include <simdjson.h>

struct vsl_json_parser {
  simdjson::dom::parser parser;
  size_t max_depth;

  explicit vsl_json_parser(size_t max_bytes, size_t depth) : parser(max_bytes), max_depth(depth) {}
};

vsl_json_parser *vsl_json_new(size_t max_bytes, size_t max_depth) {
  auto *parser = new (std::nothrow) vsl_json_parser(max_bytes, max_depth);
  if (parser == nullptr) return nullptr;
  // Room for small documents; the parser grows it up to max_bytes.
  if (parser->parser.allocate(1 << 12, max_depth) != simdjson::SUCCESS) {
    delete parser;
    return nullptr;
  }
  return parser;
}

void vsl_json_free(vsl_json_parser *parser) { delete parser; }

size_t vsl_json_padding(void) { return simdjson::SIMDJSON_PADDING; }

int vsl_json_parse(vsl_json_parser *parser, const uint8_t *bytes, size_t length) {
  if (parser->parser.capacity() < length) {
    size_t capacity = parser->parser.capacity();
    while (capacity < length) capacity *= 2;
    auto error = parser->parser.allocate(capacity, parser->max_depth);
    if (error != simdjson::SUCCESS) return error;
  }
  return parser->parser.parse(bytes, length, false).error();
}

const uint64_t *vsl_json_tape(const vsl_json_parser *parser) { return parser->parser.doc.tape.get(); }

const uint8_t *vsl_json_strings(const vsl_json_parser *parser) { return parser->parser.doc.string_buf.get(); }

const char *vsl_json_message(int code) {
  return simdjson::error_message(static_cast<simdjson::error_code>(code));
}
