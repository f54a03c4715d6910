#include <limits>

#include "testing/till.h"

namespace wonjang {
namespace {

std::string types(const std::vector<Decided>& events) {
  std::string out;
  for (const auto& event : events) out += (out.empty() ? "" : " ") + std::string(type_of(event.body));
  return out;
}

TEST(Create, without_approvals_a_payment_starts_ready) {
  Till till;
  EXPECT_EQ(types(till.must(order(9'026))), "payment.created");
  EXPECT_EQ(till.payment().status, PaymentStatus::ready);
  EXPECT_EQ(till.payment().terms.parts, (TaxParts{8'205, 821, 0, 0}));
  EXPECT_EQ(till.payment().balance, 9'026);
  EXPECT_EQ(till.payment().terms.requested_at, kNoon);
}

TEST(Create, recorded_approvals_that_cover_the_total_make_it_done) {
  Till till;
  auto command = order(10'000, {card(6'000), by_method(PointDetail{"shop"}, 4'000)});
  command.approvals[0].approved_at = kNoon.plus_ms(-5'000);
  command.approvals[1].approved_at = kNoon.plus_ms(-4'000);
  EXPECT_EQ(types(till.must(command)), "payment.created approval.approved approval.approved");
  EXPECT_EQ(till.payment().status, PaymentStatus::done);
  EXPECT_EQ(till.payment().approved_at, kNoon.plus_ms(-4'000));
  EXPECT_EQ(till.payment().approvals[0].acquisition, AcquisitionState::ready);
  EXPECT_EQ(till.payment().approvals[1].acquisition, AcquisitionState::none);
  EXPECT_EQ(till.payment().approvals[1].terms.seq, 2U);
}

// Whatever says when something happened, over every command that takes such a word.
TEST(Create, times_are_at_most_a_day_ahead_of_our_clock) {
  const Instant last = kNoon.plus_ms(kDayMs), beyond = last.plus_us(1), far = kNoon.plus_ms(9 * 365 * kDayMs);
  const auto must_refuse = [](Till& till, const PaymentCommand& command, const std::string& pointer) {
    const auto decision = till.ask(command);
    const auto* refusal = std::get_if<Refusal>(&decision);
    ASSERT_NE(refusal, nullptr) << pointer;
    EXPECT_EQ(code_of(refusal->code), "TIME_IN_FUTURE");
    EXPECT_EQ(refusal->pointer, pointer);
  };
  const auto paid = [](Till& till) {
    till.must(order(10'000, {card(10'000)}));
    return till.payment().approvals[0].terms.approval;
  };
  for (const Instant at : {beyond, far}) {
    Till fresh;
    auto create = order(10'000, {card(4'000), card(6'000)});
    create.approvals[1].approved_at = at;
    must_refuse(fresh, create, "/approvals/1/approvedAt");
    create.approvals[1].approved_at = last;
    create.terms.requested_at = at;
    must_refuse(fresh, create, "/requestedAt");

    Till open;
    open.must(order(10'000));
    RecordApproval record{card(10'000)};
    record.input.approved_at = at;
    must_refuse(open, record, "/approvedAt");

    Till done;
    const auto approval = paid(done);
    CancelPayment cancel;
    cancel.canceled_at = at;
    must_refuse(done, cancel, "/canceledAt");
    cancel.canceled_at = {};
    cancel.requested_at = at;
    must_refuse(done, cancel, "/requestedAt");
    RecordAcquisition slip;
    slip.approval = approval;
    slip.state = AcquisitionState::requested;
    slip.at = at;
    must_refuse(done, slip, "/at");

    Till waiting;
    waiting.must(order(10'000, {account(10'000)}));
    ConfirmDeposit deposit;
    deposit.amount = 10'000;
    deposit.deposited_at = at;
    must_refuse(waiting, deposit, "/depositedAt");
    ReverseDeposit reversal;
    reversal.reversed_at = at;
    must_refuse(waiting, reversal, "/reversedAt");
    SettleByPerson word;
    word.at = at;
    must_refuse(waiting, word, "/at");
  }
  Till till;
  auto command = order(10'000, {card(10'000)});
  command.terms.requested_at = command.approvals[0].approved_at = last;
  till.must(command);
  EXPECT_EQ(till.payment().approved_at, last);
}

TEST(Create, approvals_below_the_total_leave_it_in_progress) {
  Till till;
  till.must(order(10'000, {card(9'999)}));
  EXPECT_EQ(till.payment().status, PaymentStatus::in_progress);
}

TEST(Create, the_parts_of_the_approvals_add_up_to_those_of_the_payment) {
  Till till;
  auto command = order(11'000, {card(3'000), card(3'000), card(5'000)});
  command.tax_free = 10'000;
  till.must(command);
  TaxParts sum;
  for (const auto& approval : till.payment().approvals) sum = *add(sum, approval.terms.parts);
  EXPECT_EQ(sum, till.payment().terms.parts);
  EXPECT_EQ(sum, (TaxParts{909, 91, 10'000, 0}));
}

TaxParts sum_of_approvals(const Payment& payment) {
  TaxParts sum;
  for (const auto& approval : payment.approvals) sum = *add(sum, approval.terms.parts);
  return sum;
}

// Found by an audit: a payment of VAT 100 had one approval of VAT 0, and reports go by either.
TEST(Create, what_approvals_name_are_the_parts_of_a_payment_that_names_none) {
  const auto parts_of = [](const CreatePayment& command) {
    Till till;
    till.must(command);
    if (till.payment().status == PaymentStatus::done) {
      EXPECT_EQ(sum_of_approvals(till.payment()), till.payment().terms.parts);
    }
    return till.payment().terms.parts;
  };
  auto explicit_parts = order(1'100, {card(1'100)});
  explicit_parts.approvals[0].parts = TaxParts{1'100, 0, 0, 0};
  EXPECT_EQ(parts_of(explicit_parts), (TaxParts{1'100, 0, 0, 0}));
  auto books = order(10'000, {card(4'000), card(6'000)});
  books.approvals[1].tax_free = 1'000;
  EXPECT_EQ(parts_of(books), (TaxParts{4'545 + 3'636, 455 + 364, 1'000, 0}));
  books.approvals.erase(books.approvals.begin());  // the rest is still to come
  EXPECT_EQ(parts_of(books), (TaxParts{4'545 + 3'636, 455 + 364, 1'000, 0}));
  EXPECT_EQ(parts_of(order(4'800, {by_method(DepositCupDetail{"cup"}, 300), card(4'500)})),
            (TaxParts{4'091, 409, 0, 300}));
  // Each terminal rounds on its own: 4 of 200, where one of 200 has 18.
  auto rounded = order(200, {card(50), card(50), card(50), card(50)});
  for (auto& approval : rounded.approvals) approval.parts = TaxParts{45, 5, 0, 0};
  EXPECT_EQ(parts_of(rounded), (TaxParts{180, 20, 0, 0}));
}

TEST(Create, what_approvals_name_is_taken_from_what_the_payment_names_whatever_their_order) {
  auto command = order(11'000, {card(3'000), card(8'000)});
  command.tax_free = 10'000;
  command.approvals[1].tax_free = 8'000;  // the first alone would have taken some of it
  Till till;
  till.must(command);
  EXPECT_EQ(till.payment().approvals[0].terms.parts, (TaxParts{909, 91, 2'000, 0}));
  EXPECT_EQ(till.payment().approvals[1].terms.parts, (TaxParts{0, 0, 8'000, 0}));
  // VAT that nobody named gives way: alone each of the four would have 5 of 18.
  auto quarters = order(300, std::vector<ApprovalInput>(4, card(75)));
  quarters.tax_free = 100;
  for (auto& approval : quarters.approvals) approval.tax_free = 25;
  Till rounding;
  rounding.must(quarters);
  EXPECT_EQ(sum_of_approvals(rounding.payment()), (TaxParts{182, 18, 100, 0}));
}

TEST(Create, tax_parts_of_approvals_that_the_payment_does_not_have_are_refused_where_they_stand) {
  struct Row {
    std::int64_t tax_free;  // of the payment of 1,100
    ApprovalInput approval;
    const char* pointer;
    std::int64_t left;
  };
  const auto with = [](ApprovalInput input, std::optional<TaxParts> parts, std::int64_t tax_free,
                       std::int64_t tax_exempt) {
    input.parts = parts;
    input.tax_free = tax_free;
    input.tax_exempt = tax_exempt;
    return input;
  };
  const Row rows[] = {
      {100, with(card(1'100), TaxParts{1'000, 0, 100, 0}, 0, 0), "/approvals/0/suppliedAmount", 909},
      {100, with(card(1'100), TaxParts{900, 100, 100, 0}, 0, 0), "/approvals/0/vat", 91},
      {100, with(card(1'100), TaxParts{908, 91, 101, 0}, 0, 0), "/approvals/0/taxFreeAmount", 100},
      {100, with(card(1'100), TaxParts{909, 91, 99, 1}, 0, 0), "/approvals/0/taxExemptionAmount", 0},
      {100, with(card(1'000), std::nullopt, 101, 0), "/approvals/0/taxFreeAmount", 100},
      {100, with(card(1'000), std::nullopt, 0, 1), "/approvals/0/taxExemptionAmount", 0},
      {100, with(card(1'100), std::nullopt, 99, 0), "/approvals/0/taxFreeAmount", 100},
      {200, with(card(1'000), std::nullopt, 99, 0), "/approvals/0/taxFreeAmount", 200},
      {100, by_method(DepositCupDetail{"cup"}, 300), "/approvals/0/amount", 0},
  };
  for (const auto& [tax_free, approval, pointer, left] : rows) {
    SCOPED_TRACE(pointer);
    auto command = order(1'100, {approval});
    command.tax_free = tax_free;
    const auto refusal = Till().refused(command);
    EXPECT_EQ(refusal.code, RefusalCode::tax_parts_mismatch);
    EXPECT_EQ(refusal.pointer, pointer);
    EXPECT_EQ(refusal.actual, left);
  }
}

TEST(Create, tax_parts_of_a_later_approval_are_taken_from_what_the_payment_has_left) {
  auto command = order(1'100);
  command.tax_free = 100;
  Till till;
  till.must(command);
  RecordApproval record{card(600)};
  record.input.tax_free = 101;
  EXPECT_EQ(till.refused(record).pointer, "/taxFreeAmount");
  record.input.tax_free = 60;
  till.must(record);
  EXPECT_EQ(till.payment().approvals[0].terms.parts, (TaxParts{491, 49, 60, 0}));

  auto asked = begin(500);
  asked.input.parts = TaxParts{418, 43, 39, 0};
  const auto refusal = till.refused(asked);
  EXPECT_EQ(refusal.code, RefusalCode::approved_exceeds_total);
  EXPECT_TRUE(depends_on_state(refusal.code));
  EXPECT_EQ(refusal.pointer, "/vat");
  EXPECT_EQ(refusal.actual, 42);
  EXPECT_NE(refusal.detail.find("supply 418, VAT 42, tax-free 40"), std::string::npos) << refusal.detail;
  asked.input.parts = TaxParts{418, 42, 40, 0};
  till.must(asked);

  // What is in doubt may come back.
  till.must(settle(till.approval(1), OutcomeKind::declined));
  auto small = begin(100);
  small.input.tax_free = 40;
  till.must(small);
  auto second = begin(100);
  second.input.tax_free = 1;
  EXPECT_EQ(till.refused(second).code, RefusalCode::approval_in_doubt);
  second.input.tax_free = 0;
  till.must(second);
}

// Books hold payments from before approvals were held against them: they go on as ever.
TEST(Create, an_approval_of_a_payment_whose_parts_contradict_has_its_own) {
  Till till;
  till.must(order(1'100));
  ApprovalApproved old;
  old.terms.seq = 1;
  old.terms.approval = ApprovalId(RawId{7, 7});
  old.terms.method = card(500).method;
  old.terms.parts = {0, 0, 500, 0};
  till.fold({kNoon, PaymentAuthenticated{}});
  till.fold({kNoon, old});
  RecordApproval record{card(600)};
  record.input.tax_free = 50;
  till.must(record);
  EXPECT_EQ(till.payment().approvals[1].terms.parts, (TaxParts{500, 50, 50, 0}));
}

TEST(Create, a_cup_deposit_is_outside_tax) {
  Till till;
  auto command = order(4'800, {by_method(DepositCupDetail{"cup"}, 300), card(4'500)});
  command.tax_exempt = 300;
  till.must(command);
  EXPECT_EQ(till.payment().approvals[0].terms.parts, (TaxParts{0, 0, 0, 300}));
  EXPECT_EQ(till.payment().approvals[1].terms.parts, (TaxParts{4'091, 409, 0, 0}));
}

TEST(Create, a_waiting_account_comes_last_and_a_deposited_one_is_money) {
  Till waiting;
  EXPECT_EQ(types(waiting.must(order(10'000, {account(4'000), card(6'000)}))),
            "payment.created approval.approved virtual_account.issued");
  EXPECT_EQ(waiting.payment().status, PaymentStatus::waiting_for_deposit);
  Till deposited;
  auto command = order(10'000, {account(10'000)});
  command.approvals[0].approved_at = kNoon;
  EXPECT_EQ(types(deposited.must(command)), "payment.created approval.approved");
  EXPECT_EQ(deposited.payment().status, PaymentStatus::done);
  EXPECT_EQ(deposited.payment().approvals[0].deposited_amount, 10'000);
}

TEST(Create, bad_requests_are_refused_by_name) {
  const auto code = [](CreatePayment command) { return Till().refused(command).code; };
  EXPECT_EQ(code(order(0)), RefusalCode::amount_not_positive);
  EXPECT_EQ(code(order(-1)), RefusalCode::amount_not_positive);
  EXPECT_EQ(code(order(10'000, {card(0)})), RefusalCode::amount_not_positive);
  auto free_too_big = order(10'000);
  free_too_big.tax_free = 10'001;
  EXPECT_EQ(code(free_too_big), RefusalCode::tax_parts_mismatch);
  auto explicit_parts = order(10'000);
  explicit_parts.parts = TaxParts{9'090, 909, 0, 0};
  EXPECT_EQ(code(explicit_parts), RefusalCode::tax_parts_mismatch);
  explicit_parts.parts = TaxParts{10'001, -1, 0, 0};
  EXPECT_EQ(code(explicit_parts), RefusalCode::tax_parts_mismatch);
  EXPECT_EQ(code(order(10'000, {card(6'000), card(4'001)})), RefusalCode::approvals_exceed_total);
  const auto max = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(code(order(max, {card(max), card(max)})), RefusalCode::approvals_exceed_total);
  EXPECT_EQ(code(order(10'000, std::vector<ApprovalInput>(kApprovalsMax + 1, card(1)))),
            RefusalCode::approvals_exceed_total);
  EXPECT_EQ(code(order(10'000, {account(9'999)})), RefusalCode::method_detail_invalid);
  EXPECT_EQ(code(order(10'000, {account(5'000), account(5'000)})), RefusalCode::method_detail_invalid);
  auto bad_bin = order(10'000, {card(10'000)});
  std::get<CardDetail>(bad_bin.approvals[0].method).bin = "43301";
  EXPECT_EQ(code(bad_bin), RefusalCode::method_detail_invalid);
  auto bad_sum = order(10'000, {by_method(easy_pay(FundedBy::money, 9'000, 999), 10'000)});
  EXPECT_EQ(code(bad_sum), RefusalCode::method_detail_invalid);
}

// Found by a first user: it was taken, waited for a deposit and expired at once.
TEST(Create, an_account_that_nobody_could_pay_into_is_refused_where_its_end_stands) {
  const auto refusal_of = [](const ApprovalInput& input, Instant requested_at) {
    Till till;
    auto create = order(10'000, {card(4'000), input});
    create.terms.requested_at = requested_at;
    return till.refused(create);
  };
  for (const auto& [due, requested] : {std::pair(kNoon.plus_ms(-1), Instant()), std::pair(kNoon, Instant()),
                                       std::pair(kNoon.plus_ms(-kDayMs), kNoon.plus_ms(-kDayMs))}) {
    const auto refusal = refusal_of(account(6'000, due), requested);
    EXPECT_EQ(refusal.code, RefusalCode::method_detail_invalid);
    EXPECT_EQ(refusal.pointer, "/approvals/1/virtualAccount/dueAt");
    EXPECT_NE(refusal.detail.find(to_rfc3339(due)), std::string::npos) << refusal.detail;
  }
  // What is told later was still open when the payment was asked for.
  Till told_later;
  auto create = order(10'000, {account(10'000, kNoon.plus_ms(-1))});
  create.terms.requested_at = kNoon.plus_ms(-kDayMs);
  told_later.must(create);
  EXPECT_EQ(told_later.payment().status, PaymentStatus::waiting_for_deposit);
  Till till;
  till.must(order(10'000));
  auto asked = begin(10'000);
  asked.input.method = account(10'000, kNoon).method;
  EXPECT_EQ(till.refused(asked).pointer, "/virtualAccount/dueAt");
  EXPECT_EQ(till.refused(RecordApproval{account(10'000, kNoon)}).pointer, "/virtualAccount/dueAt");
}

TEST(Create, the_greatest_amount_there_is_works) {
  Till till;
  till.must(order(kTotalMax, {card(kTotalMax - 1), card(1)}));
  EXPECT_EQ(till.payment().status, PaymentStatus::done);
  till.must(cancel_all());
  EXPECT_EQ(till.payment().status, PaymentStatus::canceled);
  EXPECT_EQ(till.payment().balance, 0);
}

TEST(Create, a_total_is_at_most_two_to_the_47_less_one) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  const std::pair<std::int64_t, bool> rows[] = {
      {140'737'488'355'326, true},          {140'737'488'355'327, true}, {140'737'488'355'328, false},
      {(std::int64_t{1} << 53) - 1, false}, {kMax - 1, false},           {kMax, false}};
  for (const auto& [total, fits] : rows) {
    for (const bool approved : {false, true}) {
      const auto command = approved ? order(total, {card(total)}) : order(total);
      Till till;
      if (fits) {
        till.must(command);
        EXPECT_EQ(till.payment().total, total);
        continue;
      }
      const auto refusal = till.refused(command);
      EXPECT_EQ(refusal.code, RefusalCode::amount_too_large) << total;
      EXPECT_FALSE(depends_on_state(refusal.code));
      EXPECT_EQ(refusal.pointer, "/totalAmount");
      EXPECT_NE(refusal.detail.find("140,737,488,355,327 KRW"), std::string::npos) << refusal.detail;
    }
  }
}

// Logs may hold payments from before the bound: they go on as ever.
TEST(Create, an_event_beyond_the_bound_is_folded_as_it_stands) {
  constexpr std::int64_t kOld = (std::int64_t{1} << 53) - 1;
  Till till;
  PaymentCreated created;
  created.parts.supply = kOld;
  till.fold({kNoon, created});
  EXPECT_EQ(till.payment().total, kOld);
  till.must(begin(kOld));
  till.must(settle(till.approval(), OutcomeKind::approved));
  EXPECT_EQ(till.payment().status, PaymentStatus::done);
  EXPECT_EQ(till.payment().balance, kOld);
}

TEST(Create, everything_has_a_bound) {
  Till till;
  till.must(order(10'000));
  for (std::size_t i = 0; i < kApprovalsMax; ++i) {
    till.must(begin(10'000));
    till.must(settle(till.approval(i), OutcomeKind::declined));
  }
  EXPECT_EQ(till.refused(begin(10'000)).code, RefusalCode::transition_not_allowed);
}

}  // namespace
}  // namespace wonjang
