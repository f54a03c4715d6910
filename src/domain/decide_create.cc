#include <algorithm>

#include "base/assert.h"
#include "domain/decide_parts.h"

namespace wonjang {
namespace {

std::string pointer_to(std::size_t index) { return "/approvals/" + std::to_string(index); }

std::optional<Refusal> check_sum(const CreatePayment& command) {
  if (command.approvals.size() > kApprovalsMax) {
    return refuse(RefusalCode::approvals_exceed_total,
                  "A payment has at most " + std::to_string(kApprovalsMax) +
                      " approvals; this request carries " + std::to_string(command.approvals.size()) + ".",
                  "/approvals");
  }
  std::int64_t sum = 0;
  for (const auto& approval : command.approvals) {
    const bool too_big = approval.amount > 0 && __builtin_add_overflow(sum, approval.amount, &sum);
    if (!too_big && sum <= command.total) continue;
    return refuse(RefusalCode::approvals_exceed_total,
                  "The approvals of this request add up to more than its total " +
                      to_text(Money{command.total, command.currency}) + ". Lower them, or raise the total.",
                  "/approvals");
  }
  return std::nullopt;
}

// One account, and it waits for the whole rest: a deposit of the exact amount then completes the payment.
std::optional<Refusal> check_waiting_account(const CreatePayment& command) {
  std::int64_t sum = 0;
  std::optional<std::size_t> waiting;
  for (std::size_t i = 0; i < command.approvals.size(); ++i) {
    sum += command.approvals[i].amount;
    if (!waits_for_deposit(command.approvals[i])) continue;
    if (waiting) {
      return refuse(RefusalCode::method_detail_invalid,
                    "Only one virtual account of a payment can wait for a deposit. Leave out the others.",
                    pointer_to(i));
    }
    waiting = i;
  }
  if (!waiting || sum == command.total) return std::nullopt;
  return refuse(RefusalCode::method_detail_invalid,
                "A virtual account waits for everything that the other approvals leave of the total " +
                    to_text(Money{command.total, command.currency}) + ". Issue it for the whole rest.",
                pointer_to(*waiting));
}

// What the request names; where it names nothing, what its approvals name, and of the rest by the formula.
// REQUIRES: the sum of the approvals fits, no part by itself is wrong
TaxParts parts_of_payment(const CreatePayment& command) {
  const bool names = command.parts || command.tax_free != 0 || command.tax_exempt != 0;
  TaxParts named;
  std::int64_t rest = command.total;
  for (const auto& approval : command.approvals) {
    if (names || !names_parts(approval)) continue;
    named = add(named, own_parts(approval)).value_or(named);
    rest -= approval.amount;
  }
  const auto of_rest = parts_of_wish({rest, command.parts, command.tax_free, command.tax_exempt}, "");
  return add(named, std::get<TaxParts>(of_rest)).value_or(named);
}

// Who may be served with less choice is served first.
int order_of(const ApprovalInput& input) { return input.parts ? 0 : (names_parts(input) ? 1 : 2); }

// Of each approval, in the order of the request: together they are within `left`.
// REQUIRES: as parts_of_payment
std::variant<std::vector<TaxParts>, Refusal> shares_of(const CreatePayment& command, TaxParts left) {
  std::vector<TaxParts> out(command.approvals.size());
  for (int order = 0; order <= 2; ++order) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      const auto& input = command.approvals[i];
      if (order_of(input) != order) continue;
      const auto share = parts_of_approval(input, left);
      if (!share)
        return refuse_parts_of_approval(RefusalCode::tax_parts_mismatch, input, left, pointer_to(i));
      out[i] = *share;
      left = sub(left, *share).value_or(TaxParts{});
    }
  }
  return out;
}

std::optional<Refusal> check_shares(const CreatePayment& command) {
  if (std::ranges::none_of(command.approvals, names_parts)) return std::nullopt;
  auto shares = shares_of(command, parts_of_payment(command));
  if (auto* refusal = std::get_if<Refusal>(&shares)) return std::move(*refusal);
  return std::nullopt;
}

std::optional<Refusal> check_request(const CreatePayment& command, const DecideContext& context) {
  if (command.total <= 0) {
    return refuse(RefusalCode::amount_not_positive,
                  "The total must be more than zero; it is " + std::to_string(command.total) + ".",
                  "/totalAmount");
  }
  std::optional<Refusal> first;
  auto parts = parts_of_wish({command.total, command.parts, command.tax_free, command.tax_exempt}, "");
  if (auto* refusal = std::get_if<Refusal>(&parts)) first = std::move(*refusal);
  for (std::size_t i = 0; i < command.approvals.size(); ++i) {
    const auto& approval = command.approvals[i];
    auto refusal = check_approval_input(approval, pointer_to(i));
    if (!refusal)
      refusal = check_still_due(approval, or_now(command.terms.requested_at, context), pointer_to(i));
    if (refusal && (!first || refusal->code < first->code)) first = std::move(refusal);
  }
  // The sum comes between what can be wrong with one approval: codes are given in enum order.
  if (first && first->code < RefusalCode::approvals_exceed_total) return first;
  if (auto refusal = check_sum(command)) return refusal;
  if (auto refusal = check_shares(command)) return refusal;
  if (first) return first;
  if (auto refusal = check_waiting_account(command)) return refusal;
  if (command.total <= kTotalMax) return std::nullopt;
  return refuse(RefusalCode::amount_too_large,
                "A payment's total is at most " + to_text(Money{kTotalMax, command.currency}) +
                    "; this one is " + to_text(Money{command.total, command.currency}) +
                    ". Split it into several payments.",
                "/totalAmount");
}

std::optional<Refusal> check_times(const CreatePayment& command, const DecideContext& context) {
  if (auto refusal = check_not_future(command.terms.requested_at, context, "/requestedAt")) return refusal;
  for (std::size_t i = 0; i < command.approvals.size(); ++i) {
    auto refusal = check_not_future(command.approvals[i].approved_at, context, "/approvedAt");
    if (!refusal) continue;
    refusal->pointer.insert(0, pointer_to(i));
    return refusal;
  }
  return std::nullopt;
}

// Bodies are built in place: they are large, and a create with its approval is the commonest command of all.
void add_created(std::vector<Decided>& events, const CreatePayment& command, const TaxParts& parts,
                 const DecideContext& context) {
  Decided& event = events.emplace_back();
  auto& body = event.body.emplace<PaymentCreated>(command.terms);
  body.parts = parts;
  body.authenticated = !command.approvals.empty();
  body.requested_at = or_now(body.requested_at, context);
  event.occurred_at = body.requested_at;
}

// The account that waits goes last: the payment leaves IN_PROGRESS with it.
void move_waiting_to_the_end(std::vector<Decided>& events) {
  const auto waiting = std::find_if(events.begin(), events.end(), [](const Decided& event) {
    return std::holds_alternative<VirtualAccountIssued>(event.body);
  });
  if (waiting != events.end()) std::rotate(waiting, waiting + 1, events.end());
}

}  // namespace

Decision decide_one(const Payment& payment, const CreatePayment& command, DecideContext context) {
  WJ_ASSERT(!payment.exists());
  if (auto refusal = check_request(command, context)) return std::move(*refusal);
  if (auto refusal = check_times(command, context)) return std::move(*refusal);
  const TaxParts parts = parts_of_payment(command);
  const auto decided_shares = shares_of(command, parts);
  const auto& shares = std::get<std::vector<TaxParts>>(decided_shares);

  std::vector<Decided> events;
  events.reserve(command.approvals.size() + 1);
  add_created(events, command, parts, context);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    add_recorded_approval(events, command.approvals[i], static_cast<std::uint32_t>(i + 1), shares[i],
                          context);
  }
  move_waiting_to_the_end(events);
  return events;
}

}  // namespace wonjang
