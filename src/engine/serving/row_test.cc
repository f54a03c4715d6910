#include "engine/serving/row.h"

#include "testing/as_a_row_keeps.h"
#include "testing/random_life.h"

namespace wonjang::serving {
namespace {

Row stored_and_read(const Row& row) {
  std::string bytes;
  encode_row(row, bytes);
  const Locator at{3, time_of(row.payment), row.payment.id};
  auto read = decode_row(at, row.payment.merchant, bytes);
  EXPECT_TRUE(read) << (read ? "" : read.error().message);
  return read ? *std::move(read) : Row();
}

TEST(Row, folding_through_stored_rows_is_folding_at_once) {
  for (std::uint64_t seed = 1; seed <= 800; ++seed) {
    RandomLife life(seed);
    life.run(40);
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
    Row row;
    Payment whole;
    for (const auto& event : life.till().history()) {
      evolve(row.payment, event);
      evolve(whole, event);
      row.event_hashes.push_back(event.version * 0x9E3779B97F4A7C15ULL);
      const Row read = stored_and_read(row);
      ASSERT_EQ(read.payment, as_a_row_keeps(whole)) << "seed " << seed << " after version " << event.version;
      ASSERT_EQ(read.event_hashes, row.event_hashes);
      row = read;
    }
  }
}

Row with_everything() {
  Row row;
  auto& payment = row.payment;
  payment.id = PaymentId(RawId{7, 8});
  payment.merchant = MerchantId(RawId{1, 2});
  payment.order_id = "order-\xEA\xB0\x80";
  payment.currency = *Currency::parse("USD");
  payment.total = -1;
  payment.balance = INT64_MAX;
  payment.status = PaymentStatus::partial_canceled;
  payment.version = 3;
  payment.created_at = {1};
  payment.updated_at = {INT64_MAX / 2};
  payment.terms.order_name = std::string(300, 'x');
  payment.terms.requested_at = {1'795'316'645'000'001};
  payment.terms.buyer = {"\xEA\xB9\x80*\xEC\x88\x98", "01012345678", "a@b.example"};
  payment.terms.external = {"pg", "key", "txn"};
  payment.terms.metadata = {{"", ""}, {"b", std::string(300, 'y')}, {"a", "\xEA\xB0\x80"}};
  for (const auto method : kMethods) {
    auto& approval = payment.approvals.emplace_back();
    approval.terms.approval = ApprovalId(RawId{9, static_cast<std::uint64_t>(method)});
    approval.terms.seq = static_cast<std::uint32_t>(method);
    approval.money_out = INT64_MAX;
    approval.incidents = {"a: b", ""};
    approval.bank_notices.emplace_back().id = "n1";
    approval.deposited_by = "who paid in";
    approval.pursuit = Pursuit{4, {5}, {6}, "key", "tenant", true};
  }
  auto& approvals = payment.approvals;
  approvals[0].terms.method = CardDetail{
      "61", "62", "433012", "1234", CardType::gift, OwnerType::corporate, 12, true, InterestPayer::merchant,
      5,    6,    "tok",    "3ds"};
  approvals[1].terms.method = VirtualAccountDetail{"88", "t", AccountType::fixed, "h", "d", {77}, "r"};
  approvals[2].terms.method = TransferDetail{"88", "t", "x"};
  approvals[3].terms.method = MobilePhoneDetail{"SKT", "t", "2026-11", true};
  approvals[4].terms.method = GiftCertificateDetail{GiftKind::game};
  approvals[5].terms.method = EasyPayDetail{"KAKAO", FundedBy::card, 3, 4, CardDetail{}};
  approvals[6].terms.method = PointDetail{"p"};
  approvals[7].terms.method = CouponDetail{"c"};
  approvals[8].terms.method = DepositCupDetail{"d"};
  auto& cancel = payment.cancels.emplace_back();
  cancel.terms.cancel = CancelId(RawId{1, 1});
  cancel.terms.parts = {1, 2, 3, 4};
  cancel.reason = "why";
  row.event_hashes = {1, 2, UINT64_MAX};
  return row;
}

TEST(Row, every_method_and_edge_value_survives) {
  const Row row = with_everything();
  const Row read = stored_and_read(row);
  EXPECT_EQ(read.payment, row.payment);
  EXPECT_EQ(read.event_hashes, row.event_hashes);
}

TEST(Row, a_cut_row_is_refused_at_every_length) {
  std::string bytes;
  const Row row = with_everything();
  encode_row(row, bytes);
  const Locator at{3, time_of(row.payment), row.payment.id};
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto read = decode_row(at, row.payment.merchant, std::string_view(bytes).substr(0, size));
    ASSERT_FALSE(read) << size;
    ASSERT_EQ(read.error().kind, ErrorKind::corrupt);
  }
  EXPECT_FALSE(decode_row(at, row.payment.merchant, bytes + "x"));
}

Transaction sample_transaction() {
  return {.payment = PaymentId(RawId{7, 8}),
          .version = 5,
          .kind = TransactionKind::cancel,
          .approval = ApprovalId(RawId{1, 2}),
          .cancel = CancelId(RawId{3, 4}),
          .method = Method::easy_pay,
          .issuer = "KAKAO",
          .channel = Channel::pos,
          .currency = "KRW",
          .order_id = "o-1",
          .number = "t-1",
          .at = {1'795'316'645'000'001},
          .amount = 1'000,
          .balance_after = 9'000,
          .payment_at = {1'795'316'000'000'000}};
}

TEST(Row, a_transaction_comes_back_from_key_and_value) {
  const Transaction transaction = sample_transaction();
  std::string bytes;
  encode_transaction(transaction, bytes);
  const auto key = transaction_key(9, transaction.at, transaction.payment, transaction.version);
  const auto read = decode_transaction(key, bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, transaction);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_FALSE(decode_transaction(key, std::string_view(bytes).substr(0, size))) << size;
  }
}

}  // namespace
}  // namespace wonjang::serving
