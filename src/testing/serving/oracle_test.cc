// The oracle against small histories whose answers are typed in by hand.
#include "testing/serving/oracle.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "adapters/protobuf/event_codec.h"
#include "domain/decide.h"
#include "testing/hours.h"
#include "testing/serving/delivered_log.h"

namespace wonjang::testing {
namespace {

using serving::PaymentFilter;
using serving::SearchQuery;
using serving::Sort;
using serving::Sums;
using serving::TransactionFilter;
using serving::TransactionKind;

constexpr Instant kNoon{1'795'316'400'000'000};  // 2026-11-22T12:00 in Seoul
const BusinessDate kToday = business_date_of(kNoon);

// Good enough for a test's words: UTF-8 to code points, ASCII to lower case, without spaces.
std::u32string plain_form(std::string_view text) {
  std::u32string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<std::uint8_t>(text[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : 3;
    char32_t c = size == 1 ? lead : lead & (size == 2 ? 0x1FU : 0x0FU);
    for (std::size_t k = 1; k < size; ++k) c = (c << 6U) | (static_cast<std::uint8_t>(text[i + k]) & 0x3FU);
    if (c >= U'A' && c <= U'Z') c += 32;
    if (c != U' ') out.push_back(c);
    i += size;
  }
  return out;
}

MerchantId shop(std::uint64_t number) { return MerchantId(RawId{0x0190000000000000ULL, number}); }

// A ledger of one book that the tests write by hand, and what of it was delivered.
class Bench {
 public:
  Bench() {
    for (std::uint64_t i = 0; i < 2; ++i) {
      Event event;
      event.stream = kRegistryStream;
      event.version = static_cast<std::uint32_t>(i);
      event.merchant = shop(i);
      event.recorded_at = kNoon.plus_ms(-kDayMs);
      event.body = MerchantRegistered{"shop-" + std::to_string(i), "", {}, i == 0 ? "org-a" : ""};
      deliver(kRegistryStream, event.version, {event});
    }
  }

  // One command about a payment, recorded at `now`; not delivered yet.
  std::vector<Event> command(Payment& payment, const PaymentCommand& wish, Instant now) {
    if (!payment.exists()) payment.id = PaymentId(ids_.next(now, 7));
    auto decision = decide(payment, wish, {now, actor_, ids_, 7});
    const auto* refusal = std::get_if<Refusal>(&decision);
    EXPECT_EQ(refusal, nullptr) << refusal->detail;
    std::vector<Event> events;
    if (refusal != nullptr) return events;
    for (auto& decided : std::get<std::vector<Decided>>(decision)) {
      Event event;
      event.id = EventId(ids_.next(now, 7));
      event.stream = payment.id.raw();
      event.version = payment.version;
      event.recorded_at = now.plus_us(static_cast<std::int64_t>(events.size()));
      event.occurred_at = decided.occurred_at;
      if (const auto* create = std::get_if<CreatePayment>(&wish)) {
        event.merchant = create->merchant;
        event.order_id = create->order_id;
        event.currency = create->currency;
      } else {
        event.merchant = payment.merchant;
        event.order_id = payment.order_id;
        event.currency = payment.currency;
      }
      event.body = std::move(decided.body);
      evolve(payment, event);
      event.status_after = payment.status;
      event.balance_after = payment.balance;
      events.push_back(std::move(event));
    }
    return events;
  }
  void deliver(const std::vector<Event>& events) {
    deliver(events.front().stream, events.front().version, events);
  }
  void deliver(RawId stream, std::uint32_t version, const std::vector<Event>& events) {
    StoredUnit unit;
    unit.stream = stream;
    unit.first_version = version;
    for (const auto& event : events) codec_.encode(event, unit.events.emplace_back());
    log_.append({0, std::move(unit)});
  }
  Payment send(const CreatePayment& create, Instant now) {
    Payment payment;
    deliver(command(payment, create, now));
    return payment;
  }
  void send(Payment& payment, const PaymentCommand& wish, Instant now) {
    deliver(command(payment, wish, now));
  }

  Oracle oracle() const { return oracle(log_.end()); }
  Oracle oracle(const LogPositions& until) const {
    Oracle out({.normal_form = plain_form}, codec_);
    out.read(log_, until);
    return out;
  }
  DeliveredLog& log() { return log_; }

 private:
  ProtobufEventCodec codec_;
  DeliveredLog log_{1};
  IdMaker ids_{Rng(1)};
  Actor actor_{ActorKind::merchant, "key_1"};
};

ApprovalInput by_card(std::int64_t amount, Instant at) {
  CardDetail card;
  card.issuer_code = "61";
  card.bin = "433012";
  card.last4 = "1234";
  ApprovalInput input;
  input.method = std::move(card);
  input.amount = amount;
  input.approve_no = "00012345";
  input.approved_at = at;
  return input;
}

CreatePayment sale(const std::string& order, std::int64_t total, Instant at, std::uint64_t merchant = 0) {
  CreatePayment create;
  create.merchant = shop(merchant);
  create.order_id = order;
  create.total = total;
  create.terms.order_name = "아메리카노 ICE";
  create.terms.requested_at = at;
  create.terms.buyer = {"김민수", "01012345678", ""};
  create.approvals.push_back(by_card(total, at));
  return create;
}

CreatePayment bought_by(CreatePayment create, const std::string& name) {
  create.terms.buyer.name = name;
  return create;
}

CancelPayment part_of(std::int64_t amount) {
  CancelPayment cancel;
  cancel.amount = amount;
  return cancel;
}

std::vector<std::string> orders_of(const serving::Paged<serving::PaymentItem>& page) {
  std::vector<std::string> out;
  for (const auto& item : page.items) out.push_back(item.payment.order_id);
  return out;
}
std::vector<std::string> orders_of(const serving::Paged<serving::SearchHit>& page) {
  std::vector<std::string> out;
  for (const auto& item : page.items) out.push_back((item.possible ? "?" : "") + item.payment.order_id);
  return out;
}
using Texts = std::vector<std::string>;

serving::Page by(Sort sort) {
  serving::Page out;
  out.sort = sort;
  return out;
}
serving::Page page_of(std::uint32_t limit, const std::string& after = "") {
  serving::Page out;
  out.limit = limit;
  out.after = after;
  return out;
}
SearchQuery asking(const std::string& text) {
  SearchQuery out;
  out.text = text;
  return out;
}

TEST(Oracle, a_duplicate_then_a_cancel_leaves_zero) {
  Bench bench;
  Payment payment;
  const auto created = bench.command(payment, sale("order-1", 200, kNoon), kNoon);
  const auto canceled = bench.command(payment, CancelPayment{}, kNoon.plus_ms(1'000));
  bench.deliver(created);
  bench.deliver(created);
  bench.deliver(canceled);
  const auto oracle = bench.oracle();
  EXPECT_EQ(oracle.duplicates(), 2U);  // both events of the unit
  EXPECT_EQ(oracle.sums(PaymentFilter{}), (std::vector<Sums>{{"KRW", 1, 200, 200}}));
  EXPECT_EQ(oracle.sums(TransactionFilter{}), (std::vector<Sums>{{"KRW", 2, 200, 200}}));
  TransactionFilter of_payment;
  of_payment.statuses = {PaymentStatus::canceled};
  of_payment.contains = "민수";
  EXPECT_EQ(oracle.sums(of_payment), (std::vector<Sums>{{"KRW", 2, 200, 200}}));
  of_payment.contains = "영희";
  EXPECT_TRUE(oracle.sums(of_payment).empty());
  of_payment.contains.clear();
  of_payment.statuses = {PaymentStatus::done};
  EXPECT_TRUE(oracle.sums(of_payment).empty());
  TotalsQuery query;
  query.grain = TimeGrain::day;
  const auto totals = oracle.totals(query);
  ASSERT_EQ(totals.size(), 1U);
  EXPECT_EQ(totals.begin()->first.bucket, 20'779);  // 2026-11-22
  EXPECT_EQ(totals.begin()->second.net(), 0);
  EXPECT_EQ(totals.begin()->second.count, 1);
}

TEST(Oracle, late_and_tied_rows_are_counted) {
  Bench bench;
  bench.send(sale("a", 1'000, kNoon), kNoon);
  bench.send(sale("b", 2'000, kNoon), kNoon);                       // the same microsecond
  bench.send(sale("c", 4'000, kNoon), kNoon.plus_ms(40 * kDayMs));  // recorded forty days later
  const auto oracle = bench.oracle();
  TotalsQuery query;
  query.by = {By::merchant, By::organisation, By::method, By::status};
  query.grain = TimeGrain::day;
  const auto now = oracle.totals(query);
  ASSERT_EQ(now.size(), 1U);
  const TotalsKey key{20'779, 0, "org-a", 1, 4, 0, 0, "", "KRW"};
  EXPECT_EQ(now.begin()->first, key);
  EXPECT_EQ(now.begin()->second.count, 3);
  EXPECT_EQ(now.begin()->second.gross, 7'000);

  query.close = kToday;
  EXPECT_EQ(oracle.totals(query).begin()->second.gross, 3'000);
  const auto late = oracle.difference(query, kToday);
  ASSERT_EQ(late.size(), 1U);
  EXPECT_EQ(late.begin()->second.gross, 4'000);
  EXPECT_EQ(late.begin()->second.count, 1);
  query.close = BusinessDate{kToday.days - 1};
  EXPECT_TRUE(oracle.totals(query).empty());
  const auto changes = oracle.changes_after(kToday);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_FALSE(changes[0].before.has_value());
  EXPECT_EQ(changes[0].after.gross, 4'000);
}

TEST(Oracle, a_cancel_changes_the_day_of_its_payment_and_not_its_close) {
  Bench bench;
  auto payment = bench.send(sale("a", 10'000, kNoon), kNoon);
  bench.send(payment, part_of(3'000), kNoon.plus_ms(2 * kDayMs));
  const auto oracle = bench.oracle();
  TotalsQuery query;
  query.by = {By::status};
  query.grain = TimeGrain::day;
  query.close = BusinessDate{kToday.days + 1};
  const TotalsKey done{20'779, 0, "", 0, 4, 0, 0, "", "KRW"};
  const TotalsKey partly{20'779, 0, "", 0, 5, 0, 0, "", "KRW"};
  EXPECT_EQ(oracle.totals(query).at(done).net(), 10'000);
  const auto difference = oracle.difference(query, *query.close);
  ASSERT_EQ(difference.size(), 2U);
  EXPECT_EQ(difference.at(done).count, -1);
  EXPECT_EQ(difference.at(done).gross, -10'000);
  EXPECT_EQ(difference.at(partly).count, 1);
  EXPECT_EQ(difference.at(partly).net(), 7'000);
  // A transaction stands on its own day.
  query = {};
  query.of_transactions = true;
  query.grain = TimeGrain::day;
  query.by = {By::kind};
  const auto moved = oracle.totals(query);
  EXPECT_EQ(moved.at({20'779, 0, "", 0, 0, 1, 0, "", "KRW"}).gross, 10'000);
  EXPECT_EQ(moved.at({20'781, 0, "", 0, 0, 2, 0, "", "KRW"}).canceled, 3'000);
}

TEST(Oracle, a_replayed_hour_changes_nothing) {
  Bench bench;
  std::vector<std::vector<Event>> hour;
  for (int i = 0; i < 5; ++i) {
    Payment payment;
    const auto at = kNoon.plus_ms(i * 1'000);
    hour.push_back(bench.command(payment, sale("order-" + std::to_string(i), 1'000 + i, at), at));
    if (i % 2 == 0) hour.push_back(bench.command(payment, CancelPayment{}, at.plus_ms(100)));
  }
  for (const auto& events : hour) bench.deliver(events);
  const auto before = bench.oracle();
  for (const auto& events : hour) bench.deliver(events);
  const auto after = bench.oracle();
  EXPECT_EQ(after.duplicates(), 13U);
  EXPECT_EQ(before.totals({}), after.totals({}));
  EXPECT_EQ(before.list({}, Sort::newest), after.list({}, Sort::newest));
  EXPECT_EQ(after.sums(PaymentFilter{}), (std::vector<Sums>{{"KRW", 5, 5'010, 3'006}}));
}

TEST(Oracle, the_first_of_two_contents_stands) {
  Bench bench;
  Payment payment;
  auto created = bench.command(payment, sale("a", 1'000, kNoon), kNoon);
  auto other = created;
  std::get<PaymentCreated>(other[0].body).parts.supply += 500;
  bench.deliver(created);
  bench.deliver(other);
  bench.deliver(other);
  const auto oracle = bench.oracle();
  EXPECT_EQ(oracle.sums(PaymentFilter{}), (std::vector<Sums>{{"KRW", 1, 1'000, 0}}));
  ASSERT_EQ(oracle.contradictions().size(), 1U);
  EXPECT_EQ(oracle.contradictions()[0].version, 0U);
  EXPECT_EQ(oracle.contradictions()[0].stream, payment.id.raw());
  EXPECT_TRUE(oracle.contradictions()[0].is_folded);
}

TEST(Oracle, a_stream_stops_at_its_gap_and_goes_on_when_it_is_filled) {
  Bench bench;
  Payment payment;
  const auto created = bench.command(payment, sale("a", 1'000, kNoon), kNoon);
  const auto first = bench.command(payment, part_of(100), kNoon.plus_ms(1));
  const auto second = bench.command(payment, part_of(200), kNoon.plus_ms(2));
  bench.deliver(second);
  bench.deliver(created);
  auto positions = bench.log().end();
  const auto with_gap = bench.oracle(positions);
  EXPECT_EQ(with_gap.waiting(), 1U);
  EXPECT_EQ(with_gap.sums(PaymentFilter{}), (std::vector<Sums>{{"KRW", 1, 1'000, 0}}));
  bench.deliver(first);
  const auto whole = bench.oracle();
  EXPECT_EQ(whole.waiting(), 0U);
  EXPECT_EQ(whole.sums(PaymentFilter{}), (std::vector<Sums>{{"KRW", 1, 1'000, 300}}));
  // A child alone is no payment.
  EXPECT_EQ(bench.oracle({3}).payments_count(), 0U);
}

TEST(Oracle, a_taken_back_deposit_is_a_reversal_and_no_gross) {
  Bench bench;
  auto create = sale("va", 5'000, kNoon);
  VirtualAccountDetail account;
  account.bank_code = "088";
  account.due_at = kNoon.plus_ms(kDayMs);
  create.approvals[0].method = account;
  create.approvals[0].approved_at = {};
  auto payment = bench.send(create, kNoon);
  EXPECT_EQ(bench.oracle().sums(PaymentFilter{}), (std::vector<Sums>{{"KRW", 1, 0, 0}}));
  ConfirmDeposit paid;
  paid.amount = 5'000;
  paid.depositor = "이영희";
  paid.bank_notice_id = "n1";
  paid.deposited_at = kNoon.plus_ms(1'000);
  bench.send(payment, paid, kNoon.plus_ms(2'000));
  EXPECT_EQ(bench.oracle().sums(PaymentFilter{}), (std::vector<Sums>{{"KRW", 1, 5'000, 0}}));
  ReverseDeposit back;
  back.bank_notice_id = "r1";
  back.reversed_at = kNoon.plus_ms(3'000);
  bench.send(payment, back, kNoon.plus_ms(4'000));
  const auto oracle = bench.oracle();
  EXPECT_EQ(oracle.sums(PaymentFilter{}), (std::vector<Sums>{{"KRW", 1, 0, 0}}));
  const auto moved = oracle.transactions({}, by(Sort::oldest));
  ASSERT_EQ(moved.items.size(), 2U);
  EXPECT_EQ(moved.items[0].transaction.kind, TransactionKind::approval);
  EXPECT_EQ(moved.items[0].transaction.at, kNoon.plus_ms(1'000));
  EXPECT_EQ(moved.items[1].transaction.kind, TransactionKind::reversal);
  EXPECT_EQ(moved.items[1].transaction.at, kNoon.plus_ms(3'000));
  EXPECT_EQ(moved.items[1].transaction.amount, 5'000);
  EXPECT_EQ(moved.items[1].transaction.issuer, "088");
  EXPECT_EQ(orders_of(oracle.search(asking("영희"))), Texts{"va"});
  // Paid once more: money moves a third time.
  paid.bank_notice_id = "n2";
  paid.deposited_at = kNoon.plus_ms(5'000);
  bench.send(payment, paid, kNoon.plus_ms(6'000));
  EXPECT_EQ(bench.oracle().sums(PaymentFilter{}), (std::vector<Sums>{{"KRW", 1, 5'000, 0}}));
  EXPECT_EQ(bench.oracle().sums(TransactionFilter{}), (std::vector<Sums>{{"KRW", 3, 10'000, 5'000}}));
}

TEST(Oracle, pages_are_sorted_filtered_and_cut) {
  Bench bench;
  bench.send(sale("a", 1'000, kNoon), kNoon);
  bench.send(sale("b", 3'000, kNoon.plus_ms(1'000)), kNoon.plus_ms(1'000));
  bench.send(sale("c", 2'000, kNoon.plus_ms(2'000)), kNoon.plus_ms(2'000));
  bench.send(sale("d", 2'000, kNoon.plus_ms(3'000), /*merchant=*/1), kNoon.plus_ms(3'000));
  auto canceled = bench.send(sale("e", 500, kNoon.plus_ms(4'000)), kNoon.plus_ms(4'000));
  bench.send(canceled, CancelPayment{}, kNoon.plus_ms(5'000));
  const auto oracle = bench.oracle();
  EXPECT_EQ(orders_of(oracle.payments({}, by(Sort::newest))), (Texts{"e", "d", "c", "b", "a"}));
  EXPECT_EQ(orders_of(oracle.payments({}, by(Sort::oldest))), (Texts{"a", "b", "c", "d", "e"}));
  EXPECT_EQ(orders_of(oracle.payments({}, by(Sort::largest))), (Texts{"b", "d", "c", "a", "e"}));
  EXPECT_EQ(orders_of(oracle.payments({}, by(Sort::smallest))), (Texts{"e", "a", "c", "d", "b"}));
  const auto first = oracle.payments({}, page_of(2));
  ASSERT_TRUE(first.next.has_value());
  EXPECT_EQ(orders_of(oracle.payments({}, page_of(3, *first.next))), (Texts{"c", "b", "a"}));
  EXPECT_FALSE(oracle.payments({}, page_of(3, *first.next)).next.has_value());

  PaymentFilter filter;
  filter.merchant = 0;
  filter.from = kNoon.plus_ms(1'000);
  filter.until = kNoon.plus_ms(4'000);
  EXPECT_EQ(orders_of(oracle.payments(filter, {})), (Texts{"c", "b"}));
  filter.until = {};
  filter.statuses = {PaymentStatus::canceled, PaymentStatus::ready};
  EXPECT_EQ(orders_of(oracle.payments(filter, {})), Texts{"e"});
  filter = {};
  filter.amount_min = 1'000;
  filter.amount_max = 2'000;
  EXPECT_EQ(oracle.sums(filter), (std::vector<Sums>{{"KRW", 3, 5'000, 0}}));
  filter.issuers = {"99"};
  EXPECT_TRUE(oracle.sums(filter).empty());
}

TEST(Oracle, of_equal_times_the_lesser_id_is_newer) {
  Bench bench;
  const auto one = bench.send(sale("a", 1'000, kNoon), kNoon);
  const auto two = bench.send(sale("b", 1'000, kNoon), kNoon);
  ASSERT_LT(one.id, two.id);
  const auto oracle = bench.oracle();
  EXPECT_EQ(orders_of(oracle.payments({}, by(Sort::newest))), (Texts{"a", "b"}));
  EXPECT_EQ(orders_of(oracle.payments({}, by(Sort::oldest))), (Texts{"b", "a"}));
  EXPECT_EQ(orders_of(oracle.payments({}, by(Sort::smallest))), (Texts{"b", "a"}));
}

TEST(Oracle, dollars_are_not_added_to_won) {
  Bench bench;
  auto dollars = sale("usd", 700, kNoon);
  dollars.currency = *Currency::parse("USD");
  bench.send(dollars, kNoon);
  bench.send(sale("krw", 1'000, kNoon), kNoon);
  EXPECT_EQ(bench.oracle().sums(PaymentFilter{}),
            (std::vector<Sums>{{"KRW", 1, 1'000, 0}, {"USD", 1, 700, 0}}));
}

TEST(Oracle, search_finds_names_by_syllables_consonants_and_masks) {
  Bench bench;
  bench.send(bought_by(sale("full", 1'000, kNoon), "김민수"), kNoon);
  bench.send(bought_by(sale("mask", 1'000, kNoon.plus_ms(1)), "김*수"), kNoon.plus_ms(1));
  bench.send(bought_by(sale("other", 1'000, kNoon.plus_ms(2), 1), "김미숙"), kNoon.plus_ms(2));
  bench.send(bought_by(sale("tense", 1'000, kNoon.plus_ms(3)), "까치"), kNoon.plus_ms(3));
  const auto oracle = bench.oracle();
  const auto find = [&](const std::string& text) { return orders_of(oracle.search(asking(text))); };
  EXPECT_EQ(find("민수"), (Texts{"full", "?mask"}));  // certain first, though older
  EXPECT_EQ(find("김"), (Texts{"other", "mask", "full"}));
  EXPECT_EQ(find("ㄱㅁㅅ"), (Texts{"other", "full", "?mask"}));
  EXPECT_EQ(find("김ㅁ수"), (Texts{"full", "?mask"}));
  EXPECT_EQ(find("김*수"), (Texts{"mask", "full"}));  // masks were asked for
  EXPECT_EQ(find("ㅊ"), Texts{"tense"});
  EXPECT_EQ(find("ㄱ치"), Texts{"?mask"});  // ㄱ doesn't open 까
  EXPECT_EQ(find("박"), Texts());
  EXPECT_EQ(find("*"), Texts());  // nothing to find
  EXPECT_EQ(find("카노 ice"), (Texts{"tense", "other", "mask", "full"}));
  auto of_shop = asking("김");
  of_shop.merchant = 1;
  EXPECT_EQ(orders_of(oracle.search(of_shop)), Texts{"other"});
  auto second = asking("김");
  second.limit = 1;
  second.after = "1";
  EXPECT_EQ(orders_of(oracle.search(second)), Texts{"mask"});
  PaymentFilter filter;
  filter.contains = "민수";
  EXPECT_EQ(oracle.sums(filter)[0].count, 2);
}

TEST(Oracle, search_finds_ids_whole_and_by_their_tails) {
  Bench bench;
  auto create = sale("20261122-ABC123", 1'000, kNoon);
  auto payment = bench.send(create, kNoon);
  bench.send(payment, part_of(100), kNoon.plus_ms(1));
  const auto oracle = bench.oracle();
  const auto names = [&](const std::string& text) {
    const auto page = oracle.search(asking(text));
    return page.items.empty() ? Texts() : page.items[0].matched;
  };
  EXPECT_EQ(names("20261122-abc123"), Texts{"orderId"});
  EXPECT_EQ(names("ABC123"), Texts{"orderId"});
  EXPECT_EQ(names("BC123"), Texts());
  EXPECT_EQ(names("00012345"), Texts{"approveNo"});
  EXPECT_EQ(names("1234"), Texts{"card"});
  EXPECT_EQ(names("4330-12**-****-1234"), Texts{"card"});
  EXPECT_EQ(names("5678"), Texts{"phone"});
  EXPECT_EQ(names("010-1234-5678"), Texts{"phone"});
  EXPECT_EQ(names("1234-5678"), Texts{"phone"});
  EXPECT_EQ(names("2234-5678"), Texts());
  EXPECT_EQ(names(payment.id.text()), Texts{"paymentId"});
  EXPECT_EQ(names(payment.approvals[0].terms.approval.text()), Texts{"approvalId"});
  EXPECT_EQ(names(payment.cancels[0].terms.cancel.text()), Texts{"cancelId"});
}

TEST(Oracle, the_life_of_a_payment_has_every_event_with_its_position) {
  Bench bench;
  auto payment = bench.send(sale("a", 1'000, kNoon), kNoon);
  bench.send(payment, part_of(100), kNoon.plus_ms(1));
  const auto oracle = bench.oracle();
  const auto life = oracle.lifecycle(payment.id);
  ASSERT_TRUE(life.has_value());
  EXPECT_EQ(life->payment, payment);
  ASSERT_EQ(life->steps.size(), 3U);
  EXPECT_EQ(life->steps[2].position, 4U);  // after two merchants and two events
  EXPECT_EQ(life->transactions.size(), 2U);
  EXPECT_EQ(life->transactions[1].balance_after, 900);
  EXPECT_FALSE(oracle.lifecycle(PaymentId(RawId{1, 1})).has_value());
}

TEST(Oracle, statistics_are_exact) {
  Bench bench;
  int number = 0;
  for (const std::int64_t amount : {100, 200, 200, 700}) {
    bench.send(sale(std::to_string(++number), amount, kNoon), kNoon);
  }
  const auto totals = bench.oracle().totals({});
  ASSERT_EQ(totals.size(), 1U);
  const auto& line = totals.begin()->second;
  EXPECT_EQ(line.sum, 1'200);
  EXPECT_EQ(line.sumsq, 580'000);
  EXPECT_EQ(*line.average(), 300.0L);
  EXPECT_NEAR(static_cast<double>(*line.deviation()), 270.80128015453203, 1e-9);
  EXPECT_EQ(*line.percentile(500), 200);
  EXPECT_EQ(*line.percentile(750), 200);
  EXPECT_EQ(*line.percentile(751), 700);
  EXPECT_EQ(*line.percentile(0), 100);
  EXPECT_FALSE(TotalsLine().average().has_value());
}

TEST(Oracle, top_merchants_and_the_sales_of_a_day) {
  Bench bench;
  auto big = bench.send(sale("a", 5'000, kNoon), kNoon);
  bench.send(sale("b", 3'000, kNoon, /*merchant=*/1), kNoon);
  bench.send(big, part_of(2'500), kNoon.plus_ms(kHourMs));
  const auto oracle = bench.oracle();
  const auto top = oracle.top_merchants({}, {}, "KRW", 10);
  EXPECT_EQ(top, (std::vector<TopMerchant>{{1, 1, 3'000, 0}, {0, 1, 5'000, 2'500}}));
  EXPECT_EQ(oracle.top_merchants({}, {}, "KRW", 1).size(), 1U);
  const auto today = oracle.sales_of(0, kToday);
  ASSERT_EQ(today.size(), 24U);
  EXPECT_EQ(today[12], (std::vector<Sums>{{"KRW", 1, 5'000, 0}}));
  EXPECT_EQ(today[13], (std::vector<Sums>{{"KRW", 1, 0, 2'500}}));
  EXPECT_TRUE(today[14].empty());
  EXPECT_TRUE(oracle.sales_of(0, {kToday.days + 1})[12].empty());
}

TEST(Oracle, a_sum_that_differs_by_one_is_seen) {
  Bench bench;
  bench.send(sale("a", 1'000, kNoon), kNoon);
  const auto before = bench.oracle().totals({});
  bench.send(sale("b", 1, kNoon), kNoon);
  const auto after = bench.oracle().totals({});
  EXPECT_NE(before, after);
  const auto by_one = minus(after, before);
  ASSERT_EQ(by_one.size(), 1U);
  EXPECT_EQ(by_one.begin()->second.sum, 1);
  EXPECT_TRUE(minus(after, after).empty());
}

}  // namespace
}  // namespace wonjang::testing
