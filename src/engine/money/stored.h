// What the projection keeps beside the domain's own structures, as it is stored; and bytes of it and back.
//
// Threads: values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/int128.h"
#include "base/result.h"
#include "engine/money/money_reader.h"
#include "engine/money/stored_fields.h"

namespace wonjang::money {

// A payment: what its next event needs, and every movement of its money so far.
struct PaymentState {
  journal::PaymentMoney money;
  MerchantNo merchant = 0;
  std::vector<journal::Movement> moves;
};
auto tied(Of<PaymentState> auto& v) { return std::tie(v.money, v.merchant, v.moves); }

// An open item; payment and version stand in the key.
struct OpenStored {
  Currency currency;
  Item item;
  BusinessDate not_before;  // as OpenItem
};
auto tied(Of<OpenStored> auto& v) {
  auto& i = v.item;
  return std::tie(v.currency, i.kind, i.approval, i.of_version, i.amount, i.order_id, i.sub_mall, i.method,
                  i.issuer, i.card_type, i.months, i.interest_payer, i.used_point, i.at, i.acquired,
                  i.has_acquisition, v.not_before);
}

// A line; run day, merchant and line key stand in the key. net = gross - fee.
struct LineStored {
  settlement::LineKind kind{};
  Currency currency;
  ApprovalId approval;
  std::uint8_t method = 0;
  Instant at;
  BusinessDate basis;
  BusinessDate payout_date;  // kUndated: none
  std::int64_t gross = 0;
  std::int64_t fee = 0;
  std::int64_t fee_vat = 0;
  std::uint32_t book = 0;
  std::uint64_t position = 0;
  std::uint32_t index = 0;
  std::uint64_t since = 0;  // position of what gave it this payout date, after `position`

  std::uint64_t dated_at() const { return position + since; }
};
auto tied(Of<LineStored> auto& v) {
  return std::tie(v.kind, v.currency, v.approval, v.method, v.at, v.basis, v.payout_date, v.gross, v.fee,
                  v.fee_vat, v.book, v.position, v.index, v.since);
}

// Where the line of a key stands. Only an approval's line has a balance.
struct LineWhere {
  BusinessDate run;
  MerchantNo merchant = 0;
  bool has_balance = false;
  settlement::LineBalance balance;
};
auto tied(Of<LineWhere> auto& v) { return std::tie(v.run, v.merchant, v.has_balance, v.balance); }

// Sums run in 128 bits: what the ledger accepted, one by one, is never too much together.
struct DueSum {
  std::int64_t lines = 0;
  int128 net = 0;
  friend bool operator==(const DueSum&, const DueSum&) = default;
};
auto tied(Of<DueSum> auto& v) { return std::tie(v.lines, v.net); }

struct UnpaidSum {
  int128 open = 0;
  int128 settled = 0;
  friend bool operator==(const UnpaidSum&, const UnpaidSum&) = default;
};
auto tied(Of<UnpaidSum> auto& v) { return std::tie(v.open, v.settled); }

// As of the newest day on which it moved: what stood at the close of earlier days is `unpaid_close`. Never
// removed, not at zero either: a day's close before it is no zero.
struct UnpaidNow {
  BusinessDate day;
  UnpaidSum sum;
};
auto tied(Of<UnpaidNow> auto& v) { return std::tie(v.day, v.sum); }

auto tied(Of<Standing> auto& v) { return std::tie(v.carried, v.kept_back); }

// Open items of one day: so that nobody who looks for them walks over those that were settled.
struct OpenCount {
  std::int64_t items = 0;
  friend bool operator==(const OpenCount&, const OpenCount&) = default;
};
auto tied(Of<OpenCount> auto& v) { return std::tie(v.items); }

// All lines of one run day and currency; `failed` counts the items that stand as failed.
struct RunSum {
  std::int64_t lines = 0;
  std::int64_t failed = 0;
  int128 gross = 0;
  int128 fee = 0;
  int128 fee_vat = 0;
  int128 net = 0;
  friend bool operator==(const RunSum&, const RunSum&) = default;
};
auto tied(Of<RunSum> auto& v) { return std::tie(v.lines, v.failed, v.gross, v.fee, v.fee_vat, v.net); }

// A payout covers all lines of one payout day that none covered before it.
struct CoveredDay {
  BusinessDate day;
  std::int64_t lines = 0;
};
auto tied(Of<CoveredDay> auto& v) { return std::tie(v.day, v.lines); }

struct PayoutStored {
  settlement::PayoutRequested requested;
  MerchantId merchant;
  MerchantNo merchant_no = 0;
  Currency currency;
  settlement::PayoutState state{};
  std::uint32_t version = 0;
  std::vector<settlement::PayoutUpdated> updates;
  std::uint64_t position = 0;  // of its request
  std::vector<CoveredDay> days;
  std::optional<PayoutDispute> dispute;
};
auto tied(Of<PayoutDispute> auto& v) { return std::tie(v.said, v.by, v.since); }
auto tied(Of<PayoutStored> auto& v) {
  return std::tie(v.requested, v.merchant, v.merchant_no, v.currency, v.state, v.version, v.updates,
                  v.position, v.days, v.dispute);
}

struct PayoutOfMerchant {
  BusinessDate date;
  settlement::PayoutId payout;
};
auto tied(Of<PayoutOfMerchant> auto& v) { return std::tie(v.date, v.payout); }

struct RunStored {
  std::uint32_t version = 0;
  std::optional<settlement::RunStarted> started;
  std::optional<settlement::RunEnded> ended;
  bool ever_completed = false;
};
auto tied(Of<RunStored> auto& v) { return std::tie(v.version, v.started, v.ended, v.ever_completed); }

// The newest failure of an item.
struct FailureMark {
  BusinessDate run;  // the first date whose run refused it
  MerchantNo merchant = 0;
  Currency currency;
  std::string code;
};
auto tied(Of<FailureMark> auto& v) { return std::tie(v.run, v.merchant, v.currency, v.code); }

// What a canary came to for one merchant in one day's runs.
struct CanaryRun {
  std::uint64_t alike = 0;
  std::uint64_t different = 0;
  Instant at;  // of the newest chunk
};
auto tied(Of<CanaryRun> auto& v) { return std::tie(v.alike, v.different, v.at); }

struct ChangeStored {
  settlement::ChangeProposed proposed;
  Actor proposed_by;
  Instant proposed_at;
  std::optional<settlement::ChangeDecided> decided;
  Actor decided_by;
  Instant decided_at;
  std::uint32_t version = 0;
};
auto tied(Of<ChangeStored> auto& v) {
  return std::tie(v.proposed, v.proposed_by, v.proposed_at, v.decided, v.decided_by, v.decided_at, v.version);
}

auto tied(Of<MoneyReader::FileNow> auto& v) {
  return std::tie(v.file, v.name, v.sha256, v.kind, v.acquirer, v.currency, v.tolerance.amount,
                  v.tolerance.date_days, v.rows, v.version, v.matched, v.breaks, v.imported_at,
                  v.matched_amount, v.matched_fee, v.deposits, v.tolerated, v.difference);
}
struct MatchStored {
  settlement::Match match;
  BusinessDate since;  // since when it stands as a break; of a match that is none, of its event
};
auto tied(Of<MatchStored> auto& v) { return std::tie(v.match, v.since); }

auto tied(Of<MoneyReader::Candidate> auto& v) {
  return std::tie(v.key, v.kind, v.merchant_no, v.approve_no, v.slip_no, v.acquirer, v.card_tail, v.method,
                  v.currency, v.amount, v.day);
}

// A movement that a file of its acquirer should name; the rest stands in the key.
struct ExpectedStored {
  Currency currency;
  std::int64_t amount = 0;
};
auto tied(Of<ExpectedStored> auto& v) { return std::tie(v.currency, v.amount); }

// The bytes of what is stored (archive.h), for the types that stored.cc lists: one more is one more line
// there.
template <typename T>
void encode(const T& v, std::string& out);
template <typename T>
std::string encoded(const T& v);
// `what` for the error: "the run of 2026-11-22". Errors: corrupt.
template <typename T>
Result<T> decoded(std::string_view bytes, const char* what);

}  // namespace wonjang::money
