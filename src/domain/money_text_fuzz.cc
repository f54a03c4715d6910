// libFuzzer: money as people write it. What is read is written and read again as the same amount, and no
// digit is lost.
#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>

#include "domain/money.h"

namespace {

std::size_t digits_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wonjang;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto money = parse_money(text);
  if (money) {
    const auto again = to_text(*money);
    if (parse_money(again) != money) std::abort();
    if (digits_of(text) == 0) std::abort();
  }
  (void)Currency::parse(text);
  return 0;
}
