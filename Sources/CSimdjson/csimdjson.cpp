#include "csimdjson.h"

#include <new>
#include <simdjson.h>

static_assert(VSL_JSON_PADDING >= simdjson::SIMDJSON_PADDING, "a document needs the padding that simdjson reads");

struct vsl_json_parser {
  simdjson::dom::parser parser;
  simdjson::dom::document document;
  size_t max_bytes;
  size_t max_depth;

  explicit vsl_json_parser(size_t max_bytes, size_t max_depth)
      : parser(max_bytes), max_bytes(max_bytes), max_depth(max_depth) {}
};

namespace {

int32_t code_of(simdjson::error_code error) {
  switch (error) {
    case simdjson::SUCCESS: return VSL_JSON_OK;
    case simdjson::CAPACITY: return VSL_JSON_TOO_LARGE;
    case simdjson::MEMALLOC: return VSL_JSON_NO_MEMORY;
    case simdjson::DEPTH_ERROR: return VSL_JSON_TOO_DEEP;
    case simdjson::NUMBER_ERROR:
    case simdjson::NUMBER_OUT_OF_RANGE: return VSL_JSON_NUMBER;
    case simdjson::UTF8_ERROR: return VSL_JSON_INVALID_UTF8;
    case simdjson::EMPTY: return VSL_JSON_EMPTY;
    case simdjson::TAPE_ERROR:
    case simdjson::STRING_ERROR:
    case simdjson::T_ATOM_ERROR:
    case simdjson::F_ATOM_ERROR:
    case simdjson::N_ATOM_ERROR:
    case simdjson::UNESCAPED_CHARS:
    case simdjson::UNCLOSED_STRING: return VSL_JSON_MALFORMED;
    default: return VSL_JSON_INTERNAL;
  }
}

vsl_json_document failure(simdjson::error_code error) {
  return {nullptr, nullptr, simdjson::error_message(error), code_of(error)};
}

}  // namespace

vsl_json_parser *vsl_json_parser_new(size_t max_bytes, size_t max_depth) {
  return new (std::nothrow) vsl_json_parser(max_bytes, max_depth);
}

void vsl_json_parser_free(vsl_json_parser *parser) { delete parser; }

vsl_json_document vsl_json_parse(vsl_json_parser *parser, const uint8_t *bytes, size_t length) {
  if (length > parser->max_bytes) return failure(simdjson::CAPACITY);
  // Capacity grows by doubling: without this, simdjson would allocate anew for each document a little longer than the last.
  if (parser->parser.capacity() < length || parser->parser.max_depth() != parser->max_depth || parser->parser.capacity() == 0) {
    size_t capacity = parser->parser.capacity() < 2048 ? 2048 : parser->parser.capacity();
    while (capacity < length) capacity *= 2;
    if (capacity > parser->max_bytes && parser->max_bytes >= length) capacity = parser->max_bytes;
    simdjson::error_code error = parser->parser.allocate(capacity, parser->max_depth);
    if (error) return failure(error);
    error = parser->document.allocate(capacity);
    if (error) return failure(error);
  }
  simdjson::error_code error = parser->parser.parse_into_document(parser->document, bytes, length, false).error();
  if (error) return failure(error);
  return {parser->document.tape.get(), parser->document.string_buf.get(), nullptr, VSL_JSON_OK};
}

bool vsl_json_is_utf8(const uint8_t *bytes, size_t length) {
  return simdjson::validate_utf8(reinterpret_cast<const char *>(bytes), length);
}
