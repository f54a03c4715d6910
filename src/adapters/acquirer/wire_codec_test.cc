#include "adapters/acquirer/wire_codec.h"

namespace wonjang {
namespace {

ApproveRequest approve_request() {
  ApproveRequest out;
  out.reference = "apr_1";
  out.merchant = "mch_1";
  out.order_id = "order-1";
  out.amount = krw(10'000);
  CardDetail card;
  card.issuer_code = "61";
  card.bin = "411111";
  card.last4 = "1111";
  out.method = card;
  return out;
}
const CancelRequest kCancel{"cnl_1", "apr_1", krw(4'000), "wish", {}};

// docs/acquirer-protocol.md shows these very bytes.
TEST(WireCodec, requests_look_as_documented) {
  EXPECT_EQ(
      encode_request(approve_request()),
      R"({"reference":"apr_1","merchant":"mch_1","orderId":"order-1","amount":10000,"currency":"KRW",)"
      R"("method":{"type":"CARD","card":{"issuerCode":"61","bin":"411111","last4":"1111","installmentMonths":0}}})");
  EXPECT_EQ(
      encode_request(kCancel),
      R"({"reference":"cnl_1","approvalReference":"apr_1","amount":4000,"currency":"KRW","reason":"wish"})");
  EXPECT_EQ(encode_network_cancel_request("apr_1"), R"({"reference":"apr_1"})");
}

TEST(WireCodec, a_request_comes_back_as_it_went) {
  const auto approve = decode_approve_request(encode_request(approve_request()));
  ASSERT_TRUE(approve) << approve.error().message;
  EXPECT_EQ(approve->reference, "apr_1");
  EXPECT_EQ(approve->merchant, "mch_1");
  EXPECT_EQ(approve->order_id, "order-1");
  EXPECT_EQ(approve->amount, krw(10'000));
  const auto cancel = decode_cancel_request(encode_request(kCancel));
  ASSERT_TRUE(cancel);
  EXPECT_EQ(cancel->approval_reference, "apr_1");
  EXPECT_EQ(cancel->amount, krw(4'000));
  EXPECT_EQ(cancel->reason, "wish");
}

TEST(WireCodec, answers_come_back_as_they_went) {
  ApproveAnswer approved;
  approved.approved = true;
  approved.approve_no = "00000001";
  approved.network_txn_id = "n1";
  approved.approved_at = {1'700'000'000'123'456};
  const auto approve = decode_answer(approve_request(), encode_answer(approve_request(), approved));
  ASSERT_TRUE(approve) << approve.error().message;
  EXPECT_TRUE(approve->approved);
  EXPECT_EQ(approve->approved_at, approved.approved_at);

  CancelAnswer refused;
  refused.failure_code = "CANCEL_REFUSED";
  const auto cancel = decode_answer(kCancel, encode_answer(kCancel, refused));
  ASSERT_TRUE(cancel) << cancel.error().message;
  EXPECT_FALSE(cancel->canceled);
  EXPECT_EQ(cancel->failure_code, "CANCEL_REFUSED");

  for (const auto result : {NetworkCancelResult::canceled, NetworkCancelResult::never_existed}) {
    const auto answer =
        decode_network_cancel_answer("apr_1", encode_answer("apr_1", NetworkCancelAnswer{result, {}}));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->result, result);
  }
  for (const auto said : {ProviderAnswer::approved, ProviderAnswer::declined, ProviderAnswer::canceled,
                          ProviderAnswer::not_found, ProviderAnswer::pending}) {
    InquiryAnswer inquiry;
    inquiry.answer = said;
    inquiry.approve_no = "00000001";
    inquiry.network_txn_id = "n1";
    inquiry.failure_code = "X";
    inquiry.at = {1'700'000'000'123'456};
    const auto answer = decode_inquiry_answer("apr_1", encode_answer("apr_1", inquiry));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->answer, said);
  }
}

TEST(WireCodec, an_answer_about_something_else_is_in_doubt) {
  const std::string good =
      R"({"reference":"apr_1","amount":10000,"currency":"KRW","result":"APPROVED","approveNo":"1",)"
      R"("networkTxnId":"n","approvedAt":"2026-11-22T03:04:05Z","newField":[1]})";
  ASSERT_TRUE(decode_answer(approve_request(), good));
  struct Case {
    const char* what;
    const char* from;
    const char* to;
  };
  const Case cases[] = {
      {"another reference", "apr_1", "apr_2"},
      {"no reference", "reference", "ref"},
      {"another amount", "10000", "10001"},
      {"an amount as text", "10000", "\"10000\""},
      {"an amount with a fraction", "10000", "10000.0"},
      {"an amount beyond 64 bits", "10000", "99999999999999999999"},
      {"another currency", "KRW", "USD"},
      {"an unknown result", "APPROVED", "MAYBE"},
      {"no approval number", "approveNo", "x"},
      {"an approval number that is too long", "\"1\"", "\"123456789\""},
      {"an empty approval number", "\"1\"", "\"\""},
      {"no time zone", "05Z", "05"},
      {"an end too many", "[1]}", "[1]}}"},
      {"an end too few", "[1]}", "[1]"},
      {"bytes that are no text", "\"n\"", "\"\xff\""},
      {"very deep nesting", "[1]", "[[[[[[[[[[[[1]]]]]]]]]]]]"},
  };
  for (const Case& c : cases) {
    std::string bad = good;
    const std::size_t at = bad.find(c.from);
    ASSERT_NE(at, std::string::npos) << c.what;
    bad.replace(at, std::string(c.from).size(), c.to);
    const auto answer = decode_answer(approve_request(), bad);
    ASSERT_FALSE(answer) << c.what;
    EXPECT_EQ(answer.error().kind, ErrorKind::in_doubt) << c.what;
  }
}

TEST(WireCodec, evidence_and_messages_hold_no_card_number_however_it_is_spelled) {
  const std::string body =
      R"({"reference":"apr_1","amount":10000,"currency":"KRW","result":"DECLINED","failureCode":"X",)"
      R"("failureMessage":"card 4111111111111111","pan":"41111111111\u003111\u00311"})";
  const auto answer = decode_answer(approve_request(), body);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->failure_message, "card 411111******1111");
  EXPECT_EQ(answer->evidence.find("4111111"), std::string::npos) << answer->evidence;
  EXPECT_NE(answer->evidence.find("\"pan\":\"411111******1111\""), std::string::npos) << answer->evidence;
}

TEST(WireCodec, a_bad_request_is_named) {
  const auto no_amount = decode_approve_request(R"({"reference":"apr_1","merchant":"m","orderId":"o"})");
  ASSERT_FALSE(no_amount);
  EXPECT_EQ(no_amount.error().kind, ErrorKind::invalid);
  EXPECT_EQ(no_amount.error().message, "field amount is missing");
  EXPECT_FALSE(
      decode_cancel_request(R"({"reference":"a/b","approvalReference":"x","amount":1,"currency":"KRW"})"));
  EXPECT_FALSE(decode_network_cancel_request("{}"));
}

}  // namespace
}  // namespace wonjang
