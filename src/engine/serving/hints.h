// Hints: under which ids and texts a payment can be found. Each event brings its own; none is ever taken
// back, since an id that once named a payment still does. A hint only points: the row is the truth.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/event.h"
#include "engine/serving/spaces.h"

namespace wonjang::serving {

struct IdHint {
  IdKind kind;
  std::string value;  // as stored: see normal_id
};
struct TextHint {
  TextField field;
  std::string_view text;  // of the event
};
struct Hints {
  std::vector<IdHint> ids;
  std::vector<TextHint> texts;
  void clear() {
    ids.clear();
    texts.clear();
  }
};

// Appends what `event` brings. `hints` points into `event`.
void collect_hints(const Event& event, Hints& hints);

// The comparable form of a business id, for storing and asking: without blanks at its ends, ASCII letters in
// lower case, at most 64 bytes. Digits of phones lose their separators.
std::string normal_id(std::string_view text);
std::string only_digits(std::string_view text);
// The last `count` characters (of UTF-8), or nothing when there are no more than that.
std::string_view tail_of(std::string_view text, std::size_t count);
// "433012******1234", or empty when a part is missing.
std::string masked_card(std::string_view bin, std::string_view last4);

}  // namespace wonjang::serving
