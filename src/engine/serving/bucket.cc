#include "engine/serving/bucket.h"

#include "base/bytes.h"
#include "base/hash64.h"

namespace wonjang::serving {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint64_t kSeedA = 0x57a4b1c9d3e2f607ULL;
constexpr std::uint64_t kSeedB = 0x2c6f8e1d90b53a74ULL;
constexpr std::size_t kSize = 1 + 8 + 3 * 16 + 2 * 8;

std::uint64_t row_hash(std::string_view key, std::string_view row, std::uint64_t seed) {
  return hash64(row, hash64(key, seed));
}

void put_int128(std::string& out, int128 v) {
  const auto bits = static_cast<uint128>(v);
  put_be64(out, static_cast<std::uint64_t>(bits >> 64U));
  put_be64(out, static_cast<std::uint64_t>(bits));
}
int128 read_int128(ByteReader& in) {
  const uint128 high = in.be64();
  return static_cast<int128>((high << 64U) | in.be64());
}

}  // namespace

void Bucket::add(std::string_view key, std::string_view row, const PaymentFacts& facts) {
  ++count;
  amount += facts.amount;
  gross += facts.gross;
  canceled += facts.canceled;
  hash_a += row_hash(key, row, kSeedA);
  hash_b += row_hash(key, row, kSeedB);
}

void Bucket::remove(std::string_view key, std::string_view row, const PaymentFacts& facts) {
  --count;
  amount -= facts.amount;
  gross -= facts.gross;
  canceled -= facts.canceled;
  hash_a -= row_hash(key, row, kSeedA);
  hash_b -= row_hash(key, row, kSeedB);
}

void Bucket::merge(const Bucket& other) {
  count += other.count;
  amount += other.amount;
  gross += other.gross;
  canceled += other.canceled;
  hash_a += other.hash_a;
  hash_b += other.hash_b;
}

std::string encode_bucket(const Bucket& bucket) {
  std::string out;
  out.reserve(kSize);
  out.push_back(static_cast<char>(kVersion));
  put_be64(out, static_cast<std::uint64_t>(bucket.count));
  put_int128(out, bucket.amount);
  put_int128(out, bucket.gross);
  put_int128(out, bucket.canceled);
  put_be64(out, bucket.hash_a);
  put_be64(out, bucket.hash_b);
  return out;
}

Result<Bucket> decode_bucket(std::string_view bytes) {
  if (bytes.size() != kSize || static_cast<std::uint8_t>(bytes[0]) != kVersion) {
    return corrupt("a stored bucket of the serving views can't be read: rebuild the views");
  }
  ByteReader in(bytes.substr(1));
  Bucket out;
  out.count = static_cast<std::int64_t>(in.be64());
  out.amount = read_int128(in);
  out.gross = read_int128(in);
  out.canceled = read_int128(in);
  out.hash_a = in.be64();
  out.hash_b = in.be64();
  return out;
}

}  // namespace wonjang::serving
