#include "app/api/tokens.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"

namespace wonjang {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kBlock = 16;

}  // namespace

struct Tokens::Block {
  Kind kind = Kind::position;
  std::uint32_t book = 0;
  Position position = 0;
  EpochId epoch = 0;
};

Tokens::Tokens(TokenSeal seal, std::uint32_t books, Epochs epochs)
    : seal_(std::move(seal)), books_(books), epochs_(std::move(epochs)) {
  for (const auto& restored : epochs_.restores()) WJ_ASSERT(restored.sizes.of.size() == books_);
}

EpochId Tokens::epoch_of(Kind kind, std::uint32_t book, Position position) const {
  return kind == Kind::list ? epochs_.newest() : epochs_.of(book, position);
}

Hash128 Tokens::block(Kind kind, std::uint32_t book, Position position) const {
  Hash128 plain{kVersion, static_cast<std::uint8_t>(kind), static_cast<std::uint8_t>(book >> 8U),
                static_cast<std::uint8_t>(book & 0xFFU)};
  const std::uint64_t be = __builtin_bswap64(position);
  const std::uint32_t epoch = __builtin_bswap32(epoch_of(kind, book, position));
  std::memcpy(plain.data() + 4, &be, sizeof be);
  std::memcpy(plain.data() + 12, &epoch, sizeof epoch);
  return seal_.seal(plain);
}

// Blocks of one kind, and of a book or list that there is; whatever the epoch.
std::optional<std::vector<Tokens::Block>> Tokens::open(std::string_view text, std::size_t blocks_max) const {
  if (text.size() > blocks_max * 24) return std::nullopt;
  const auto bytes = from_base64url(text);
  if (!bytes || bytes->empty() || bytes->size() % kBlock != 0) return std::nullopt;
  std::vector<Block> out;
  for (std::size_t from = 0; from < bytes->size(); from += kBlock) {
    Hash128 sealed;
    std::memcpy(sealed.data(), bytes->data() + from, kBlock);
    const auto plain = seal_.open(sealed);
    ByteReader in(view(plain));
    const auto version = in.u8();
    Block block;
    block.kind = static_cast<Kind>(in.u8());
    block.book = static_cast<std::uint32_t>(in.u8()) << 8U | in.u8();
    block.position = in.be64();
    block.epoch = in.be32();
    const bool is_known =
        block.kind == Kind::position || block.kind == Kind::cursor || block.kind == Kind::list;
    if (version != kVersion || !is_known || (!out.empty() && out.front().kind != block.kind))
      return std::nullopt;
    if (block.kind != Kind::list && block.book >= books_) return std::nullopt;
    out.push_back(block);
  }
  return out;
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
  const auto blocks = open(text, books_);
  if (!blocks || (all_books && blocks->size() != books_)) return std::nullopt;
  Positions out;
  out.of.resize(books_);
  std::vector<bool> seen(books_);
  for (const auto& block : *blocks) {
    if (block.kind != kind || seen[block.book]) return std::nullopt;
    if (block.epoch != epoch_of(kind, block.book, block.position)) return std::nullopt;
    seen[block.book] = true;
    out.of[block.book] = block.position;
  }
  return out;
}

// The restore that lost what a block names; null: none did.
const Restored* Tokens::lost_by(const Block& block) const {
  const auto& restores = epochs_.restores();
  auto own = std::ranges::find(restores, block.epoch, &Restored::epoch);
  own = block.epoch == Epochs::kFirst ? restores.begin() : own + 1;
  const auto found = std::find_if(own, restores.end(), [&](const Restored& restored) {
    return block.kind == Kind::list || block.position > restored.sizes.of[block.book];
  });
  return found == restores.end() ? nullptr : &*found;
}

std::optional<LostPlace> Tokens::lost_place(std::string_view text) const {
  const auto blocks = open(text, std::max<std::size_t>(books_, kListKeyMax));
  if (!blocks) return std::nullopt;
  std::vector<Block> lost;
  for (const auto& block : *blocks) {
    if (block.epoch != epoch_of(block.kind, block.book, block.position)) lost.push_back(block);
  }
  if (lost.empty()) return std::nullopt;
  LostPlace out;
  if (!std::ranges::all_of(lost, [&](const Block& block) { return epochs_.knows(block.epoch); })) return out;
  Positions kept;
  kept.of.resize(books_);
  for (const auto& block : *blocks) {
    if (block.kind != Kind::list) kept.of[block.book] = block.position;
  }
  for (const auto& block : lost) {
    const auto* restored = lost_by(block);
    if (restored == nullptr) return std::nullopt;
    out.restored_at = std::max(out.restored_at, restored->at);
    if (block.kind != Kind::list) kept.of[block.book] = restored->sizes.of[block.book];
  }
  if (blocks->front().kind == Kind::cursor && blocks->size() == books_) out.go_on_after = cursor(kept);
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
  const auto blocks = open(text, kListKeyMax);
  if (!blocks || blocks->size() != count) return std::nullopt;
  std::vector<std::uint64_t> key;
  for (const auto& block : *blocks) {
    const auto place = static_cast<std::uint32_t>(list) << 8U | static_cast<std::uint32_t>(key.size());
    if (block.kind != Kind::list || block.book != place || block.epoch != epochs_.newest())
      return std::nullopt;
    key.push_back(block.position);
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
