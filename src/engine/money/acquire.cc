#include "engine/money/acquire.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/assert.h"
#include "engine/money/reader_parts.h"
#include "engine/money/slip_book.h"

namespace wonjang::money {

using settlement::FileRow;
using settlement::Match;
using settlement::MatchState;

namespace {

constexpr std::size_t kApprovalsAtOnce = 512;

using RowAndLine = std::pair<std::uint32_t, LineKey>;

// An approval that a row is matched with.
struct Named {
  std::size_t match = 0;
  LineKey line;
};

class Acquiring {
 public:
  Acquiring(const MoneyPorts& ports, const KvSnapshot& snapshot, const MoneyReader::FileNow& file,
            const JobOwner& owner, Matched& matched)
      : ports_(ports), snapshot_(snapshot), file_(file), owner_(owner), matched_(matched) {
    WJ_ASSERT(ports_.slips != nullptr);
  }

  Result<void> run(const std::vector<FileRow>& rows, const std::vector<Match>& before) {
    for (const auto& row : rows) rows_[row.line_no] = &row;
    for (const auto& old : before) {
      if (old.line_no == 0) continue;
      if (old.state == MatchState::resolved) resolved_.insert(old.line_no);
      if (old.state != MatchState::matched) continue;
      for (const auto& line : old.ours) done_.emplace(old.line_no, line);
    }
    std::vector<Named> named;
    for (std::size_t i = 0; i < matched_.matches.size(); ++i) {
      const auto& match = matched_.matches[i];
      if (match.state != MatchState::matched || match.line_no == 0) continue;
      for (const auto& line : match.ours) {
        named.push_back({i, line});
        if (named.size() < kApprovalsAtOnce) continue;
        WJ_CHECK(acquire_these(named));
        named.clear();
      }
    }
    WJ_CHECK(acquire_these(named));
    break_refused();
    return {};
  }

 private:
  Result<void> acquire_these(const std::vector<Named>& named) {
    if (named.empty()) return {};
    std::vector<std::string> keys;
    for (const auto& one : named) keys.push_back(one.line.payment.raw().to_bytes());
    WJ_TRY(const auto stored, snapshot_.get_many(kPayments, keys));
    std::vector<SlipStep> steps;
    std::vector<std::size_t> of_match;
    for (std::size_t i = 0; i < named.size(); ++i) {
      if (!stored[i]) return corrupt("payment " + named[i].line.payment.text() + " isn't there");
      WJ_TRY(const auto state, decoded<PaymentState>(*stored[i], "a payment"));
      add_steps(state, named[i], steps);
      of_match.resize(steps.size(), named[i].match);
    }
    if (steps.empty()) return {};
    WJ_TRY(const auto answers, ports_.slips->record(steps, owner_.actor, "file " + file_.name));
    for (std::size_t i = 0; i < steps.size(); ++i) {
      // Whether it could be requested shows in whether it could be completed.
      if (!answers[i].is_refused || steps[i].command.state != AcquisitionState::completed) continue;
      refused_.try_emplace(of_match[i], answers[i].why);
    }
    return {};
  }

  void add_steps(const PaymentState& state, const Named& one, std::vector<SlipStep>& steps) const {
    const auto& match = matched_.matches[one.match];
    const auto move = std::ranges::find(state.moves, one.line.version, &journal::Movement::version);
    if (move == state.moves.end() || move->kind != settlement::LineKind::approval) return;
    const auto* approval = state.money.find(move->approval);
    if (approval == nullptr || !approval->has_acquisition) return;
    const bool has_slip = approval->acquired != BusinessDate{};
    if (has_slip && done_.contains({match.line_no, one.line})) return;
    RecordAcquisition command;
    command.approval = move->approval;
    // Dates may differ by the tolerance; nothing is acquired before it was approved.
    command.at = std::max(start_of(rows_.at(match.line_no)->date), move->at);
    if (!has_slip) {
      command.state = AcquisitionState::requested;
      steps.push_back({one.line.payment, command});
    }
    command.state = AcquisitionState::completed;
    steps.push_back({one.line.payment, std::move(command)});
  }

  void break_refused() {
    std::set<std::uint32_t> left_out;
    for (const auto& [index, why] : refused_) {
      auto& match = matched_.matches[index];
      const FileRow& row = *rows_.at(match.line_no);
      matched_.amount -= row.amount;
      matched_.fee -= row.fee;
      --matched_.report.matched;
      if (match.reason == settlement::kWithinTolerance) {
        --matched_.report.within_tolerance;
        matched_.report.difference -= match.amount_delta;
      }
      if (resolved_.contains(match.line_no)) {
        left_out.insert(match.line_no);
        continue;
      }
      ++matched_.report.breaks;
      match.state = MatchState::not_matched;
      match.reason = "SLIP_REFUSED";
      match.why = "our movement fits (" + match.matched_by + "), but its slip can't be completed: " + why;
      match.matched_by.clear();
    }
    std::erase_if(matched_.matches,
                  [&](const Match& match) { return match.line_no != 0 && left_out.contains(match.line_no); });
  }

  const MoneyPorts& ports_;
  const KvSnapshot& snapshot_;
  const MoneyReader::FileNow& file_;
  const JobOwner& owner_;
  Matched& matched_;
  std::map<std::uint32_t, const FileRow*> rows_;
  std::set<std::uint32_t> resolved_;
  std::set<RowAndLine> done_;
  std::map<std::size_t, std::string> refused_;  // by the match's place
};

}  // namespace

Result<void> acquire(const MoneyPorts& ports, const KvSnapshot& snapshot, const MoneyReader::FileNow& file,
                     const std::vector<FileRow>& rows, const std::vector<Match>& before,
                     const JobOwner& owner, Matched& matched) {
  return Acquiring(ports, snapshot, file, owner, matched).run(rows, before);
}

}  // namespace wonjang::money
