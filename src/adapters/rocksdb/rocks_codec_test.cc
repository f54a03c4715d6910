#include "adapters/rocksdb/rocks_codec.h"

#include <gtest/gtest.h>

namespace wonjang::rocks {
namespace {

constexpr RawId kStream{0x0193'4000'0000'0ab0ULL, 0x1122'3344'5566'7788ULL};

Hash128 filled(std::uint8_t byte) {
  Hash128 out;
  out.fill(byte);
  return out;
}

// The example of docs/formats/book.md.
Unit example() {
  Unit unit;
  unit.stream = kStream;
  unit.expected_version = 2;
  unit.events = {"ab", ""};
  unit.idempotency = IdempotencyEntry{filled(0x11), filled(0x22), true, 201, "{}"};
  unit.claim = filled(0x33);
  return unit;
}
const char* const kExampleHex =
    "0107"
    "0193400000000ab01122334455667788"
    "02"
    "02"
    "026162"
    "00"
    "11111111111111111111111111111111"
    "22222222222222222222222222222222"
    "c901"
    "027b7d"
    "33333333333333333333333333333333";

TEST(RocksCodec, the_bytes_are_pinned) {
  std::string unit;
  encode_unit(example(), unit);
  EXPECT_EQ(to_hex(unit), kExampleHex);
  EXPECT_EQ(to_hex(log_key(0x0102)), "0000000000000102");
  EXPECT_EQ(to_hex(stream_key(kStream, 2)), "0193400000000ab0112233445566778800000002");
  EXPECT_EQ(to_hex(encode_stream_entry(300, 2)), "01ac0202");
  EXPECT_EQ(to_hex(idempotency_key(filled(0x11))), "6911111111111111111111111111111111");
  EXPECT_EQ(to_hex(encode_key_entry({0x0102, false})), "0200000000000102");
  EXPECT_EQ(to_hex(encode_key_entry({0x0102, true})), "0300000000000102");
  EXPECT_EQ(to_hex(claim_key(filled(0x33))), "6333333333333333333333333333333333");
  EXPECT_EQ(to_hex(encode_claim(kStream)), "010193400000000ab01122334455667788");
  EXPECT_EQ(to_hex(alarm_key({7, 1, kStream})), "0780000000000000010193400000000ab01122334455667788");
  EXPECT_EQ(to_hex(alarm_key({7, -1, kStream})), "077fffffffffffffff0193400000000ab01122334455667788");
  EXPECT_EQ(to_hex(encode_alarm()), "01");
  EXPECT_EQ(to_hex(tree_key(1, 5)), "010000000000000005");
  EXPECT_EQ(to_hex(encode_head(3, "hd")), "0100000000000000036864");
  EXPECT_EQ(encode_format(1), std::string("wonjang book \x01"));
}

TEST(RocksCodec, a_unit_comes_back) {
  const Unit sent = example();
  std::string bytes;
  encode_unit(sent, bytes);
  const auto unit = decode_unit(40, bytes, Replies::kept);
  ASSERT_TRUE(unit);
  EXPECT_EQ(unit->first, 40U);
  EXPECT_EQ(unit->next(), 42U);
  EXPECT_TRUE(unit->stream == sent.stream);
  EXPECT_EQ(unit->first_version, 2U);
  EXPECT_EQ(unit->events, sent.events);
  EXPECT_TRUE(unit->idempotency == sent.idempotency);
  EXPECT_EQ(unit->claim, sent.claim);
  EXPECT_EQ(decode_unit(40, bytes, Replies::left_out)->idempotency->reply, "");
}

// Cut, lengthened or of another format: refused, never misread, never read past the end.
TEST(RocksCodec, no_part_of_a_record_is_a_record) {
  std::string bytes;
  encode_unit(example(), bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_unit(0, std::string_view(bytes).substr(0, size), Replies::kept)) << size;
  }
  EXPECT_FALSE(decode_unit(0, bytes + "x", Replies::kept));
  for (const char format : {'\0', '\2', '\xff'}) {
    std::string other = bytes;
    other[0] = format;
    EXPECT_FALSE(decode_unit(0, other, Replies::kept));
  }
  std::string unknown_flag = bytes;
  unknown_flag[1] = '\x0f';
  EXPECT_FALSE(decode_unit(0, unknown_flag, Replies::kept));
  EXPECT_FALSE(decode_key_entry("1234567"));
  EXPECT_FALSE(decode_key_entry(std::string(8, '\0')));
  EXPECT_FALSE(decode_claim("\x01short"));
  EXPECT_FALSE(decode_alarm("short", encode_alarm()));
  EXPECT_FALSE(decode_stream_entry("short", encode_stream_entry(1, 1)));
  EXPECT_FALSE(decode_tree_run(tree_key(0, 0), "\x01"));
  EXPECT_FALSE(decode_tree_run(tree_key(0, 0), std::string(34, '\x01')));
  EXPECT_FALSE(decode_head("\x01"));
  EXPECT_FALSE(decode_format("wonjang book "));
  EXPECT_FALSE(decode_format("another thing"));
}

TEST(RocksCodec, keys_sort_as_what_they_name) {
  EXPECT_LT(log_key(255), log_key(256));
  EXPECT_LT(stream_key(kStream, 255), stream_key(kStream, 256));
  EXPECT_LT(stream_key({1, 0}, 9), stream_key({1, 1}, 0));
  const std::int64_t times[] = {INT64_MIN, -2, -1, 0, 1, INT64_MAX};
  for (std::size_t i = 1; i < std::size(times); ++i) {
    EXPECT_LT(alarm_key({1, times[i - 1], kStream}), alarm_key({1, times[i], {}}));
    EXPECT_EQ(decode_alarm(alarm_key({1, times[i], kStream}), encode_alarm())->at_us, times[i]);
  }
  EXPECT_LT(alarm_key({1, INT64_MAX, kStream}), alarm_key({2, INT64_MIN, {}}));
}

TEST(RocksCodec, positions_at_the_edges) {
  for (const Position position : {Position{0}, Position{1}, kPositionMax - 1, kPositionMax}) {
    for (const bool final : {false, true}) {
      const auto entry = decode_key_entry(encode_key_entry({position, final}));
      ASSERT_TRUE(entry);
      EXPECT_EQ(entry->position, position);
      EXPECT_EQ(entry->final, final);
    }
    EXPECT_EQ(*decode_log_key(log_key(position)), position);
  }
  EXPECT_FALSE(decode_log_key(log_key(kPositionMax + 1)));
}

}  // namespace
}  // namespace wonjang::rocks
