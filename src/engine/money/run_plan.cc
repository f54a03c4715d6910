#include "engine/money/run_plan.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "engine/money/run.h"
#include "engine/money/run_scope.h"
#include "engine/money/settler.h"

namespace wonjang::money {
namespace {

class Planner {
 public:
  Planner(const KvSnapshot& snapshot, const ContractBook& book, const RunScope& scope, BusinessDate last_day,
          std::size_t merchants_max, RunPlan& out)
      : reader_(snapshot),
        scope_(scope),
        merchants_max_(merchants_max),
        out_(out),
        settler_(book, scope, reader_, last_day,
                 [this](SettledChunk&& chunk) { return count(std::move(chunk)); }) {}

  Result<void> plan() {
    WJ_CHECK(each_due(
        reader_, scope_, [this](DueItem&& due) { return take(std::move(due)); },
        [this](const OpenItem& open, const Scoped& scoped) { pass_over(open, scoped); }));
    WJ_CHECK(settler_.settle(batch_));
    return finish();
  }

 private:
  struct OfMerchant {
    MerchantId merchant;
    ControlTotals totals;
  };
  struct Refused {  // of one code and merchant
    MerchantId merchant;
    std::string first;  // what is wrong with it
    BusinessDate from;
    BusinessDate to;
    std::uint64_t count = 0;
  };

  Result<bool> take(DueItem&& due) {
    if (batch_.size() >= Settler::kItemsAtOnce &&
        batch_.back().open.item.key.payment != due.open.item.key.payment) {
      WJ_CHECK(settler_.settle(batch_));
      batch_.clear();
    }
    merchants_.insert(due.open.merchant_no);
    due.open.failed.clear();  // so that it is handed over as failing again
    batch_.push_back(std::move(due));
    return true;
  }

  void pass_over(const OpenItem& open, const Scoped& scoped) {
    if (scoped.scope == Scope::undated) ++out_.undated;
    if (open.not_before == kNotYet) {
      ++undoing_;
    } else if (scoped.scope == Scope::undated) {
      ++without_slip_;
    }
    if (scoped.scope != Scope::waiting) return;
    ++out_.waiting;
    ++waiting_by_date_[*scoped.terms.basis];
  }

  Result<void> count(SettledChunk&& chunk) {
    auto found = by_merchant_.find({chunk.merchant_no, chunk.currency});
    if (found == by_merchant_.end()) {
      found =
          by_merchant_.emplace(std::pair{chunk.merchant_no, chunk.currency}, OfMerchant{chunk.merchant, {}})
              .first;
    }
    for (const auto& line : chunk.body.lines) found->second.totals.add(chunk.currency, line);
    for (const auto& failed : chunk.body.failed) {
      found->second.totals.add_failed(chunk.currency);
      note_refused(chunk, failed);
    }
    return {};
  }

  void note_refused(const SettledChunk& chunk, const settlement::FailedItem& failed) {
    auto& refused = refused_[failed.code][chunk.merchant_no];
    const auto day = business_date_of(failed.item.at);
    if (refused.count++ == 0) {
      refused.merchant = chunk.merchant;
      refused.first = failed.detail;
      refused.from = refused.to = day;
    }
    refused.from = std::min(refused.from, day);
    refused.to = std::max(refused.to, day);
  }

  Result<void> finish() {
    const Settled& settled = settler_.settled();
    out_.items = settled.items;
    out_.late = settled.late;
    out_.merchants_total = merchants_.size();
    out_.totals = settled.totals.rows();
    for (const auto& [key, of_merchant] : by_merchant_) {
      for (const auto& row : of_merchant.totals.rows()) {
        if (out_.merchants.size() < merchants_max_) {
          out_.merchants.push_back({key.first, of_merchant.merchant, row});
        } else {
          out_.truncated = true;
        }
      }
    }
    for (const auto& [date, count] : waiting_by_date_) {
      out_.problems.push_back({"EARLIER_DATE_NEVER_RAN",
                               "items of " + to_text(date) + " wait for that day's own run: run it first",
                               count});
    }
    if (undoing_ > 0) {
      out_.problems.push_back({"BEING_UNDONE",
                               "approvals whose network cancel isn't confirmed, and their cancels, aren't "
                               "settled before they are: see GET /v1/in-doubt",
                               undoing_});
    }
    if (without_slip_ > 0) {
      out_.problems.push_back({"NO_SLIP",
                               "items whose contract counts from the slip (basis ACQUISITION) and whose slip "
                               "isn't requested: import the acquirer's file of acquisitions (`wonjang "
                               "reconcile import FILE --kind ACQUISITION`), or POST "
                               "/v1/payments/{paymentId}/acquisitions",
                               without_slip_});
    }
    add_refused();
    return {};
  }

  void add_refused() {
    std::vector<PlanProblem> refused;
    std::vector<PlanProblem> others;
    for (const auto& [code, by_merchant] : refused_) {
      if (auto rest = add_most(code, by_merchant, refused)) others.push_back(*std::move(rest));
    }
    std::ranges::stable_sort(refused, std::greater(), &PlanProblem::count);
    for (auto* list : {&refused, &others})
      out_.problems.insert(out_.problems.end(), list->begin(), list->end());
  }

  // Those of the merchants with most of them; gives the rest as one, if there is any.
  std::optional<PlanProblem> add_most(const std::string& code,
                                      const std::map<MerchantNo, Refused>& by_merchant,
                                      std::vector<PlanProblem>& out) const {
    std::vector<const Refused*> most;
    for (const auto& [number, refused] : by_merchant) most.push_back(&refused);
    std::ranges::stable_sort(most, std::greater(), &Refused::count);
    std::uint64_t others = 0;
    for (std::size_t i = 0; i < most.size(); ++i) {
      if (i < kProblemMerchantsMax) {
        out.push_back({code, in_words(*most[i]), most[i]->count, most[i]->merchant});
      } else {
        others += most[i]->count;
      }
    }
    if (others == 0) return std::nullopt;
    return PlanProblem{code,
                       "and " + std::to_string(most.size() - kProblemMerchantsMax) +
                           " more merchants, none with more of them",
                       others};
  }

  static std::string in_words(const Refused& refused) {
    if (refused.count == 1) return refused.first;
    const auto days = refused.from == refused.to ? to_text(refused.from)
                                                 : to_text(refused.from) + " to " + to_text(refused.to);
    return std::to_string(refused.count) + " items of " + days + ", the first: " + refused.first;
  }

  const MoneyReader reader_;
  const RunScope& scope_;
  const std::size_t merchants_max_;
  RunPlan& out_;
  Settler settler_;
  std::vector<DueItem> batch_;
  std::set<MerchantNo> merchants_;
  std::map<std::pair<MerchantNo, Currency>, OfMerchant> by_merchant_;
  std::map<BusinessDate, std::uint64_t> waiting_by_date_;
  std::map<std::string, std::map<MerchantNo, Refused>> refused_;  // by code
  std::uint64_t undoing_ = 0;
  std::uint64_t without_slip_ = 0;
};

}  // namespace

Result<RunPlan> plan_run(const KvSnapshot& snapshot, const Clock& clock, const PlanOptions& options) {
  const MoneyReader reader(snapshot);
  RunPlan out;
  out.date = options.date;
  WJ_TRY(out.run, reader.run(options.date));
  WJ_TRY(const auto book, ContractBook::load(reader));
  WJ_TRY(const auto scope, RunScope::load(reader, book, options.date));
  if (out.run && out.run->started && !out.run->ended) {
    out.problems.push_back({"RUN_UNDER_WAY",
                            "a run for the date was started by " + out.run->started->holder + " at " +
                                to_rfc3339(out.run->started->known_at) + " and hasn't ended",
                            1});
  }
  if (options.date >= business_date_of(clock.now())) {
    out.problems.push_back(
        {"DAY_NOT_OVER", "the day isn't over: what comes after the run is settled late", 1});
  }
  if (auto why = calendars_too_short(book, options.date)) {
    out.problems.push_back({"CALENDAR_SHORT", *std::move(why), 1});
  }
  WJ_TRY(const auto last_day, reader.last_open_day(options.date));
  WJ_CHECK(
      Planner(snapshot, book, scope, last_day.value_or(options.date), options.merchants_max, out).plan());
  return out;
}

}  // namespace wonjang::money
