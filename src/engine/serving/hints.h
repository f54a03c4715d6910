// Hints: under which ids and texts a payment can be found. Each event brings its own; none is ever taken
// back, since an id that once named a payment still does. A hint only points: the row is the truth.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/event.h"
#include "engine/serving/spaces.h"

namespace wonjang::serving {

// Metadata: each pair can be filtered by, exactly (metadata_pair). A value that reads like words (it has a
// character that isn't ASCII, or no digit at all) is searched by any part of its first kMetadataWords
// characters, as names are; codes and numbers, of which there are as many as payments, as a whole.
constexpr std::size_t kMetadataWords = 64;

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

// The part of a metadata value that is searched like a text; empty: it is looked for as a whole.
std::string_view searched_part(std::string_view metadata_value);
// 8 bytes, of both as they are.
std::string metadata_pair_id(std::string_view name, std::string_view value);

// A payment that takes such a status is rare among a merchant's: whoever asks for them doesn't want to read
// through all the others. The hint stays when the payment goes on, like all of them.
constexpr bool has_status_hint(PaymentStatus status) {
  return status != PaymentStatus::none && status != PaymentStatus::ready &&
         status != PaymentStatus::in_progress && status != PaymentStatus::done;
}
std::string status_id(MerchantNo merchant, PaymentStatus status);

// The comparable form of a business id, for storing and asking: without blanks at its ends, ASCII letters in
// lower case, at most 64 bytes. Digits of phones lose their separators.
std::string normal_id(std::string_view text);
std::string only_digits(std::string_view text);
// The last `count` characters (of UTF-8), or nothing when there are no more than that.
std::string_view tail_of(std::string_view text, std::size_t count);
// "433012******1234", or empty when a part is missing.
std::string masked_card(std::string_view bin, std::string_view last4);

}  // namespace wonjang::serving
