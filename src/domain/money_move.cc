#include "domain/money_move.h"

#include <algorithm>

namespace wonjang {
namespace {

// What an event says of money; whether it is true depends on what is out.
struct Told {
  MoneyMoveKind kind = MoneyMoveKind::taken;
  ApprovalId approval;
  std::int64_t amount = 0;  // of a reversal: everything that is out
  Instant at;
};

struct ToldBy {
  using Out = std::optional<Told>;

  Out operator()(const ApprovalApproved& body) const {
    return Told{MoneyMoveKind::taken, body.terms.approval, total_of(body.terms.parts), body.approved_at};
  }
  Out operator()(const DepositConfirmed& body) const {
    return Told{MoneyMoveKind::taken, body.approval, body.amount, body.deposited_at};
  }
  Out operator()(const CancelSucceeded& body) const {
    return Told{MoneyMoveKind::canceled, body.terms.approval, total_of(body.terms.parts), body.canceled_at};
  }
  Out operator()(const DepositReversed& body) const {
    return Told{MoneyMoveKind::reversed, body.approval, 0, body.reversed_at};
  }
  Out operator()(const NetworkCancelConfirmed& body) const {
    return Told{MoneyMoveKind::reversed, body.approval, 0, {}};
  }
  template <typename Other>
  Out operator()(const Other&) const {
    return std::nullopt;
  }
};

}  // namespace

std::optional<ApprovalId> money_subject_of(const EventBody& body) {
  const auto told = std::visit(ToldBy(), body);
  return told ? std::optional(told->approval) : std::nullopt;
}

std::optional<MoneyMove> money_move(const Event& event, std::int64_t out) {
  const auto told = std::visit(ToldBy(), event.body);
  if (!told) return std::nullopt;
  const bool is_out = out > 0;
  if (is_out == (told->kind == MoneyMoveKind::taken)) return std::nullopt;
  MoneyMove move{told->kind, told->approval, told->amount, 0, told->at};
  if (move.at.is_zero()) move.at = event.occurred_at;
  switch (move.kind) {
    case MoneyMoveKind::taken:
      move.out_after = move.amount;
      break;
    case MoneyMoveKind::canceled:
      move.out_after = std::max<std::int64_t>(out - move.amount, 0);
      break;
    case MoneyMoveKind::reversed:
      move.amount = out;
      break;
  }
  return move.amount > 0 ? std::optional(move) : std::nullopt;
}

std::optional<MoneyMove> money_move(const Payment& before, const Event& event) {
  const auto subject = money_subject_of(event.body);
  if (!subject) return std::nullopt;
  const Approval* approval = before.find(*subject);
  const bool is_known = approval != nullptr || std::holds_alternative<ApprovalApproved>(event.body);
  return is_known ? money_move(event, approval == nullptr ? 0 : approval->money_out) : std::nullopt;
}

}  // namespace wonjang
