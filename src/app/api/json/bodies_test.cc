// testdata/bodies.txt: what each body gives, "ok" or every violation as `pointer CODE message`.
#include <functional>
#include <map>

#include "app/api/json/commands.h"
#include "app/api/json/ingest.h"
#include "app/api/json/table_for_tests.h"

namespace wonjang {
namespace {

const PaymentId kPayment(RawId{0x019A'0000'0001'1230ULL, 8});
const ParseContext kTenant{MerchantId(RawId{0x019A'0000'0000'1230ULL, 7})};
const ParseContext kHouse{MerchantId()};

std::string text_of(const FieldErrors& errors) {
  std::string out;
  for (const auto& e : errors)
    out += (e.pointer.empty() ? "(body)" : e.pointer) + " " + std::string(e.code) + " " + e.message + "\n";
  return out;
}

template <typename Parsed>
std::string result_of(const Parsed& parsed) {
  const auto* errors = std::get_if<FieldErrors>(&parsed);
  return errors == nullptr ? "ok\n" : text_of(*errors);
}

std::string ingest_result(const std::string& line, const ParseContext& context) {
  const auto parsed = parse_ingest_line(line, context);
  if (const auto* refusal = std::get_if<IngestRefusal>(&parsed))
    return "key [" + refusal->key + "]\n" + text_of(refusal->errors);
  const auto& ingest = std::get<ParsedIngest>(parsed);
  return "ok key [" + ingest.key + "] " +
         (ingest.key_kind == KeyKind::cloud_event ? "cloud event" : "request") + ", " +
         std::string(operation_of(ingest.parsed.command)) + ", order [" + ingest.target.order_id + "]\n";
}

using Parse = std::function<std::string(const std::string&)>;
const std::map<std::string, Parse> kParsers = {
    {"create", [](const auto& b) { return result_of(parse_create(b, kTenant)); }},
    {"house create", [](const auto& b) { return result_of(parse_create(b, kHouse)); }},
    {"approve", [](const auto& b) { return result_of(parse_approve(b, kPayment)); }},
    {"record_approval", [](const auto& b) { return result_of(parse_record_approval(b, kPayment)); }},
    {"cancel", [](const auto& b) { return result_of(parse_cancel(b, kPayment)); }},
    {"authenticate", [](const auto& b) { return result_of(parse_authenticate(b, kPayment)); }},
    {"fail", [](const auto& b) { return result_of(parse_fail(b, kPayment)); }},
    {"deposit", [](const auto& b) { return result_of(parse_deposit(b, kPayment)); }},
    {"deposit_reversal", [](const auto& b) { return result_of(parse_deposit_reversal(b, kPayment)); }},
    {"acquisition", [](const auto& b) { return result_of(parse_acquisition(b, kPayment)); }},
    {"resolution", [](const auto& b) { return result_of(parse_resolution(b, kPayment)); }},
    {"merchant", [](const auto& b) { return result_of(parse_merchant(b)); }},
    {"api_key", [](const auto& b) { return result_of(parse_api_key(b, kTenant)); }},
    {"house api_key", [](const auto& b) { return result_of(parse_api_key(b, kHouse)); }},
    {"ingest", [](const auto& b) { return ingest_result(b, kTenant); }},
    {"house ingest", [](const auto& b) { return ingest_result(b, kHouse); }},
};

TEST(Bodies, each_body_gives_what_the_table_says) {
  const std::string file = WJ_API_JSON_TESTDATA "/bodies.txt";
  auto cases = read_table(file);
  ASSERT_GT(cases.size(), 80U);
  for (auto& one : cases) {
    const auto made = kParsers.at(one.kind)(expand(one.body));
    if (!wants_update()) {
      EXPECT_EQ(made, one.expected) << one.kind << ": " << one.name;
    }
    one.expected = made;
    EXPECT_EQ(made.find(test_pan("4", 16)), std::string::npos) << "a card number is said back: " << one.name;
  }
  if (wants_update()) write_table(file, cases);
}

TEST(Bodies, a_read_command_holds_what_was_sent) {
  const auto body = expand(
      R"({"orderId":"order-1","totalAmount":11000,"suppliedAmount":909,"vat":91,"taxFreeAmount":10000,)"
      R"("approvals":[{"method":"CARD","amount":11000,"approveNo":"1","approvedAt":"2026-11-22T01:30:02Z",)"
      R"("card":{"bin":"45797212","installmentMonths":3,"interestPayer":"MERCHANT"}}]})");
  const auto parsed = parse_create(body, kTenant);
  ASSERT_TRUE(std::holds_alternative<ParsedCommand>(parsed));
  const auto& create = std::get<CreatePayment>(std::get<ParsedCommand>(parsed).command);
  EXPECT_EQ(create.merchant, kTenant.tenant);
  EXPECT_EQ(create.parts, (TaxParts{909, 91, 10000, 0}));
  ASSERT_EQ(create.approvals.size(), 1U);
  EXPECT_EQ(create.approvals[0].approved_at, *parse_rfc3339("2026-11-22T10:30:02+09:00"));
  const auto& card = std::get<CardDetail>(create.approvals[0].method);
  EXPECT_EQ(card.bin, "45797212");
  EXPECT_EQ(card.installment_months, 3U);
  EXPECT_EQ(card.interest_payer, InterestPayer::merchant);
}

TEST(Bodies, text_is_stored_in_nfc) {
  const auto parsed =
      parse_fail(R"({"failureCode":"X","failureMessage":"\u1100\u1161"})", kPayment);  // two jamo
  const auto& fail = std::get<FailPayment>(std::get<ParsedCommand>(parsed).command);
  EXPECT_EQ(fail.failure_message, "\uAC00");  // one syllable
}

TEST(Bodies, a_body_of_too_many_values_is_refused) {
  std::string body = R"({"metadata":[)";
  for (int i = 0; i < 5000; ++i) body += "1,";
  body += "1]}";
  const auto parsed = parse_create(body, kTenant);
  ASSERT_TRUE(std::holds_alternative<FieldErrors>(parsed));
  EXPECT_EQ(std::get<FieldErrors>(parsed)[0].code, "TOO_LARGE");
}

TEST(Bodies, metadata_has_bounds) {
  std::string pairs;
  for (int i = 0; i < 51; ++i) pairs += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":\"v\"";
  const auto many =
      parse_create(R"({"orderId":"order-1","totalAmount":1,"metadata":{)" + pairs + "}}", kTenant);
  EXPECT_EQ(std::get<FieldErrors>(many)[0].code, "TOO_MANY_ITEMS");
  for (const std::size_t size : {4095U, 4096U}) {
    const auto body =
        R"({"orderId":"order-1","totalAmount":1,"metadata":{"k":")" + std::string(size, 'v') + "\"}}";
    EXPECT_EQ(std::holds_alternative<ParsedCommand>(parse_create(body, kTenant)), size == 4095U);
  }
}

// Every prefix of a body is refused and none is read past its end (the sanitizer presets watch).
TEST(Bodies, a_body_cut_anywhere_is_refused) {
  const std::string body =
      R"({"orderId":"order-1","totalAmount":1000,"metadata":{"a":"\u00e9\ud83d\ude00"},"approvals":[]})";
  for (std::size_t size = 0; size < body.size(); ++size) {
    const std::string cut = body.substr(0, size);
    const auto parsed = parse_create(cut, kTenant);
    ASSERT_TRUE(std::holds_alternative<FieldErrors>(parsed)) << cut;
    EXPECT_EQ(std::get<FieldErrors>(parsed)[0].code, "MALFORMED_JSON");
  }
  EXPECT_TRUE(std::holds_alternative<ParsedCommand>(parse_create(body, kTenant)));
}

}  // namespace
}  // namespace wonjang
