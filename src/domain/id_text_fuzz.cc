// libFuzzer: the text of ids. One id has one spelling: what is read is written back as it was.
#include <cstdint>
#include <cstdlib>

#include "domain/ids.h"

namespace {

template <typename SomeId>
void check(std::string_view text) {
  const auto id = SomeId::parse(text);
  if (id && (id->text() != text || id->is_zero())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wonjang;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check<PaymentId>(text);
  check<ApprovalId>(text);
  check<CancelId>(text);
  check<EventId>(text);
  check<MerchantId>(text);
  check<ApiKeyId>(text);
  const auto raw = from_base32(text);
  if (raw && to_base32(*raw) != text) std::abort();
  if (size >= 16) {  // and every id has a spelling
    const RawId any = RawId::from_bytes(text.data());
    if (from_base32(to_base32(any)) != any || any.to_bytes() != text.substr(0, 16)) std::abort();
  }
  return 0;
}
