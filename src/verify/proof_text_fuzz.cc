// libFuzzer: proofs, as a stranger may hand them over. Whatever they say, there is a verdict; and nothing is
// valid that wasn't signed, which a key of zeros never did.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "verify/event.h"
#include "verify/proof.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace verify;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  // Any 32 bytes that aren't the key the seeds were signed with.
  Key key;
  key.bytes[0] = 9;
  const auto payment = check_payment(bytes, key);
  const auto consistency = check_consistency(bytes, key);
  if (payment.is_valid || consistency.is_valid || payment.text.empty() || consistency.text.empty())
    std::abort();
  try {
    (void)key_of(bytes);
  } catch (const NotValid&) {
  }
  try {
    (void)facts_of(bytes);
  } catch (const NotValid&) {
  }
  return 0;
}
