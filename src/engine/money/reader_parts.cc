#include "engine/money/reader_parts.h"

namespace wonjang::money {

Error bad_key(KvSpace space, std::string_view key) {
  return corrupt("a key of the projection money can't be read (" + describe_key(space, key) +
                 "): rebuild it");
}

Result<MerchantId> MerchantIds::of(MerchantNo number) {
  if (const auto it = ids_.find(number); it != ids_.end()) return it->second;
  WJ_TRY(const auto bytes, snapshot_.get(kHouse, Key(Table::merchant).number(number).bytes()));
  if (!bytes || bytes->size() != 16) {
    return corrupt("the projection money doesn't know who merchant " + std::to_string(number) +
                   " is: rebuild it");
  }
  const MerchantId id(RawId::from_bytes(bytes->data()));
  ids_[number] = id;
  return id;
}

Result<LineSummary> LineSummaries::of(BusinessDate run, MerchantNo merchant, const LineKey& key,
                                      std::string_view stored) {
  WJ_TRY(const auto line, decoded<LineStored>(stored, "a line"));
  LineSummary out;
  out.key = key;
  out.kind = line.kind;
  out.merchant_no = merchant;
  out.currency = line.currency;
  out.approval = line.approval;
  out.method = line.method;
  out.at = line.at;
  out.run = run;
  out.basis = line.basis;
  out.payout_date = line.payout_date == kUndated ? BusinessDate() : line.payout_date;
  out.gross = line.gross;
  out.fee = line.fee;
  out.fee_vat = line.fee_vat;
  out.net = line.gross - line.fee;
  out.place = {line.book, line.position, line.index};
  if (line.since != 0) out.redated_at = line.dated_at();
  WJ_TRY(out.payout, coverage_.payout_of(merchant, line.currency, line.dated_at(), line.payout_date));
  return out;
}

Result<std::optional<LineSummary>> LineSummaries::find(const LineKey& key) {
  WJ_TRY(const auto where, money::find<LineWhere>(snapshot_, kLineKeys, Key().line(key), "a line"));
  if (!where) return std::optional<LineSummary>();
  WJ_TRY(const auto stored, snapshot_.get(kLines, line_key(where->run, where->merchant, key)));
  if (!stored) return corrupt("a line that has a place is missing: rebuild money");
  WJ_TRY(auto line, of(where->run, where->merchant, key, *stored));
  return std::optional<LineSummary>(std::move(line));
}

Result<std::vector<LineSummary>> LineSummaries::of_keys(const std::vector<std::string>& keys) {
  WJ_TRY(const auto stored, snapshot_.get_many(kLines, keys));
  std::vector<LineSummary> out;
  out.reserve(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    KeyReader key(keys[i], /*has_table=*/false);
    const auto run = key.day();
    const auto merchant = key.number();
    const auto line = key.line();
    if (!key.ok()) return bad_key(kLines, keys[i]);
    if (!stored[i]) return corrupt("a line that has a payout day is missing: rebuild money");
    WJ_TRY(out.emplace_back(), of(run, merchant, line, *stored[i]));
  }
  return out;
}

}  // namespace wonjang::money
