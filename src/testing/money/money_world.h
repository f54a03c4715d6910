// MoneyWorld: merchants, payments, runs and payouts as events of a log, and beside them plain maps of what
// they come to: the oracle of the projection `money`. It does what the settlement engine would do, with the
// calculator's own lines and a contract of 3 %, paid out two days after the run.
//
// Threads: one owner.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/rng.h"
#include "domain/event.h"
#include "domain/settlement/events.h"
#include "testing/fake_log.h"
#include "testing/money/table_codec.h"

namespace wonjang::money {

struct OracleItem {
  std::uint32_t merchant = 0;
  settlement::Item item;
  BusinessDate day;
  std::string failed;
};

struct OracleLine {
  std::uint32_t merchant = 0;
  BusinessDate run;
  BusinessDate payout_date;
  settlement::SettlementLine line;
  std::optional<settlement::PayoutId> payout;
};

struct OraclePayout {
  std::uint32_t merchant = 0;
  settlement::PayoutRequested requested;
  settlement::PayoutState state{};
  std::uint32_t version = 0;
};

struct OracleStanding {
  std::vector<settlement::CarriedOver> carried;
  std::int64_t kept_back = 0;
};

class MoneyWorld {
 public:
  static constexpr BusinessDate kFirstDay{20'700};

  explicit MoneyWorld(std::uint32_t books, std::uint64_t seed = 1)
      : log_(books), rng_(seed), ids_(Rng(seed + 1)), now_(start_of(kFirstDay)) {}

  FakeLog& log() { return log_; }
  const TableCodec& codec() const { return codec_; }
  Rng& rng() { return rng_; }

  MerchantId merchant(std::uint32_t number) const { return merchants_.at(number); }
  std::uint32_t add_merchant();
  void go_to(BusinessDate day) { now_ = std::max(now_, start_of(day).plus_us(1)); }

  // A payment of one card approval.
  PaymentId pay(std::uint32_t merchant, std::int64_t amount);
  // A part of it goes back.
  void cancel(PaymentId payment, std::int64_t amount);
  void acquire(PaymentId payment, std::string slip_no);

  // Settles every open item up to `date`, in chunks of at most `chunk_max`; items of `to_fail` fail. Returns
  // the lines.
  void run(BusinessDate date, const std::set<settlement::LineKey>& to_fail = {}, std::size_t chunk_max = 100);
  // A chunk as it is, for what a run would never write.
  void write_lines(std::uint32_t merchant, BusinessDate date, settlement::LinesRecorded body);
  // The lines that a run would write for these items, not written.
  settlement::LinesRecorded lines_for(const std::vector<settlement::LineKey>& keys, BusinessDate date);
  void redate(const settlement::LineKey& line, BusinessDate to);

  // Pays what is due to the merchant; nothing when neither lines nor a carried sum wait.
  std::optional<settlement::PayoutId> pay_out(std::uint32_t merchant, BusinessDate date,
                                              std::int64_t withheld = 0, std::int64_t released = 0);
  // What pay_out would write, not written.
  settlement::PayoutRequested payout_for(std::uint32_t merchant, BusinessDate date, std::int64_t withheld = 0,
                                         std::int64_t released = 0);
  void write_payout(std::uint32_t merchant, const settlement::PayoutRequested& body);
  void update(const settlement::PayoutId& payout, settlement::PayoutState state);

  // Everything at once, by chance: days of payments, cancels, runs, payouts and what becomes of them.
  void live(std::uint32_t days, std::uint32_t payments_a_day);

  // One event of any stream, as one unit; version and place follow.
  void write(const RawId& stream, MerchantId merchant, EventBody body, std::string order_id = {});
  RawId draw() { return ids_.next(now_, static_cast<std::uint32_t>(rng_.below(kSlots))); }
  Instant now() const { return now_; }
  std::uint32_t version_of(const RawId& stream) const {
    const auto at = versions_.find(stream);
    return at == versions_.end() ? 0 : at->second;
  }

  // ---- What it came to ----
  std::map<settlement::LineKey, OracleItem> open;
  std::map<settlement::LineKey, OracleLine> lines;
  std::map<settlement::LineKey, settlement::LineBalance> balances;
  std::map<settlement::PayoutId, OraclePayout> payouts;
  std::map<std::uint32_t, OracleStanding> standings;
  std::map<std::uint32_t, std::int64_t> paid;  // by merchant: amounts of payouts that stand as paid
  std::map<BusinessDate, std::uint32_t> run_versions;
  std::map<std::pair<std::uint32_t, BusinessDate>, std::uint32_t> chunks;
  std::map<settlement::LineKey, std::pair<BusinessDate, std::string>>
      failed;  // first run that refused it, code of the newest failure

  settlement::RunTotals totals_of(BusinessDate run) const;
  static settlement::Contract contract_of(MerchantId merchant);

 private:
  struct Paid {
    std::uint32_t merchant = 0;
    ApprovalId approval;
    ApprovalTerms terms;
    std::uint32_t live_version = 0;
    std::int64_t left = 0;
    BusinessDate acquired;
    std::vector<settlement::LineKey> moves;
  };

  void open_item(PaymentId payment, const Paid& paid, settlement::LineKind kind, std::int64_t amount);
  static BusinessDate acquired_of(const Paid& paid, settlement::LineKind kind, BusinessDate day);
  void note_acquired(const Paid& paid);
  void settle_merchant(std::uint32_t merchant, BusinessDate date,
                       const std::set<settlement::LineKey>& to_fail, std::size_t chunk_max,
                       std::uint32_t attempt);
  void keep_lines(std::uint32_t merchant, const settlement::LinesRecorded& body);

  FakeLog log_;
  TableCodec codec_;
  Rng rng_;
  IdMaker ids_;
  Instant now_;
  std::vector<MerchantId> merchants_;
  std::map<RawId, std::uint32_t> versions_;
  std::map<PaymentId, Paid> payments_;
};

}  // namespace wonjang::money
