#include "testing/sim/shoppers.h"

#include "testing/hours.h"
#include "testing/ledger_rig.h"

namespace wonjang::testing {
namespace {

constexpr std::int64_t kHuge = 1'000'000'000'000'000;

}  // namespace

void Shoppers::saw(const Payment& payment) {
  if (!payment.exists()) return;
  const auto [place, is_new] = seen_.insert_or_assign(payment.id, payment);
  if (is_new) known_.push_back(place->first);
}

Op Shoppers::next(Instant now) {
  const auto merchant = 1 + rng_.below(parameters_.merchants);
  Op op;
  if (known_.empty() || rng_.chance(parameters_.create_percent)) {
    op = create(merchant, now);
  } else {
    // The newest payments are where everybody meets.
    const auto back =
        rng_.chance(75) ? rng_.below(std::min<std::size_t>(known_.size(), 4)) : rng_.below(known_.size());
    const Payment& payment = seen_.at(known_[known_.size() - 1 - back]);
    op.payment = payment.id;
    op.command = change(payment, now);
    const bool is_house = rng_.chance(15);
    const bool is_stranger = !is_house && rng_.chance(2);
    if (!is_house) op.tenant = is_stranger ? merchant_of(1 + parameters_.merchants) : payment.merchant;
    op.only_merchant = op.tenant;
  }
  op.content = std::to_string(++contents_);
  op.key = next_key(op);
  return op;
}

std::string Shoppers::next_key(const Op& op) {
  std::string key = "k" + std::to_string(++keys_);
  if (!parameters_.shared_key_texts || op.payment.is_zero()) return key;
  // The house and the merchant happen to use the same word on the same payment.
  const auto last = last_key_.find(op.payment);
  if (last != last_key_.end() && op.tenant.is_zero() && rng_.chance(50)) return last->second;
  last_key_[op.payment] = key;
  return key;
}

Op Shoppers::altered(const Op& op, Instant now) {
  Op out = op;
  out.is_done = false;
  out.content = std::to_string(++contents_);
  if (!known_.empty() && rng_.chance(50)) {  // even about another payment
    const Payment& payment = seen_.at(known_[rng_.below(known_.size())]);
    out.payment = payment.id;
    out.command = change(payment, now);
  }
  return out;
}

std::int64_t Shoppers::amount_up_to(std::int64_t most) {
  if (rng_.chance(parameters_.wrong_percent)) {
    const std::int64_t wrong[] = {0, -1, most + 1, most * 2 + 7, kHuge, -kHuge};
    return wrong[rng_.below(std::size(wrong))];
  }
  if (most <= 1) return 1;
  const std::int64_t usual[] = {most, most, most / 2, 1, 11, most - 1};
  return rng_.chance(60) ? usual[rng_.below(std::size(usual))]
                         : 1 + static_cast<std::int64_t>(rng_.below(static_cast<std::uint64_t>(most)));
}

ApprovalInput Shoppers::recorded(std::int64_t amount, Instant now) {
  ApprovalInput input;
  input.amount = amount;
  if (rng_.chance(parameters_.account_percent)) {
    VirtualAccountDetail account;
    account.bank_code = "88";
    if (rng_.chance(60)) account.due_at = now.plus_ms(static_cast<std::int64_t>(rng_.below(3 * kDayMs)) + 1);
    if (rng_.chance(80)) account.refund_account_token = "tok_refund";
    input.method = account;
    return input;
  }
  switch (rng_.below(4)) {
    case 0:
      input.method = GiftCertificateDetail{GiftKind::book};
      break;
    case 1:
      input.method = PointDetail{"shop"};
      break;
    default:
      input.method = a_card();
      break;
  }
  input.approve_no = "12345678";
  input.approved_at = now;
  if (rng_.chance(5)) input.approved_at = now.plus_ms(-400 * kDayMs);  // too old to be cancelled by card
  return input;
}

Op Shoppers::create(std::uint64_t merchant, Instant now) {
  Op op;
  op.tenant = merchant_of(merchant);
  const bool takes_used_order = orders_ > 0 && rng_.chance(4);
  const auto order = takes_used_order ? 1 + rng_.below(orders_) : ++orders_;
  const auto total = amount_up_to(100'000);
  auto command = create_command(op.tenant, "order-" + std::to_string(order), total);
  command.terms.is_partial_cancelable = !rng_.chance(8);
  if (rng_.chance(10))
    command.terms.expires_at = now.plus_ms(static_cast<std::int64_t>(rng_.below(2 * kDayMs)) + 1);
  if (rng_.chance(20) && total > 0 && total < kHuge) command.tax_free = amount_up_to(total);
  if (rng_.chance(10) && total > 0 && total < kHuge) command.tax_exempt = amount_up_to(total / 2);
  // Some are paid elsewhere already, at once or in parts; the others wait for their approvals.
  auto rest = total;
  const bool is_paid_elsewhere = rng_.chance(parameters_.paid_elsewhere_percent);
  for (std::size_t pieces = is_paid_elsewhere ? 1 + rng_.below(3) : 0; pieces > 0 && rest > 0; --pieces) {
    const auto amount = pieces == 1 && rng_.chance(80) ? rest : amount_up_to(rest);
    command.approvals.push_back(recorded(amount, now));
    rest -= amount;
  }
  op.command = std::move(command);
  return op;
}

BeginApproval Shoppers::through_provider(std::int64_t amount) {
  BeginApproval out;
  out.input.method = a_card();
  out.input.amount = amount;
  out.input.provider = "sim";
  return out;
}

CancelPayment Shoppers::cancel(const Payment& payment) {
  CancelPayment out;
  out.requester = ActorKind::merchant;
  if (!payment.approvals.empty() && rng_.chance(40)) {
    out.approval = payment.approvals[rng_.below(payment.approvals.size())].terms.approval;
  }
  const auto left = std::max<std::int64_t>(payment.cancellable(), 1);
  if (rng_.chance(65)) out.amount = rng_.chance(30) ? left * 6 / 10 : amount_up_to(left);
  if (out.amount && *out.amount > 0 && *out.amount < kHuge && rng_.chance(15))
    out.tax_free = amount_up_to(*out.amount);
  if (rng_.chance(20)) out.expected_cancellable = payment.cancellable();
  return out;
}

RecordAcquisition Shoppers::acquisition(const Payment& payment) {
  RecordAcquisition out;
  if (!payment.approvals.empty()) {
    const auto& approval = payment.approvals[rng_.below(payment.approvals.size())];
    out.approval = approval.terms.approval;
    out.state = static_cast<AcquisitionState>(static_cast<std::uint8_t>(approval.acquisition) + 1);
    if (out.state > AcquisitionState::canceled || rng_.chance(20)) {
      out.state = static_cast<AcquisitionState>(1 + rng_.below(5));
    }
  }
  return out;
}

PaymentCommand Shoppers::change(const Payment& payment, Instant now) {
  const auto rest = payment.total - payment.live_approved();
  const bool is_open = payment.status == PaymentStatus::ready || payment.status == PaymentStatus::in_progress;
  const auto dice = rng_.below(100);
  if (is_open && dice < 60) {
    const auto amount = rng_.chance(60) && rest > 0 ? rest : amount_up_to(rest);
    if (rng_.chance(parameters_.provider_percent)) return through_provider(amount);
    return RecordApproval{recorded(amount, now)};
  }
  if (payment.status == PaymentStatus::waiting_for_deposit && dice < 60) {
    ConfirmDeposit deposit;
    deposit.amount = rest;
    if (rng_.chance(parameters_.wrong_percent)) deposit.amount = amount_up_to(rest);
    deposit.bank_notice_id = "notice-" + std::to_string(rng_.chance(20) ? notices_ : ++notices_);
    if (rng_.chance(30)) deposit.deposited_at = now.plus_ms(-static_cast<std::int64_t>(rng_.below(kDayMs)));
    return deposit;
  }
  if (dice < 64) return AuthenticatePayment{};
  if (dice < 67) return FailPayment{"USER_LEFT", "the customer left"};
  if (dice < 73) {
    ReverseDeposit reversal;
    reversal.effect = rng_.chance(60) ? DepositReversal::to_waiting : DepositReversal::to_canceled;
    reversal.bank_notice_id = "notice-" + std::to_string(rng_.chance(20) ? notices_ : ++notices_);
    return reversal;
  }
  if (dice < 80) return acquisition(payment);
  return cancel(payment);
}

}  // namespace wonjang::testing
