#include "engine/money/control_totals.h"

#include <algorithm>
#include <limits>

#include "base/bytes.h"

namespace wonjang::money {

using settlement::RunTotals;

namespace {

constexpr std::size_t kBlockBytes = 64 * 1024;

bool fits(int128 v) {
  return v >= std::numeric_limits<std::int64_t>::min() && v <= std::numeric_limits<std::int64_t>::max();
}

void put(std::string& out, const LineSummary& line) {
  out += line.key.payment.raw().to_bytes();
  put_be32(out, line.key.version);
  put_be32(out, line.key.seq);
  out.push_back(static_cast<char>(line.kind));
  put_be32(out, line.merchant_no);
  out += line.currency.code();
  put_be32(out, static_cast<std::uint32_t>(line.run.days));
  put_be32(out, static_cast<std::uint32_t>(line.basis.days));
  for (const auto amount : {line.gross, line.fee, line.fee_vat, line.net}) {
    put_be64(out, static_cast<std::uint64_t>(amount));
  }
  put_be32(out, line.place.book);
  put_be64(out, line.place.position);
  put_be32(out, line.place.index);
}

}  // namespace

void ControlTotals::add(Currency currency, const settlement::SettlementLine& line) {
  auto& sums = sums_[currency];
  ++sums.lines;
  sums.gross += line.gross;
  sums.fee += line.fee;
  sums.fee_vat += line.fee_vat;
  sums.net += line.net;
}

void ControlTotals::add(const ControlTotals& other) {
  for (const auto& [currency, theirs] : other.sums_) {
    auto& sums = sums_[currency];
    sums.lines += theirs.lines;
    sums.failed += theirs.failed;
    sums.gross += theirs.gross;
    sums.fee += theirs.fee;
    sums.fee_vat += theirs.fee_vat;
    sums.net += theirs.net;
  }
}

void ControlTotals::add(const std::vector<RunTotals>& totals) {
  for (const auto& theirs : totals) {
    auto& sums = sums_[theirs.currency];
    sums.lines += theirs.lines;
    sums.failed += theirs.failed;
    sums.gross += theirs.gross;
    sums.fee += theirs.fee;
    sums.fee_vat += theirs.fee_vat;
    sums.net += theirs.net;
  }
}

std::uint64_t ControlTotals::lines() const {
  std::uint64_t sum = 0;
  for (const auto& [currency, sums] : sums_) sum += sums.lines;
  return sum;
}

std::uint64_t ControlTotals::failed() const {
  std::uint64_t sum = 0;
  for (const auto& [currency, sums] : sums_) sum += sums.failed;
  return sum;
}

Result<std::vector<RunTotals>> ControlTotals::rows() const {
  std::vector<RunTotals> out;
  for (const auto& [currency, sums] : sums_) {
    if (!fits(sums.gross) || !fits(sums.fee) || !fits(sums.fee_vat) || !fits(sums.net)) {
      return invalid("the control totals in " + std::string(currency.code()) +
                     " go beyond 64 bits: settle the day in parts");
    }
    out.push_back({currency, sums.lines, sums.failed, static_cast<std::int64_t>(sums.gross),
                   static_cast<std::int64_t>(sums.fee), static_cast<std::int64_t>(sums.fee_vat),
                   static_cast<std::int64_t>(sums.net)});
  }
  return out;
}

bool same_lines(const std::vector<RunTotals>& a, const std::vector<RunTotals>& b) {
  const auto without_failed = [](std::vector<RunTotals> rows) {
    for (auto& row : rows) row.failed = 0;
    std::erase_if(rows, [](const RunTotals& row) { return row == RunTotals{.currency = row.currency}; });
    std::sort(rows.begin(), rows.end(),
              [](const RunTotals& x, const RunTotals& y) { return x.currency < y.currency; });
    return rows;
  };
  return without_failed(a) == without_failed(b);
}

Result<std::string> lines_hash(const MoneyReader& reader, BusinessDate date, const LogPositions& before,
                               const Digest& digest) {
  Hash256 hash = digest.sha256("");
  std::string block;
  const auto close_block = [&] {
    hash = digest.sha256(view(hash), block);
    block.clear();
  };
  WJ_CHECK(reader.lines_of_run(date, {}, {}, [&](const LineSummary& line) -> Result<bool> {
    if (line.place.book >= before.size() || line.place.position >= before[line.place.book]) return true;
    put(block, line);
    if (block.size() >= kBlockBytes) close_block();
    return true;
  }));
  if (!block.empty()) close_block();
  return to_hex(view(hash));
}

}  // namespace wonjang::money
