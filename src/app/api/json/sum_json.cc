#include "app/api/json/sum_json.h"

#include "engine/money/journal_spaces.h"

namespace wonjang {

void put_exact(JsonWriter& w, std::string_view name, int128 value) {
  if (value >= -kPlainSumMax && value <= kPlainSumMax) {
    w.number(name, static_cast<std::int64_t>(value));
  } else {
    w.text(name, money::text_of(value));
  }
}

}  // namespace wonjang
