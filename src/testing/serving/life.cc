#include "testing/serving/life.h"

#include <algorithm>
#include <optional>

#include "base/assert.h"

namespace wonjang::testing {
namespace {

constexpr std::int64_t kSecondMs = 1'000;
constexpr std::int64_t kMinuteMs = 60 * kSecondMs;
constexpr std::int64_t kLifeHourMs = 60 * kMinuteMs;
constexpr std::int64_t kLifeDayMs = 24 * kLifeHourMs;

constexpr std::string_view kIssuers[] = {"11", "21", "31", "33", "41", "51", "61", "71", "91"};
constexpr std::string_view kBanks[] = {"004", "011", "020", "081", "088", "090"};
constexpr std::string_view kCarriers[] = {"SKT", "KT", "LGU"};
constexpr std::string_view kEasyPays[] = {"NAVERPAY", "KAKAOPAY", "TOSSPAY", "PAYCO", "SAMSUNGPAY"};
constexpr std::string_view kMemos[] = {"봄 세일", "VIP 고객 김", "선물 포장", "gift wrap", "3층 창가"};
constexpr std::string_view kReasons[] = {"고객 변심", "상품 불량", "배송 지연", "중복 결제", "wrong size"};

template <std::size_t N>
std::string pick_of(std::uint64_t number, const std::string_view (&from)[N]) {
  return std::string(from[number % N]);
}

std::uint64_t mixed(std::uint64_t seed, std::uint64_t number) {
  return Rng(seed * 0x9E3779B97F4A7C15ULL + number).next();
}

std::string padded(std::uint64_t value, std::size_t width) {
  std::string text = std::to_string(value);
  return text.size() >= width ? text.substr(text.size() - width)
                              : std::string(width - text.size(), '0') + text;
}

// Another number another text, in no order that a person would see.
std::string scrambled(std::uint64_t number) {
  constexpr char kLetters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::uint64_t bits = (number * 0x2545F491ULL) & 0x7FFFFFFFFULL;  // odd factor: one to one in 35 bits
  std::string out(7, '0');
  for (std::size_t i = out.size(); i-- > 0; bits >>= 5U) out[i] = kLetters[bits & 31U];
  return out;
}

}  // namespace

LifeMaker::LifeMaker(const LifeOptions& options, const Names& names)
    : options_(options),
      names_(names),
      rng_(mixed(options.seed, options.number)),
      ids_(Rng(mixed(~options.seed, options.number))),
      actor_{ActorKind::merchant, "key_" + std::to_string(options.merchant)},
      now_(options.at) {
  life_.merchant = options.merchant;
  person_ = names_.draw_person(rng_);
}

Life LifeMaker::make() {
  const auto way = below(1'000);
  if (!options_.cancel_at.is_zero() || way < 835) {
    live_recorded();
  } else if (way < 895) {
    live_by_account();
  } else if (way < 960) {
    live_by_provider();
  } else if (way < 985) {
    live_recorded_later();
  } else {
    live_abandoned();
  }
  return std::move(life_);
}

// When the ledger hears of what happened at `at`: never before what it knows already.
Instant LifeMaker::recorded_after(Instant at) {
  const auto late = below(1'000'000);
  std::int64_t delay_ms = ms_between(50, 3'000);
  if (late < options_.late_month_ppm) {
    delay_ms = ms_between(30 * kLifeDayMs + kLifeHourMs, 60 * kLifeDayMs);
  } else if (late < options_.late_day_ppm) {
    delay_ms = ms_between(kLifeDayMs + kLifeHourMs, 10 * kLifeDayMs);
  } else if (late < options_.late_hour_ppm) {
    delay_ms = ms_between(kLifeHourMs + kMinuteMs, 20 * kLifeHourMs);
  }
  return std::max(at.plus_ms(delay_ms), now_.plus_ms(1));
}

bool LifeMaker::send(const PaymentCommand& command, Instant at, std::string reason) {
  if (over_) return false;
  now_ = recorded_after(at).plus_us(static_cast<std::int64_t>(below(900)));
  if (now_ >= options_.end) {
    over_ = true;
    return false;
  }
  Payment& payment = life_.payment;
  if (const auto* create = std::get_if<CreatePayment>(&command)) {
    payment.id = PaymentId(ids_.next(now_, slot_of(create->merchant, create->order_id)));
    payment.merchant = create->merchant;
    payment.order_id = create->order_id;
    payment.currency = create->currency;
  }
  auto decision = decide(payment, command, {now_, actor_, ids_, payment.id.slot()});
  ++keys_;
  if (const auto* refusal = std::get_if<Refusal>(&decision)) {
    WJ_ASSERT(payment.exists());  // a create of ours is never wrong
    if (!depends_on_state(refusal->code)) return false;
    std::vector<Decided> record;
    record.push_back(
        {now_, CommandRefused{std::string(operation_of(command)), refusal->code, refusal->detail}});
    fold(std::move(record), {});
    return false;
  }
  auto decided = std::get<std::vector<Decided>>(std::move(decision));
  if (decided.empty()) return false;
  fold(std::move(decided), std::move(reason));
  return true;
}

// As BookWriter::add_unit stamps and folds.
void LifeMaker::fold(std::vector<Decided> decided, std::string reason) {
  Payment& payment = life_.payment;
  auto& events = life_.commands.emplace_back(decided.size());
  for (std::size_t i = 0; i < decided.size(); ++i) {
    Event& event = events[i];
    event.recorded_at = now_.plus_us(static_cast<std::int64_t>(i));
    event.id = EventId(ids_.next(now_, payment.id.slot()));
    event.stream = payment.id.raw();
    event.version = payment.version;
    event.merchant = payment.merchant;
    event.order_id = payment.order_id;
    event.currency = payment.currency;
    event.occurred_at = decided[i].occurred_at;
    event.actor = actor_;
    event.reason = reason;
    event.idempotency_key = "k" + std::to_string(options_.number) + "-" + std::to_string(keys_);
    event.body = std::move(decided[i].body);
    evolve(payment, event);
    event.status_after = payment.status;
    event.balance_after = payment.balance;
  }
  WJ_ASSERT(payment.contradictions == 0);
}

CreatePayment LifeMaker::order() {
  CreatePayment create;
  create.merchant = options_.merchant_id;
  const std::string date = to_text(business_date_of(options_.at));
  create.order_id =
      date.substr(0, 4) + date.substr(5, 2) + date.substr(8, 2) + "-" + scrambled(options_.number);
  if (below(150) == 0) create.currency = *Currency::parse("USD");
  // Many small, few large: the product of two draws.
  create.total = static_cast<std::int64_t>((below(1'000) + 10) * (below(400) + 1) / 10 * 10 + 500);
  if (chance(10)) create.tax_free = create.total / 10 * static_cast<std::int64_t>(below(10));
  auto& terms = create.terms;
  terms.order_name = names_.product(rng_);
  const auto channel = below(100);
  terms.channel = channel < 80   ? Channel::online
                  : channel < 95 ? Channel::pos
                  : channel < 98 ? Channel::billing
                                 : Channel::key_in;
  if (terms.channel == Channel::billing) terms.type = PaymentType::billing;
  terms.country = "KR";
  terms.is_partial_cancelable = !chance(3);
  terms.requested_at = options_.at;
  if (chance(5)) terms.customer_key = "cust-" + std::to_string(person_);
  if (chance(2)) terms.external = {"otherpg", "ext-" + std::to_string(options_.number), ""};
  if (chance(20)) terms.metadata = {{"campaign", std::to_string(below(50))}};
  // By number, so that what is drawn stays what it was.
  if (options_.number % 9 == 0) terms.store_id = "store-" + std::to_string(options_.number % 13);
  if (options_.number % 11 == 0) terms.sub_mall_id = "mall-" + std::to_string(options_.number % 5);
  if (options_.number % 29 == 3) {
    const auto number = std::to_string(options_.number);
    terms.external = {"otherpg", "ext-" + number, "tk-" + number};
  }
  if (options_.number % 7 == 0) terms.metadata.emplace_back("memo", pick_of(options_.number / 7, kMemos));
  if (!chance(5)) terms.buyer = {names_.buyer(person_), names_.phone(person_), names_.email(person_)};
  return create;
}

CardDetail LifeMaker::card() {
  CardDetail out;
  Rng of_person(mixed(options_.seed ^ 77, person_ * 2 + below(2)));  // people have two cards
  out.issuer_code = std::string(of_person.pick(kIssuers));
  out.acquirer_code = out.issuer_code;
  out.bin = padded(400'000 + of_person.below(99'999), 6);
  out.last4 = padded(of_person.below(10'000), 4);
  out.card_type = of_person.chance(70) ? CardType::credit : CardType::check;
  out.owner_type = of_person.chance(95) ? OwnerType::personal : OwnerType::corporate;
  if (chance(15)) out.installment_months = static_cast<std::uint32_t>(below(11) + 2);
  return out;
}

EasyPayDetail LifeMaker::easy_pay() {
  EasyPayDetail out;
  out.provider = std::string(rng_.pick(kEasyPays));
  const auto from = below(100);
  out.funded_by = from < 55   ? FundedBy::card
                  : from < 70 ? FundedBy::account
                  : from < 95 ? FundedBy::money
                              : FundedBy::points;
  if (out.funded_by == FundedBy::card) out.card = card();
  return out;
}

// Everything but virtual accounts, which have a way of their own.
MethodDetail LifeMaker::method(std::uint64_t permille) {
  if (permille < 660) return card();
  if (permille < 880) return easy_pay();
  if (permille < 960)
    return TransferDetail{std::string(rng_.pick(kBanks)), "acc_" + std::to_string(person_), "ACCOUNT"};
  if (permille < 988)
    return MobilePhoneDetail{std::string(rng_.pick(kCarriers)), "tel_" + std::to_string(person_), "", false};
  return GiftCertificateDetail{chance(50) ? GiftKind::culture : GiftKind::book};
}

ApprovalInput LifeMaker::recorded(MethodDetail detail, std::int64_t amount, Instant at) {
  ApprovalInput input;
  input.method = std::move(detail);
  input.amount = amount;
  input.approved_at = at;
  input.approve_no = padded(below(100'000'000), 8);
  if (chance(30)) input.network_txn_id = "ntx" + std::to_string(options_.number) + padded(below(1'000), 3);
  input.pg_code = "TOSS";
  input.van = "NICE";
  return input;
}

// A card with points, a coupon or a cup's deposit beside it.
void LifeMaker::add_split(CreatePayment& create, Instant at) {
  const auto kind = below(3);
  const std::int64_t second = kind == 2 ? 300 : std::max<std::int64_t>(10, create.total / 100 * 10);
  create.tax_free = 0;
  if (kind == 2) create.tax_exempt = second;
  create.approvals.push_back(recorded(card(), create.total - second, at));
  MethodDetail detail = PointDetail{"LPOINT"};
  if (kind == 1) detail = CouponDetail{"SHOP"};
  if (kind == 2) detail = DepositCupDetail{"COSMO"};
  create.approvals.push_back(recorded(std::move(detail), second, at));
}

void LifeMaker::live_recorded() {
  auto create = order();
  const Instant paid_at = options_.at.plus_ms(ms_between(500, 40'000));
  const bool old_way = !options_.cancel_at.is_zero();
  if (old_way) {  // money of a wallet can be given back for ever
    EasyPayDetail wallet;
    wallet.provider = "TOSSPAY";
    wallet.funded_by = FundedBy::money;
    create.approvals.push_back(recorded(std::move(wallet), create.total, paid_at));
  } else if (below(1'000) < 28 && create.total > 1'000) {
    add_split(create, paid_at);
  } else {
    create.approvals.push_back(recorded(method(below(1'000)), create.total, paid_at));
  }
  if (send(create, paid_at)) follow_up(paid_at);
}

void LifeMaker::live_recorded_later() {
  if (!send(order(), options_.at)) return;
  const Instant paid_at = options_.at.plus_ms(ms_between(5 * kSecondMs, 20 * kMinuteMs));
  if (send(RecordApproval{recorded(method(below(1'000)), life_.payment.total, paid_at)}, paid_at))
    follow_up(paid_at);
}

void LifeMaker::live_by_provider() {
  if (!send(order(), options_.at)) return;
  Instant at = options_.at.plus_ms(ms_between(5 * kSecondMs, 10 * kMinuteMs));
  auto input = recorded(method(below(880)), life_.payment.total, {});
  input.provider = "sim";
  const auto how = below(100);
  if (how < 12) {
    live_unknown(input, at);
    return;
  }
  const bool declined = how < 40;
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (!send(BeginApproval{input, at.plus_ms(10 * kSecondMs)}, at)) return;
    SettleApproval settle;
    settle.approval = life_.payment.approvals.back().terms.approval;
    at = std::max(at, now_).plus_ms(ms_between(200, 2'000));
    if (declined && (attempt == 0 || chance(30))) {
      settle.outcome = OutcomeKind::declined;
      settle.failure_code = "LIMIT_EXCEEDED";
      settle.failure_message = "한도 초과";
      if (!send(settle, at)) return;
      at = at.plus_ms(ms_between(20 * kSecondMs, 3 * kMinuteMs));
      continue;
    }
    settle.outcome = OutcomeKind::approved;
    settle.approve_no = input.approve_no;
    settle.network_txn_id = input.network_txn_id;
    settle.approved_at = at;
    if (send(settle, at)) follow_up(at);
    return;
  }
  if (chance(60)) send(FailPayment{"PAY_PROCESS_ABORTED", "구매자가 그만두었습니다"}, at.plus_ms(kMinuteMs));
}

// The answer never came: asked again, or undone.
void LifeMaker::live_unknown(const ApprovalInput& input, Instant at) {
  if (!send(BeginApproval{input, at.plus_ms(10 * kSecondMs)}, at)) return;
  const ApprovalId id = life_.payment.approvals.back().terms.approval;
  SettleApproval unknown;
  unknown.approval = id;
  unknown.why = "no answer in time";
  if (!send(unknown, now_.plus_ms(10 * kSecondMs))) return;
  SettleApproval granted;
  granted.approval = id;
  granted.outcome = OutcomeKind::approved;
  granted.approve_no = input.approve_no;
  granted.network_txn_id = input.network_txn_id;
  if (chance(50)) {
    ProviderAsked asked;
    asked.approval = id;
    asked.question = Question::inquire_approval;
    asked.answer = ProviderAnswer::approved;
    asked.attempt = 1;
    asked.asked_at = now_.plus_ms(5 * kSecondMs);
    if (!send(RecordAnswer{asked}, asked.asked_at)) return;
    granted.approved_at = at.plus_ms(kSecondMs);
    if (send(granted, now_.plus_ms(100))) follow_up(now_);
    return;
  }
  if (!send(BeginNetworkCancel{id, "no answer in time"}, now_.plus_ms(kMinuteMs))) return;
  granted.approved_at = at.plus_ms(kSecondMs);
  const bool was_taken = chance(50);
  if (was_taken && !send(granted, now_.plus_ms(kSecondMs))) return;
  if (was_taken && chance(20)) return live_kept(id);
  const auto result = was_taken ? NetworkCancelResult::canceled : NetworkCancelResult::never_existed;
  if (!send(SettleNetworkCancel{id, result, ""}, now_.plus_ms(kSecondMs))) return;
  if (was_taken && chance(30)) {  // told once more: undone once more, and no money moves
    granted.approve_no = padded(below(100'000'000), 8);
    if (!send(granted, now_.plus_ms(kMinuteMs))) return;
    if (!send(SettleNetworkCancel{id, NetworkCancelResult::canceled, ""}, now_.plus_ms(kSecondMs))) return;
  }
  if (chance(70)) send(FailPayment{"PROVIDER_ERROR", "승인 결과 없음"}, now_.plus_ms(kMinuteMs));
}

// The reversal never went through; a person finds the money in the provider's file and lets it count.
void LifeMaker::live_kept(ApprovalId id) {
  const OpenIncident gave_up{id, CancelId(), std::string(kAttemptsUsedUp), "20 attempts"};
  if (!send(gave_up, now_.plus_ms(kLifeHourMs))) return;
  SettleByPerson word;
  word.approval = id;
  word.outcome = PersonOutcome::approved;
  word.expected_version = life_.payment.version;
  word.evidence = "line 7 of the provider's file";
  word.at = now_.plus_ms(kLifeHourMs);
  if (send(word, word.at)) follow_up(word.at);
}

void LifeMaker::live_abandoned() {
  auto create = order();
  create.terms.expires_at = options_.at.plus_ms(30 * kMinuteMs);
  if (!send(create, options_.at)) return;
  if (chance(30)) send(AuthenticatePayment{}, options_.at.plus_ms(kMinuteMs));
  if (chance(85)) send(ExpirePayment{}, options_.at.plus_ms(31 * kMinuteMs));
}

void LifeMaker::live_by_account() {
  auto create = order();
  VirtualAccountDetail account;
  account.bank_code = std::string(rng_.pick(kBanks));
  account.account_no_token = "vac_" + std::to_string(options_.number);
  account.account_type = AccountType::normal;
  account.depositor = create.terms.buyer.name;
  account.due_at = options_.at.plus_ms(7 * kLifeDayMs);
  if (chance(70)) account.refund_account_token = "rfd_" + std::to_string(person_);
  create.approvals.push_back(recorded(std::move(account), create.total, {}));
  create.approvals.back().approve_no.clear();
  if (!send(create, options_.at)) return;
  const auto how = below(100);
  if (how < 78) {
    deposit(options_.at.plus_ms(ms_between(2 * kMinuteMs, 2 * kLifeDayMs)));
  } else if (how < 83) {
    CancelPayment cancel;
    cancel.requester = ActorKind::customer;
    send(cancel, options_.at.plus_ms(kLifeHourMs), "주문 취소");
  } else if (how < 97) {
    send(ExpirePayment{}, options_.at.plus_ms(7 * kLifeDayMs + kMinuteMs));
  }
}

void LifeMaker::deposit(Instant at) {
  const std::string notice = "bn" + std::to_string(options_.number);
  ConfirmDeposit confirm;
  confirm.amount = life_.payment.total;
  // Who pays in isn't always who buys.
  confirm.depositor = chance(90) ? names_.buyer(person_) : names_.buyer(names_.draw_person(rng_));
  confirm.bank_notice_id = notice;
  confirm.deposited_at = at;
  if (!send(confirm, at)) return;
  if (!chance(6)) return follow_up(at);
  ReverseDeposit reverse;
  reverse.effect = chance(60) ? DepositReversal::to_waiting : DepositReversal::to_canceled;
  reverse.bank_notice_id = notice + "r";
  reverse.reversed_at = at.plus_ms(ms_between(kMinuteMs, 5 * kLifeHourMs));
  if (!send(reverse, reverse.reversed_at)) return;
  if (reverse.effect == DepositReversal::to_canceled || !chance(70)) return;
  confirm.bank_notice_id = notice + "b";
  confirm.deposited_at = reverse.reversed_at.plus_ms(ms_between(kMinuteMs, kLifeDayMs));
  if (send(confirm, confirm.deposited_at)) follow_up(confirm.deposited_at);
}

std::vector<LifeMaker::Step> LifeMaker::plan_of(Instant paid_at) {
  using What = Step::What;
  std::vector<Step> plan;
  const Instant next_day = start_of({business_date_of(paid_at).days + 1});
  const auto& approvals = life_.payment.approvals;
  for (std::size_t i = 0; i < approvals.size(); ++i) {
    if (!approvals[i].is_live() || !has_acquisition(approvals[i].terms.method) || chance(3)) continue;
    const Instant requested = next_day.plus_ms(ms_between(kLifeHourMs, 5 * kLifeHourMs));
    plan.push_back({requested, What::slip_requested, i, false});
    plan.push_back(
        {requested.plus_ms(ms_between(10 * kLifeHourMs, 30 * kLifeHourMs)), What::slip_completed, i, false});
  }
  if (!options_.cancel_at.is_zero()) {
    plan.push_back({options_.cancel_at, What::cancel, 0, false});
  } else if (!options_.old_cancel_from.is_zero() && chance(3)) {
    const std::int64_t left_ms = options_.end.unix_ms() - options_.old_cancel_from.unix_ms();
    plan.push_back({options_.old_cancel_from.plus_ms(ms_between(0, left_ms)), What::cancel, 0, false});
  } else if (chance(6)) {
    const auto when = below(100);
    const std::int64_t days = when < 60 ? 1 : when < 90 ? 14 : when < 98 ? 120 : 330;
    plan.push_back({paid_at.plus_ms(ms_between(kMinuteMs, days * kLifeDayMs)), What::cancel, 0, chance(42)});
  }
  return plan;
}

void LifeMaker::follow_up(Instant paid_at) {
  auto plan = plan_of(paid_at);
  while (!plan.empty() && !over_) {
    const auto first =
        std::min_element(plan.begin(), plan.end(), [](const Step& a, const Step& b) { return a.at < b.at; });
    const Step step = *first;
    plan.erase(first);
    take(step, plan);
  }
}

void LifeMaker::take(const Step& step, std::vector<Step>& more) {
  using What = Step::What;
  if (step.what == What::cancel) {
    cancel(step);
    if (step.partial && chance(50)) {
      const Instant at = step.at.plus_ms(ms_between(kLifeHourMs, 20 * kLifeDayMs));
      more.push_back({at, What::cancel, 0, chance(40)});
    }
    return;
  }
  const bool done = step.what == What::slip_completed;
  const auto& terms = life_.payment.approvals.at(step.approval).terms;
  const std::string day = to_text(business_date_of(step.at));
  RecordAcquisition command;
  command.approval = terms.approval;
  command.state = done ? AcquisitionState::completed : AcquisitionState::requested;
  command.batch_id = done ? std::string() : "AQ" + day;
  command.slip_no =
      done ? "SL" + std::to_string(options_.number) + "-" + std::to_string(terms.seq) : std::string();
  command.at = step.at;
  send(command, step.at);
}

void LifeMaker::cancel(const Step& step) {
  CancelPayment command;
  command.requester = chance(70) ? ActorKind::merchant : ActorKind::customer;
  command.refund_account_token = "rfd_" + std::to_string(person_);
  command.requested_at = step.at;
  if (step.partial) {
    const auto& approval = life_.payment.approvals.at(step.approval);
    const std::int64_t left = approval.cancellable().total().value_or(0);
    command.approval = approval.terms.approval;
    command.amount = std::max<std::int64_t>(10, left / 100 * ms_between(10, 90));
  }
  const bool by_provider = !life_.payment.approvals.front().terms.provider.empty();
  if (by_provider) {
    command.deadline = step.at.plus_ms(10 * kSecondMs);
  } else {
    command.canceled_at = step.at;
  }
  if (!send(command, step.at, std::string(rng_.pick(kReasons))) || !by_provider) return;
  SettleCancel settle;
  settle.cancel = life_.payment.cancels.back().terms.cancel;
  const auto how = below(100);
  if (how < 8) {
    settle.why = "no answer in time";
    if (!send(settle, now_.plus_ms(10 * kSecondMs))) return;
  }
  settle.outcome = how >= 8 && how < 20 ? OutcomeKind::declined : OutcomeKind::approved;
  settle.transaction_key = "ctx" + std::to_string(options_.number) + "-" + std::to_string(keys_);
  if (settle.outcome == OutcomeKind::declined) settle.failure_code = "NOT_CANCELABLE";
  settle.canceled_at = now_.plus_ms(300);
  send(settle, settle.canceled_at);
}

}  // namespace wonjang::testing
