#include "engine/money/control_totals.h"

#include "base/bytes.h"

namespace wonjang::money {

using settlement::RunTotals;

namespace {

constexpr std::size_t kBlockBytes = 64 * 1024;

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
  add_sum(sums_[currency], {1, 0, line.gross, line.fee, line.fee_vat, line.net});
}

void ControlTotals::add(const ControlTotals& other) {
  for (const auto& [currency, theirs] : other.sums_) add_sum(sums_[currency], theirs);
}

void ControlTotals::add(const std::vector<RunTotals>& totals) {
  for (const auto& theirs : totals) add_sum(sums_[theirs.currency], sum_of(theirs));
}

std::uint64_t ControlTotals::lines() const {
  std::int64_t sum = 0;
  for (const auto& [currency, sums] : sums_) sum += sums.lines;
  return static_cast<std::uint64_t>(sum);
}

std::uint64_t ControlTotals::failed() const {
  std::int64_t sum = 0;
  for (const auto& [currency, sums] : sums_) sum += sums.failed;
  return static_cast<std::uint64_t>(sum);
}

std::vector<RunTotals> ControlTotals::rows() const {
  std::vector<RunTotals> out;
  for (const auto& [currency, sums] : sums_) append_rows(out, currency, sums);
  return out;
}

bool same_lines(const std::vector<RunTotals>& a, const std::vector<RunTotals>& b) {
  const auto lines_of = [](const std::vector<RunTotals>& rows) {
    auto sums = sums_of(rows);
    for (auto& [currency, sum] : sums) sum.failed = 0;
    std::erase_if(sums, [](const auto& entry) { return entry.second == RunSum(); });
    return sums;
  };
  return lines_of(a) == lines_of(b);
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
