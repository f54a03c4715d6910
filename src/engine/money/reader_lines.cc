#include <algorithm>

#include "engine/money/reader_parts.h"

namespace wonjang::money {
namespace {

using Each = std::function<Result<bool>(const LineSummary&)>;

constexpr std::size_t kLinesAtOnce = 512;

// Gathers the lines of payout days in slices; gives those on whose payout is `payout`.
class PayoutDays {
 public:
  PayoutDays(const KvSnapshot& snapshot, std::optional<settlement::PayoutId> payout, const Each& each)
      : snapshot_(snapshot), lines_(snapshot), payout_(std::move(payout)), each_(each) {}

  // Lines of one day from `after` on, which isn't given itself. False: `each` ended it.
  Result<bool> run(MerchantNo merchant, Currency currency, BusinessDate day,
                   const std::optional<LineKey>& after) {
    Key prefix;
    prefix.number(merchant).currency(currency).day(day);
    const std::string until = after_prefix(prefix.bytes());
    if (after) prefix.line(*after);
    const std::string from = after ? prefix.bytes() + '\0' : prefix.bytes();
    bool go_on = true;
    WJ_CHECK(scan(snapshot_, kPayoutDays, from, until,
                  [&](std::string_view key_bytes, std::string_view value) -> Result<bool> {
                    KeyReader key(key_bytes, /*has_table=*/false);
                    key.number();
                    key.currency();
                    key.day();
                    const auto line = key.line();
                    if (!key.ok()) return bad_key(kPayoutDays, key_bytes);
                    WJ_TRY(const auto run_day, decoded<BusinessDate>(value, "a payout day"));
                    keys_.push_back(line_key(run_day, merchant, line));
                    if (keys_.size() < kLinesAtOnce) return true;
                    WJ_TRY(go_on, give());
                    return go_on;
                  }));
    return go_on ? give() : Result<bool>(false);
  }

 private:
  Result<bool> give() {
    WJ_TRY(const auto lines, lines_.of_keys(keys_));
    keys_.clear();
    for (const auto& line : lines) {
      if (line.payout != payout_) continue;
      WJ_TRY(const bool go_on, each_(line));
      if (!go_on) return false;
    }
    return true;
  }

  const KvSnapshot& snapshot_;
  LineSummaries lines_;
  const std::optional<settlement::PayoutId> payout_;
  const Each& each_;
  std::vector<std::string> keys_;
};

}  // namespace

Result<void> MoneyReader::lines_of_run(BusinessDate date, std::optional<MerchantNo> merchant,
                                       const std::optional<LineKey>& after, const Each& each) const {
  Key prefix;
  prefix.day(date);
  if (merchant) prefix.number(*merchant);
  std::string from = prefix.bytes();
  if (after) {
    WJ_TRY(const auto where, find<LineWhere>(snapshot_, kLineKeys, Key().line(*after), "a line"));
    if (!where) return not_found("there is no line " + settlement::text_of(*after) + " to go on after");
    from = std::max(from, line_key(date, where->merchant, *after) + '\0');
  }
  LineSummaries lines(snapshot_);
  return scan(snapshot_, kLines, from, after_prefix(prefix.bytes()),
              [&](std::string_view key_bytes, std::string_view value) -> Result<bool> {
                KeyReader key(key_bytes, /*has_table=*/false);
                const auto run = key.day();
                const auto number = key.number();
                const auto line_of = key.line();
                if (!key.ok()) return bad_key(kLines, key_bytes);
                WJ_TRY(const auto line, lines.of(run, number, line_of, value));
                return each(line);
              });
}

Result<std::vector<LineSummary>> MoneyReader::lines_of_payment(PaymentId payment) const {
  std::vector<std::string> keys;
  WJ_CHECK(scan(snapshot_, kLineKeys, Key().id(payment.raw()),
                [&](std::string_view key_bytes, std::string_view value) -> Result<bool> {
                  KeyReader key(key_bytes, /*has_table=*/false);
                  const auto line = key.line();
                  if (!key.ok()) return bad_key(kLineKeys, key_bytes);
                  WJ_TRY(const auto where, decoded<LineWhere>(value, "a line"));
                  keys.push_back(line_key(where.run, where.merchant, line));
                  return true;
                }));
  return LineSummaries(snapshot_).of_keys(keys);
}

Result<std::optional<LineSummary>> MoneyReader::line(const LineKey& key) const {
  return LineSummaries(snapshot_).find(key);
}

Result<void> MoneyReader::lines_of_payout(const settlement::PayoutId& payout,
                                          const std::optional<LineKey>& after, const Each& each) const {
  WJ_TRY(const auto stored,
         find<PayoutStored>(snapshot_, kPayouts, Key(Table::payout).id(payout.raw()), "a payout"));
  if (!stored) return not_found("there is no payout " + payout.text());
  BusinessDate from{INT32_MIN};
  if (after) {
    WJ_TRY(const auto last, line(*after));
    if (!last || last->payout != payout) {
      return not_found("the payout " + payout.text() + " has no line " + settlement::text_of(*after) +
                       " to go on after");
    }
    from = last->payout_date;
  }
  PayoutDays days(snapshot_, payout, each);
  for (const auto& day : stored->days) {
    if (day.day < from) continue;
    WJ_TRY(const bool go_on, days.run(stored->merchant_no, stored->currency, day.day,
                                      after && day.day == from ? after : std::nullopt));
    if (!go_on) return {};
  }
  return {};
}

Result<void> MoneyReader::unpaid_lines(MerchantNo merchant, Currency currency, BusinessDate until,
                                       const Each& each) const {
  Key prefix(Table::due);
  prefix.number(merchant).currency(currency);
  const std::string from = prefix.bytes();
  PayoutDays days(snapshot_, std::nullopt, each);
  return scan(snapshot_, kSums, from, after_day(prefix, until),
              [&](std::string_view key_bytes, std::string_view) -> Result<bool> {
                KeyReader key(key_bytes);
                key.number();
                key.currency();
                const auto day = key.day();
                if (!key.ok()) return bad_key(kSums, key_bytes);
                return days.run(merchant, currency, day, std::nullopt);
              });
}

Result<std::vector<std::optional<settlement::LineBalance>>> MoneyReader::balances(
    std::span<const LineKey> keys) const {
  std::vector<std::string> stored_keys;
  stored_keys.reserve(keys.size());
  for (const auto& key : keys) stored_keys.push_back(Key().line(key).bytes());
  WJ_TRY(const auto stored, snapshot_.get_many(kLineKeys, stored_keys));
  std::vector<std::optional<settlement::LineBalance>> out(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!stored[i]) continue;
    WJ_TRY(auto where, decoded<LineWhere>(*stored[i], "a line"));
    if (where.has_balance) out[i] = std::move(where.balance);
  }
  return out;
}

}  // namespace wonjang::money
