#include "engine/serving/value_store.h"

#include <algorithm>

#include "base/assert.h"

namespace wonjang::serving {
namespace {

std::size_t units_of(std::u32string_view form) {
  std::size_t units = form.size();
  for (const char32_t c : form) units += c > 0xFFFF ? 1U : 0U;
  return units;
}

}  // namespace

std::uint32_t ValueStore::append(std::u32string_view form, ValueId id, std::int64_t newest_us) {
  WJ_ASSERT(has_room(form.size()));
  WJ_ASSERT(newest_us == kUnknown || newest_us < kUnknownBit);
  const std::size_t units = units_of(form);
  constexpr std::size_t kChunk = decltype(text_)::kChunk;
  // A form doesn't cross a chunk's end.
  if (used_ / kChunk != (used_ + units) / kChunk) used_ = (used_ / kChunk + 1) * kChunk;

  const std::uint32_t number = appended_++;
  text_.make_room(used_ + units);
  starts_.make_room(number);
  ids_.make_room(number);
  newest_.make_room(number);
  starts_[number] = static_cast<std::uint32_t>(used_);
  ids_[number] = id;
  newest_[number].store(newest_us == kUnknown ? kUnknownBit : newest_us, std::memory_order_relaxed);
  text_[used_++] = static_cast<char16_t>(units);
  for (const char32_t c : form) {
    if (c > 0xFFFF) {
      text_[used_++] = static_cast<char16_t>(0xD7C0 + (c >> 10U));
      text_[used_++] = static_cast<char16_t>(0xDC00 | (c & 0x3FFU));
    } else {
      text_[used_++] = static_cast<char16_t>(c);
    }
  }
  bytes_.store(text_.bytes() + starts_.bytes() + ids_.bytes() + newest_.bytes(), std::memory_order_relaxed);
  return number;
}

void ValueStore::read_form(std::uint32_t number, std::u32string& out) const {
  const char16_t* at = &text_[starts_[number]];
  const char16_t* const end = at + 1 + *at;
  out.clear();
  for (++at; at < end; ++at) {
    if (*at >= 0xD800 && *at < 0xDC00) {
      out.push_back(((static_cast<char32_t>(*at) - 0xD7C0U) << 10U) |
                    (static_cast<char32_t>(at[1]) & 0x3FFU));
      ++at;
    } else {
      out.push_back(*at);
    }
  }
}

void ValueStore::raise(std::uint32_t number, std::int64_t at_us) {
  auto& newest = newest_[number];
  auto stored = newest.load(std::memory_order_relaxed);
  for (;;) {
    const auto flag = stored & kUnknownBit;
    const auto raised = std::max(stored & ~kUnknownBit, at_us) | flag;
    if (raised == stored || newest.compare_exchange_weak(stored, raised, std::memory_order_relaxed)) return;
  }
}

void ValueStore::learn(std::uint32_t number, std::int64_t at_us) {
  auto& newest = newest_[number];
  auto stored = newest.load(std::memory_order_relaxed);
  while ((stored & kUnknownBit) != 0 &&
         !newest.compare_exchange_weak(stored, std::max(stored & ~kUnknownBit, at_us),
                                       std::memory_order_relaxed)) {
  }
}

}  // namespace wonjang::serving
