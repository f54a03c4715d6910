#include "engine/money/payout_file.h"

#include <algorithm>
#include <optional>
#include <set>

#include "domain/settlement/csv.h"
#include "engine/money/holds.h"
#include "engine/money/payout_states.h"

namespace wonjang::money {

using settlement::PayoutState;
using settlement::PayoutUpdated;

namespace {

// 12345 in KRW, 123.45 in USD.
std::string in_major_units(std::int64_t minor, Currency currency) {
  std::string digits = std::to_string(minor);
  const auto exponent = static_cast<std::size_t>(currency.exponent());
  if (exponent == 0) return digits;
  if (digits.size() <= exponent) digits.insert(0, exponent + 1 - digits.size(), '0');
  digits.insert(digits.size() - exponent, ".");
  return digits;
}

// The newest SENT that names the file; null: it doesn't stand in it.
const PayoutUpdated* sent_in(const PayoutNow& payout, const std::string& file) {
  const PayoutUpdated* newest = nullptr;
  for (const auto& update : payout.updates) {
    if (update.state == PayoutState::sent && update.file == file) newest = &update;
  }
  return newest;
}

PayoutUpdated update_of(const PayoutNow& payout, PayoutState state, const std::string& file) {
  PayoutUpdated out;
  out.payout = payout.requested.payout;
  out.date = payout.requested.date;
  out.state = state;
  out.amount = payout.requested.amount;
  out.file = file;
  return out;
}

Facts facts_of(const PayoutNow& payout, PayoutUpdated update, const JobOwner& owner) {
  Facts facts{payout.requested.payout.raw(),
              payout.version,
              payout.merchant,
              payout.currency,
              owner.actor,
              owner.reason,
              {}};
  facts.bodies.emplace_back(std::move(update));
  return facts;
}

}  // namespace

std::string payout_csv(std::span<const PayoutNow> payouts) {
  std::string out;
  settlement::append_csv(out, {"payout_id", "merchant_id", "date", "currency", "amount", "account"});
  for (const auto& payout : payouts) {
    const auto& requested = payout.requested;
    settlement::append_csv(out, {requested.payout.text(), payout.merchant.text(), to_text(requested.date),
                                 std::string(payout.currency.code()),
                                 in_major_units(requested.amount, payout.currency), requested.account});
  }
  return out;
}

namespace {

class Sending {
 public:
  Sending(const MoneyPorts& ports, BusinessDate date, const std::string& name, const JobOwner& owner)
      : ports_(ports), date_(date), name_(name), owner_(owner) {}

  Result<PayoutFile> send() {
    WJ_TRY(const auto snapshot, ports_.now.caught_up());
    WJ_CHECK(read(MoneyReader(*snapshot)));
    const bool is_whole = !sent_.empty() && (to_stand_ == 0 || to_stand_ == sent_.size());
    if (is_whole) return PayoutFile{name_, payout_csv(sent_), sent_.size(), 0};
    if (sent_.empty() && waiting_.empty()) return nothing();
    WJ_CHECK(mark_sent());
    return whole_now();
  }

 private:
  Result<void> read(const MoneyReader& reader) {
    WJ_TRY(const auto held, on_hold(reader, date_, business_date_of(ports_.clock.now())));
    const auto take = [&](const PayoutNow& payout) -> Result<bool> {
      if (const auto* sent = sent_in(payout, name_)) {
        sent_.push_back(payout);
        if (sent->at > newest_) to_stand_ = sent->file_payouts;
        newest_ = std::max(newest_, sent->at);
      } else if (payout.state != PayoutState::requested) {
        note_other_file(payout);
      } else if (held.contains(payout.merchant)) {
        ++held_;
      } else {
        waiting_.push_back(payout);
      }
      return true;
    };
    return reader.payouts(date_, BusinessDate{date_.days + 1}, {}, take);
  }

  void note_other_file(const PayoutNow& payout) {
    constexpr std::size_t kNamedMax = 3;
    for (const auto& update : payout.updates) {
      if (update.state == PayoutState::sent && others_.size() < kNamedMax) others_.insert(update.file);
    }
  }

  Result<PayoutFile> nothing() const {
    std::string what = "no payout of " + to_text(date_) + " waits to be sent";
    if (held_ > 0) what += "; " + std::to_string(held_) + " of merchants on hold wait for the release";
    for (const auto& other : others_) what += "; " + other + " was made: its key gives it again";
    return not_found(std::move(what));
  }

  Result<void> mark_sent() {
    const Instant at = std::max(ports_.clock.now(), newest_.plus_us(1));
    const auto mark = [&](const PayoutNow& payout) {
      auto update = update_of(payout, PayoutState::sent, name_);
      update.at = at;
      update.file_payouts = static_cast<std::uint32_t>(sent_.size() + waiting_.size());
      return ports_.sink.append(facts_of(payout, std::move(update), owner_));
    };
    for (const auto& payout : waiting_) WJ_CHECK(mark(payout));
    if (waiting_.empty()) {
      // The rest of a file that wasn't finished went another way: one of its own says that it is whole.
      const auto one = std::find_if(sent_.begin(), sent_.end(), [](const PayoutNow& payout) {
        return payout.state == PayoutState::sent;
      });
      if (one != sent_.end()) WJ_CHECK(mark(*one));
    }
    return ports_.sink.drain();
  }

  // In the order in which it is read again.
  PayoutFile whole_now() {
    sent_.insert(sent_.end(), waiting_.begin(), waiting_.end());
    std::sort(sent_.begin(), sent_.end(), [](const PayoutNow& a, const PayoutNow& b) {
      return std::pair(a.merchant_no, a.requested.payout) < std::pair(b.merchant_no, b.requested.payout);
    });
    return {name_, payout_csv(sent_), sent_.size(), held_};
  }

  const MoneyPorts& ports_;
  const BusinessDate date_;
  const std::string& name_;
  const JobOwner& owner_;
  std::vector<PayoutNow> sent_;     // those that name the file
  std::vector<PayoutNow> waiting_;  // REQUESTED, and not on hold
  std::uint32_t to_stand_ = 0;      // in the file, as the newest SENT says; 0: none said so
  Instant newest_;
  std::uint64_t held_ = 0;
  std::set<std::string> others_;
};

}  // namespace

Result<PayoutFile> send_payouts(const MoneyPorts& ports, BusinessDate date, const std::string& name,
                                const JobOwner& owner) {
  if (name.empty()) return invalid("name must not be empty: the bank's answer will name the file");
  WJ_TRY(const auto pass,
         ports.gate.enter({"a payout file of " + to_text(date), owner.holder, ports.clock.now()}));
  return Sending(ports, date, name, owner).send();
}

namespace {

constexpr std::string_view kColumns[] = {"payout_id", "state", "bank_trace_no", "at", "failure"};
constexpr std::size_t kNeeded = 2;  // of the first ones

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
ParsedRow parsed_row(std::uint32_t line_no, const std::vector<std::string>& fields,
                     std::span<const std::size_t> place) {
  ParsedRow out;
  out.row.line_no = line_no;
  const auto field = [&](std::size_t column) -> std::string_view {
    return place[column] < fields.size() ? std::string_view(fields[place[column]]) : std::string_view();
  };
  const auto payout = settlement::PayoutId::parse(field(0));
  const auto state = result_state(field(1));
  const auto at = field(3).empty() ? Instant() : parse_rfc3339(field(3));
  if (!payout) {
    out.why = "payout_id is no id of a payout (pyo_...)";
  } else if (!state) {
    out.why = "state must be PAID, FAILED or RETURNED";
  } else if (!at) {
    out.why = "at must be an RFC 3339 time with an offset, such as 2026-11-23T10:00:00+09:00";
  } else {
    out.row = {line_no, *payout, *state, std::string(field(2)), *at, std::string(field(4))};
  }
  return out;
}

// `line` of the file can't be read.
Error unreadable(std::uint32_t line, const std::string& why) {
  return invalid("line " + std::to_string(line) + ": " + why + "; nothing of the file was applied");
}

// Where each column stands; errors: invalid.
Result<std::vector<std::size_t>> places_of(std::uint32_t line, const std::vector<std::string>& header) {
  std::vector<std::size_t> out;
  for (const auto column : kColumns) {
    const auto found = std::find(header.begin(), header.end(), column);
    const bool is_needed = out.size() < kNeeded;
    if (found == header.end() && is_needed) {
      return unreadable(line,
                        "there is no column " + std::string(column) + ": the first line names the columns");
    }
    if (std::count(header.begin(), header.end(), column) > 1)
      return unreadable(line, "the column " + std::string(column) + " stands twice");
    out.push_back(found == header.end() ? SIZE_MAX : static_cast<std::size_t>(found - header.begin()));
  }
  return out;
}

}  // namespace

Result<PayoutResults> parse_payout_results(std::string_view csv) {
  settlement::CsvReader reader(csv);
  const auto header = reader.next();
  if (!header) return invalid("the file is empty: its first line names the columns");
  if (!reader.fault().empty()) return unreadable(reader.line_no(), reader.fault());
  WJ_TRY(const auto place, places_of(reader.line_no(), *header));
  PayoutResults out;
  while (const auto fields = reader.next()) {
    // Behind a quote that goes wrong nobody knows which row a field belongs to.
    if (!reader.fault().empty()) return unreadable(reader.line_no(), reader.fault());
    if (fields->size() != header->size()) {
      return unreadable(reader.line_no(), "it has " + std::to_string(fields->size()) +
                                              " fields, the header " + std::to_string(header->size()) +
                                              ": quote a field that has a comma");
    }
    auto parsed = parsed_row(reader.line_no(), *fields, place);
    if (parsed.why.empty()) {
      out.rows.push_back(std::move(parsed.row));
    } else {
      out.refused.push_back({reader.line_no(), std::move(parsed.why)});
    }
  }
  return out;
}

namespace {

class Applying {
 public:
  Applying(const MoneyPorts& ports, const std::string& file, const JobOwner& owner)
      : ports_(ports), file_(file), owner_(owner) {}

  Result<ResultsApplied> apply(const PayoutResults& results) {
    WJ_TRY(const auto snapshot, ports_.now.caught_up());
    const MoneyReader reader(*snapshot);
    out_.refused = results.refused;
    for (const auto& row : results.rows) WJ_CHECK(one(reader, row));
    WJ_CHECK(ports_.sink.drain());
    std::sort(out_.refused.begin(), out_.refused.end(),
              [](const RefusedRow& a, const RefusedRow& b) { return a.line_no < b.line_no; });
    return std::move(out_);
  }

 private:
  Result<void> one(const MoneyReader& reader, const PayoutResult& row) {
    auto known = now_.find(row.payout);
    if (known == now_.end()) {
      WJ_TRY(auto payout, reader.payout(row.payout));
      if (!payout) return refuse(row, "there is no payout " + row.payout.text());
      known = now_.emplace(row.payout, *std::move(payout)).first;
    }
    PayoutNow& payout = known->second;
    if (payout.state == row.state) {
      ++out_.already;
      return {};
    }
    if (payout.state == PayoutState::requested || !may_become(payout.state, row.state)) {
      return refuse(row, "it is " + std::string(code_of(payout.state)) + " and can't become " +
                             std::string(code_of(row.state)) +
                             (payout.state == PayoutState::requested ? ": it was never sent" : ""));
    }
    if (row.state == PayoutState::paid && !row.at.is_zero() &&
        is_too_early(payout, business_date_of(row.at))) {
      return refuse(row, "it can't have been paid on " + to_text(business_date_of(row.at)) +
                             ", before it was sent and before " + to_text(payout.requested.date) +
                             ", which it is for: say when the bank paid, or leave at out");
    }
    auto update = update_of(payout, row.state, file_);
    update.bank_trace_no = row.bank_trace_no;
    update.failure = row.failure;
    update.at = row.at.is_zero() ? ports_.clock.now() : row.at;
    update.was_paid = payout.state == PayoutState::paid;
    WJ_CHECK(ports_.sink.append(facts_of(payout, std::move(update), owner_)));
    payout.state = row.state;
    ++payout.version;
    ++out_.applied;
    return {};
  }

  // A payout may be sent, and paid, before its date; one for a day that is over may be sent today, and the
  // bank's answer may carry its date.
  static bool is_too_early(const PayoutNow& payout, BusinessDate paid) {
    const auto was_sent_by = [&](const PayoutUpdated& update) {
      return update.state == PayoutState::sent && business_date_of(update.at) <= paid;
    };
    return paid < payout.requested.date && std::ranges::none_of(payout.updates, was_sent_by);
  }

  Result<void> refuse(const PayoutResult& row, std::string why) {
    out_.refused.push_back({row.line_no, std::move(why)});
    return {};
  }

  const MoneyPorts& ports_;
  const std::string& file_;
  const JobOwner& owner_;
  std::map<settlement::PayoutId, PayoutNow> now_;
  ResultsApplied out_;
};

}  // namespace

Result<ResultsApplied> apply_payout_results(const MoneyPorts& ports, const PayoutResults& results,
                                            const std::string& file, const JobOwner& owner) {
  WJ_TRY(const auto pass, ports.gate.enter({"an import of payout results", owner.holder, ports.clock.now()}));
  return Applying(ports, file, owner).apply(results);
}

}  // namespace wonjang::money
