#include "engine/money/contract_book.h"

#include <algorithm>
#include <set>

#include "domain/settlement/fee.h"
#include "domain/settlement/terms_for.h"

namespace wonjang::money {

using settlement::Calendar;
using settlement::Canary;
using settlement::Contract;

bool holds_on(const Contract& contract, BusinessDate basis) {
  return contract.valid_from <= basis && (contract.valid_until.days == 0 || basis < contract.valid_until);
}

Result<ContractBook> ContractBook::load(const MoneyReader& reader, Instant known_at) {
  ContractBook book;
  const auto counts = [&](Instant at) {
    if (at > known_at) return false;
    book.newest_known_at_ = std::max(book.newest_known_at_, at);
    return true;
  };
  WJ_TRY(auto contracts, reader.contracts());
  for (auto& known : contracts) {
    if (counts(known.known_at)) book.add(std::move(known.value), known.known_at);
  }
  WJ_TRY(auto calendars, reader.calendars());
  for (auto& known : calendars) {
    if (counts(known.known_at)) book.add(std::move(known.value));
  }
  WJ_TRY(auto canaries, reader.canaries());
  for (auto& known : canaries) {
    if (counts(known.known_at)) book.add(std::move(known.value));
  }
  for (auto& [name, trial] : book.trials_) {
    WJ_TRY(const auto merchants, reader.canary_counts(name));
    for (const auto& count : merchants) trial.counts[count.merchant_no] = count;
  }
  return book;
}

Result<ContractBook> ContractBook::load_contracts_of(const MoneyReader& reader, MerchantId merchant) {
  ContractBook book;
  WJ_TRY(auto contracts, reader.contracts_of(merchant));
  for (auto& known : contracts) book.add(std::move(known.value), known.known_at);
  return book;
}

void ContractBook::add(Contract contract, Instant known_at) {
  contracts_.push_back({std::move(contract), known_at, {}});
  const auto& added = contracts_.back();
  by_merchant_[added.value.merchant].push_back(&added);
}

void ContractBook::add(Calendar calendar) {
  const settlement::BusinessDays days(calendar);
  std::string code = calendar.code;
  calendars_[std::move(code)] = std::make_unique<UsableCalendar>(UsableCalendar{std::move(calendar), days});
}

void ContractBook::add(Canary canary) {
  auto& trial = trials_[canary.name];
  trial.merchants = {canary.merchants.begin(), canary.merchants.end()};
  trial.canary = std::move(canary);
}

const Contract* ContractBook::find_own(MerchantId merchant, std::string_view sub_mall, Currency currency,
                                       BusinessDate basis, Instant known_at) const {
  const auto of_merchant = by_merchant_.find(merchant);
  if (of_merchant == by_merchant_.end()) return nullptr;
  for (auto at = of_merchant->second.rbegin(); at != of_merchant->second.rend(); ++at) {
    const Known<Contract>* const known = *at;
    const Contract& contract = known->value;
    if (known->known_at <= known_at && contract.sub_mall == sub_mall && contract.currency == currency &&
        holds_on(contract, basis)) {
      return &contract;
    }
  }
  return nullptr;
}

const Contract* ContractBook::find(MerchantId merchant, std::string_view sub_mall, Currency currency,
                                   BusinessDate basis, Instant known_at) const {
  const auto* own = find_own(merchant, sub_mall, currency, basis, known_at);
  if (own != nullptr || sub_mall.empty()) return own;
  return find_own(merchant, {}, currency, basis, known_at);
}

const Contract* ContractBook::held_own(MerchantId merchant, std::string_view sub_mall, Currency currency,
                                       BusinessDate date) const {
  if (const auto* holds = find_own(merchant, sub_mall, currency, date, kEver)) return holds;
  const auto of_merchant = by_merchant_.find(merchant);
  if (of_merchant == by_merchant_.end()) return nullptr;
  const Contract* last = nullptr;
  for (const auto* known : of_merchant->second) {
    const Contract& contract = known->value;
    // One that began and doesn't hold has an end.
    if (contract.sub_mall != sub_mall || contract.currency != currency || contract.valid_from > date)
      continue;
    if (last == nullptr || contract.valid_until >= last->valid_until) last = &contract;
  }
  return last;
}

const Contract* ContractBook::find_for(const OpenItem& open, BusinessDate basis) const {
  const auto& item = open.item;
  const auto* holds = find(open.merchant, item.sub_mall, open.currency, basis);
  const bool gives_back =
      item.kind == settlement::LineKind::cancel || item.kind == settlement::LineKind::reversal;
  if (holds != nullptr || !gives_back) return holds;
  const auto* of_merchant = held_own(open.merchant, {}, open.currency, basis);
  if (item.sub_mall.empty()) return of_merchant;
  const auto* of_sub_mall = held_own(open.merchant, item.sub_mall, open.currency, basis);
  if (of_sub_mall == nullptr || of_merchant == nullptr)
    return of_sub_mall != nullptr ? of_sub_mall : of_merchant;
  return of_sub_mall->valid_until >= of_merchant->valid_until ? of_sub_mall : of_merchant;
}

Terms ContractBook::terms_of(const OpenItem& open) const {
  const auto* of_day = find_for(open, open.day);
  if (open.not_before == kNotYet) return {of_day, std::nullopt};
  if (of_day == nullptr) return {nullptr, std::max(open.day, open.not_before)};
  auto basis = settlement::basis_of(open.item, settlement::cycle_for(*of_day, open.item).basis);
  if (basis) basis = std::max(*basis, open.not_before);
  if (!basis || *basis == open.day) return {of_day, basis};
  const auto* holds = find_for(open, *basis);
  // What was undone never waits for a contract: with its reversal it comes to nothing.
  const bool was_undone = holds == nullptr && open.not_before != BusinessDate{};
  return {was_undone ? of_day : holds, basis};
}

const Contract* ContractBook::paying(MerchantId merchant, Currency currency, BusinessDate date) const {
  return held_own(merchant, {}, currency, date);
}

const Contract* ContractBook::paid_elsewhere(const Contract& paying, BusinessDate date) const {
  const auto of_merchant = by_merchant_.find(paying.merchant);
  if (of_merchant == by_merchant_.end()) return nullptr;
  for (const auto* known : of_merchant->second) {
    const auto& sub_mall = known->value.sub_mall;
    if (sub_mall.empty() || known->value.currency != paying.currency) continue;
    // Of one sub-mall's versions only this one counts: a later one may have put it right.
    const auto* counts = held_own(paying.merchant, sub_mall, paying.currency, date);
    if (counts != &known->value) continue;
    const bool other_account =
        !counts->payout_account.empty() && counts->payout_account != paying.payout_account;
    const bool other_rest = counts->keep_back != 0 && counts->keep_back != paying.keep_back;
    if (other_account || other_rest) return counts;
  }
  return nullptr;
}

const UsableCalendar* ContractBook::calendar(std::string_view code) const {
  const auto found = calendars_.find(code);
  return found == calendars_.end() ? nullptr : found->second.get();
}

std::vector<std::string> ContractBook::calendars_used_on(BusinessDate date) const {
  std::set<std::string> codes;
  for (const auto& known : contracts_) {
    if (holds_on(known.value, date)) codes.insert(known.value.calendar);
  }
  return {codes.begin(), codes.end()};
}

const Canary* ContractBook::canary_for(const Contract& contract, const settlement::Item& item) const {
  for (const auto& [name, trial] : trials_) {
    const Canary& canary = trial.canary;
    if (canary.stopped) continue;
    if (!trial.merchants.empty() && !trial.merchants.contains(contract.merchant)) continue;
    if (canary.currency != contract.currency) continue;
    if (canary.method != 0 && canary.method != item.method) continue;
    if (!canary.business_number.empty() && canary.business_number != contract.business_number) continue;
    return &canary;
  }
  return nullptr;
}

const CanaryCount* ContractBook::canary_count(std::string_view canary, MerchantNo merchant) const {
  const auto trial = trials_.find(canary);
  if (trial == trials_.end()) return nullptr;
  const auto found = trial->second.counts.find(merchant);
  return found == trial->second.counts.end() ? nullptr : &found->second;
}

bool ContractBook::is_promoted(const Canary& canary, MerchantNo merchant) const {
  if (canary.promote_all) return true;
  const auto* count = canary_count(canary.name, merchant);
  return count != nullptr && count->promoted;
}

std::vector<const Canary*> ContractBook::canaries() const {
  std::vector<const Canary*> out;
  for (const auto& [name, trial] : trials_) {
    if (!trial.canary.stopped) out.push_back(&trial.canary);
  }
  return out;
}

}  // namespace wonjang::money
