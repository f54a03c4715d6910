#include "engine/money/explain_line.h"

#include <algorithm>

#include "domain/settlement/explain_dates.h"
#include "domain/settlement/terms_for.h"
#include "engine/money/contract_book.h"

namespace wonjang::money {

using settlement::Calendar;
using settlement::CannotSettle;
using settlement::ExplainStep;
using settlement::LineKind;
using settlement::SettlementLine;

namespace {

// A basis date by what the line's own item says; `differs` is empty when it may be.
struct BasisAgain {
  ExplainStep step;
  std::string differs;
};

class Again {
 public:
  Again(const MoneyReader& reader, LineSource& source, LineExplained& out)
      : reader_(reader),
        source_(source),
        out_(out),
        line_(out.whole.line()),
        cycle_(settlement::cycle_for(out.whole.contract(), line_.item)) {}

  // Steps of the days, and what is different when the line is computed again.
  Result<void> all() {
    by_which_terms();
    WJ_TRY(auto basis, basis_again());
    differs(basis.differs);
    WJ_TRY(const auto calendars, reader_.calendars());
    const auto* calendar = version_of(calendars, out_.whole.chunk().calendar_version);
    if (line_.payout_date != BusinessDate{} || calendar != nullptr) days(std::move(basis.step), calendar);
    WJ_CHECK(moved());
    const auto again = settlement::computed_again(line_, out_.whole.contract());
    if (const auto* why = std::get_if<CannotSettle>(&again)) {
      differs(why->code + ": " + why->detail);
    } else if (std::get<SettlementLine>(again) != line_) {
      differs("calculator " + std::string(settlement::kCalculator) +
              " gives something else from this snapshot than calculator " + out_.whole.chunk().calculator);
    }
    out_.recomputed = out_.why_not_recomputed.empty();
    return {};
  }

 private:
  using Calendars = std::vector<Known<Calendar>>;

  void by_which_terms() {
    const auto& contract = out_.whole.contract();
    if (const auto* own = settlement::own_cycle_for(contract, line_.item)) out_.dated_by = own->name;
    if (line_.item.of_version != 0) return;
    if (const auto* own = settlement::own_fees_for(contract.fees, line_.item)) out_.charged_by = own->name;
  }
  // For the sentence that begins the days.
  std::string by_which_cycle() const {
    return out_.dated_by.empty() ? std::string() : "; counted by " + out_.dated_by;
  }

  void differs(const std::string& why) {
    if (why.empty()) return;
    if (!out_.why_not_recomputed.empty()) out_.why_not_recomputed += "; ";
    out_.why_not_recomputed += why;
  }

  const Calendar* version_of(const Calendars& calendars, std::uint32_t version) const {
    for (const auto& known : calendars) {
      if (known.value.code == out_.whole.chunk().calendar && known.value.version == version)
        return &known.value;
    }
    return nullptr;
  }

  void days(ExplainStep basis, const Calendar* calendar) {
    const auto& chunk = out_.whole.chunk();
    if (calendar == nullptr)
      return differs("calendar " + chunk.calendar + " version " + std::to_string(chunk.calendar_version) +
                     ", which dated it, isn't there");
    auto dates =
        settlement::explain_dates(line_, cycle_, *calendar, settlement::BusinessDays(*calendar), chunk.date);
    if (!dates.steps.empty()) {
      basis.formula += by_which_cycle();
      out_.steps.push_back(std::move(basis));
    }
    for (auto& step : dates.steps) out_.steps.push_back(std::move(step));
    differs(dates.differs);
  }

  // Since then. By the event that did it: a later version of the calendar may give the same day and has
  // moved nothing.
  Result<void> moved() {
    const BusinessDate was = line_.payout_date;
    const BusinessDate now = out_.now.payout_date;
    if (now == was || !out_.now.redated_at) return {};
    if (was == BusinessDate{}) {
      out_.steps.push_back(
          {"payout date", "a manual cycle: a payout run gave it " + to_text(now) + by_which_cycle(), 0, now});
      return {};
    }
    WJ_TRY(const auto by, source_.redating(out_.now));
    std::string formula = "calendar " + by.calendar + " version " + std::to_string(by.version) +
                          " moved it from " + to_text(by.from) + " to " + to_text(now);
    if (by.from != was) formula += "; earlier versions had moved it there from " + to_text(was);
    out_.steps.push_back({"payout date", std::move(formula), 0, now});
    return {};
  }

  Result<BasisAgain> basis_again() const {
    const auto& item = line_.item;
    if (item.kind == LineKind::adjustment) return basis_of_adjusted();
    const BusinessDate moved = business_date_of(item.at);
    const auto asked = settlement::basis_of(item, cycle_.basis);
    BasisAgain out{{"basis", "", 0, line_.basis}, {}};
    if (line_.basis == moved) out.step.formula = "the day of the movement";
    if (item.has_acquisition && item.acquired != BusinessDate{} && line_.basis == item.acquired &&
        asked == line_.basis)
      out.step.formula = "the day on which its slip was requested";
    // Another contract held on the day of the movement, and that one said what counts.
    const bool other_contract = !holds_on(out_.whole.contract(), moved);
    const bool one_of_its_days =
        line_.basis == moved || (item.has_acquisition && line_.basis == item.acquired);
    if (asked == line_.basis || (other_contract && one_of_its_days)) {
      if (out.step.formula.empty()) out.step.formula = "the day on which its slip was requested";
      return out;
    }
    WJ_TRY(const bool was_undone, undone_on(line_.basis));
    if (was_undone && line_.basis >= asked.value_or(moved)) {
      out.step.formula = "the day on which its network cancel was confirmed";
      return out;
    }
    out.step.formula = "as the line says";
    out.differs = "its basis date would be " + (asked ? to_text(*asked) : std::string("none")) +
                  ", the line says " + to_text(line_.basis);
    return out;
  }
  // The line's that it adjusts; adjustments of returns took their approval's once.
  Result<BasisAgain> basis_of_adjusted() const {
    LineKey key = line_.item.key;
    key.seq = 0;
    BasisAgain out{{"basis", "of the line that it adjusts, " + settlement::text_of(key), 0, line_.basis}, {}};
    WJ_TRY(const auto adjusted, reader_.line(key));
    if (adjusted && adjusted->basis == line_.basis) return out;
    key.version = line_.item.of_version;
    WJ_TRY(const auto approval, reader_.line(key));
    out.step.formula = "of the approval that it adjusts, " + settlement::text_of(key);
    if (!approval || approval->basis != line_.basis)
      out.differs = "its basis date isn't that of the line that it adjusts";
    return out;
  }
  Result<bool> undone_on(BusinessDate day) const {
    WJ_TRY(const auto lines, reader_.lines_of_payment(line_.item.key.payment));
    return std::ranges::any_of(lines, [&](const LineSummary& line) {
      return line.kind == LineKind::reversal && business_date_of(line.at) == day;
    });
  }

  const MoneyReader& reader_;
  LineSource& source_;
  LineExplained& out_;
  const SettlementLine& line_;
  const settlement::Cycle& cycle_;  // by which it was dated
};

}  // namespace

Result<std::optional<LineExplained>> explain_line(const MoneyReader& reader, LineSource& source,
                                                  const LineKey& key) {
  WJ_TRY(const auto summary, reader.line(key));
  if (!summary) return std::optional<LineExplained>();
  WJ_TRY(const auto whole, source.line(*summary));
  LineExplained out{*summary, whole, settlement::explain(whole.line(), whole.contract()), {}, {}, {},
                    false,    {}};
  if (key.seq == 0) {
    WJ_TRY(out.matched_in, reader.rows_matched_with(key));
  }
  WJ_CHECK(Again(reader, source, out).all());
  return std::optional(std::move(out));
}

}  // namespace wonjang::money
