// What house events need of the codec beyond the golden files: lists of plain values, dates before 1970,
// codes of a later program, and speed.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "adapters/protobuf/event_codec.h"
#include "domain/event.h"
#include "testing/settlement_samples.h"
#include "wonjang/v1/event.pb.h"

namespace wonjang {
namespace {

using namespace settlement;
using testing::full_body;
using testing::full_references;
namespace pb = wonjang::v1;

std::string encoded(const EventBody& body) {
  Event event;
  event.body = body;
  std::string out;
  ProtobufEventCodec().encode(event, out);
  return out;
}

void expect_kept(const EventBody& body) {
  const std::string bytes = encoded(body);
  const auto event = ProtobufEventCodec().decode(bytes);
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_TRUE(event->body == body);
  pb::Event message;
  ASSERT_TRUE(message.ParseFromString(bytes));
  EXPECT_EQ(message.SerializeAsString(), bytes);
}

TEST(SettlementCodec, lists_keep_what_is_empty_or_zero) {
  RunEnded run;
  run.promoted = {"", "a", ""};
  expect_kept(run);
  Canary canary;
  canary.merchants = {MerchantId(), MerchantId(RawId{0, 1})};
  expect_kept(ChangeProposed{ChangeId(), canary, ""});
  LinesRecorded lines;
  lines.lines.resize(2);
  lines.lines[1].before.emplace().fees_left = {0, -1, INT64_MIN, INT64_MAX, 0};
  expect_kept(lines);
  FileMatched matched;
  matched.matches.resize(1);
  matched.matches[0].ours = {LineKey{}, LineKey{PaymentId(RawId{1, 2}), 0, 0}};
  expect_kept(matched);
}

TEST(SettlementCodec, what_a_run_took_survives) {
  RunEnded run;
  run.profile = {{"append", 900, 40, 850, 1'000'000}, {"read", 120'000}};
  run.wall_us = 9'100'000;
  run.cpu_us = INT64_MAX;
  run.memory_peak_bytes = std::uint64_t{1} << 40;
  expect_kept(run);
}

TEST(SettlementCodec, edges_of_numbers_and_dates_survive) {
  PayoutRequested payout;
  payout.date = {INT32_MIN};
  payout.lines = UINT64_MAX;
  payout.lines_net = INT64_MIN;
  payout.amount = INT64_MAX;
  expect_kept(payout);
  RunStarted run;
  run.date = {-1};
  run.attempt = UINT32_MAX;
  run.known_at = {INT64_MIN};
  expect_kept(run);
  FileMatched matched;
  matched.matches.resize(2);
  matched.matches[0].date_delta = INT32_MIN;
  matched.matches[1].date_delta = INT32_MAX;
  expect_kept(matched);
}

TEST(SettlementCodec, a_line_with_and_without_a_balance_before_it_differ) {
  LinesRecorded with;
  with.lines.resize(1);
  LinesRecorded without = with;
  with.lines[0].before.emplace();
  expect_kept(with);
  expect_kept(without);
  EXPECT_NE(encoded(with), encoded(without));
}

TEST(SettlementCodec, codes_of_a_later_program_survive) {
  auto lines = full_body(std::type_identity<LinesRecorded>());
  lines.lines[0].item.kind = static_cast<LineKind>(200);
  lines.lines[0].item.method = 255;
  lines.lines[0].fees[0].type = static_cast<FeeType>(77);
  lines.contracts[0].cycle.policy = static_cast<DatePolicy>(99);
  lines.contracts[0].fees.rounding = static_cast<Rounding>(31);
  lines.contracts[0].fees.rules[0].kind = static_cast<RuleKind>(128);
  expect_kept(lines);
}

TEST(SettlementCodec, what_cannot_be_kept_whole_is_refused) {
  pb::Event plain;
  plain.set_format_version(1);
  plain.set_currency("KRW");
  const auto refusal_of = [](const pb::Event& message) {
    const auto event = ProtobufEventCodec().decode(message.SerializeAsString());
    return event ? std::string() : event.error().message;
  };
  auto message = plain;
  message.mutable_reference_proposed()->mutable_reference();
  EXPECT_NE(refusal_of(message).find("reference data"), std::string::npos) << refusal_of(message);
  message = plain;
  message.mutable_settlement_lines_recorded()->add_contracts()->set_currency("XXQ");
  EXPECT_NE(refusal_of(message).find("currency"), std::string::npos) << refusal_of(message);
  message = plain;
  auto* canary = message.mutable_reference_decided()->mutable_reference()->mutable_canary();
  canary->mutable_candidate();
  EXPECT_EQ(refusal_of(message), "");
  canary->add_merchants("");
  EXPECT_NE(refusal_of(message).find("16 bytes"), std::string::npos) << refusal_of(message);
  message = plain;
  message.mutable_settlement_lines_recorded()->add_lines()->mutable_item()->set_method(
      static_cast<pb::Method>(256));
  EXPECT_NE(refusal_of(message).find("code number"), std::string::npos) << refusal_of(message);
  message = plain;
  auto* key = message.mutable_settlement_lines_redated()->add_lines()->mutable_line();
  key->GetReflection()->MutableUnknownFields(key)->AddVarint(9, 1);
  EXPECT_NE(refusal_of(message).find("field"), std::string::npos) << refusal_of(message);
}

TEST(SettlementCodec, a_canary_from_before_it_had_a_currency_is_of_won) {
  pb::Event message;
  message.set_format_version(1);
  message.set_currency("KRW");
  message.mutable_reference_decided()->mutable_reference()->mutable_canary()->mutable_candidate();
  const auto event = ProtobufEventCodec().decode(message.SerializeAsString());
  ASSERT_TRUE(event) << event.error().message;
  const auto& reference = std::get<ChangeDecided>(event->body).reference;
  EXPECT_EQ(std::get<Canary>(reference).currency, Currency());
}

TEST(SettlementCodec, funds_from_before_they_had_a_merchant_are_held_for_all) {
  pb::Event message;
  message.set_format_version(1);
  message.set_currency("KRW");
  auto* held = message.mutable_reference_decided()->mutable_reference()->mutable_funds_held();
  held->set_kind("TRUST");
  held->set_currency("KRW");
  held->set_amount(5);
  const auto event = ProtobufEventCodec().decode(message.SerializeAsString());
  ASSERT_TRUE(event) << event.error().message;
  FundsHeld wanted;
  wanted.kind = "TRUST";
  wanted.amount = 5;
  EXPECT_EQ(std::get<FundsHeld>(std::get<ChangeDecided>(event->body).reference), wanted);
}

// 400 ordinary lines and their contract: an event's bound is 256 KiB, and a million lines are 2,500 of these.
TEST(SettlementCodec, a_chunk_of_lines_is_small_and_quick) {
  LinesRecorded chunk;
  chunk.contracts = {std::get<Contract>(full_references()[0])};
  auto line = full_body(std::type_identity<LinesRecorded>()).lines[0];
  line.before.reset();
  line.item.kind = LineKind::approval;
  line.fees.resize(1);
  line.gross = 60'300;
  line.fee = 1'758, line.fee_supply = 1'598, line.fee_vat = 160, line.net = 58'542;
  chunk.lines.assign(400, line);
  Event event;
  event.merchant = MerchantId(RawId{1, 2});
  event.body = chunk;
  const ProtobufEventCodec codec;
  std::string bytes;
  auto best = std::chrono::nanoseconds::max();
  for (int round = 0; round < 50; ++round) {
    bytes.clear();
    const auto from = std::chrono::steady_clock::now();
    codec.encode(event, bytes);
    best = std::min<std::chrono::nanoseconds>(best, std::chrono::steady_clock::now() - from);
  }
  RecordProperty("ns_per_line", static_cast<int>(best.count() / 400));
  RecordProperty("bytes_per_line", static_cast<int>(bytes.size() / 400));
  EXPECT_LT(bytes.size(), 100U * 1024U);
  EXPECT_LT(best, std::chrono::milliseconds(8));  // 20 us a line: an alarm, not a measurement
}

}  // namespace
}  // namespace wonjang
