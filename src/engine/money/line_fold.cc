#include "engine/money/line_fold.h"

#include <algorithm>

#include "domain/settlement/fee.h"
#include "engine/money/line_checks.h"

namespace wonjang::money {

using settlement::LineKind;
using settlement::LinesRecorded;
using settlement::SettlementLine;

struct LineFold::Chunk {
  EventPlace place;
  RawId stream;
  MerchantId merchant_id;
  MerchantNo merchant = 0;
  Currency currency;
  Instant recorded_at;
  RunSum sum;
  std::map<BusinessDate, DueSum> due;
  UnpaidSum unpaid;

  BusinessDate day() const { return business_date_of(recorded_at); }
};

namespace {

std::string line_where_key(const LineKey& key) { return Key().line(key).bytes(); }
std::string failure_key(const LineKey& key) { return Key(Table::failure).line(key).bytes(); }
BusinessDate stored_date(BusinessDate date) { return date == BusinessDate() ? kUndated : date; }

std::string item_key(MerchantNo merchant, const Item& item) {
  return open_key(business_date_of(item.at), merchant, item.key.payment, item.key.version);
}

}  // namespace

Result<void> LineFold::prepare(std::span<const Event> events) {
  std::vector<std::string> open;
  std::vector<std::string> lines;
  std::vector<std::string> failures;
  for (const Event& event : events) {
    const auto* body = std::get_if<LinesRecorded>(&event.body);
    if (body == nullptr) continue;
    WJ_TRY(const auto merchant, context_.meet(event.merchant));
    for (const auto& line : body->lines) {
      const auto& item = line.item;
      if (item.kind != LineKind::adjustment) open.push_back(item_key(merchant, item));
      if (item.kind != LineKind::approval) lines.push_back(line_where_key(approval_line_of(item)));
      if (context_.memory.any_failed) failures.push_back(failure_key(item.key));
    }
  }
  WJ_CHECK(context_.rows.prefetch(kOpen, open));
  WJ_CHECK(context_.rows.prefetch(kLineKeys, lines));
  return context_.rows.prefetch(kFailed, failures);
}

Result<void> LineFold::take(const EventPlace& place, const Event& event, const LinesRecorded& body) {
  WJ_TRY(const auto merchant, context_.meet(event.merchant));
  Chunk chunk{place, event.stream, event.merchant, merchant, event.currency, event.recorded_at, {}, {}, {}};
  WJ_CHECK(note_chunk(chunk, &body));
  for (std::uint32_t i = 0; i < body.lines.size(); ++i) WJ_CHECK(take_line(chunk, body, i));
  for (const auto& failed : body.failed) WJ_CHECK(take_failed(chunk, body, failed));
  WJ_CHECK(take_canaries(chunk, body));
  for (const auto& [day, sum] : chunk.due) context_.sums.add_due(merchant, event.currency, day, sum);
  context_.sums.add_unpaid(merchant, event.currency, chunk.day(), chunk.unpaid);
  context_.sums.add_run(body.date, event.currency, chunk.sum);
  return {};
}

// A chunk's place in its day stands in its stream's id; re-datings share the numbers.
Result<void> LineFold::note_chunk(const Chunk& chunk, const LinesRecorded* recorded) {
  const auto day = BusinessDate{static_cast<std::int32_t>((chunk.stream.low >> 16U) & 0xFFFFU)};
  const auto number = static_cast<std::uint32_t>(chunk.stream.low & 0xFFFFU);
  if (settlement::lines_stream(chunk.merchant_id, chunk.merchant, day, number) != chunk.stream ||
      (recorded != nullptr && (recorded->date != day || recorded->chunk != number))) {
    return corrupt(
        "the lines " + text_of(chunk.place) +
        " say another day, chunk or merchant than their stream: " + "run `wonjang check` on the ledger");
  }
  const auto key = Key(Table::chunk).number(chunk.merchant).day(day).bytes();
  std::uint32_t next = 0;
  WJ_TRY(const auto* const stored, context_.rows.get(kHouse, key));
  if (stored != nullptr) {
    WJ_TRY(next, decoded<std::uint32_t>(*stored, "a chunk"));
  }
  context_.rows.put(kHouse, key, encoded(std::max(next, number + 1)));
  return {};
}

Result<void> LineFold::take_line(Chunk& chunk, const LinesRecorded& body, std::uint32_t index) {
  const SettlementLine& line = body.lines[index];
  const LineKey& key = line.item.key;
  if (const auto fault = fault_of(line, body.contracts.size())) {
    return wrong_line(key, text_of(chunk.place), *fault);
  }
  if (line.item.kind == LineKind::adjustment) {
    WJ_CHECK(follow_line(chunk, line));
  } else {
    WJ_CHECK(settle_item(chunk, line));
  }
  if (context_.memory.any_failed) WJ_CHECK(clear_failure(key));

  LineWhere where{body.date, chunk.merchant, false, {}};
  WJ_CHECK(keep_balance(chunk, body, line, where));
  context_.rows.put(kLineKeys, line_where_key(key), encoded(where));

  const auto payout_date = stored_date(line.payout_date);
  LineStored stored{line.item.kind,
                    chunk.currency,
                    line.item.approval,
                    line.item.method,
                    line.item.at,
                    line.basis,
                    payout_date,
                    line.gross,
                    line.fee,
                    line.fee_vat,
                    chunk.place.book,
                    chunk.place.position,
                    index,
                    0};
  context_.rows.put_new(kLines, line_key(body.date, chunk.merchant, key), encoded(stored));
  context_.rows.put_new(kPayoutDays, payout_day_key(chunk.merchant, chunk.currency, payout_date, key),
                        encoded(body.date));

  add_sum(chunk.due[payout_date], {1, line.net});
  add_sum(chunk.sum, {1, 0, line.gross, line.fee, line.fee_vat, line.net});
  add_sum(chunk.unpaid, {0, line.net});
  return {};
}

// The line of a movement: its open item goes. Of a movement that isn't folded yet it is taken off all the
// same: each day's close comes to the same sum, whichever of the two is folded first.
Result<void> LineFold::settle_item(Chunk& chunk, const SettlementLine& line) {
  const Item& item = line.item;
  const auto key = item_key(chunk.merchant, item);
  add_sum(chunk.unpaid, {-static_cast<int128>(signed_amount(item.kind, item.amount)), 0});
  WJ_TRY(const auto bytes, context_.rows.take(kOpen, key));
  if (bytes) {
    WJ_TRY(const auto open, decoded<OpenStored>(*bytes, "an open item"));
    if (const auto fault = disagreement(item, chunk.currency, open)) {
      return wrong_line(item.key, text_of(chunk.place), *fault);
    }
    context_.sums.add_open(business_date_of(item.at), -1);
    return {};
  }
  WJ_TRY(const auto* const line_before, context_.rows.get(kLineKeys, line_where_key(item.key)));
  if (line_before != nullptr) {
    return wrong_line(item.key, text_of(chunk.place), "settles what has a line already");
  }
  if (context_.one_book) return wrong_line(item.key, text_of(chunk.place), "settles what no event moved");
  context_.memory.early.insert(item.key);
  context_.rows.put(kFailed, Key(Table::early).line(item.key).bytes(), {});
  return {};
}

// An adjustment: the next line of a key that has all earlier ones.
Result<void> LineFold::follow_line(const Chunk& chunk, const SettlementLine& line) {
  LineKey key = line.item.key;
  WJ_TRY(const auto* const same, context_.rows.get(kLineKeys, line_where_key(key)));
  if (same != nullptr) return wrong_line(key, text_of(chunk.place), "settles what has a line already");
  --key.seq;
  WJ_TRY(const auto* const former, context_.rows.get(kLineKeys, line_where_key(key)));
  if (former != nullptr) return {};
  return wrong_line(line.item.key, text_of(chunk.place), "adjusts what has no line before it");
}

// What is left of the approval's line, which `where` is of an approval itself.
Result<void> LineFold::keep_balance(const Chunk& chunk, const LinesRecorded& body, const SettlementLine& line,
                                    LineWhere& where) {
  if (line.item.kind == LineKind::approval) {
    where.has_balance = true;
    where.balance = balance_of(line, body.contracts[line.contract]);
    return {};
  }
  const auto key = line_where_key(approval_line_of(line.item));
  WJ_TRY(const auto* const bytes, context_.rows.get(kLineKeys, key));
  if (bytes == nullptr) {
    return wrong_line(line.item.key, text_of(chunk.place), "gives back what has no line");
  }
  WJ_TRY(auto approval, decoded<LineWhere>(*bytes, "a line"));
  if (!approval.has_balance)
    return wrong_line(line.item.key, text_of(chunk.place), "gives back what isn't an approval");
  if (const auto fault = excess_of(line, approval.balance)) {
    return wrong_line(line.item.key, text_of(chunk.place), *fault);
  }
  approval.balance = balance_after(approval.balance, line);
  context_.rows.put(kLineKeys, key, encoded(approval));
  return {};
}

Result<std::optional<FailureMark>> LineFold::clear_failure(const LineKey& key) {
  const auto mark_key = failure_key(key);
  WJ_TRY(const auto* const bytes, context_.rows.get(kFailed, mark_key));
  if (bytes == nullptr) return std::optional<FailureMark>();
  WJ_TRY(const auto mark, decoded<FailureMark>(*bytes, "a failure"));
  context_.rows.remove(kFailed, mark_key);
  context_.rows.remove(kRunItems,
                       Key(Table::failed_item).day(mark.run).number(mark.merchant).line(key).bytes());
  context_.sums.add_run(mark.run, mark.currency, {0, -1, 0, 0, 0, 0});
  return std::optional(mark);
}

Result<void> LineFold::take_failed(const Chunk& chunk, const LinesRecorded& body,
                                   const settlement::FailedItem& failed) {
  const LineKey& key = failed.item.key;
  WJ_TRY(const auto* const line, context_.rows.get(kLineKeys, line_where_key(key)));
  if (line != nullptr) return wrong_line(key, text_of(chunk.place), "has a line and is said to have failed");
  // It stays with the day that refused it first, however many later runs try it: that day isn't whole.
  WJ_TRY(const auto stood, clear_failure(key));
  const auto date = stood ? std::min(stood->run, body.date) : body.date;
  context_.memory.any_failed = true;
  context_.rows.put(kFailed, failure_key(key),
                    encoded(FailureMark{date, chunk.merchant, chunk.currency, failed.code}));
  context_.rows.put(kRunItems, Key(Table::failed_item).day(date).number(chunk.merchant).line(key).bytes(),
                    encoded(failed));
  context_.sums.add_run(date, chunk.currency, {0, 1, 0, 0, 0, 0});
  return {};
}

Result<void> LineFold::take_canaries(const Chunk& chunk, const LinesRecorded& body) {
  std::map<std::string_view, CanaryRun> counts;
  for (const auto& line : body.lines) {
    if (!line.canary.empty() && line.item.kind != LineKind::adjustment) ++counts[line.canary].alike;
  }
  for (const auto& difference : body.differences) {
    ++counts[difference.canary].different;
    context_.rows.put_blind(kRunItems,
                            Key(Table::difference)
                                .day(body.date)
                                .number(chunk.merchant)
                                .line(difference.line)
                                .text(difference.canary)
                                .bytes(),
                            encoded(difference));
  }
  for (const auto& [name, count] : counts) {
    const auto key = Key(Table::canary_run).text(name).number(chunk.merchant).day(body.date).bytes();
    CanaryRun now;
    WJ_TRY(const auto* const stored, context_.rows.get(kHouse, key));
    if (stored != nullptr) {
      WJ_TRY(now, decoded<CanaryRun>(*stored, "a canary's run"));
    }
    now.alike += count.alike;
    now.different += count.different;
    now.at = std::max(now.at, chunk.recorded_at);
    context_.rows.put(kHouse, key, encoded(now));
  }
  return {};
}

Result<void> LineFold::take(const EventPlace& place, const Event& event,
                            const settlement::LinesRedated& body) {
  WJ_TRY(const auto merchant, context_.meet(event.merchant));
  const Chunk chunk{place, event.stream, event.merchant, merchant, event.currency, event.recorded_at, {}, {},
                    {}};
  WJ_CHECK(note_chunk(chunk, nullptr));
  for (const auto& redated : body.lines) WJ_CHECK(redate(chunk, redated));
  return {};
}

Result<void> LineFold::redate(const Chunk& chunk, const settlement::Redated& redated) {
  const auto wrong = [&](const char* how) { return wrong_line(redated.line, text_of(chunk.place), how); };
  WJ_TRY(const auto* const where_bytes, context_.rows.get(kLineKeys, line_where_key(redated.line)));
  if (where_bytes == nullptr) return wrong("is re-dated, but there is no such line");
  WJ_TRY(const auto where, decoded<LineWhere>(*where_bytes, "a line"));
  const auto key = line_key(where.run, where.merchant, redated.line);
  WJ_TRY(const auto* const line_bytes, context_.rows.get(kLines, key));
  if (line_bytes == nullptr) return corrupt("a line that has a place is missing: rebuild money");
  WJ_TRY(auto line, decoded<LineStored>(*line_bytes, "a line"));
  const auto from = stored_date(redated.from);
  const auto to = stored_date(redated.to);
  if (where.merchant != chunk.merchant || line.currency != chunk.currency) {
    return wrong("is re-dated among another merchant's or currency's lines");
  }
  if (line.payout_date != from) return wrong("is re-dated from a day on which it isn't paid");
  WJ_TRY(const auto payout,
         context_.coverage.payout_of(where.merchant, line.currency, line.dated_at(), line.payout_date));
  if (payout) return wrong("is re-dated, but a payout covers it");
  const int128 net = static_cast<int128>(line.gross) - line.fee;
  context_.sums.add_due(where.merchant, line.currency, from, {-1, -net});
  context_.sums.add_due(where.merchant, line.currency, to, {1, net});
  context_.rows.remove(kPayoutDays, payout_day_key(where.merchant, line.currency, from, redated.line));
  context_.rows.put(kPayoutDays, payout_day_key(where.merchant, line.currency, to, redated.line),
                    encoded(where.run));
  line.payout_date = to;
  line.since = chunk.place.position - line.position;
  context_.rows.put(kLines, key, encoded(line));
  return {};
}

}  // namespace wonjang::money
