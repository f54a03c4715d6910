// libFuzzer: the bytes of events. What is read keeps its meaning: written and read again it is the same
// event, and from then on the same bytes. What is read without the library, the library reads the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "adapters/protobuf/event_codec.h"
#include "adapters/protobuf/plain_decode.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wonjang;
  const ProtobufEventCodec codec;
  const auto event = codec.decode({reinterpret_cast<const char*>(data), size});
  if (!event) {
    if (event.error().kind != ErrorKind::corrupt || event.error().message.empty()) std::abort();
    return 0;
  }
  const auto any = read_any({reinterpret_cast<const char*>(data), size});
  if (!any || *any != *event) std::abort();
  std::string bytes;
  codec.encode(*event, bytes);
  const auto again = codec.decode(bytes);
  if (!again || *again != *event) std::abort();
  std::string bytes_again;
  codec.encode(*again, bytes_again);
  if (bytes_again != bytes) std::abort();
  return 0;
}
