// The journal: entries and trial balances.

#include <utility>

#include "app/api/api.h"
#include "app/api/json/money_journal_json.h"
#include "app/api/money_read.h"
#include "app/api/refuse_token.h"
#include "engine/money/journal_reader.h"

namespace wonjang {
namespace {

Result<money::JournalFilter> filter_of(const Query& query) {
  money::JournalFilter out;
  if (const auto text = query.find("account")) {
    out.account = journal::parse_account(*text);
    if (!out.account) return invalid("account is a number or a code of the chart of accounts, such as 2100");
  }
  if (const auto text = query.find("currency")) {
    out.currency = Currency::parse(*text);
    if (!out.currency) return invalid("currency is an ISO 4217 code such as KRW");
  }
  WJ_TRY(out.from, date_in(query, "from"));
  WJ_TRY(out.until, date_in(query, "until"));
  if (const auto text = query.find("payment")) {
    const auto id = PaymentId::parse(*text);
    if (!id) return invalid("payment is a payment's id, pay_...");
    out.stream = id->raw();
  }
  return out;
}

struct BalanceAt {
  std::optional<BusinessDate> day;
  std::optional<Positions> position;
};

Result<BalanceAt> balance_at(Api& api, const Query& query) {
  BalanceAt out;
  WJ_TRY(out.day, date_in(query, "asOf"));
  if (const auto token = query.find("position")) {
    out.position = api.parts().tokens.parse_position(*token);
    if (!out.position) return invalid("position isn't a Ledger-Position that this server gave");
  }
  if (out.day && out.position) return invalid("give asOf or position, not both");
  if (out.day && *out.day > business_date_of(api.clock().now()))
    return invalid(to_text(*out.day) + " is still to come: ask for today or a day before it");
  return out;
}

Result<money::TrialBalance> read_balance(const KvSnapshot& snapshot, const BalanceAt& at) {
  const money::JournalReader reader(snapshot);
  if (at.day) return reader.at_close_of(*at.day);
  if (at.position) return reader.as_of(at.position->of);
  return reader.now();
}

}  // namespace

void list_journal(Api& api, CallPtr call) {
  auto query = take_query(
      api, call, {"account", "currency", "from", "until", "payment", "limit", "cursor", "min-position"});
  if (!query) return;
  const auto filter = filter_of(*query);
  if (!filter) return answer_wrong_read(api, std::move(call), filter.error());
  const auto page = take_money_page(api, call, *query, "journal");
  if (!page) return;
  at_money(api, std::move(call), *query, Work::query,
           [filter = *filter, page = *page](Api& a, CallPtr c, const projection::View& view) {
             const auto after = money::parse_journal_place(page.after);
             const auto found = money::JournalReader(*view.snapshot)
                                    .entries(filter, after, static_cast<std::uint32_t>(page.limit));
             if (!found) return a.answer_error(std::move(c), found.error());
             std::string body;
             JsonWriter w(body);
             w.begin_object().begin_array("items");
             for (const auto& entry : found->entries)
               put_journal_entry(w, entry, a.parts().tokens.position(entry.book, entry.position + 1));
             std::optional<std::string> next;
             if (found->next) next = money::text_of(*found->next);
             end_items(w, a, view, page, next);
             answer_seen(a, std::move(c), view.seen, std::move(body));
           });
}

void get_trial_balance(Api& api, CallPtr call) {
  auto query = take_query(api, call, {"asOf", "position", "min-position"});
  if (!query) return;
  const auto token = query->find("position");
  if (token && api.parts().tokens.lost_place(*token)) {
    return refuse_token(api, std::move(call), *token,
                        {"position", "", "Ask with asOf= a day, or with a position of this ledger."});
  }
  const auto at = balance_at(api, *query);
  if (!at) return answer_wrong_read(api, std::move(call), at.error());
  at_money(api, std::move(call), *query, Work::query,
           [at = *at](Api& a, CallPtr c, const projection::View& view) {
             const auto balance = read_balance(*view.snapshot, at);
             if (!balance) return a.answer_error(std::move(c), balance.error());
             std::string body;
             JsonWriter w(body);
             w.begin_object();
             if (at.day) w.text("asOf", to_text(*at.day));
             put_trial_balance(w, *balance);
             put_seen(w, a, view);
             w.end_object();
             answer_seen(a, std::move(c), view.seen, std::move(body));
           });
}

}  // namespace wonjang
