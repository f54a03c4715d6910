#include "engine/money/payout_results.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "domain/decide_parts.h"
#include "domain/settlement/csv.h"
#include "engine/money/payout_parts.h"

namespace wonjang::money {

using settlement::PayoutState;
using settlement::PayoutUpdated;

namespace {

enum ResultColumn : std::size_t {
  kPayoutId,
  kState,
  kTraceNo,
  kAt,
  kFailure,
  kMerchantId,
  kDate,
  kCurrency,
  kAmount,
  kAccount,
  kResultColumns
};
constexpr std::array<std::string_view, kResultColumns> kColumns = {
    "payout_id",   "state", "bank_trace_no", "at",     "failure",
    "merchant_id", "date",  "currency",      "amount", "account"};
constexpr std::size_t kNeeded = 2;  // of the first ones

using Places = std::array<std::optional<std::size_t>, kResultColumns>;

// `line` of the file can't be read.
Error unreadable(std::uint32_t line, const std::string& why) {
  return invalid("line " + std::to_string(line) + ": " + why + "; nothing of the file was applied");
}

// Where each column stands; errors: invalid.
Result<Places> places_of(std::uint32_t line, const std::vector<std::string>& header) {
  Places out;
  std::string known;
  for (const auto column : kColumns) known.append(known.empty() ? "" : ", ").append(column);
  for (std::size_t i = 0; i < header.size(); ++i) {
    const auto found = std::ranges::find(kColumns, header[i]);
    if (found == kColumns.end())
      return unreadable(line, "there is no column `" + header[i] + "`; columns are " + known);
    auto& place = out[static_cast<std::size_t>(found - kColumns.begin())];
    if (place) return unreadable(line, "the column " + header[i] + " stands twice");
    place = i;
  }
  for (std::size_t i = 0; i < kNeeded; ++i) {
    if (!out[i]) {
      return unreadable(line, "there is no column " + std::string(kColumns[i]) +
                                  ": the first line names the columns, which are " + known);
    }
  }
  return out;
}

std::optional<PayoutState> result_state(std::string_view text) {
  for (const auto state : {PayoutState::paid, PayoutState::failed, PayoutState::returned}) {
    if (text == code_of(state)) return state;
  }
  return std::nullopt;
}

// A row, or why it can't be taken.
struct ParsedRow {
  PayoutResult row;
  std::string why;
};
ParsedRow parsed_row(std::uint32_t line_no, const std::vector<std::string>& fields, const Places& places) {
  ParsedRow out;
  const auto field = [&](ResultColumn column) {
    return places[column] ? fields[*places[column]] : std::string();
  };
  const auto payout = settlement::PayoutId::parse(field(kPayoutId));
  const auto state = result_state(field(kState));
  const auto said = field(kAt);
  const auto at = said.empty() ? Instant() : parse_rfc3339(said);
  if (!payout) {
    out.why = "payout_id is no id of a payout (pyo_...)";
  } else if (!state) {
    out.why = "state must be PAID, FAILED or RETURNED";
  } else if (!at) {
    out.why = "at must be an RFC 3339 time with an offset, such as 2026-11-23T10:00:00+09:00";
  } else {
    out.row = {line_no,
               *payout,
               *state,
               field(kTraceNo),
               *at,
               field(kFailure),
               field(kMerchantId),
               field(kDate),
               field(kCurrency),
               field(kAmount),
               field(kAccount)};
  }
  return out;
}

}  // namespace

Result<PayoutResults> parse_payout_results(std::string_view csv) {
  settlement::CsvReader reader(csv);
  const auto header = reader.next();
  if (!header) return invalid("the file is empty: its first line names the columns");
  if (!reader.fault().empty()) return unreadable(reader.line_no(), reader.fault());
  WJ_TRY(const auto places, places_of(reader.line_no(), *header));
  PayoutResults out;
  while (const auto fields = reader.next()) {
    // Behind a quote that goes wrong nobody knows which row a field belongs to.
    if (!reader.fault().empty()) return unreadable(reader.line_no(), reader.fault());
    if (fields->size() != header->size()) {
      return unreadable(reader.line_no(), "it has " + std::to_string(fields->size()) +
                                              " fields, the header " + std::to_string(header->size()) +
                                              ": quote a field that has a comma");
    }
    auto parsed = parsed_row(reader.line_no(), *fields, places);
    if (parsed.why.empty()) {
      out.rows.push_back(std::move(parsed.row));
    } else {
      out.refused.push_back({reader.line_no(), std::move(parsed.why)});
    }
  }
  return out;
}

namespace {

// What the row says otherwise than the payout; empty: nothing.
std::string difference(const PayoutNow& payout, const PayoutResult& row) {
  const auto& ours = payout.requested;
  const auto differs = [](std::string_view what, const std::string& said, std::string_view is) {
    return "its " + std::string(what) + " is " + std::string(is) + ", the row says " + said +
           ": ask the bank which payout it means and what it paid; nothing was booked for the row";
  };
  const auto amount = in_major_units(ours.amount, payout.currency);
  if (!row.amount.empty() && minor_units_of(row.amount, payout.currency) != ours.amount) {
    return differs("amount", row.amount, amount + " " + std::string(payout.currency.code())) +
           " (an amount is digits and a point, without separators)";
  }
  if (!row.currency.empty() && row.currency != payout.currency.code())
    return differs("currency", row.currency, payout.currency.code());
  // The file said it as a CSV does.
  if (!row.account.empty() && row.account != ours.account &&
      row.account != settlement::csv_guarded(ours.account))
    return differs("account", row.account, ours.account);
  if (!row.date.empty() && parse_business_date(row.date) != ours.date)
    return differs("date", row.date, to_text(ours.date));
  if (!row.merchant.empty() && row.merchant != payout.merchant.text())
    return differs("merchant_id", row.merchant, payout.merchant.text());
  return {};
}

std::string_view what_happened(PayoutState state) {
  if (state == PayoutState::paid) return "been paid";
  return state == PayoutState::failed ? "failed" : "come back";
}

class Applying {
 public:
  Applying(const MoneyPorts& ports, const MoneyReader& reader, const std::string& file, const JobOwner& owner)
      : ports_(ports), reader_(reader), file_(file), owner_(owner), clock_(ports.clock.now()) {}

  Result<ResultsApplied> apply(const PayoutResults& results) {
    out_.refused = results.refused;
    for (const auto& row : results.rows) WJ_CHECK(one(row));
    WJ_CHECK(ports_.sink.drain());
    std::sort(out_.refused.begin(), out_.refused.end(),
              [](const RefusedRow& a, const RefusedRow& b) { return a.line_no < b.line_no; });
    return std::move(out_);
  }

 private:
  Result<void> one(const PayoutResult& row) {
    auto known = now_.find(row.payout);
    if (known == now_.end()) {
      WJ_TRY(auto payout, reader_.payout(row.payout));
      if (!payout) return refuse(row, "there is no payout " + row.payout.text());
      known = now_.emplace(row.payout, *std::move(payout)).first;
    }
    PayoutNow& payout = known->second;
    if (auto why = difference(payout, row); !why.empty()) return refuse(row, std::move(why));
    if (payout.state == row.state) {
      ++out_.already;
      return {};
    }
    WJ_TRY(auto why, why_not(payout, row));
    if (!why.empty()) {
      if (takes_word_back(payout, row)) WJ_CHECK(note(payout, row));
      return refuse(row, std::move(why));
    }
    auto update = update_of(payout, row.state, file_);
    update.bank_trace_no = row.bank_trace_no;
    update.failure = row.failure;
    update.at = row.at.is_zero() ? clock_ : row.at;
    update.was_paid = payout.state == PayoutState::paid;
    WJ_CHECK(ports_.sink.append(facts_of(payout, std::move(update), owner_)));
    payout.state = row.state;
    ++payout.version;
    ++out_.applied;
    return {};
  }

  static bool is_paid_after_all(const PayoutNow& payout, const PayoutResult& row) {
    const bool was_back = payout.state == PayoutState::failed || payout.state == PayoutState::returned;
    return was_back && row.state == PayoutState::paid;
  }
  static bool is_failed_after_all(const PayoutNow& payout, const PayoutResult& row) {
    return payout.state == PayoutState::paid && row.state == PayoutState::failed;
  }
  // Not when an older file comes again: of that transfer it was said, and something else since.
  static bool takes_word_back(const PayoutNow& payout, const PayoutResult& row) {
    const auto is_known = [&](const PayoutUpdated& update) {
      return update.bank_says == PayoutState::unknown && update.state == row.state &&
             update.bank_trace_no == row.bank_trace_no;
    };
    return (is_paid_after_all(payout, row) || is_failed_after_all(payout, row)) &&
           std::ranges::none_of(payout.updates, is_known);
  }

  // For whoever looks tomorrow: once, however often the bank says it.
  Result<void> note(PayoutNow& payout, const PayoutResult& row) {
    if (payout.dispute && payout.dispute->said.bank_says == row.state) return {};
    auto said = update_of(payout, payout.state, file_);
    said.bank_says = row.state;
    said.bank_trace_no = row.bank_trace_no;
    said.failure = row.failure;
    said.at = row.at.is_zero() ? clock_ : row.at;
    WJ_CHECK(ports_.sink.append(facts_of(payout, said, owner_)));
    payout.dispute = {std::move(said), owner_.actor, clock_};
    ++payout.version;
    return {};
  }

  // Why it can't be true; empty: it can.
  Result<std::string> why_not(const PayoutNow& payout, const PayoutResult& row) const {
    if (payout.state == PayoutState::requested || !may_become(payout.state, row.state)) {
      auto why = "it is " + std::string(code_of(payout.state)) + " and can't become " +
                 std::string(code_of(row.state));
      if (payout.state == PayoutState::requested) return why + ": it was never sent";
      if (is_paid_after_all(payout, row)) {
        WJ_TRY(why, paid_after_all(payout, std::move(why)));
      } else if (is_failed_after_all(payout, row)) {
        why += ". If the bank did not pay, " + payout.merchant.text() +
               " has nothing of it, and gets it with its next payout once this one is RETURNED";
      } else {
        return why;
      }
      if (takes_word_back(payout, row))
        why += ". It stands in GET /v1/payouts?disputed=true until another person decides which is true";
      return why + " (docs/settlement.md, The bank takes its word back)";
    }
    if (row.at.is_zero()) return std::string();
    if (row.at > clock_.plus_ms(kAheadMsMax)) {
      return "at is " + to_rfc3339(row.at) + ", more than a day ahead of " + to_rfc3339(clock_) +
             ", which it is now: say when it was, or leave at out";
    }
    if (const auto day = business_date_of(row.at); is_too_early(payout, day)) {
      return "it can't have " + std::string(what_happened(row.state)) + " on " + to_text(day) +
             ", before it was sent and before " + to_text(payout.requested.date) +
             ", which it is for: say when it was, or leave at out";
    }
    return std::string();
  }

  // The bank takes its word back, and the next payout would pay it again.
  Result<std::string> paid_after_all(const PayoutNow& payout, std::string why) const {
    WJ_TRY(const auto next, taken_over_by(reader_, payout));
    const auto amount =
        in_major_units(payout.requested.amount, payout.currency) + " " + std::string(payout.currency.code());
    why += ". If the bank did pay, " + payout.merchant.text() + " would be paid twice: the " + amount;
    why += next ? " went into payout " + next->text() + ". Keep that one from the bank, or have it stopped"
                : " go into its next payout. Place a HOLD on it, or keep that payout from the bank";
    return why;
  }

  // A payout may be sent, and paid, before its date; one for a day that is over may be sent today, and the
  // bank's answer may carry its date.
  static bool is_too_early(const PayoutNow& payout, BusinessDate day) {
    const auto was_sent_by = [&](const PayoutUpdated& update) {
      return update.state == PayoutState::sent && business_date_of(update.at) <= day;
    };
    return day < payout.requested.date && std::ranges::none_of(payout.updates, was_sent_by);
  }

  Result<void> refuse(const PayoutResult& row, std::string why) {
    out_.refused.push_back({row.line_no, std::move(why)});
    return {};
  }

  const MoneyPorts& ports_;
  const MoneyReader& reader_;
  const std::string& file_;
  const JobOwner& owner_;
  const Instant clock_;
  std::map<settlement::PayoutId, PayoutNow> now_;
  ResultsApplied out_;
};

}  // namespace

Result<ResultsApplied> apply_payout_results(const MoneyPorts& ports, const PayoutResults& results,
                                            const std::string& file, const JobOwner& owner) {
  WJ_TRY(const auto pass, ports.gate.enter({"an import of payout results", owner.holder, ports.clock.now()}));
  WJ_TRY(const auto snapshot, ports.now.caught_up());
  const MoneyReader reader(*snapshot);
  return Applying(ports, reader, file, owner).apply(results);
}

namespace {

// Its newest update is this very decision.
bool is_decided(const PayoutNow& payout, const PayoutDecision& decision) {
  if (payout.updates.empty()) return false;
  const auto& newest = payout.updates.back();
  if (!decision.as_the_bank_says) return newest.bank_says == payout.state;
  if (newest.state == PayoutState::paid) return newest.was_back;
  if (payout.updates.size() < 2 || newest.state != PayoutState::returned) return false;
  const auto& said = payout.updates[payout.updates.size() - 2];
  return said.bank_says == PayoutState::failed && said.at == newest.at && said.file == newest.file;
}

}  // namespace

Result<PayoutNow> decide_payout(const MoneyPorts& ports, const PayoutDecision& decision,
                                const JobOwner& owner) {
  WJ_TRY(const auto pass,
         ports.gate.enter({"a decision about " + decision.payout.text(), owner.holder, ports.clock.now()}));
  WJ_TRY(const auto snapshot, ports.now.caught_up());
  WJ_TRY(const auto payout, MoneyReader(*snapshot).payout(decision.payout));
  if (!payout) return not_found("there is no such payout");
  if (!payout->dispute && is_decided(*payout, decision)) return *payout;
  if (!payout->dispute) {
    return invalid("nothing of this payout is disputed: it is " + std::string(code_of(payout->state)) +
                   ", and the bank says nothing else");
  }
  if (!decision.told_by.empty() && payout->dispute->by.id != decision.told_by)
    return conflict("somebody else has told what the bank says meanwhile: look again, then decide");
  const auto& said = payout->dispute->said;
  // What was paid and is not, is what came back: the money is in the bank, and the merchant is owed it.
  const bool is_back = said.bank_says == PayoutState::failed;
  const auto decided = is_back ? PayoutState::returned : said.bank_says;
  auto update = update_of(*payout, decision.as_the_bank_says ? decided : payout->state, said.file);
  if (decision.as_the_bank_says) {
    update.was_back = !is_back;
    update.was_paid = is_back;
    update.bank_trace_no = said.bank_trace_no;
    update.failure = said.failure;
    update.at = said.at;
  } else {
    update.bank_says = payout->state;
  }
  WJ_CHECK(append_now(ports.sink, facts_of(*payout, std::move(update), owner)));
  WJ_TRY(const auto after, ports.now.caught_up());
  WJ_TRY(auto now, MoneyReader(*after).payout(decision.payout));
  if (!now) return corrupt("payout " + decision.payout.text() + " is gone: rebuild money");
  return *std::move(now);
}

}  // namespace wonjang::money
