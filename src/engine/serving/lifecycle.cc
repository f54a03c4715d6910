#include "engine/serving/lifecycle.h"

#include "engine/serving/history.h"
#include "engine/serving/payment_list.h"
#include "engine/serving/row.h"

namespace wonjang::serving {
namespace {

std::int64_t sum_of(const TaxParts& parts) { return parts.total().value_or(0); }

// Which money a step is about, from whatever fields its body has.
struct Subject {
  LifeStep& out;

  template <typename Body>
  void operator()(const Body& body) const {
    if constexpr (requires { body.approval; }) set(out.approval, body.approval);
    if constexpr (requires { body.cancel; }) set(out.cancel, body.cancel);
    if constexpr (requires { body.terms.approval; }) set(out.approval, body.terms.approval);
    if constexpr (requires { body.terms.cancel; }) set(out.cancel, body.terms.cancel);
    if constexpr (requires { body.amount; }) {
      out.amount = body.amount;
    } else if constexpr (requires { body.parts; }) {
      out.amount = sum_of(body.parts);
    } else if constexpr (requires { body.terms.parts; }) {
      out.amount = sum_of(body.terms.parts);
    }
  }

 private:
  template <typename Id>
  static void set(std::optional<Id>& to, const Id& id) {
    if (!id.is_zero()) to = id;
  }
};

LifeStep step_of(Event event, Position position) {
  LifeStep out;
  out.type = type_of(event.body);
  out.position = position;
  std::visit(Subject{out}, event.body);
  out.event = std::move(event);
  return out;
}

}  // namespace

Result<std::optional<Lifecycle>> lifecycle(const KvSnapshot& snapshot, const MerchantDirectory& merchants,
                                           const EventLog& log, const EventCodec& codec, PaymentId payment) {
  WJ_TRY(const auto at, find_locator(snapshot, payment));
  if (!at) return std::optional<Lifecycle>();
  WJ_TRY(const auto stored, snapshot.get(kRows, row_key(*at)));
  if (!stored) return corrupt("the row of " + payment.text() + " is missing: rebuild the views");
  WJ_TRY(const auto merchant, merchants.of(at->merchant));
  WJ_TRY(Row row, decode_row(*at, merchant.id, *stored));

  Lifecycle out;
  out.at = *at;
  WJ_TRY(auto events, history_of(log, codec, payment, row));
  for (auto& [event, position] : events) out.steps.push_back(step_of(std::move(event), position));
  out.payment = std::move(row.payment);
  out.reading = {"locators, the book", 1 + out.steps.size(), 3};
  return std::optional(std::move(out));
}

}  // namespace wonjang::serving
