#include "engine/money/settler.h"

#include <algorithm>
#include <set>

#include "domain/settlement/terms_for.h"
#include "engine/money/line_bytes.h"

namespace wonjang::money {

using settlement::CannotSettle;
using settlement::Contract;
using settlement::Item;
using settlement::LineBalance;
using settlement::LineKind;
using settlement::SettlementLine;

namespace {

bool gives_back(const Item& item) { return item.kind == LineKind::cancel || item.kind == LineKind::reversal; }
LineKey approval_key(const Item& item) { return {item.key.payment, item.of_version, 0}; }

CannotSettle no_contract(const DueItem& due) {
  return {"NO_CONTRACT",
          "no contract of " + due.open.merchant.text() +
              (due.open.item.sub_mall.empty() ? "" : " (sub-mall " + due.open.item.sub_mall + ")") + " in " +
              std::string(due.open.currency.code()) + " holds on " + to_text(*due.terms.basis) +
              ": propose one, have it approved, then rerun"};
}
CannotSettle no_calendar(const Contract& contract) {
  return {"NO_CALENDAR", "the contract names the calendar " + contract.calendar +
                             ", which isn't there: import it, have it approved, then rerun"};
}
CannotSettle calendar_ends(const Contract& contract, const UsableCalendar& calendar) {
  return {"CALENDAR_ENDS", "the payout day lies outside of what calendar " + contract.calendar + " version " +
                               std::to_string(calendar.calendar.version) + " covers (until " +
                               to_text(calendar.calendar.until) +
                               "): import a later version, have it approved, then rerun"};
}

}  // namespace

void Settled::add(const Settled& other) {
  items += other.items;
  late += other.late;
  totals.add(other.totals);
  for (const auto& [code, theirs] : other.reasons) {
    auto& reason = reasons[code];
    reason.count += theirs.count;
    if (reason.example.empty()) reason.example = theirs.example;
  }
  for (const auto& [key, theirs] : other.trials) {
    auto& trial = trials[key];
    trial.id = theirs.id;
    trial.alike += theirs.alike;
    trial.different += theirs.different;
  }
}

Result<void> Settler::settle(std::span<const DueItem> items) {
  WJ_CHECK(fetch(items));
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0 && items[i].open.merchant_no != items[i - 1].open.merchant_no) WJ_CHECK(close_all());
    WJ_CHECK(settle_one(items[i]));
  }
  return close_all();
}

Result<void> Settler::fetch(std::span<const DueItem> items) {
  fetched_.clear();
  unsettled_.clear();
  wanted_.clear();
  for (const auto& due : items) {
    if (gives_back(due.open.item)) wanted_.push_back(approval_key(due.open.item));
  }
  if (wanted_.empty()) return {};
  std::sort(wanted_.begin(), wanted_.end());
  wanted_.erase(std::unique(wanted_.begin(), wanted_.end()), wanted_.end());
  WJ_CHECK(fetch_balances());
  return fetch_approvals(items);
}

Result<void> Settler::fetch_balances() {
  WJ_TRY(auto balances, reader_.balances(wanted_));
  WJ_ASSERT(balances.size() == wanted_.size());
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    if (balances[i]) fetched_.emplace(wanted_[i], *std::move(balances[i]));
  }
  return {};
}

// An approval of this call is settled before what gives it back, or failed: it isn't read again.
Result<void> Settler::fetch_approvals(std::span<const DueItem> items) {
  std::set<LineKey> here;
  for (const auto& due : items) {
    if (!gives_back(due.open.item)) here.insert(due.open.item.key);
  }
  std::vector<LineKey> missing;
  for (const auto& key : wanted_) {
    if (!fetched_.contains(key) && !given_back_.contains(key) && !here.contains(key)) missing.push_back(key);
  }
  if (missing.empty()) return {};
  WJ_TRY(auto found, reader_.open_items_at(missing));
  WJ_ASSERT(found.size() == missing.size());
  for (std::size_t i = 0; i < missing.size(); ++i) {
    if (found[i]) unsettled_.emplace(missing[i], *std::move(found[i]));
  }
  return {};
}

Result<void> Settler::settle_one(const DueItem& due) {
  ++settled_.items;
  if (due.late) ++settled_.late;
  WJ_TRY(auto outcome, line_of(due));
  if (!outcome.line) return put_failed(due, std::move(outcome.why));
  return put(due, *std::move(outcome.line));
}

Result<Settler::Outcome> Settler::line_of(const DueItem& due) {
  const Contract* contract = due.terms.contract;
  if (contract == nullptr) return Outcome(no_contract(due));
  const UsableCalendar* calendar = book_.calendar(contract->calendar);
  if (calendar == nullptr) return Outcome(no_calendar(*contract));
  if (gives_back(due.open.item)) return giving_back(due, *calendar);
  if (due.open.item.kind != LineKind::approval) {
    return Outcome(CannotSettle{"BAD_ITEM", "an open item is an approval, a cancel or a reversal; this is " +
                                                std::string(code_of(due.open.item.kind))});
  }
  Compared compared;
  auto outcome = approval(due, *calendar, &compared);
  WJ_CHECK(note_trial(due, compared));
  const bool is_wanted = std::binary_search(wanted_.begin(), wanted_.end(), due.open.item.key);
  if (const auto& made = outcome.line; made && is_wanted) {
    fetched_[due.open.item.key] = settlement::balance_of(made->line, *made->contract);
  }
  return outcome;
}

Settler::Outcome Settler::approval(const DueItem& due, const UsableCalendar& calendar, Compared* compared) {
  auto result = trial_.approval(due.open.merchant_no, due.open.item, *due.terms.contract);
  if (compared != nullptr) *compared = std::move(result.compared);
  if (const auto* why = std::get_if<CannotSettle>(&result.line)) return *why;
  return dated({std::get<SettlementLine>(std::move(result.line)), result.contract, &calendar}, due);
}

Settler::Outcome Settler::dated(Line made, const DueItem& due) {
  const auto& cycle = settlement::cycle_for(*made.contract, made.line.item);
  const bool covered = settlement::date_line(made.line, cycle, *due.terms.basis, run_date_of(due, scope_),
                                             made.calendar->days);
  if (!covered) return calendar_ends(*made.contract, *made.calendar);
  return made;
}

Settler::Outcome Settler::giving_back(const DueItem& due, const UsableCalendar& calendar) {
  const auto* before = balance(due);
  if (before == nullptr) {
    return Outcome(
        CannotSettle{"APPROVAL_NOT_SETTLED", "the approval that it gives back (" +
                                                 settlement::text_of(approval_key(due.open.item)) +
                                                 ") has no line: mend what keeps that one open, then rerun"});
  }
  auto result = settlement::settle_return(due.open.item, *before);
  if (auto* why = std::get_if<CannotSettle>(&result)) return Outcome(std::move(*why));
  auto outcome = dated({std::get<SettlementLine>(std::move(result)), due.terms.contract, &calendar}, due);
  if (const auto& made = outcome.line) {
    remember(due, settlement::balance_after(*before, made->line));
  }
  return outcome;
}

// Payments come whole: on the last day, what gives back after this one is in the same call.
void Settler::remember(const DueItem& due, LineBalance after) {
  const LineKey key = approval_key(due.open.item);
  const auto known = given_back_.find(key);
  if (known != given_back_.end()) {
    known->second = std::move(after);
  } else {
    (due.open.day < last_day_ ? given_back_ : fetched_)[key] = std::move(after);
  }
}

const LineBalance* Settler::balance(const DueItem& due) {
  const LineKey key = approval_key(due.open.item);
  if (const auto found = given_back_.find(key); found != given_back_.end()) return &found->second;
  if (const auto found = fetched_.find(key); found != fetched_.end()) return &found->second;
  const auto unsettled = unsettled_.find(key);
  if (unsettled == unsettled_.end()) return nullptr;
  const OpenItem& open = unsettled->second;
  // Of the same day and in scope, it was in this call and failed.
  if (open.item.kind != LineKind::approval || open.day >= due.open.day) return nullptr;
  const Scoped scoped = scope_.of(open);
  const bool is_due = scoped.scope == Scope::due || scoped.scope == Scope::late;
  if (!is_due || scoped.terms.contract == nullptr) return nullptr;
  const auto* calendar = book_.calendar(scoped.terms.contract->calendar);
  if (calendar == nullptr) return nullptr;
  const auto outcome = approval({open, scoped.terms, scoped.scope == Scope::late}, *calendar, nullptr);
  const auto& made = outcome.line;
  if (!made) return nullptr;
  const auto put = fetched_.emplace(key, settlement::balance_of(made->line, *made->contract));
  return &put.first->second;
}

Result<void> Settler::note_trial(const DueItem& due, const Compared& compared) {
  if (compared.canary == nullptr) return {};
  auto& trial = settled_.trials[{compared.canary->name, due.open.merchant_no}];
  trial.id = due.open.merchant;
  const auto bytes = compared.difference ? bytes_at_most(*compared.difference) : 0;
  WJ_TRY(auto* const open, chunk_for(due, {nullptr, nullptr, bytes}));
  if (compared.difference) {
    ++trial.different;
    open->chunk.body.differences.push_back(*compared.difference);
  } else {
    ++trial.alike;
    ++open->chunk.body.canary_clean;
  }
  return {};
}

Result<Settler::Open*> Settler::chunk_for(const DueItem& due, const Wanted& wanted) {
  auto* open = &open_[due.open.currency];
  const auto& body = open->chunk.body;
  const auto* calendar = wanted.calendar;
  const bool other_calendar = calendar != nullptr && open->calendar != nullptr && open->calendar != calendar;
  const bool new_contract = wanted.contract != nullptr && !open->has(wanted.contract);
  const auto bytes = wanted.bytes + (new_contract ? bytes_at_most(*wanted.contract) : 0);
  const bool too_large = open->bytes > 0 && open->bytes + bytes > kChunkBytesMax;
  if (other_calendar || too_large || body.lines.size() + body.failed.size() >= kLinesMax) {
    WJ_CHECK(close(due.open.currency));
    open = &open_[due.open.currency];
  }
  open->bytes += wanted.bytes;
  auto& chunk = open->chunk;
  chunk.merchant_no = due.open.merchant_no;
  chunk.merchant = due.open.merchant;
  chunk.currency = due.open.currency;
  chunk.body.date = scope_.date();
  chunk.body.calculator = settlement::kCalculator;
  if (calendar != nullptr && open->calendar == nullptr) {
    open->calendar = calendar;
    chunk.body.calendar = calendar->calendar.code;
    chunk.body.calendar_version = calendar->calendar.version;
  }
  return open;
}

Result<void> Settler::put(const DueItem& due, Line made) {
  WJ_TRY(auto* const open, chunk_for(due, {made.calendar, made.contract, bytes_at_most(made.line)}));
  auto& body = open->chunk.body;
  const auto known = std::find(open->contracts.begin(), open->contracts.end(), made.contract);
  made.line.contract = static_cast<std::uint32_t>(known - open->contracts.begin());
  if (known == open->contracts.end()) {
    open->contracts.push_back(made.contract);
    body.contracts.push_back(*made.contract);
    open->bytes += bytes_at_most(*made.contract);
  }
  settled_.totals.add(due.open.currency, made.line);
  body.lines.push_back(std::move(made.line));
  return {};
}

Result<void> Settler::put_failed(const DueItem& due, CannotSettle why) {
  settled_.totals.add_failed(due.open.currency);
  auto& reason = settled_.reasons[why.code];
  ++reason.count;
  if (reason.example.empty()) reason.example = why.detail;
  if (due.open.failed == why.code) return {};
  settlement::FailedItem failed{due.open.item, std::move(why.code), std::move(why.detail)};
  WJ_TRY(auto* const open, chunk_for(due, {nullptr, nullptr, bytes_at_most(failed)}));
  open->chunk.body.failed.push_back(std::move(failed));
  return {};
}

Result<void> Settler::close(Currency currency) {
  auto closed = open_.extract(currency);
  if (closed.empty()) return {};
  auto& chunk = closed.mapped().chunk;
  const auto& body = chunk.body;
  if (body.lines.empty() && body.failed.empty() && body.differences.empty() && body.canary_clean == 0)
    return {};
  return take_(std::move(chunk));
}

Result<void> Settler::close_all() {
  while (!open_.empty()) WJ_CHECK(close(open_.begin()->first));
  return {};
}

}  // namespace wonjang::money
