#include "testing/money/money_world.h"

#include <algorithm>

#include "base/assert.h"
#include "domain/registry.h"
#include "domain/settlement/fee.h"

namespace wonjang::money {

using settlement::Item;
using settlement::LineKey;
using settlement::LineKind;
using settlement::LinesRecorded;
using settlement::SettlementLine;

namespace {

constexpr std::int32_t kPayoutLagDays = 2;

}  // namespace

void MoneyWorld::write(const RawId& stream, MerchantId merchant, EventBody body, std::string order_id) {
  now_ = now_.plus_us(1);
  Event event;
  event.id = EventId(ids_.next(now_, stream.slot()));
  event.stream = stream;
  event.version = versions_[stream]++;
  event.merchant = merchant;
  event.order_id = std::move(order_id);
  event.occurred_at = now_;
  event.recorded_at = now_;
  event.actor = {ActorKind::system, "world"};
  event.body = std::move(body);
  std::string bytes;
  codec_.encode(event, bytes);
  log_.append(stream.slot() % log_.books(), stream, {std::move(bytes)});
}

std::uint32_t MoneyWorld::add_merchant() {
  const auto number = static_cast<std::uint32_t>(merchants_.size());
  merchants_.emplace_back(RawId{0xA000 + number, rng_.next() | 1U});
  MerchantRegistered body;
  body.code = "shop-" + std::to_string(number);
  body.name = "Shop";
  write(kRegistryStream, merchants_.back(), std::move(body));
  return number;
}

settlement::Contract MoneyWorld::contract_of(MerchantId merchant) {
  settlement::Contract out;
  out.merchant = merchant;
  out.version = 1;
  settlement::FeeRule rule;
  rule.name = "three";
  rule.kind = settlement::RuleKind::base_rate;
  rule.rate_ppm = 30'000;
  out.fees.rules.push_back(std::move(rule));
  out.calendar = "KR";
  return out;
}

PaymentId MoneyWorld::pay(std::uint32_t merchant, std::int64_t amount) {
  const std::string order = "order-" + std::to_string(payments_.size());
  const PaymentId payment(ids_.next(now_, slot_of(merchants_[merchant], order)));
  PaymentCreated created;
  created.order_name = "coffee";
  created.parts.tax_free = amount;
  write(payment.raw(), merchants_[merchant], created, order);
  Paid paid_now;
  paid_now.merchant = merchant;
  paid_now.approval = ApprovalId(ids_.next(now_, 7));
  paid_now.left = amount;
  ApprovalApproved approved;
  approved.terms.approval = paid_now.approval;
  approved.terms.seq = 1;
  CardDetail card;
  card.issuer_code = "61";
  card.acquirer_code = "31";
  card.last4 = "1234";
  card.card_type = CardType::credit;
  approved.terms.method = card;
  approved.terms.parts.tax_free = amount;
  approved.approve_no = "A" + std::to_string(payments_.size() % 1000);
  approved.approved_at = now_;
  paid_now.terms = approved.terms;
  paid_now.live_version = 1;
  write(payment.raw(), merchants_[merchant], approved, order);
  open_item(payment, paid_now, LineKind::approval, amount);
  paid_now.moves.push_back({payment, 1, 0});
  payments_[payment] = std::move(paid_now);
  return payment;
}

void MoneyWorld::open_item(PaymentId payment, const Paid& paid_now, LineKind kind, std::int64_t amount) {
  Item item;
  item.key = {payment, versions_[payment.raw()] - 1, 0};
  item.kind = kind;
  item.approval = paid_now.approval;
  item.of_version = kind == LineKind::approval ? 0 : paid_now.live_version;
  item.amount = amount;
  item.method = static_cast<std::uint8_t>(Method::card);
  item.at = kind == LineKind::approval ? now_.plus_us(-1) : now_;
  item.acquired = acquired_of(paid_now, kind, business_date_of(item.at));
  open[item.key] = {paid_now.merchant, item, business_date_of(item.at), {}};
}

// A cancel counts from its own day at the earliest.
BusinessDate MoneyWorld::acquired_of(const Paid& paid_now, LineKind kind, BusinessDate day) {
  const bool is_later = kind != LineKind::approval && paid_now.acquired != BusinessDate{};
  return is_later ? std::max(paid_now.acquired, day) : paid_now.acquired;
}

void MoneyWorld::note_acquired(const Paid& paid_now) {
  for (const auto& key : paid_now.moves) {
    const auto at = open.find(key);
    if (at == open.end()) continue;
    at->second.item.acquired = acquired_of(paid_now, at->second.item.kind, at->second.day);
  }
}

void MoneyWorld::cancel(PaymentId payment, std::int64_t amount) {
  Paid& paid_now = payments_.at(payment);
  WJ_ASSERT(amount <= paid_now.left);
  paid_now.left -= amount;
  CancelSucceeded body;
  body.terms.cancel = CancelId(ids_.next(now_, 7));
  body.terms.approval = paid_now.approval;
  body.terms.parts.tax_free = amount;
  body.canceled_at = now_.plus_us(1);
  write(payment.raw(), merchants_[paid_now.merchant], body);
  // Nothing is left that a slip could be requested for.
  if (paid_now.left == 0 && paid_now.acquired == BusinessDate{})
    paid_now.acquired = business_date_of(body.canceled_at);
  open_item(payment, paid_now, LineKind::cancel, amount);
  paid_now.moves.push_back({payment, versions_[payment.raw()] - 1, 0});
  note_acquired(paid_now);
}

void MoneyWorld::acquire(PaymentId payment, std::string slip_no) {
  Paid& paid_now = payments_.at(payment);
  AcquisitionUpdated body;
  body.approval = paid_now.approval;
  body.state = AcquisitionState::requested;
  body.slip_no = std::move(slip_no);
  body.at = now_;
  paid_now.acquired = business_date_of(now_);
  write(payment.raw(), merchants_[paid_now.merchant], body);
  note_acquired(paid_now);
}

LinesRecorded MoneyWorld::lines_for(const std::vector<LineKey>& keys, BusinessDate date) {
  LinesRecorded body;
  body.date = date;
  body.calculator = settlement::kCalculator;
  body.calendar = "KR";
  body.calendar_version = 1;
  auto left = balances;
  for (const auto& key : keys) {
    const OracleItem& one = open.at(key);
    if (body.contracts.empty()) body.contracts.push_back(contract_of(merchants_[one.merchant]));
    const LineKey approval{key.payment, one.item.of_version == 0 ? key.version : one.item.of_version, 0};
    const bool is_approval = one.item.kind == LineKind::approval;
    auto made = is_approval ? settlement::settle_approval(one.item, body.contracts.front())
                            : settlement::settle_return(one.item, left.at(approval));
    auto& line = std::get<SettlementLine>(made);
    line.basis = one.day;
    line.payout_date = {date.days + kPayoutLagDays};
    left[approval] = is_approval ? settlement::balance_of(line, body.contracts.front())
                                 : settlement::balance_after(left.at(approval), line);
    body.lines.push_back(std::move(line));
  }
  return body;
}

void MoneyWorld::write_lines(std::uint32_t merchant, BusinessDate date, LinesRecorded body) {
  body.date = date;
  body.chunk = chunks[{merchant, date}]++;
  const auto stream = settlement::lines_stream(merchants_[merchant], merchant, date, body.chunk);
  write(*stream, merchants_[merchant], body);
  keep_lines(merchant, body);
}

void MoneyWorld::keep_lines(std::uint32_t merchant, const LinesRecorded& body) {
  for (const auto& line : body.lines) {
    const LineKey& key = line.item.key;
    const bool is_of_other = line.item.kind != LineKind::approval && line.item.of_version != 0;
    const LineKey approval{key.payment, is_of_other ? line.item.of_version : key.version, 0};
    if (line.item.kind == LineKind::approval) {
      balances[approval] = settlement::balance_of(line, body.contracts.at(line.contract));
    } else if (const auto at = balances.find(approval); at != balances.end()) {
      at->second = settlement::balance_after(at->second, line);
    }
    open.erase(key);
    failed.erase(key);
    lines[key] = {merchant, body.date, line.payout_date, line, std::nullopt};
  }
  for (const auto& one : body.failed) {
    const auto stood = failed.find(one.item.key);
    const auto date = stood == failed.end() ? body.date : std::min(stood->second.first, body.date);
    failed[one.item.key] = {date, one.code};
    if (const auto at = open.find(one.item.key); at != open.end()) at->second.failed = one.code;
  }
}

void MoneyWorld::settle_merchant(std::uint32_t merchant, BusinessDate date, const std::set<LineKey>& to_fail,
                                 std::size_t chunk_max, std::uint32_t attempt) {
  std::vector<LineKey> keys;
  std::vector<settlement::FailedItem> failures;
  for (const auto& [key, one] : open) {
    if (one.merchant != merchant || one.day > date) continue;
    const bool has_line =
        one.item.of_version == 0 || balances.contains({key.payment, one.item.of_version, 0}) ||
        std::find(keys.begin(), keys.end(), LineKey{key.payment, one.item.of_version, 0}) != keys.end();
    if (to_fail.contains(key) || !has_line) {
      failures.push_back({one.item, has_line ? "NO_RATE" : "APPROVAL_NOT_SETTLED", "as the test wishes"});
    } else {
      keys.push_back(key);
    }
  }
  for (std::size_t from = 0; from < keys.size() || !failures.empty(); from += chunk_max) {
    const auto end = std::min(keys.size(), from + chunk_max);
    auto body = from < end ? lines_for({keys.begin() + static_cast<std::ptrdiff_t>(from),
                                        keys.begin() + static_cast<std::ptrdiff_t>(end)},
                                       date)
                           : LinesRecorded();
    body.attempt = attempt;
    body.failed = std::exchange(failures, {});
    write_lines(merchant, date, std::move(body));
  }
}

void MoneyWorld::run(BusinessDate date, const std::set<LineKey>& to_fail, std::size_t chunk_max) {
  const auto stream = *settlement::run_stream(date);
  settlement::RunStarted started;
  started.date = date;
  started.attempt = versions_[stream] / 2 + 1;
  started.holder = "world";
  started.known_at = now_;
  settlement::RunEnded ended;
  ended.date = date;
  ended.attempt = started.attempt;
  ended.outcome = "COMPLETED";
  ended.before = {totals_of(date)};
  write(stream, {}, started);
  for (std::uint32_t m = 0; m < merchants_.size(); ++m)
    settle_merchant(m, date, to_fail, chunk_max, started.attempt);
  ended.after = {totals_of(date)};
  write(stream, {}, ended);
  run_versions[date] = versions_[stream];
}

settlement::RunTotals MoneyWorld::totals_of(BusinessDate run) const {
  settlement::RunTotals out;
  for (const auto& [key, line] : lines) {
    if (line.run != run) continue;
    ++out.lines;
    out.gross += line.line.gross;
    out.fee += line.line.fee;
    out.fee_vat += line.line.fee_vat;
    out.net += line.line.net;
  }
  for (const auto& [key, failure] : failed) out.failed += failure.first == run ? 1 : 0;
  return out;
}

void MoneyWorld::redate(const LineKey& key, BusinessDate to) {
  OracleLine& line = lines.at(key);
  settlement::LinesRedated body;
  body.calendar = "KR";
  body.calendar_version = 2;
  body.lines.push_back({key, line.payout_date, to});
  const auto chunk = chunks[{line.merchant, line.run}]++;
  const auto stream = settlement::lines_stream(merchants_[line.merchant], line.merchant, line.run, chunk);
  write(*stream, merchants_[line.merchant], body);
  line.payout_date = to;
}

}  // namespace wonjang::money
