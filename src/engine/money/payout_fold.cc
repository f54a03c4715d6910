#include "engine/money/payout_fold.h"

#include <algorithm>

#include "base/int128.h"
#include "engine/money/journal_spaces.h"
#include "engine/money/payout_states.h"

namespace wonjang::money {

using settlement::PayoutId;
using settlement::PayoutRequested;
using settlement::PayoutState;
using settlement::PayoutUpdated;

namespace {

Error wrong_payout(const PayoutId& payout, const std::string& how) {
  return corrupt("the payout " + payout.text() + " " + how +
                 "; the projection money stops here: run `wonjang check` on the ledger");
}

std::string payout_key(const PayoutId& payout) { return Key(Table::payout).id(payout.raw()).bytes(); }
std::string standing_key(MerchantNo merchant, Currency currency) {
  return Key(Table::standing).number(merchant).currency(currency).bytes();
}

// amount, left_over and state follow from the rest.
bool adds_up(const PayoutRequested& body) {
  int128 sum = static_cast<int128>(body.lines_net) + body.released - body.withheld;
  for (const auto& carried : body.carried) sum += carried.amount;
  if (sum > 0) return body.amount == sum && body.left_over == 0 && body.state == PayoutState::requested;
  return body.amount == 0 && body.left_over == sum && body.state == PayoutState::carried;
}

}  // namespace

Result<Standing> PayoutFold::standing_of(const std::string& key) {
  WJ_TRY(const auto* const bytes, context_.rows.get(kSums, key));
  if (bytes == nullptr) return Standing();
  return decoded<Standing>(*bytes, "what a merchant stands at");
}

void PayoutFold::keep(const std::string& key, const Standing& standing) {
  if (standing.carried.empty() && standing.kept_back == 0) return context_.rows.remove(kSums, key);
  context_.rows.put(kSums, key, encoded(standing));
}

Result<void> PayoutFold::take(const EventPlace& place, const Event& event, const PayoutRequested& body) {
  WJ_TRY(const auto merchant, context_.meet(event.merchant));
  const std::string key = payout_key(body.payout);
  WJ_TRY(const auto* const before, context_.rows.get(kPayouts, key));
  if (before != nullptr || event.version != 0) return wrong_payout(body.payout, "is requested a second time");
  if (body.payout.raw() != event.stream) return wrong_payout(body.payout, "stands in another one's stream");
  if (!adds_up(body)) {
    return wrong_payout(body.payout, "has an amount of " + std::to_string(body.amount) + " and " +
                                         std::to_string(body.left_over) +
                                         " left over, which its parts don't add up to");
  }
  PayoutStored stored{body, event.merchant, merchant, event.currency, body.state, 1, {}, place.position, {},
                      {}};
  WJ_TRY(const auto due, context_.sums.take_due(merchant, event.currency, body.date));
  DueSum found;
  for (const auto& [day, sum] : due) {
    add_sum(found, sum);
    stored.days.push_back({day, sum.lines});
  }
  if (static_cast<std::uint64_t>(found.lines) != body.lines || found.net != body.lines_net) {
    return wrong_payout(body.payout, "says " + std::to_string(body.lines) + " lines with a net of " +
                                         std::to_string(body.lines_net) + ", but " +
                                         std::to_string(found.lines) + " lines with a net of " +
                                         text_of(found.net) + " are due to its merchant");
  }
  WJ_CHECK(move_standing(body, standing_key(merchant, event.currency)));
  const PayoutOfMerchant of_merchant{body.date, body.payout};
  context_.coverage.add(merchant, event.currency, place.position, of_merchant);
  context_.rows.put(kPayouts, key, encoded(stored));
  context_.rows.put_blind(
      kPayouts, Key(Table::payout_by_date).day(body.date).number(merchant).id(body.payout.raw()).bytes(), {});
  context_.rows.put_blind(
      kPayouts,
      Key(Table::payout_of_merchant).number(merchant).currency(event.currency).wide(place.position).bytes(),
      encoded(of_merchant));
  return {};
}

Result<void> PayoutFold::move_standing(const PayoutRequested& body, const std::string& key) {
  WJ_TRY(auto standing, standing_of(key));
  for (const auto& taken : body.carried) {
    const auto at = std::find(standing.carried.begin(), standing.carried.end(), taken);
    if (at == standing.carried.end()) {
      return wrong_payout(body.payout, "takes over " + std::to_string(taken.amount) + " of " +
                                           taken.from.text() + ", which isn't carried over to its merchant");
    }
    standing.carried.erase(at);
  }
  if (body.left_over != 0) standing.carried.push_back({body.payout, body.left_over});
  const int128 kept_back = static_cast<int128>(standing.kept_back) + body.withheld - body.released;
  if (body.withheld < 0 || body.released < 0 || kept_back < 0 || kept_back > INT64_MAX) {
    return wrong_payout(body.payout, "withholds " + std::to_string(body.withheld) + " and releases " +
                                         std::to_string(body.released) + " where " +
                                         std::to_string(standing.kept_back) + " is kept back");
  }
  standing.kept_back = static_cast<std::int64_t>(kept_back);
  keep(key, standing);
  return {};
}

Result<void> PayoutFold::take(const EventPlace&, const Event& event, const PayoutUpdated& body) {
  const std::string key = payout_key(body.payout);
  WJ_TRY(const auto* const bytes, context_.rows.get(kPayouts, key));
  if (bytes == nullptr) return wrong_payout(body.payout, "is updated, but nobody requested it");
  WJ_TRY(auto payout, decoded<PayoutStored>(*bytes, "a payout"));
  if (event.version != payout.version || body.payout.raw() != event.stream) {
    return wrong_payout(body.payout, "is updated by event " + std::to_string(event.version) +
                                         " where event " + std::to_string(payout.version) +
                                         " of it has to come");
  }
  const bool noted = body.bank_says != PayoutState::unknown;
  const bool was_back = payout.state == PayoutState::failed || payout.state == PayoutState::returned;
  const bool after_all = was_back && body.was_back && body.state == PayoutState::paid;
  if (noted ? body.state != payout.state : !after_all && !may_become(payout.state, body.state)) {
    return wrong_payout(body.payout, "becomes " + std::string(code_of(body.state)) + " after " +
                                         std::string(code_of(payout.state)));
  }
  const bool is_new = body.state != payout.state;
  const bool was_paid = payout.state == PayoutState::paid;
  if (is_new && body.state == PayoutState::returned && body.was_paid != was_paid) {
    return wrong_payout(body.payout, std::string("comes back as ") + (body.was_paid ? "" : "not ") +
                                         "paid before, but stands as " + std::string(code_of(payout.state)));
  }
  if (body.amount != payout.requested.amount) {
    return wrong_payout(body.payout, "is updated with an amount of " + std::to_string(body.amount) +
                                         " where " + std::to_string(payout.requested.amount) +
                                         " was requested");
  }
  payout.state = body.state;
  payout.version += 1;
  payout.updates.push_back(body);
  note_dispute(payout, event, body);
  context_.rows.put(kPayouts, key, encoded(payout));
  if (!is_new) return {};
  const int128 amount = payout.requested.amount;
  const BusinessDate day = business_date_of(event.recorded_at);
  if (body.state == PayoutState::paid) {
    context_.sums.add_unpaid(payout.merchant_no, payout.currency, day, {0, -amount});
  } else if (was_paid) {
    context_.sums.add_unpaid(payout.merchant_no, payout.currency, day, {0, amount});
  }
  const bool is_back = body.state == PayoutState::failed || body.state == PayoutState::returned;
  if (is_back) return give_back(payout);
  return after_all ? take_again(payout) : Result<void>();
}

// Open until the payout becomes another one, or somebody says that it is what it is.
void PayoutFold::note_dispute(PayoutStored& payout, const Event& event, const PayoutUpdated& body) {
  const auto key = [&](Instant since) {
    return Key(Table::disputed)
        .wide(static_cast<std::uint64_t>(since.us))
        .id(payout.requested.payout.raw())
        .bytes();
  };
  if (payout.dispute) context_.rows.remove(kPayouts, key(payout.dispute->since));
  payout.dispute.reset();
  if (body.bank_says == PayoutState::unknown || body.bank_says == payout.state) return;
  payout.dispute = {body, event.actor, event.recorded_at};
  context_.rows.put(kPayouts, key(event.recorded_at), {});
}

// What was back with the merchant was paid after all. Where a later payout has it already, the next one takes
// it off: paid twice it is owed back, and if that payout comes to nothing the two cancel out.
Result<void> PayoutFold::take_again(const PayoutStored& payout) {
  const auto key = standing_key(payout.merchant_no, payout.currency);
  WJ_TRY(auto standing, standing_of(key));
  const settlement::CarriedOver back{payout.requested.payout, payout.requested.amount};
  const auto waits = std::find(standing.carried.begin(), standing.carried.end(), back);
  if (waits != standing.carried.end()) {
    standing.carried.erase(waits);
  } else {
    standing.carried.push_back({back.from, -back.amount});
  }
  keep(key, standing);
  return {};
}

// It waits for the merchant's next payout.
Result<void> PayoutFold::give_back(const PayoutStored& payout) {
  const auto key = standing_key(payout.merchant_no, payout.currency);
  WJ_TRY(auto standing, standing_of(key));
  standing.carried.push_back({payout.requested.payout, payout.requested.amount});
  keep(key, standing);
  return {};
}

}  // namespace wonjang::money
