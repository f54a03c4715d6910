#include "engine/money/reconcile.h"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/money/acquire.h"

namespace wonjang::money {

using settlement::Deposited;
using settlement::FileId;
using settlement::FileImported;
using settlement::FileMatched;
using settlement::Match;

namespace {

constexpr std::size_t kRowsPerEvent = 1'000;
constexpr std::size_t kMatchBytesPerEvent = 100 * 1024;

std::size_t bytes_of(const Match& match) { return 96 + match.why.size() + 48 * match.ours.size(); }

struct Sum {
  std::int64_t amount = 0;
  std::int64_t fee = 0;
};

// Writes what a match came to behind what stands of `file`.
class MatchWriter {
 public:
  MatchWriter(const MoneyPorts& ports, const MoneyReader::FileNow& file, const JobOwner& owner)
      : ports_(ports), file_(file), version_(file.version), owner_(owner) {}

  // The first event brings the new sums, those behind it only rows.
  Result<void> write(Matched matched) {
    const Sum before{file_.matched_amount, file_.matched_fee};
    const Sum after{matched.amount, matched.fee};
    tolerance_ = matched.tolerance;
    FileMatched body = body_of(before, after);
    body.deposits = deposits_from(file_.deposits, matched.deposits);
    std::size_t bytes = 0;
    for (auto& match : matched.matches) {
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

 private:
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
    out.tolerance_amount = tolerance_.amount;
    out.tolerance_days = tolerance_.date_days;
    return out;
  }

  // By account, with what stood: also accounts to which nothing is left.
  static std::vector<Deposited> deposits_from(const std::vector<Deposited>& before,
                                              const std::vector<Deposited>& after) {
    std::map<std::uint16_t, Deposited> out;
    for (const auto& one : before) {
      auto& stood = out[one.account];
      stood.account = one.account;
      stood.amount_before = one.amount;
      stood.fee_before = one.fee;
      stood.difference_before = one.difference;
    }
    for (const auto& one : after) {
      auto& said = out[one.account];
      said.account = one.account;
      said.amount = one.amount;
      said.fee = one.fee;
      said.difference = one.difference;
    }
    std::vector<Deposited> list;
    for (const auto& [account, one] : out) list.push_back(one);
    return list;
  }

  Result<void> append(FileMatched body) {
    Facts facts{file_.file.raw(), version_, {}, file_.currency, owner_.actor, owner_.reason, {}};
    facts.bodies.emplace_back(std::move(body));
    ++version_;
    return ports_.sink.append(std::move(facts));
  }

  const MoneyPorts& ports_;
  const MoneyReader::FileNow& file_;
  std::uint32_t version_;
  const JobOwner& owner_;
  settlement::MatchTolerance tolerance_;
};

// The rows that aren't recorded yet; `now` comes to stand behind them.
Result<void> record_rows(const MoneyPorts& ports, const FileToImport& file, MoneyReader::FileNow& now,
                         const JobOwner& owner) {
  for (std::size_t i = now.rows; i < file.rows.size(); i += kRowsPerEvent) {
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
    Facts facts{file.file.raw(), now.version, {}, file.currency, owner.actor, owner.reason, {}};
    facts.bodies.emplace_back(std::move(body));
    WJ_CHECK(ports.sink.append(std::move(facts)));
    now.version += 1;
    now.rows = static_cast<std::uint32_t>(to);
  }
  return ports.sink.drain();
}

// As it stands, or as it will once its first row is recorded.
Result<MoneyReader::FileNow> file_to_import(const MoneyReader& reader, const FileToImport& file) {
  WJ_TRY(auto known, reader.file(file.file));
  if (known && known->sha256 != file.sha256)
    return invalid("another file stands under this id: import this one under a key of its own");
  if (known) return *std::move(known);
  MoneyReader::FileNow out;
  out.file = file.file;
  out.name = file.name;
  out.sha256 = file.sha256;
  out.kind = file.kind;
  out.acquirer = file.acquirer;
  out.currency = file.currency;
  return out;
}

// What a file of acquisitions says of slips, and then what all of it came to.
Result<MatchReport> act_on(const MoneyPorts& ports, const KvSnapshot& snapshot,
                           const MoneyReader::FileNow& file, const std::vector<settlement::FileRow>& rows,
                           const std::vector<Match>& before, const JobOwner& owner, Matched matched) {
  if (file.kind == settlement::FileKind::acquisition)
    WJ_CHECK(acquire(ports, snapshot, file, rows, before, owner, matched));
  const auto report = matched.report;
  WJ_CHECK(MatchWriter(ports, file, owner).write(std::move(matched)));
  return report;
}

}  // namespace

// Matched first: what would be refused leaves no rows behind.
Result<MatchReport> import_file(const MoneyPorts& ports, const FileToImport& file,
                                const MatchOptions& options, const JobOwner& owner) {
  if (file.rows.empty()) return invalid("the file has no rows: there is nothing to import");
  WJ_TRY(const auto pass, ports.gate.enter({"an import of " + file.name, owner.holder, ports.clock.now()}));
  WJ_TRY(const auto snapshot, ports.now.caught_up());
  const MoneyReader reader(*snapshot);
  WJ_TRY(auto now, file_to_import(reader, file));
  WJ_TRY(const auto before, reader.matches_of(file.file));
  WJ_TRY(auto matched, match_rows_of(reader, now, file.rows, before, options));
  WJ_CHECK(record_rows(ports, file, now, owner));
  return act_on(ports, *snapshot, now, file.rows, before, owner, std::move(matched));
}

Result<MatchReport> match_file(const MoneyPorts& ports, const FileId& file, const MatchOptions& options,
                               const JobOwner& owner) {
  WJ_TRY(const auto pass, ports.gate.enter({"a match of " + file.text(), owner.holder, ports.clock.now()}));
  WJ_TRY(const auto snapshot, ports.now.caught_up());
  const MoneyReader reader(*snapshot);
  WJ_TRY(const auto now, reader.file(file));
  if (!now) return not_found("there is no such file");
  WJ_TRY(const auto rows, reader.rows_of(file));
  WJ_TRY(const auto before, reader.matches_of(file));
  WJ_TRY(auto matched, match_rows_of(reader, *now, rows, before, options));
  return act_on(ports, *snapshot, *now, rows, before, owner, std::move(matched));
}

}  // namespace wonjang::money
