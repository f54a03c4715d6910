// ContractBook: all contracts, calendars and canaries of one snapshot, held in memory for a job: a run of a
// million items reads none of them again.
//
// Which contract: of those for (merchant, sub-mall, currency) whose valid days contain the basis date and
// that were known at the time asked for, the one known last. A sub-mall's own come first; where it has none
// for the day, the merchant's (sub_mall empty) counts.
//
// Which basis date, as that depends on the contract: the contract of the movement's day says what the basis
// is (by the cycle of its method); the contract of the basis date then settles. What gives back (a cancel, a
// reversal) may come when none holds any more: its fee is the approval's, and it is dated by the contract
// that held last.
//
// What a network cancel undid counts from the day on which that was confirmed, with its reversal; until then
// it has no basis date (OpenItem::not_before).
//
// "Held last": of those that began, the one that ended last (an open one never ends); of several, the one
// known last. A contract that is approved late for days long past doesn't hold last.
//
// Threads: after load() any; add() one at a time.
#pragma once

#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "domain/settlement/calendar.h"
#include "domain/settlement/contract.h"
#include "engine/money/money_reader.h"

namespace wonjang::money {

constexpr Instant kEver{std::numeric_limits<std::int64_t>::max()};

struct UsableCalendar {
  settlement::Calendar calendar;
  settlement::BusinessDays days;
};

// What an item is settled by.
struct Terms {
  const settlement::Contract* contract = nullptr;  // null: none for the basis date
  std::optional<BusinessDate> basis;  // nothing: its slip isn't requested yet, or it is being undone
};

class ContractBook {
 public:
  // What `reader` holds and was known at `known_at`. Errors: those of the reader.
  static Result<ContractBook> load(const MoneyReader& reader, Instant known_at = kEver);
  // One merchant's contracts and nothing else: for the terms of its items.
  static Result<ContractBook> load_contracts_of(const MoneyReader& reader, MerchantId merchant);

  // As decided later than everything that is there.
  void add(settlement::Contract contract, Instant known_at);
  void add(settlement::Calendar calendar);
  void add(settlement::Canary canary);

  const settlement::Contract* find(MerchantId merchant, std::string_view sub_mall, Currency currency,
                                   BusinessDate basis, Instant known_at = kEver) const;
  Terms terms_of(const OpenItem& open) const;
  // By which the merchant is paid on `date`: the merchant's own contract (not a sub-mall's), or when none
  // holds any more, the one that held last: a merchant that left is still owed its rest. Null: it never had
  // one.
  const settlement::Contract* paying(MerchantId merchant, Currency currency, BusinessDate date) const;
  // A sub-mall's contract of the merchant that names another account, or keeps back another sum, than
  // `paying` does: all is paid as one, so its money would go where nobody agreed to. Such a contract isn't
  // taken any more (fault_of() in contract.h); there may be older ones. Null: none.
  const settlement::Contract* paid_elsewhere(const settlement::Contract& paying, BusinessDate date) const;

  // The newest version; null: no such code.
  const UsableCalendar* calendar(std::string_view code) const;
  // Codes that the contracts that hold on `date` name, sorted.
  std::vector<std::string> calendars_used_on(BusinessDate date) const;

  // The canary that tries something out on this approval: of several the first by name. Null: none.
  const settlement::Canary* canary_for(const settlement::Contract& contract,
                                       const settlement::Item& item) const;
  // Is the merchant moved over, by decision or by clean days?
  bool is_promoted(const settlement::Canary& canary, MerchantNo merchant) const;
  // Of the merchant, before this job; null: it has none.
  const CanaryCount* canary_count(std::string_view canary, MerchantNo merchant) const;
  // Those that aren't stopped, by name.
  std::vector<const settlement::Canary*> canaries() const;

  const std::deque<Known<settlement::Contract>>& contracts() const { return contracts_; }
  // When the newest of what was loaded became known. The ledger's clock may be ahead of the wall's.
  Instant newest_known_at() const { return newest_known_at_; }

 private:
  struct Trial {
    settlement::Canary canary;
    std::unordered_set<MerchantId> merchants;
    std::unordered_map<MerchantNo, CanaryCount> counts;
  };
  const settlement::Contract* find_own(MerchantId merchant, std::string_view sub_mall, Currency currency,
                                       BusinessDate basis, Instant known_at) const;
  // The one that holds on `date`, or held last; of exactly this sub-mall.
  const settlement::Contract* held_own(MerchantId merchant, std::string_view sub_mall, Currency currency,
                                       BusinessDate date) const;
  const settlement::Contract* find_for(const OpenItem& open, BusinessDate basis) const;

  Instant newest_known_at_;
  std::deque<Known<settlement::Contract>> contracts_;  // addresses stay
  std::unordered_map<MerchantId, std::vector<const Known<settlement::Contract>*>> by_merchant_;
  std::map<std::string, std::unique_ptr<UsableCalendar>, std::less<>> calendars_;
  std::map<std::string, Trial, std::less<>> trials_;
};

// May `contract` be used for this basis date?
bool holds_on(const settlement::Contract& contract, BusinessDate basis);

}  // namespace wonjang::money
