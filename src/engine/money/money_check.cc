#include "engine/money/money_check.h"

#include "engine/money/journal_spaces.h"
#include "engine/money/money.h"
#include "engine/money/reader_parts.h"
#include "engine/money/run_totals.h"

namespace wonjang::money {
namespace {

constexpr std::size_t kBatchBytes = std::size_t{16} << 20U;
constexpr std::size_t kShownBytes = 64;

std::string shown(std::string_view value) {
  if (value.size() <= kShownBytes) return "'" + to_hex(value) + "'";
  return "'" + to_hex(value.substr(0, kShownBytes)) + "...' (" + std::to_string(value.size()) + " bytes)";
}

class MoneyCheck {
 public:
  MoneyCheck(const MoneyToCheck& money, KvStore& empty, const MoneyCheckOptions& options)
      : money_(money), again_(empty), options_(options), projection_(money.log, money.codec) {}

  Result<MoneyReport> run() {
    WJ_CHECK(read_positions());
    WJ_CHECK(fold_again());
    const auto rebuilt = again_.snapshot();
    for (KvSpace space = 1; space < kSpaceCount; ++space) WJ_CHECK(compare(space, *rebuilt));
    WJ_CHECK(look_at_runs(*rebuilt));
    return std::move(report_);
  }

 private:
  // How far the checked store has folded, by its own word.
  Result<void> read_positions() {
    until_.resize(money_.log.books());
    WJ_CHECK(scan(money_.stored, kHouse, Key(Table::seen),
                  [&](std::string_view key_bytes, std::string_view value) -> Result<bool> {
                    KeyReader key(key_bytes);
                    const auto book = key.number();
                    if (!key.ok() || book >= until_.size()) {
                      differ(kHouse, key_bytes, "names a book that the ledger doesn't have");
                      return true;
                    }
                    const auto next = decoded<Position>(value, "a position");
                    if (next) until_[book] = *next;
                    return true;
                  }));
    const auto tails = money_.log.tails();
    for (std::uint32_t book = 0; book < until_.size(); ++book) {
      if (until_[book] <= tails[book]) continue;
      differ(kHouse, Key(Table::seen).number(book).bytes(),
             "says position " + std::to_string(until_[book]) + ", but the log ends at " +
                 std::to_string(tails[book]));
      until_[book] = tails[book];
    }
    is_at_the_end_ = until_ == tails;
    return {};
  }

  Result<void> fold_again() {
    WJ_CHECK(projection_.open(again_));
    LogPositions next(until_.size());
    for (bool more = true; more && report_.stopped.empty();) {
      more = false;
      for (std::uint32_t book = 0; book < until_.size(); ++book) {
        if (next[book] >= until_[book]) continue;
        WJ_TRY(next[book], fold_some(book, next[book]));
        more = more || next[book] < until_[book];
        if (!report_.stopped.empty()) return {};
      }
      if (options_.go_on && !options_.go_on(report_.events))
        return unavailable("the check of money was given up");
    }
    return {};
  }

  Result<Position> fold_some(std::uint32_t book, Position from) {
    WJ_TRY(auto stored, money_.log.read(book, from, options_.batch_units, kBatchBytes));
    std::vector<LogUnit> units;
    Position next = from;
    for (auto& unit : stored) {
      if (unit.next() > until_[book]) break;
      next = unit.next();
      report_.events += unit.events.size();
      units.push_back({book, std::move(unit)});
    }
    if (units.empty()) {
      differ(kHouse, Key(Table::seen).number(book).bytes(),
             "stands within a unit of the log, or behind its end");
      return until_[book];
    }
    KvBatch batch;
    if (const auto applied = projection_.apply(units, batch); !applied) {
      if (applied.error().kind != ErrorKind::corrupt) return applied.error();
      report_.stopped = applied.error().message;
      return next;
    }
    WJ_CHECK(again_.write(batch));
    projection_.committed();
    return next;
  }

  // The first record of `space` that isn't the same on both sides.
  Result<void> compare(KvSpace space, const KvSnapshot& rebuilt) {
    if (!report_.stopped.empty()) return {};
    const auto stored = money_.stored.scan(space, {}, {});
    const auto again = rebuilt.scan(space, {}, {});
    for (; stored->valid() && again->valid(); stored->next(), again->next()) {
      if (stored->key() != again->key() || stored->value() != again->value()) break;
      ++report_.records[space];
    }
    WJ_CHECK(again->status());
    if (const auto read = stored->status(); !read) {
      if (read.error().kind != ErrorKind::corrupt) return read.error();
      differ(space, again->valid() ? again->key() : std::string_view(),
             "can't be read: " + read.error().message);
      return {};
    }
    const bool has_stored = stored->valid() && (!again->valid() || stored->key() <= again->key());
    const bool has_again = again->valid() && (!stored->valid() || again->key() <= stored->key());
    if (has_stored && has_again) {
      differ(space, stored->key(),
             "different: money has " + shown(stored->value()) + ", the log gives " + shown(again->value()));
    } else if (has_stored) {
      differ(space, stored->key(), "money has it, the log doesn't give it");
    } else if (has_again) {
      differ(space, again->key(), "missing in money");
    }
    return {};
  }

  // Lines whose movement never came, runs that say another sum than their lines give: at the end of the log
  // nothing is left that could mend either. Lines may have come after the run (adjustments): then it says
  // nothing.
  Result<void> look_at_runs(const KvSnapshot& rebuilt) {
    if (!report_.stopped.empty() || !is_at_the_end_) return {};
    WJ_CHECK(scan(rebuilt, kFailed, Key(Table::early),
                  [&](std::string_view key, std::string_view) -> Result<bool> {
                    differ(kFailed, key, "a line settles what no event of the log moved");
                    return false;
                  }));
    WJ_TRY(const auto runs, MoneyReader(rebuilt).runs(BusinessDate{0}, BusinessDate{1 << 16}));
    for (const auto& run : runs) {
      if (!run.ended) continue;
      const auto found = sums_of(run.totals);
      for (const auto& [currency, said] : sums_of(run.ended->after)) {
        const auto at = found.find(currency);
        compare_run(run.date, at == found.end() ? RunSum() : at->second, said);
      }
    }
    return {};
  }

  void compare_run(BusinessDate date, const RunSum& found, const RunSum& said) {
    const bool is_same = found.gross == said.gross && found.fee == said.fee &&
                         found.fee_vat == said.fee_vat && found.net == said.net;
    if (found.lines > said.lines || (found.lines == said.lines && is_same)) return;
    differ(kHouse, Key(Table::run).day(date).bytes(),
           "the run ended with " + std::to_string(said.lines) + " lines of a net of " + text_of(said.net) +
               ", the log has " + std::to_string(found.lines) + " of " + text_of(found.net));
  }

  void differ(KvSpace space, std::string_view key, const std::string& how) {
    report_.differences.push_back({space, describe_key(space, key) + ": " + how});
  }

  const MoneyToCheck& money_;
  KvStore& again_;
  const MoneyCheckOptions& options_;
  Money projection_;
  LogPositions until_;
  bool is_at_the_end_ = false;
  MoneyReport report_;
};

}  // namespace

Result<MoneyReport> money_check(const MoneyToCheck& money, KvStore& empty, const MoneyCheckOptions& options) {
  return MoneyCheck(money, empty, options).run();
}

}  // namespace wonjang::money
