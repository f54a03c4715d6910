// libFuzzer: a head and, behind it, a chunked body, from arbitrary bytes. The properties: every view lies
// within the head, a complete head is found again in its own bytes alone, and the decoder never uses more
// than it was given.
#include <cstdlib>
#include <string>

#include "app/http/chunk_decoder.h"
#include "app/http/request_head.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wonjang;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto parsed = parse_request_head(bytes, 4096);
  if (parsed.outcome == HeadOutcome::complete) {
    if (parsed.size > size || parsed.size > 4096) std::abort();
    if (parsed.head.path().size() + parsed.head.query().size() > parsed.head.target().size()) std::abort();
    std::size_t total = parsed.head.method().size() + parsed.head.target().size();
    for (std::size_t i = 0; i < parsed.head.header_count(); ++i) {
      const auto [name, value] = parsed.head.header_at(i);
      if (!parsed.head.find(name)) std::abort();
      total += name.size() + value.size();
    }
    if (total > parsed.size) std::abort();
    if (parse_request_head(bytes.substr(0, parsed.size), 4096).outcome != HeadOutcome::complete) std::abort();
  }
  ChunkDecoder decoder;
  std::string body;
  if (decoder.feed(bytes, body, 64) > size || body.size() > 64) std::abort();
  return 0;
}
