// SearchTerms: what somebody typed, read in every way it can be meant, and whether a payment is what was
// meant.
//
//   as text       a part of the buyer's name, the product, a depositor (text.h) or words in the metadata
//   as an id      any business id, the last 6 characters of an order id, our own ids (pay_, apr_, cnl_)
//   as 4 digits   the tail of a card's or a phone's number
//   as a number   a whole masked card "433012******1234", a whole phone "010-1234-5678" or as many of its
//                 last digits as were typed ("1234-5678"), with any separators
//
// Hints lead to payments; judge() has the last word. A text is compared with the texts of the row. An id's
// hint holds the id itself and is believed ("none is ever taken back", hints.h), but where it holds less than
// was typed (a whole number by its tail, an id longer than the stored part) the row is compared.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "domain/payment.h"
#include "engine/serving/spaces.h"
#include "engine/serving/text.h"

namespace wonjang::serving {

enum class Judged : std::uint8_t { no, possible, certain };

struct Judgement {
  Judged judged = Judged::no;
  std::vector<std::string> matched;  // see SearchHit
};

class SearchTerms {
 public:
  // Errors: invalid (nothing to look for; too long for a text and no id), with words for the one who typed
  // it.
  static Result<SearchTerms> parse(const TextForms& forms, std::string_view typed);

  // Nothing: it can only be an id.
  const std::optional<Pattern>& pattern() const { return pattern_; }
  const std::vector<std::pair<IdKind, std::string>>& ids() const { return ids_; }
  std::optional<PaymentId> payment() const { return payment_; }

  // `ids`: bit_of(kind) of each of ids() that has a hint to this payment.
  Judgement judge(const TextForms& forms, const Payment& payment, std::uint32_t ids) const;

 private:
  void add_ids(std::string_view typed);
  void add_numbers(std::string_view typed);
  Judged best_of(const TextForms& forms, std::string_view text, Judged so_far) const;
  bool names(IdKind kind, const Payment& payment) const;

  std::optional<Pattern> pattern_;
  std::vector<std::pair<IdKind, std::string>> ids_;
  std::optional<PaymentId> payment_;
  std::string long_id_;       // as typed, in lower case, when it is longer than what hints hold
  std::string card_leading_;  // digits in front of the mask
  std::string card_tail_;
  std::string phone_;
};

}  // namespace wonjang::serving
