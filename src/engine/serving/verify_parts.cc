#include "engine/serving/verify_parts.h"

#include <algorithm>

#include "base/bytes.h"
#include "domain/lifecycle.h"
#include "engine/serving/cube.h"
#include "engine/serving/exact.h"
#include "engine/serving/row.h"

namespace wonjang::serving {
namespace {

constexpr std::uint32_t kVerifyUnits = 4096;
constexpr std::size_t kVerifyBytes = std::size_t{16} << 20U;
constexpr std::size_t kHexBytesMax = 48;

std::string row_as_told(const Row& row) {
  return "version " + std::to_string(row.payment.version) + ", " + std::string(code_of(row.payment.status)) +
         ", total " + std::to_string(row.payment.total) + ", balance " + std::to_string(row.payment.balance);
}

}  // namespace

std::string hex_of_key(std::string_view bytes) {
  return to_hex(bytes.substr(0, kHexBytesMax)) + (bytes.size() > kHexBytesMax ? "..." : "");
}

std::string row_in_words(std::string_view key, std::string_view value) {
  const auto at = read_row_key(key);
  if (!at) return "a key that none has";
  const auto row = decode_row(*at, MerchantId(), value);
  return row ? row_as_told(*row) : "not readable";
}

std::string bucket_in_words(const Bucket& b) {
  return std::to_string(b.count) + " payments of " + to_text(b.amount) + ", gross " + to_text(b.gross) +
         ", canceled " + to_text(b.canceled) + ", set-hash " + std::to_string(b.hash_a);
}

std::string bucket_place(std::string_view key) {
  ByteReader in(key);
  const auto merchant = in.be32();
  const auto month = static_cast<std::uint32_t>(in.u8()) << 8U | in.u8();
  return "merchant " + std::to_string(merchant) + ", " +
         bucket_text(Grain::month, static_cast<std::int32_t>(month));
}

std::optional<PaymentId> payment_in(KvSpace space, std::string_view key) {
  const auto at = [&](std::size_t offset, bool fits) -> std::optional<PaymentId> {
    if (!fits) return std::nullopt;
    return PaymentId(RawId::from_bytes(key.data() + offset));
  };
  switch (space) {
    case kRows:
      return at(12, key.size() == 28);
    case kLocators:
      return at(0, key.size() == 16);
    case kTimeline:
      return at(8, key.size() == 24);
    case kAmounts:
      return at(22, key.size() == 38);
    case kTransactions:
      return at(12, key.size() == 32);
    case kIds:
      return at(key.size() - 16, key.size() >= 26);
    case kPostings:
      return at(15, key.size() == 31);
    case kPending:
      return at(0, key.size() == 20);
    case kQuarantine:
      return at(0, key.size() == 28);
    default:
      return std::nullopt;
  }
}

void add_bucket(GroupSums& to, std::string_view key, const Bucket& b) {
  const CellWeights weights(key);
  uint128 sum = weights.weigh(0, b.count) + weights.weigh(1, b.amount) + weights.weigh(2, b.gross) +
                weights.weigh(3, b.canceled);
  // The set-hashes wrap at 64 bits, so they go where a sum does too.
  sum += static_cast<uint128>(b.hash_a * weights.weight(4) + b.hash_b * weights.weight(5)) << 64U;
  to.add(GroupSums::group_of(key), sum);
}

void Differences::add(KvSpace space, std::string_view key, const std::string& what) {
  if (is_full()) return;
  const auto payment = payment_in(space, key);
  std::string text = view_spaces()[space].name + ": ";
  if (payment) text += payment->text() + ": ";
  text += what;
  if (!key.empty()) text += " (key " + hex_of_key(key) + ")";
  out_.push_back({space, std::string(key), payment, std::move(text)});
}

VerifiedLog::VerifiedLog(const ViewsToVerify& views, const VerifyOptions& options)
    : log_(views.log),
      codec_(views.codec),
      options_(options),
      merchants_(views.log, views.codec),
      seen_(views.seen) {
  seen_.resize(std::max<std::size_t>(seen_.size(), log_.books()));
  for (const Position until : seen_) total_ += until;
}

Result<std::vector<StoredUnit>> VerifiedLog::read(std::uint32_t book, Position at) const {
  WJ_TRY(auto units, log_.read(book, at, kVerifyUnits, kVerifyBytes));
  if (!units.empty()) return units;
  return corrupt("the log of book " + std::to_string(book) +
                 " ends before the views' position: run `wonjang check`");
}

Result<History> VerifiedLog::history(PaymentId payment) const {
  if (!is_payment_stream(payment.raw())) return History();
  return history(payment, seen_[book_of(payment.raw(), log_.books())]);
}

Result<History> VerifiedLog::history(PaymentId payment, Position until) const {
  return history_of(log_, codec_, payment, until);
}

Result<void> VerifiedLog::go_on(VerifyPhase phase, std::uint64_t done, std::uint64_t total) const {
  if (!options_.progress || options_.progress({phase, done, total})) return {};
  return unavailable("the verification was given up; nothing was changed");
}

}  // namespace wonjang::serving
