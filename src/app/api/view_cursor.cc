#include "app/api/view_cursor.h"

#include <cstring>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/hash64.h"

namespace wonjang {
namespace {

constexpr char kVersion = 1;
constexpr char kKind = 4;  // beside those of Tokens
constexpr std::size_t kBlock = 16;
constexpr std::size_t kPayload = 8;

// What all blocks of a cursor share. As it always was, where the ledger was never restored.
std::uint32_t mark_of(std::string_view query, EpochId epoch) {
  return static_cast<std::uint32_t>(hash64(query)) ^ epoch ^ Epochs::kFirst;
}

std::string head_and_mark(std::size_t block, std::uint32_t mark, std::string_view payload) {
  std::string out{kVersion, kKind, static_cast<char>(block >> 8U), static_cast<char>(block & 0xFFU)};
  out.append(payload);
  put_be32(out, mark);
  return out;
}

std::optional<std::string> open_marked(const Tokens& tokens, std::uint32_t mark, std::string_view text) {
  if (text.size() > 4 * kViewCursorMax) return std::nullopt;
  const auto blocks = from_base64url(text);
  if (!blocks || blocks->empty() || blocks->size() % kBlock != 0) return std::nullopt;
  std::string plain;
  for (std::size_t i = 0; i * kBlock < blocks->size(); ++i) {
    Hash128 sealed;
    std::memcpy(sealed.data(), blocks->data() + i * kBlock, kBlock);
    const auto opened = tokens.seal().open(sealed);
    const auto payload = std::string(view(opened).substr(4, kPayload));
    if (view(opened) != head_and_mark(i, mark, payload)) return std::nullopt;
    plain.append(payload);
  }
  const auto size = static_cast<std::size_t>(static_cast<unsigned char>(plain[0])) << 8U |
                    static_cast<unsigned char>(plain[1]);
  // Neither cut nor longer than it says.
  if (size + 2 > plain.size() || size + 2 + kPayload <= plain.size()) return std::nullopt;
  return plain.substr(2, size);
}

}  // namespace

std::string seal_view_cursor(const Tokens& tokens, std::string_view query, std::string_view payload) {
  WJ_ASSERT(payload.size() <= kViewCursorMax);
  std::string plain;
  plain.push_back(static_cast<char>(payload.size() >> 8U));
  plain.push_back(static_cast<char>(payload.size() & 0xFFU));
  plain.append(payload);
  plain.resize((plain.size() + kPayload - 1) / kPayload * kPayload);
  const auto mark = mark_of(query, tokens.epochs().newest());
  std::string blocks;
  for (std::size_t i = 0; i * kPayload < plain.size(); ++i) {
    const auto bytes = head_and_mark(i, mark, std::string_view(plain).substr(i * kPayload, kPayload));
    Hash128 block;
    std::memcpy(block.data(), bytes.data(), kBlock);
    blocks.append(view(tokens.seal().seal(block)));
  }
  return to_base64url(blocks);
}

std::optional<std::string> open_view_cursor(const Tokens& tokens, std::string_view query,
                                            std::string_view text) {
  return open_marked(tokens, mark_of(query, tokens.epochs().newest()), text);
}

std::optional<LostPlace> lost_view_cursor(const Tokens& tokens, std::string_view query,
                                          std::string_view text) {
  auto epoch = Epochs::kFirst;
  for (const auto& restored : tokens.epochs().restores()) {
    if (open_marked(tokens, mark_of(query, epoch), text)) return LostPlace{restored.at, std::nullopt};
    epoch = restored.epoch;
  }
  return std::nullopt;
}

}  // namespace wonjang
