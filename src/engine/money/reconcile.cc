#include "engine/money/reconcile.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace wonjang::money {

using settlement::FileId;
using settlement::FileImported;
using settlement::FileKind;
using settlement::FileMatched;
using settlement::FileRow;
using settlement::Match;
using settlement::MatchState;
using settlement::OurMovement;

namespace {

constexpr std::size_t kRowsPerEvent = 1'000;
constexpr std::size_t kMatchBytesPerEvent = 100 * 1024;
constexpr std::uint32_t kFilesLookedAt = 10'000;

std::size_t bytes_of(const Match& match) { return 96 + match.why.size() + 48 * match.ours.size(); }

OurMovement movement_of(const MoneyReader::Candidate& candidate) {
  return {candidate.key, candidate.card_tail, candidate.amount, candidate.day};
}

// Files that name no acquirer's code of ours (banks) meet every movement of the number.
bool is_of(const MoneyReader::Candidate& candidate, const std::string& acquirer) {
  return candidate.acquirer.empty() || candidate.acquirer == acquirer;
}

struct Days {
  BusinessDate first;
  BusinessDate last;
};
std::optional<Days> days_of(const std::vector<FileRow>& rows) {
  if (rows.empty()) return std::nullopt;
  const auto [first, last] = std::ranges::minmax(rows, {}, &FileRow::date);
  return Days{first.date, last.date};
}

struct Sum {
  std::int64_t amount = 0;
  std::int64_t fee = 0;
};

class Matching {
 public:
  Matching(const MoneyPorts& ports, const MoneyReader& reader, MoneyReader::FileNow file, Currency currency,
           const settlement::MatchTolerance& tolerance, const JobOwner& owner)
      : ports_(ports),
        reader_(reader),
        file_(std::move(file)),
        currency_(currency),
        tolerance_(tolerance),
        owner_(owner) {}

  Result<MatchReport> run() {
    WJ_TRY(rows_, reader_.rows_of(file_.file));
    WJ_TRY(before_, reader_.matches_of(file_.file));
    WJ_TRY(auto matches, match_rows());
    WJ_TRY(auto ours, match_ours(matches));
    keep_resolutions(matches);
    WJ_TRY(const auto after, sum_of(matches));
    MatchReport report{rows_.size(), 0, 0, 0};
    report.only_ours =
        static_cast<std::uint64_t>(std::ranges::count(ours, MatchState::not_matched, &Match::state));
    std::ranges::move(ours, std::back_inserter(matches));
    for (const auto& match : matches) {
      if (match.state == MatchState::matched) ++report.matched;
      if (match.state == MatchState::not_matched || match.state == MatchState::incomparable) ++report.breaks;
    }
    WJ_CHECK(record(std::move(matches), after));
    return report;
  }

 private:
  Result<std::vector<Match>> match_rows() const {
    std::optional<Error> failed;
    const auto ours = [&](const std::string& number) {
      std::vector<OurMovement> out;
      const auto found = reader_.candidates(number);
      if (!found) {
        failed = found.error();
        return out;
      }
      for (const auto& candidate : *found) {
        if (is_of(candidate, file_.acquirer)) out.push_back(movement_of(candidate));
      }
      return out;
    };
    auto matches = settlement::match_rows(rows_, ours, tolerance_);
    if (failed) return *failed;
    return matches;
  }

  // What the file should have named and didn't; lines that stood so and don't any more are said to be
  // settled.
  Result<std::vector<Match>> match_ours(const std::vector<Match>& matches) const {
    const auto days = days_of(rows_);
    if (!days) return std::vector<Match>();
    WJ_TRY(const auto elsewhere, matched_elsewhere());
    std::vector<OurMovement> expected;
    WJ_CHECK(reader_.each_candidate([&](const MoneyReader::Candidate& candidate) -> Result<bool> {
      const bool is_due = candidate.acquirer == file_.acquirer && candidate.day >= days->first &&
                          candidate.day <= days->last && !elsewhere.contains(candidate.key);
      if (is_due) expected.push_back(movement_of(candidate));
      return true;
    }));
    auto missing = settlement::only_ours(expected, matches);
    std::set<LineKey> still;
    for (const auto& match : missing) still.insert(match.ours.begin(), match.ours.end());
    for (const auto& old : before_) {
      const bool was_missing = old.line_no == 0 && old.state == MatchState::not_matched && !old.ours.empty();
      if (!was_missing || still.contains(old.ours.front()) || is_named(matches, old.ours.front())) continue;
      Match settled = old;
      settled.state = MatchState::resolved;
      settled.why = "named by another file of the acquirer, or not expected in this one any more";
      missing.push_back(std::move(settled));
    }
    std::erase_if(missing, [this](const Match& match) { return is_resolved(match); });
    return missing;
  }

  static bool is_named(const std::vector<Match>& matches, const LineKey& key) {
    return std::ranges::any_of(matches, [&](const Match& match) {
      return match.line_no != 0 && std::ranges::find(match.ours, key) != match.ours.end();
    });
  }

  bool is_resolved(const Match& match) const {
    return std::ranges::any_of(before_, [&](const Match& old) {
      return old.state == MatchState::resolved && old.line_no == 0 && match.line_no == 0 &&
             old.ours == match.ours;
    });
  }

  // A person's word stands unless the row matches now.
  void keep_resolutions(std::vector<Match>& matches) const {
    std::set<std::uint32_t> resolved;
    for (const auto& old : before_) {
      if (old.line_no != 0 && old.state == MatchState::resolved) resolved.insert(old.line_no);
    }
    std::erase_if(matches, [&](const Match& match) {
      return match.state != MatchState::matched && resolved.contains(match.line_no);
    });
  }

  Result<std::set<LineKey>> matched_elsewhere() const {
    std::set<LineKey> out;
    WJ_TRY(const auto files, reader_.files(kFilesLookedAt));
    for (const auto& other : files) {
      if (other.file == file_.file || other.kind != file_.kind || other.acquirer != file_.acquirer) continue;
      WJ_TRY(const auto matches, reader_.matches_of(other.file));
      for (const auto& match : matches) {
        if (match.state == MatchState::matched) out.insert(match.ours.begin(), match.ours.end());
      }
    }
    return out;
  }

  // Of the rows that are matched.
  Result<Sum> sum_of(const std::vector<Match>& matches) const {
    std::map<std::uint32_t, const FileRow*> by_line;
    for (const auto& row : rows_) by_line[row.line_no] = &row;
    Sum out;
    for (const auto& match : matches) {
      const auto row = by_line.find(match.line_no);
      if (match.state != MatchState::matched || row == by_line.end()) continue;
      if (__builtin_add_overflow(out.amount, row->second->amount, &out.amount) ||
          __builtin_add_overflow(out.fee, row->second->fee, &out.fee)) {
        return invalid("the rows of file " + file_.name + " add up beyond 64 bits: split the file");
      }
    }
    return out;
  }

  // The first event brings the new sums, those behind it only rows.
  Result<void> record(std::vector<Match> matches, const Sum& after) {
    const Sum before{file_.matched_amount, file_.matched_fee};
    FileMatched body = body_of(before, after);
    std::size_t bytes = 0;
    for (auto& match : matches) {
      const auto more = bytes_of(match);
      if (bytes + more > kMatchBytesPerEvent && !body.matches.empty()) {
        WJ_CHECK(append(std::move(body)));
        body = body_of(after, after);
        bytes = 0;
      }
      bytes += more;
      body.matches.push_back(std::move(match));
    }
    WJ_CHECK(append(std::move(body)));
    return ports_.sink.drain();
  }

  FileMatched body_of(const Sum& before, const Sum& after) const {
    FileMatched out;
    out.file = file_.file;
    out.kind = file_.kind;
    out.acquirer = file_.acquirer;
    out.as_of = business_date_of(ports_.clock.now());
    out.matched_amount = after.amount;
    out.matched_fee = after.fee;
    out.amount_before = before.amount;
    out.fee_before = before.fee;
    return out;
  }

  Result<void> append(FileMatched body) {
    Facts facts{file_.file.raw(), file_.version, {}, currency_, owner_.actor, owner_.reason, {}};
    facts.bodies.emplace_back(std::move(body));
    ++file_.version;
    return ports_.sink.append(std::move(facts));
  }

  const MoneyPorts& ports_;
  const MoneyReader& reader_;
  MoneyReader::FileNow file_;
  const Currency currency_;
  const settlement::MatchTolerance tolerance_;
  const JobOwner owner_;
  std::vector<FileRow> rows_;
  std::vector<Match> before_;
};

// Rows that aren't recorded yet, from `from` on; gives the version that the stream has then.
Result<void> record_rows(const MoneyPorts& ports, const FileToImport& file, std::size_t from,
                         std::uint32_t version, const JobOwner& owner) {
  for (std::size_t i = from; i < file.rows.size(); i += kRowsPerEvent, ++version) {
    const auto to = std::min(i + kRowsPerEvent, file.rows.size());
    FileImported body;
    body.file = file.file;
    body.name = file.name;
    body.sha256 = file.sha256;
    body.kind = file.kind;
    body.acquirer = file.acquirer;
    body.rows_total = static_cast<std::uint32_t>(file.rows.size());
    body.rows.assign(file.rows.begin() + static_cast<std::ptrdiff_t>(i),
                     file.rows.begin() + static_cast<std::ptrdiff_t>(to));
    Facts facts{file.file.raw(), version, {}, file.currency, owner.actor, owner.reason, {}};
    facts.bodies.emplace_back(std::move(body));
    WJ_CHECK(ports.sink.append(std::move(facts)));
  }
  return ports.sink.drain();
}

Result<MatchReport> match_again(const MoneyPorts& ports, const FileId& id, Currency currency,
                                const settlement::MatchTolerance& tolerance, const JobOwner& owner) {
  WJ_TRY(const auto snapshot, ports.now.caught_up());
  const MoneyReader reader(*snapshot);
  WJ_TRY(auto file, reader.file(id));
  if (!file) return not_found("there is no such file");
  return Matching(ports, reader, *std::move(file), currency, tolerance, owner).run();
}

}  // namespace

Result<MatchReport> import_file(const MoneyPorts& ports, const FileToImport& file,
                                const settlement::MatchTolerance& tolerance, const JobOwner& owner) {
  if (file.rows.empty()) return invalid("the file has no rows: there is nothing to import");
  WJ_TRY(const auto pass, ports.gate.enter({"an import of " + file.name, owner.holder, ports.clock.now()}));
  {
    WJ_TRY(const auto snapshot, ports.now.caught_up());
    WJ_TRY(const auto known, MoneyReader(*snapshot).file(file.file));
    if (known && known->sha256 != file.sha256) return conflict("another file stands under this id");
    const std::size_t recorded = known ? known->rows : 0;
    if (recorded < file.rows.size())
      WJ_CHECK(record_rows(ports, file, recorded, known ? known->version : 0, owner));
  }
  return match_again(ports, file.file, file.currency, tolerance, owner);
}

Result<MatchReport> match_file(const MoneyPorts& ports, const FileId& file, Currency currency,
                               const settlement::MatchTolerance& tolerance, const JobOwner& owner) {
  WJ_TRY(const auto pass, ports.gate.enter({"a match of " + file.text(), owner.holder, ports.clock.now()}));
  return match_again(ports, file, currency, tolerance, owner);
}

}  // namespace wonjang::money
