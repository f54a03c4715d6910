// Totals of settlement lines and payouts, beside those of payments.

#include <utility>

#include "app/api/api.h"
#include "app/api/json/json_writer.h"
#include "app/api/json/sum_json.h"
#include "app/api/money_read.h"
#include "engine/money/totals.h"

namespace wonjang {
namespace {

void put_row(JsonWriter& w, const money::LinesOfDay& row) {
  w.begin_object().text("date", to_text(row.date)).text("currency", row.sums.currency.code());
  w.number("lines", as_number(row.sums.lines));
  put_exact(w, "gross", row.sums.gross);
  put_exact(w, "fee", row.sums.fee);
  put_exact(w, "feeVat", row.sums.fee_vat);
  put_exact(w, "net", row.sums.net);
  w.end_object();
}
void put_row(JsonWriter& w, const money::PayoutsOfDay& row) {
  w.begin_object().text("date", to_text(row.date)).text("currency", row.currency.code());
  w.text("state", code_of(row.state)).number("count", as_number(row.count));
  put_exact(w, "amount", row.amount);
  w.end_object();
}

// `read` is line_totals or payout_totals. Whose: ?merchant=, or the caller's own.
template <typename Read>
void answer_totals(Api& api, CallPtr call, Read read) {
  const auto query = take_query(api, call, {"from", "until", "merchant", "min-position"});
  if (!query) return;
  const auto range = range_in(*query, api.clock().now());
  if (!range) return answer_wrong_read(api, std::move(call), range.error());
  const auto registry = api.registry();
  const auto merchant = whose(*query, *call->caller, *registry);
  if (!merchant) return answer_wrong_read(api, std::move(call), merchant.error());
  money::TotalsQuestion question{range->from, range->until, std::nullopt, api.options().ceilings.list_rows};
  if (*merchant != nullptr) question.merchant = (*merchant)->number;
  at_money(api, std::move(call), *query, Work::query,
           [question, read](Api& a, CallPtr c, const projection::View& view) {
             const auto rows = read(money::MoneyReader(*view.snapshot), question);
             if (!rows) return answer_wrong_read(a, std::move(c), rows.error());
             std::string body;
             JsonWriter w(body);
             w.begin_object().begin_array("items");
             for (const auto& row : *rows) put_row(w, row);
             end_items(w, a, view);
             answer_seen(a, std::move(c), view.seen, std::move(body));
           });
}

}  // namespace

void get_line_totals(Api& api, CallPtr call) { answer_totals(api, std::move(call), &money::line_totals); }

void get_payout_totals(Api& api, CallPtr call) { answer_totals(api, std::move(call), &money::payout_totals); }

}  // namespace wonjang
