// libFuzzer: head records. What is read is written and read as the same head.
#include <cstdint>
#include <cstdlib>

#include "engine/ledger/head.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wonjang;
  const auto head = decode_head({reinterpret_cast<const char*>(data), size});
  if (!head) {
    if (head.error().kind != ErrorKind::corrupt) std::abort();
    return 0;
  }
  const auto again = decode_head(encode_head(*head));
  if (!again || *again != *head) std::abort();
  return 0;
}
