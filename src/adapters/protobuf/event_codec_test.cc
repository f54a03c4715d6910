#include "adapters/protobuf/event_codec.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "adapters/protobuf/event_test_samples.h"
#include "adapters/protobuf/utf8.h"
#include "base/bytes.h"
#include "base/rng.h"
#include "wonjang/v1/event.pb.h"

namespace wonjang {
namespace {

namespace fs = std::filesystem;
namespace pb = wonjang::v1;

constexpr std::size_t kHexColumns = 96;

fs::path golden_folder() { return WJ_GOLDEN_FOLDER; }
fs::path golden_file(const std::string& name) { return golden_folder() / (name + ".hex"); }

std::string encoded(const Event& event) {
  std::string out;
  ProtobufEventCodec().encode(event, out);
  return out;
}

std::string read_golden(const std::string& name) {
  std::ifstream file(golden_file(name));
  std::stringstream hex;
  for (std::string line; std::getline(file, line);) hex << line;
  return from_hex(hex.str()).value_or("");
}

void write_golden(const std::string& name, std::string_view bytes) {
  std::ofstream file(golden_file(name));
  const std::string hex = to_hex(bytes);
  for (std::size_t at = 0; at < hex.size(); at += kHexColumns) file << hex.substr(at, kHexColumns) << '\n';
}

// The schema's fields that `message` leaves empty, by their path.
void find_unset(const google::protobuf::Message& message, const std::string& path,
                std::set<std::string>& out) {
  const auto* type = message.GetDescriptor();
  const auto* reflection = message.GetReflection();
  for (int i = 0; i < type->field_count(); ++i) {
    const auto* field = type->field(i);
    const std::string name = path + "." + field->name();
    if (field->is_repeated()) {
      if (reflection->FieldSize(message, field) == 0) out.insert(name);
      if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
      for (int k = 0; k < reflection->FieldSize(message, field); ++k) {
        find_unset(reflection->GetRepeatedMessage(message, field, k), name, out);
      }
    } else if (!reflection->HasField(message, field)) {
      if (field->containing_oneof() == nullptr) out.insert(name);
    } else if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
      find_unset(reflection->GetMessage(message, field), name, out);
    }
  }
}

// A message of the schema whose bytes decode() is asked about; valid until a test spoils it.
pb::Event plain_message() {
  pb::Event message;
  message.set_format_version(1);
  message.set_currency("KRW");
  message.mutable_payment_authenticated();
  return message;
}

void expect_corrupt(const pb::Event& message, const std::string& why) {
  const auto event = ProtobufEventCodec().decode(message.SerializeAsString());
  ASSERT_FALSE(event) << "expected: " << why;
  EXPECT_EQ(event.error().kind, ErrorKind::corrupt);
  EXPECT_NE(event.error().message.find(why), std::string::npos) << event.error().message;
}

TEST(EventCodec, golden_files_pin_the_bytes) {
  const bool update = std::getenv("WJ_UPDATE") != nullptr;
  for (const auto& [name, event] : event_samples()) {
    if (update) write_golden(name, encoded(event));
    const std::string golden = read_golden(name);
    EXPECT_EQ(to_hex(encoded(event)), to_hex(golden)) << name << ": WJ_UPDATE=1 rewrites the golden files";
    const auto decoded = ProtobufEventCodec().decode(golden);
    ASSERT_TRUE(decoded) << name << ": " << decoded.error().message;
    EXPECT_TRUE(*decoded == event) << name;
  }
}

TEST(EventCodec, every_golden_file_has_its_event) {
  std::set<std::string> expected;
  for (const auto& sample : event_samples()) expected.insert(sample.name + ".hex");
  std::set<std::string> found;
  for (const auto& file : fs::directory_iterator(golden_folder()))
    found.insert(file.path().filename().string());
  EXPECT_EQ(found, expected);
}

TEST(EventCodec, the_library_writes_the_same_bytes) {
  for (const auto& [name, event] : event_samples()) {
    pb::Event message;
    ASSERT_TRUE(message.ParseFromString(encoded(event))) << name;
    EXPECT_EQ(to_hex(message.SerializeAsString()), to_hex(encoded(event))) << name;
  }
}

TEST(EventCodec, full_samples_set_every_field_of_the_schema) {
  for (const auto& [name, event] : event_samples()) {
    if (!name.ends_with(".full")) continue;
    pb::Event message;
    ASSERT_TRUE(message.ParseFromString(encoded(event))) << name;
    std::set<std::string> unset;
    find_unset(message, "event", unset);
    EXPECT_EQ(unset, std::set<std::string>()) << name;
  }
}

TEST(EventCodec, samples_cover_every_body_and_method_of_the_schema) {
  std::set<std::string> bodies;
  std::set<std::string> methods;
  for (const auto& sample : event_samples()) {
    pb::Event message;
    ASSERT_TRUE(message.ParseFromString(encoded(sample.event)));
    const auto* body = pb::Event::descriptor()->oneof_decl(0);
    bodies.insert(message.GetReflection()->GetOneofFieldDescriptor(message, body)->name());
    if (!message.has_approval_requested()) continue;
    const pb::MethodDetail& method = message.approval_requested().terms().method();
    methods.insert(method.GetReflection()
                       ->GetOneofFieldDescriptor(method, pb::MethodDetail::descriptor()->oneof_decl(0))
                       ->name());
  }
  EXPECT_EQ(bodies.size(), static_cast<std::size_t>(pb::Event::descriptor()->oneof_decl(0)->field_count()));
  EXPECT_EQ(bodies.size(), std::variant_size_v<EventAlternatives>);
  EXPECT_EQ(methods.size(), static_cast<std::size_t>(pb::MethodDetail::descriptor()->field_count()));
}

// The public type "virtual_account.issued" is the schema's field virtual_account_issued,
// "settlement.run_ended" is settlement_run_ended.
TEST(EventCodec, types_are_named_as_in_the_schema) {
  for (const auto& [name, event] : event_samples()) {
    pb::Event message;
    ASSERT_TRUE(message.ParseFromString(encoded(event)));
    std::string type(type_of(event.body));
    type[type.find('.')] = '_';
    EXPECT_EQ(message.GetReflection()
                  ->GetOneofFieldDescriptor(message, pb::Event::descriptor()->oneof_decl(0))
                  ->name(),
              type)
        << name;
  }
}

template <typename Enum>
void expect_same_codes(const google::protobuf::EnumDescriptor* schema, const std::string& prefix) {
  for (int number = 1; number < 256; ++number) {
    const auto* value = schema->FindValueByNumber(number);
    const std::string code(code_of(static_cast<Enum>(number)));
    EXPECT_EQ(value == nullptr ? prefix + "UNKNOWN" : value->name(), prefix + code)
        << schema->name() << " " << number;
  }
}

TEST(EventCodec, code_numbers_are_those_of_the_domain) {
  expect_same_codes<ActorKind>(pb::ActorKind_descriptor(), "ACTOR_KIND_");
  expect_same_codes<PaymentType>(pb::PaymentType_descriptor(), "PAYMENT_TYPE_");
  expect_same_codes<Channel>(pb::Channel_descriptor(), "CHANNEL_");
  expect_same_codes<CancelKind>(pb::CancelKind_descriptor(), "CANCEL_KIND_");
  expect_same_codes<CancelPhase>(pb::CancelPhase_descriptor(), "CANCEL_PHASE_");
  expect_same_codes<AcquisitionState>(pb::AcquisitionState_descriptor(), "ACQUISITION_STATE_");
  expect_same_codes<DepositReversal>(pb::DepositReversal_descriptor(), "DEPOSIT_REVERSAL_");
  expect_same_codes<NetworkCancelResult>(pb::NetworkCancelResult_descriptor(), "NETWORK_CANCEL_RESULT_");
  expect_same_codes<Question>(pb::Question_descriptor(), "QUESTION_");
  expect_same_codes<ProviderAnswer>(pb::ProviderAnswer_descriptor(), "PROVIDER_ANSWER_");
  expect_same_codes<CardType>(pb::CardType_descriptor(), "CARD_TYPE_");
  expect_same_codes<OwnerType>(pb::OwnerType_descriptor(), "OWNER_TYPE_");
  expect_same_codes<InterestPayer>(pb::InterestPayer_descriptor(), "INTEREST_PAYER_");
  expect_same_codes<AccountType>(pb::AccountType_descriptor(), "ACCOUNT_TYPE_");
  expect_same_codes<GiftKind>(pb::GiftKind_descriptor(), "GIFT_KIND_");
  expect_same_codes<FundedBy>(pb::FundedBy_descriptor(), "FUNDED_BY_");
  expect_same_codes<PaymentStatus>(pb::PaymentStatus_descriptor(), "PAYMENT_STATUS_");
  expect_same_codes<RefusalCode>(pb::RefusalCode_descriptor(), "REFUSAL_CODE_");
  expect_same_codes<Method>(pb::Method_descriptor(), "METHOD_");
  expect_same_codes<Rounding>(pb::Rounding_descriptor(), "ROUNDING_");
  expect_same_codes<settlement::DayKind>(pb::DayKind_descriptor(), "DAY_KIND_");
  expect_same_codes<settlement::RuleKind>(pb::RuleKind_descriptor(), "RULE_KIND_");
  expect_same_codes<settlement::FeeType>(pb::FeeType_descriptor(), "FEE_TYPE_");
  expect_same_codes<settlement::MerchantTier>(pb::MerchantTier_descriptor(), "MERCHANT_TIER_");
  expect_same_codes<settlement::VatTreatment>(pb::VatTreatment_descriptor(), "VAT_TREATMENT_");
  expect_same_codes<settlement::FeeOrder>(pb::FeeOrder_descriptor(), "FEE_ORDER_");
  expect_same_codes<settlement::FeeOnCancel>(pb::FeeOnCancel_descriptor(), "FEE_ON_CANCEL_");
  expect_same_codes<settlement::CycleKind>(pb::CycleKind_descriptor(), "CYCLE_KIND_");
  expect_same_codes<settlement::BasisKind>(pb::BasisKind_descriptor(), "BASIS_KIND_");
  expect_same_codes<settlement::BasisRoll>(pb::BasisRoll_descriptor(), "BASIS_ROLL_");
  expect_same_codes<settlement::DatePolicy>(pb::DatePolicy_descriptor(), "DATE_POLICY_");
  expect_same_codes<settlement::LineKind>(pb::LineKind_descriptor(), "LINE_KIND_");
  expect_same_codes<settlement::PayoutState>(pb::PayoutState_descriptor(), "PAYOUT_STATE_");
  expect_same_codes<settlement::FileKind>(pb::FileKind_descriptor(), "FILE_KIND_");
  expect_same_codes<settlement::MatchState>(pb::MatchState_descriptor(), "MATCH_STATE_");
}

TEST(EventCodec, encode_appends) {
  const Event event = event_samples().front().event;
  std::string out = "before";
  ProtobufEventCodec().encode(event, out);
  ProtobufEventCodec().encode(event, out);
  EXPECT_EQ(out, "before" + encoded(event) + encoded(event));
}

TEST(EventCodec, long_texts_get_long_lengths) {
  for (const std::size_t size : {0U, 1U, 126U, 127U, 128U, 16'383U, 16'384U, 3'000'000U}) {
    Event event;
    event.body = CommandRefused{std::string(size, 'o'), RefusalCode::payment_expired, std::string(size, 'd')};
    const std::string bytes = encoded(event);
    pb::Event message;
    ASSERT_TRUE(message.ParseFromString(bytes)) << size;
    EXPECT_TRUE(message.SerializeAsString() == bytes) << size;
    const auto decoded = ProtobufEventCodec().decode(bytes);
    ASSERT_TRUE(decoded) << size;
    EXPECT_TRUE(*decoded == event) << size;
  }
}

TEST(EventCodec, text_that_is_not_utf8_stays_readable) {
  Event event;
  event.reason = "bad \xC3( and \xED\xA0\x80 end\xE2\x82";
  const auto decoded = ProtobufEventCodec().decode(encoded(event));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->reason,
            "bad \xEF\xBF\xBD( and \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD end\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(EventCodec, code_numbers_of_a_later_program_survive) {
  pb::Event message = plain_message();
  message.set_status_after(static_cast<pb::PaymentStatus>(200));
  const auto event = ProtobufEventCodec().decode(message.SerializeAsString());
  ASSERT_TRUE(event);
  EXPECT_EQ(encoded(*event), message.SerializeAsString());
}

TEST(EventCodec, a_plain_message_is_an_event) {
  EXPECT_TRUE(ProtobufEventCodec().decode(plain_message().SerializeAsString()));
}

TEST(EventCodec, nothing_is_no_event) {
  const auto event = ProtobufEventCodec().decode("");
  ASSERT_FALSE(event);
  EXPECT_EQ(event.error().kind, ErrorKind::corrupt);
}

TEST(EventCodec, another_format_version_is_refused) {
  pb::Event message = plain_message();
  message.set_format_version(2);
  expect_corrupt(message, "format version");
}

TEST(EventCodec, an_unknown_kind_is_refused) {
  pb::Event message = plain_message();
  message.clear_body();
  message.GetReflection()->MutableUnknownFields(&message)->AddLengthDelimited(127, "");
  expect_corrupt(message, "kind");
}

TEST(EventCodec, an_unknown_field_is_refused_where_it_stands) {
  pb::Event message = plain_message();
  message.GetReflection()->MutableUnknownFields(&message)->AddVarint(16, 1);
  expect_corrupt(message, "field");

  message = plain_message();
  auto* parts = message.mutable_payment_created()->mutable_parts();
  parts->GetReflection()->MutableUnknownFields(parts)->AddVarint(5, 1);
  expect_corrupt(message, "field");
}

TEST(EventCodec, an_unknown_method_is_refused) {
  pb::Event message = plain_message();
  message.mutable_approval_requested()->mutable_terms()->mutable_method();
  expect_corrupt(message, "method");
}

TEST(EventCodec, an_id_of_another_size_is_refused) {
  for (const std::size_t size : {1U, 15U, 17U}) {
    pb::Event message = plain_message();
    message.set_cause(std::string(size, 'x'));
    expect_corrupt(message, "16 bytes");
  }
}

TEST(EventCodec, an_unknown_currency_is_refused) {
  for (const char* code : {"", "krw", "XXQ", "KRWX"}) {
    pb::Event message = plain_message();
    message.set_currency(code);
    expect_corrupt(message, "currency");
  }
}

TEST(EventCodec, a_code_number_that_does_not_fit_is_refused) {
  for (const int number : {256, -1, INT32_MAX, INT32_MIN}) {
    pb::Event message = plain_message();
    message.set_status_after(static_cast<pb::PaymentStatus>(number));
    expect_corrupt(message, "code number");
  }
}

TEST(EventCodec, every_truncation_is_refused) {
  for (const auto& [name, event] : event_samples()) {
    const std::string bytes = encoded(event);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto cut = ProtobufEventCodec().decode(std::string_view(bytes).substr(0, size));
      EXPECT_FALSE(cut) << name << " cut to " << size;  // the body comes last, so something is always missing
    }
  }
}

TEST(EventCodec, flipped_bits_give_an_error_or_another_whole_event) {
  const std::uint64_t seed = 20261122;
  Rng rng(seed);
  std::size_t readable = 0;
  for (const auto& [name, event] : event_samples()) {
    const std::string bytes = encoded(event);
    for (int round = 0; round < 300; ++round) {
      std::string flipped = bytes;
      for (std::uint64_t n = rng.below(3) + 1; n > 0; --n) {
        flipped[rng.below(flipped.size())] ^= static_cast<char>(1U << rng.below(8));
      }
      const auto decoded = ProtobufEventCodec().decode(flipped);
      if (!decoded) continue;
      ++readable;
      const auto again = ProtobufEventCodec().decode(encoded(*decoded));
      ASSERT_TRUE(again) << name << " seed " << seed;
      EXPECT_TRUE(*again == *decoded) << name << " seed " << seed;
    }
  }
  EXPECT_GT(readable, 0U);
}

TEST(Utf8, knows_the_edges) {
  for (const char* good : {"", "a", "가", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                           "\xEE\x80\x80", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "12345678가12345678"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
    EXPECT_EQ(to_utf8(good), good);
  }
  for (const char* bad :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "12345678\xFF", "\xC2("}) {
    EXPECT_FALSE(is_utf8(bad)) << to_hex(bad);
    EXPECT_TRUE(is_utf8(to_utf8(bad))) << to_hex(bad);
  }
}

}  // namespace
}  // namespace wonjang
