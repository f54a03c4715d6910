#include "engine/ledger/head.h"

#include <bit>
#include <utility>
#include <vector>

namespace wonjang {
namespace {
constexpr std::uint8_t kFormat = 1;
}  // namespace

std::string encode_head(const BookHead& head) {
  std::string out;
  out.reserve(16 + head.tree.peaks().size() * sizeof(Hash256));
  out.push_back(static_cast<char>(kFormat));
  put_varint(out, head.tree.size());
  for (const auto& peak : head.tree.peaks()) out.append(view(peak));
  put_varint(out, static_cast<std::uint64_t>(head.last_recorded_at.us));
  return out;
}

Result<BookHead> decode_head(std::string_view bytes) {
  if (bytes.empty()) return BookHead{};
  ByteReader in(bytes);
  const auto format = in.u8();
  if (format != kFormat) {
    return corrupt("the head record has format " + std::to_string(format) +
                   ", this program reads 1; use a newer wonjang");
  }
  const auto size = in.varint();
  std::vector<Hash256> peaks;
  for (int i = std::popcount(size); i > 0; --i) peaks.push_back(in.bytes<32>());
  const auto recorded = in.varint();
  if (!in.ok() || !in.at_end()) return corrupt("the head record is cut short or has bytes too many");
  return BookHead{MerkleFrontier(size, std::move(peaks)), Instant{static_cast<std::int64_t>(recorded)}};
}

}  // namespace wonjang
