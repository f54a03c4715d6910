#include "engine/projection/meta_codec.h"

#include "base/bytes.h"
#include "base/hash64.h"

namespace wonjang::projection {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kMarkBytesMin = 9;

}  // namespace

std::string encode(const Meta& meta) {
  std::string out;
  out.push_back(static_cast<char>(kFormat));
  out.push_back(meta.complete ? '\1' : '\0');
  put_sized(out, meta.name);
  put_sized(out, meta.version);
  put_varint(out, meta.books.size());
  for (const BookMark& book : meta.books) {
    put_varint(out, book.next);
    put_be64(out, book.last_unit);
  }
  return out;
}

std::optional<Meta> decode_meta(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kFormat) return std::nullopt;
  Meta meta;
  const std::uint8_t complete = in.u8();
  meta.complete = complete == 1;
  meta.name = in.sized();
  meta.version = in.sized();
  const std::uint64_t books = in.varint();
  if (!in.ok() || complete > 1 || books > in.remaining() / kMarkBytesMin) return std::nullopt;
  for (std::uint64_t i = 0; i < books; ++i) {
    BookMark book;
    book.next = in.varint();
    book.last_unit = in.be64();
    meta.books.push_back(book);
  }
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return meta;
}

std::uint64_t mark_of(const StoredUnit& unit) {
  std::string place;
  put_be64(place, unit.first);
  place += unit.stream.to_bytes();
  std::uint64_t mark = hash64(place);
  for (const std::string& event : unit.events) mark = hash64(event, mark);
  return mark;
}

LogPositions positions_of(const Meta& meta) {
  LogPositions out;
  for (const BookMark& book : meta.books) out.push_back(book.next);
  return out;
}

}  // namespace wonjang::projection
