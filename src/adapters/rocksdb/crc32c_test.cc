// The checksum that RocksDB's log is kept with, as this program links it.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace rocksdb::crc32c {
// As in RocksDB's util/crc32c.h, which isn't installed.
std::uint32_t Extend(std::uint32_t sum, const char* data, std::size_t size);  // NOLINT(*-naming): its name
}  // namespace rocksdb::crc32c

namespace wonjang {
namespace {

std::uint32_t sum_of(std::string_view text) { return rocksdb::crc32c::Extend(0, text.data(), text.size()); }

// By the definition: one bit after the other, the polynomial 0x1EDC6F41 mirrored.
std::uint32_t by_definition(std::string_view text) {
  std::uint32_t sum = ~0U;
  for (const char c : text) {
    sum ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1U) ^ ((sum & 1U) != 0 ? 0x82F63B78U : 0U);
  }
  return ~sum;
}

std::string bytes_of(std::size_t size) {
  std::string out(size, '\0');
  std::uint32_t state = 1;
  for (char& c : out) c = static_cast<char>((state = state * 1'664'525U + 1'013'904'223U) >> 24U);
  return out;
}

// RFC 3720, appendix B.4, and the check value of the catalogue of parametrised CRC algorithms.
TEST(Crc32c, published_values) {
  std::string rising;
  for (int i = 0; i < 32; ++i) rising.push_back(static_cast<char>(i));
  EXPECT_EQ(sum_of(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(sum_of(std::string(32, '\xFF')), 0x62A8AB43U);
  EXPECT_EQ(sum_of(rising), 0x46DD794EU);
  EXPECT_EQ(sum_of("123456789"), 0xE3069283U);
  EXPECT_EQ(sum_of(""), 0U);
}

TEST(Crc32c, every_length_and_alignment_as_defined) {
  const auto bytes = bytes_of(3000);
  for (std::size_t from = 0; from < 17; ++from) {
    for (std::size_t size = 0; size < 400; ++size) {
      const auto part = std::string_view(bytes).substr(from, size);
      ASSERT_EQ(sum_of(part), by_definition(part)) << from << " " << size;
    }
    const auto rest = std::string_view(bytes).substr(from);
    ASSERT_EQ(sum_of(rest), by_definition(rest)) << from;
  }
}

TEST(Crc32c, a_sum_goes_on_where_it_was_left) {
  const auto bytes = bytes_of(5000);
  const auto whole = by_definition(bytes);
  for (const std::size_t cut : {0UL, 1UL, 7UL, 64UL, 1023UL, 4096UL, 5000UL}) {
    const auto first = rocksdb::crc32c::Extend(0, bytes.data(), cut);
    EXPECT_EQ(rocksdb::crc32c::Extend(first, bytes.data() + cut, bytes.size() - cut), whole) << cut;
  }
}

}  // namespace
}  // namespace wonjang
