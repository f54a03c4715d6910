#include "adapters/protobuf/plain_decode.h"

#include <gtest/gtest.h>

#include <string>

#include "adapters/protobuf/event_codec.h"
#include "adapters/protobuf/event_test_samples.h"
#include "base/rng.h"
#include "wonjang/v1/event.pb.h"

namespace wonjang {
namespace {

std::string plain_bytes_of(const Event& event) {
  std::string out;
  ProtobufEventCodec().encode(event, out);
  return out;
}

bool is_plain(std::string_view bytes) {
  Event event;
  return read_plain(bytes, event);
}

// Where it is read at all, it is read as the library reads it.
bool reads_as_the_library(std::string_view bytes) {
  Event event;
  if (!read_plain(bytes, event)) return true;
  const auto any = read_any(bytes);
  return any && *any == event;
}

bool is_common(const Event& event) {
  const auto* approved = std::get_if<ApprovalApproved>(&event.body);
  if (approved != nullptr) {
    return std::holds_alternative<CardDetail>(approved->terms.method) ||
           std::holds_alternative<EasyPayDetail>(approved->terms.method);
  }
  return std::holds_alternative<PaymentCreated>(event.body) ||
         std::holds_alternative<CancelSucceeded>(event.body);
}

v1::Event plain_created() {
  v1::Event message;
  message.set_format_version(1);
  message.set_currency("KRW");
  message.mutable_payment_created()->set_order_name("tea");
  return message;
}

TEST(PlainDecode, samples_of_the_common_kinds_are_read_as_the_library_reads_them) {
  int plain = 0;
  for (const auto& [name, event] : event_samples()) {
    const auto bytes = plain_bytes_of(event);
    EXPECT_EQ(is_plain(bytes), is_common(event)) << name;
    EXPECT_TRUE(reads_as_the_library(bytes)) << name;
    plain += is_plain(bytes) ? 1 : 0;
  }
  EXPECT_GE(plain, 6);
}

TEST(PlainDecode, truncations_and_flipped_bits_never_give_another_event_than_the_library) {
  Rng rng(20);
  for (const auto& [name, event] : event_samples()) {
    if (!is_common(event)) continue;
    const auto bytes = plain_bytes_of(event);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_TRUE(reads_as_the_library(std::string_view(bytes).substr(0, size))) << name << " " << size;
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      auto flipped = bytes;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      EXPECT_TRUE(reads_as_the_library(flipped)) << name << " bit " << bit;
    }
    for (int i = 0; i < 2'000; ++i) {
      auto changed = bytes;
      for (int k = 0; k < 3; ++k) changed[rng.below(changed.size())] = static_cast<char>(rng.below(256));
      EXPECT_TRUE(reads_as_the_library(changed)) << name << " round " << i;
    }
  }
}

TEST(PlainDecode, what_encode_does_not_write_is_left_to_the_library) {
  const auto bytes = plain_created().SerializeAsString();
  ASSERT_TRUE(is_plain(bytes));
  EXPECT_FALSE(is_plain(bytes + bytes)) << "every field twice";
  v1::Event version;
  version.set_version(7);
  EXPECT_FALSE(is_plain(bytes + version.SerializeAsString())) << "a field behind a larger one";
  EXPECT_EQ(read_any(bytes + version.SerializeAsString())->version, 7U);
  EXPECT_FALSE(is_plain(bytes + "\xF8\x7F\x01")) << "a field nobody knows";

  auto two = plain_created();
  const auto other = [&two] {
    two.mutable_approval_declined();
    return two.SerializeAsString();
  }();
  EXPECT_FALSE(is_plain(other)) << "another body";
  auto no_currency = plain_created();
  no_currency.clear_currency();
  EXPECT_FALSE(is_plain(no_currency.SerializeAsString()));
  auto later = plain_created();
  later.set_format_version(2);
  EXPECT_FALSE(is_plain(later.SerializeAsString()));
  auto short_id = plain_created();
  short_id.set_stream("abc");
  EXPECT_FALSE(is_plain(short_id.SerializeAsString()));
}

// The domain's own defaults (a payment that can be cancelled in part, a full cancel) aren't the schema's.
TEST(PlainDecode, absent_fields_are_zero) {
  auto created = plain_created();
  Event event;
  ASSERT_TRUE(read_plain(created.SerializeAsString(), event));
  EXPECT_FALSE(std::get<PaymentCreated>(event.body).is_partial_cancelable);
  EXPECT_EQ(std::get<PaymentCreated>(event.body).type, PaymentType::unknown);

  auto canceled = plain_created();
  canceled.mutable_cancel_succeeded()->mutable_terms()->set_refund_account_token("t");
  EXPECT_TRUE(is_plain(canceled.SerializeAsString()));
  EXPECT_TRUE(reads_as_the_library(canceled.SerializeAsString()));
  canceled.mutable_cancel_succeeded()->clear_terms();
  EXPECT_TRUE(reads_as_the_library(canceled.SerializeAsString()));
}

}  // namespace
}  // namespace wonjang
