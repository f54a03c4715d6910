// Two requests that mean the same have the same fingerprint, and no others have.
#include <set>
#include <sstream>

#include "adapters/openssl/digest.h"
#include "app/api/json/commands.h"
#include "app/api/json/ingest.h"
#include "app/api/json/money_commands.h"
#include "app/api/json/table_for_tests.h"

namespace wonjang {
namespace {

const OpensslDigest kDigest;
const PaymentId kFingerprinted(RawId{0x019A'0000'0001'1230ULL, 8});
const PaymentId kOther(RawId{0x019A'0000'0001'1230ULL, 10});
const ParseContext kFingerprintTenant{MerchantId(RawId{0x019A'0000'0000'1230ULL, 7})};

Hash128 fingerprint(const Parsed& parsed) {
  const auto* command = std::get_if<ParsedCommand>(&parsed);
  EXPECT_NE(command, nullptr);
  return command == nullptr ? Hash128{} : command->canonical.fingerprint(kDigest);
}

TEST(Fingerprint, the_table_of_equal_and_other_requests_holds) {
  const auto cases = read_table(WJ_API_JSON_TESTDATA "/fingerprints.txt");
  ASSERT_GT(cases.size(), 15U);
  for (const auto& one : cases) {
    std::istringstream in(expand(one.body));
    std::string first;
    std::string second;
    ASSERT_TRUE(std::getline(in, first) && std::getline(in, second)) << one.name;
    const bool same = fingerprint(parse_create(first, kFingerprintTenant)) ==
                      fingerprint(parse_create(second, kFingerprintTenant));
    EXPECT_EQ(same, one.kind == "same") << one.name;
  }
}

TEST(Fingerprint, operation_and_path_belong_to_it) {
  const auto approval = R"({"method":"POINT","amount":500,"approvedAt":"2026-11-22T10:30:02Z"})";
  const auto deposit = R"({"amount":500,"bankNoticeId":"n","depositedAt":"2026-11-22T10:30:02Z"})";
  const auto wish = R"({"method":"POINT","amount":500})";
  std::set<std::string> seen;
  for (const auto payment : {kFingerprinted, kOther}) {
    for (const auto& parsed :
         {parse_record_approval(approval, payment), parse_approve(wish, payment),
          parse_deposit(deposit, payment), parse_cancel(R"({"reason":"x"})", payment),
          parse_cancel(R"({"reason":"x","amount":500})", payment), parse_authenticate("", payment),
          parse_fail(R"({"failureCode":"x"})", payment)}) {
      EXPECT_TRUE(seen.emplace(view(fingerprint(parsed))).second);
    }
  }
  EXPECT_EQ(seen.size(), 14U);
}

// How many of `bodies` have a fingerprint of their own.
template <typename Parse>
std::size_t told_apart(Parse parse, std::initializer_list<const char*> bodies) {
  std::set<std::string> seen;
  for (const auto* body : bodies) {
    const auto parsed = parse(body);
    if (const auto* known = std::get_if<0>(&parsed)) {
      seen.emplace(view(known->canonical.fingerprint(kDigest)));
    } else {
      ADD_FAILURE() << body;
    }
  }
  return seen.size();
}

// Found when reading the change once more: alsoFarAhead was no part of an adjustment's.
TEST(Fingerprint, every_field_of_a_job_belongs_to_it) {
  EXPECT_EQ(
      told_apart(
          parse_payout_date,
          {R"({"date":"2026-11-22"})", R"({"date":"2026-11-23"})", R"({"date":"2026-11-22","calendar":"KR"})",
           R"({"date":"2026-11-22","alsoOnClosedDay":true})", R"({"date":"2026-11-22","alsoFarAhead":true})",
           R"({"date":"2026-11-22","manualMerchantId":"mch_00000000000000000000000001"})"}),
      6U);
  EXPECT_EQ(
      told_apart(
          parse_adjustment,
          {R"({"contractChangeId":"chg_00000000000000000000000001","date":"2026-11-22"})",
           R"({"contractChangeId":"chg_00000000000000000000000002","date":"2026-11-22"})",
           R"({"contractChangeId":"chg_00000000000000000000000001","date":"2026-11-23"})",
           R"({"contractChangeId":"chg_00000000000000000000000001","date":"2026-11-22","alsoFarAhead":true})"}),
      4U);
}

TEST(Fingerprint, every_field_of_a_cancel_belongs_to_it) {
  std::set<std::string> seen;
  for (const auto* field :
       {"", R"(,"amount":1)", R"(,"amount":0)", R"(,"expectedCancellableAmount":0)",
        R"(,"expectedCancellableAmount":1)", R"(,"amount":1,"taxFreeAmount":1)",
        R"(,"amount":1,"taxExemptionAmount":1)", R"(,"amount":2,"suppliedAmount":1,"vat":1)",
        R"(,"requester":"ADMIN")", R"(,"kind":"CHARGEBACK")", R"(,"easyPayDiscountAmount":1)",
        R"(,"refundAccountToken":"a")", R"(,"requestedAt":"2026-11-22T10:30:02Z")",
        R"(,"canceledAt":"2026-11-22T10:30:02Z")", R"(,"approvalId":"{{apr}}")"}) {
    const auto body = expand(std::string(R"({"reason":"x")") + field + "}");
    EXPECT_TRUE(seen.emplace(view(fingerprint(parse_cancel(body, kFingerprinted)))).second) << field;
  }
}

// The same request has one meaning, whichever door it came through.
TEST(Fingerprint, an_ingested_line_is_the_same_request_as_the_body) {
  const std::string body = R"({"orderId":"order-1","totalAmount":1000})";
  const auto line =
      parse_ingest_line(R"({"op":"create","idempotencyKey":"k","data":)" + body + "}", kFingerprintTenant);
  EXPECT_EQ(std::get<ParsedIngest>(line).parsed.canonical.fingerprint(kDigest),
            fingerprint(parse_create(body, kFingerprintTenant)));
}

// Pinned: stored entries of released versions are compared with it.
TEST(Fingerprint, version_1_is_pinned) {
  const auto body = expand(
      R"({"orderId":"order-1","orderName":"커피","totalAmount":11000,"metadata":{"a":"1"},"approvals":[)"
      R"({"method":"CARD","amount":11000,"approvedAt":"2026-11-22T10:30:02Z","card":{"bin":"457972"}}]})");
  EXPECT_EQ(CanonicalRequest::kVersion, 1);
  EXPECT_EQ(differs_from_file(WJ_API_JSON_TESTDATA "/fingerprint_v1.txt",
                              to_hex(view(fingerprint(parse_create(body, kFingerprintTenant)))) + "\n"),
            "");
}

}  // namespace
}  // namespace wonjang
