#include "app/api/tokens.h"

#include <algorithm>
#include <cstring>

namespace wonjang {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::string_view kMark = "wjng";
constexpr std::size_t kBlock = 16;

}  // namespace

Hash128 Tokens::block(Kind kind, std::uint32_t book, Position position) const {
  Hash128 plain{kVersion, static_cast<std::uint8_t>(kind), static_cast<std::uint8_t>(book >> 8U),
                static_cast<std::uint8_t>(book & 0xFFU)};
  const std::uint64_t be = __builtin_bswap64(position);
  std::memcpy(plain.data() + 4, &be, sizeof be);
  std::memcpy(plain.data() + 12, kMark.data(), kMark.size());
  return seal_.seal(plain);
}

std::string Tokens::position(std::uint32_t book, Position position) const {
  return to_base64url(view(block(Kind::position, book, position)));
}

std::string Tokens::positions(const Positions& all) const {
  std::string blocks;
  for (std::uint32_t i = 0; i < all.of.size(); ++i) blocks.append(view(block(Kind::position, i, all.of[i])));
  return to_base64url(blocks);
}

std::optional<Positions> Tokens::parse_position(std::string_view text) const {
  return parse(Kind::position, text, /*all_books=*/false);
}

std::optional<Positions> Tokens::parse_min_position(std::string_view text) const {
  auto found = parse_position(text);
  return found ? found : parse_cursor(text);
}

std::string Tokens::cursor(const Positions& all) const {
  std::string blocks;
  for (std::uint32_t i = 0; i < all.of.size(); ++i) blocks.append(view(block(Kind::cursor, i, all.of[i])));
  return to_base64url(blocks);
}

std::optional<Positions> Tokens::parse_cursor(std::string_view text) const {
  return parse(Kind::cursor, text, /*all_books=*/true);
}

std::optional<Positions> Tokens::parse(Kind kind, std::string_view text, bool all_books) const {
  if (text.size() > books_ * std::size_t{24}) return std::nullopt;
  const auto bytes = from_base64url(text);
  if (!bytes || bytes->empty() || bytes->size() % kBlock != 0) return std::nullopt;
  if (all_books && bytes->size() != books_ * kBlock) return std::nullopt;
  Positions out;
  out.of.resize(books_);
  std::vector<bool> seen(books_);
  for (std::size_t from = 0; from < bytes->size(); from += kBlock) {
    Hash128 sealed;
    std::memcpy(sealed.data(), bytes->data() + from, kBlock);
    const auto plain = seal_.open(sealed);
    ByteReader in(view(plain));
    const auto version = in.u8();
    const auto found_kind = in.u8();
    const std::uint32_t book = static_cast<std::uint32_t>(in.u8()) << 8U | in.u8();
    const auto position = in.be64();
    if (version != kVersion || found_kind != static_cast<std::uint8_t>(kind) || in.take(4) != kMark)
      return std::nullopt;
    if (book >= books_ || seen[book]) return std::nullopt;
    seen[book] = true;
    out.of[book] = position;
  }
  return out;
}

std::string Tokens::list_cursor(List list, std::span<const std::uint64_t> key) const {
  std::string blocks;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const auto place = static_cast<std::uint32_t>(list) << 8U | static_cast<std::uint32_t>(i);
    blocks.append(view(block(Kind::list, place, key[i])));
  }
  return to_base64url(blocks);
}

std::optional<std::vector<std::uint64_t>> Tokens::parse_list_cursor(List list, std::string_view text,
                                                                    std::size_t count) const {
  if (text.size() > kListKeyMax * 24) return std::nullopt;
  const auto bytes = from_base64url(text);
  if (!bytes || bytes->size() != count * kBlock) return std::nullopt;
  std::vector<std::uint64_t> key;
  for (std::size_t i = 0; i < count; ++i) {
    Hash128 sealed;
    std::memcpy(sealed.data(), bytes->data() + i * kBlock, kBlock);
    const auto plain = seal_.open(sealed);
    ByteReader in(view(plain));
    const bool known = in.u8() == kVersion && in.u8() == static_cast<std::uint8_t>(Kind::list) &&
                       in.u8() == static_cast<std::uint8_t>(list) && in.u8() == i;
    key.push_back(in.be64());
    if (!known || in.take(4) != kMark) return std::nullopt;
  }
  return key;
}

CursorWriter::CursorWriter(const Tokens& tokens, const Positions& from) : tokens_(tokens) {
  for (std::uint32_t i = 0; i < from.of.size(); ++i) {
    blocks_.append(view(tokens_.block(Tokens::Kind::cursor, i, from.of[i])));
  }
}

void CursorWriter::move(std::uint32_t book, Position position) {
  const auto block = tokens_.block(Tokens::Kind::cursor, book, position);
  blocks_.replace(book * kBlock, kBlock, view(block));
}

}  // namespace wonjang
