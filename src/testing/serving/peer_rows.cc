#include "testing/serving/peer_rows.h"

#include <string_view>

#include "domain/payment.h"

namespace wonjang::testing {
namespace {

class Line {
 public:
  explicit Line(std::string& out) : out_(out) {}
  ~Line() { out_.push_back('\n'); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  Line& text(std::string_view value) {
    if (!first_) out_.push_back('\t');
    first_ = false;
    out_.append(value);
    return *this;
  }
  Line& number(std::int64_t value) { return text(std::to_string(value)); }

 private:
  std::string& out_;
  bool first_ = true;
};

std::string_view issuer_in(const MethodDetail& method) {
  if (const auto* card = std::get_if<CardDetail>(&method)) return card->issuer_code;
  if (const auto* account = std::get_if<VirtualAccountDetail>(&method)) return account->bank_code;
  if (const auto* transfer = std::get_if<TransferDetail>(&method)) return transfer->bank_code;
  if (const auto* easy = std::get_if<EasyPayDetail>(&method)) return easy->provider;
  if (const auto* phone = std::get_if<MobilePhoneDetail>(&method)) return phone->carrier;
  if (const auto* point = std::get_if<PointDetail>(&method)) return point->issuer;
  if (const auto* coupon = std::get_if<CouponDetail>(&method)) return coupon->issuer;
  if (const auto* cup = std::get_if<DepositCupDetail>(&method)) return cup->issuer;
  return {};
}

std::string_view acquirer_in(const MethodDetail& method) {
  if (const auto* card = std::get_if<CardDetail>(&method)) return card->acquirer_code;
  const auto* easy = std::get_if<EasyPayDetail>(&method);
  return easy != nullptr && easy->card ? std::string_view(easy->card->acquirer_code) : std::string_view();
}

const Approval* leading(const Payment& payment) {
  for (const auto& approval : payment.approvals) {
    if (approval.is_held()) return &approval;
  }
  return payment.approvals.empty() ? nullptr : &payment.approvals.back();
}

std::int64_t canceled_of(const Payment& payment) {
  std::int64_t sum = 0;
  for (const auto& approval : payment.approvals) {
    if (approval.is_live()) sum += approval.canceled.total().value_or(0);
  }
  return sum;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out(1);
  for (const char c : text) {
    if (c == ' ') {
      out.emplace_back();
    } else {
      out.back().push_back(c);
    }
  }
  return out;
}

std::string_view name_of(MoneyMoveKind kind) {
  switch (kind) {
    case MoneyMoveKind::taken:
      return "APPROVAL";
    case MoneyMoveKind::canceled:
      return "CANCEL";
    case MoneyMoveKind::reversed:
      return "REVERSAL";
  }
  return "";
}

void append_movements(std::string& out, std::int64_t no, const Life& life) {
  for (const auto& [version, move, method] : movements_of(life)) {
    Line(out)
        .number(no)
        .text(life.payment.id.text())
        .number(version)
        .number(life.merchant)
        .text(name_of(move.kind))
        .text(code_of(method))
        .text(life.payment.currency.code())
        .number(move.amount)
        .number(move.at.us)
        .number(business_date_of(move.at).days);
  }
}

}  // namespace

std::vector<LifeMovement> movements_of(const Life& life) {
  std::vector<LifeMovement> out;
  Payment payment;
  for (const auto& command : life.commands) {
    for (const auto& event : command) {
      const auto move = money_move(payment, event);
      evolve(payment, event);
      if (!move) continue;
      const Approval* approval = payment.find(move->approval);
      out.push_back({event.version, *move, method_of(approval->terms.method)});
    }
  }
  return out;
}

void append_rows(PeerRows& out, const City& city, std::uint64_t number, const Life& life) {
  const Payment& payment = life.payment;
  if (!payment.exists()) return;
  const auto no = static_cast<std::int64_t>(number);
  const Approval* lead = leading(payment);
  Line(out.payments)
      .number(no)
      .text(payment.id.text())
      .number(life.merchant)
      .text(city.merchants()[life.merchant].organisation)
      .text(lead == nullptr ? "" : code_of(method_of(lead->terms.method)))
      .text(lead == nullptr ? "" : issuer_in(lead->terms.method))
      .text(code_of(payment.status))
      .text(code_of(payment.terms.channel))
      .text(payment.currency.code())
      .number(payment.total)
      .number(payment.live_approved())
      .number(canceled_of(payment))
      .number(payment.balance)
      .text(payment.terms.buyer.name)
      .text(payment.terms.buyer.phone)
      .text(payment.terms.order_name)
      .text(payment.order_id)
      .number(payment.terms.requested_at.us)
      .number(payment.approved_at.us)
      .number(payment.version);
  for (const auto& approval : payment.approvals) {
    const auto& terms = approval.terms;
    Line(out.approvals)
        .number(no)
        .number(terms.seq)
        .text(terms.approval.text())
        .text(code_of(method_of(terms.method)))
        .text(issuer_in(terms.method))
        .text(approval.approve_no)
        .text(code_of(approval.state))
        .number(approval.amount())
        .number(approval.approved_at.us);
    if (approval.acquisition == AcquisitionState::none || approval.acquisition == AcquisitionState::ready)
      continue;
    Line(out.acquisitions)
        .number(no)
        .number(terms.seq)
        .text(acquirer_in(terms.method))
        .text(code_of(approval.acquisition))
        .number(approval.acquired_at.us)
        .text(approval.slip_no);
  }
  append_movements(out.movements, no, life);
  std::int64_t seq = 0;
  for (const auto& cancel : payment.cancels) {
    Line(out.cancels)
        .number(no)
        .number(++seq)
        .text(cancel.terms.cancel.text())
        .text(cancel.terms.approval.text())
        .number(cancel.terms.parts.total().value_or(0))
        .text(code_of(cancel.state))
        .text(cancel.transaction_key)
        .number(cancel.canceled_at.us);
  }
}

std::vector<std::string> payment_columns() {
  return words(
      "no id merchant organisation method issuer status channel currency amount gross canceled balance buyer "
      "phone "
      "product order_id requested_at approved_at version");
}
std::vector<std::string> approval_columns() {
  return words("payment_no seq id method issuer approve_no state amount approved_at");
}
std::vector<std::string> cancel_columns() {
  return words("payment_no seq id approval_id amount state transaction_key canceled_at");
}
std::vector<std::string> movement_columns() {
  return words("payment_no payment_id version merchant kind method currency amount at day");
}
std::vector<std::string> acquisition_columns() {
  return words("payment_no approval_seq acquirer state acquired_at slip_no");
}

}  // namespace wonjang::testing
