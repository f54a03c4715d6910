// The settlement funds position: what is approved and not paid out, and what must lie outside for it.

#include <algorithm>
#include <functional>
#include <utility>

#include "app/api/api.h"
#include "app/api/json/money_payout_json.h"
#include "app/api/money_read.h"
#include "app/api/money_work.h"
#include "engine/money/funds.h"

namespace wonjang {

namespace {

struct FundsQuestion {
  BusinessDate day;
  std::optional<BusinessDate> known_at;
  money::FundsFormat format = money::FundsFormat::v2;  // of a report
};

// What was known when, of the query; `day` is the day asked for. Errors: invalid.
Result<FundsQuestion> funds_question(const Query& query, BusinessDate day, BusinessDate today) {
  WJ_TRY(const auto known_at, date_in(query, "knownAt"));
  if (day > today) return invalid(to_text(day) + " is still to come: ask for today or a day before it");
  if (known_at && (*known_at < day || *known_at > today))
    return invalid("knownAt is a day from the one that is asked about to today");
  FundsQuestion out;
  out.day = day;
  out.known_at = known_at;
  return out;
}

// "1" or "2"; the newest without it. Errors: invalid.
Result<money::FundsFormat> format_in(const Query& query) {
  const auto format = query.find("format").value_or("2");
  if (format == "1") return money::FundsFormat::v1;
  if (format == "2") return money::FundsFormat::v2;
  return invalid("format is 1 (as reports were before they had gaps of merchants) or 2");
}

// A day is closed when it is over and no batch is under way that was begun on it: nothing that becomes
// durable from now on belongs to it.
bool is_closed(Api& api, BusinessDate day) {
  if (day >= business_date_of(api.clock().now())) return false;
  return std::ranges::all_of(api.ledger().status(), [&](const BookStatus& book) {
    return book.writing_since.is_zero() || business_date_of(book.writing_since) > day;
  });
}

Result<std::string> report_of(Api& api, const KvSnapshot& snapshot, const FundsQuestion& asked) {
  WJ_TRY(const auto funds, money::funds_position(money::MoneyReader(snapshot), asked.day, asked.known_at));
  return money::funds_report(funds, position_text(api, funds.positions), asked.format);
}

// Makes the report of the path's day and answers with what `answer` makes of it.
using AnswerReport = std::function<HttpResponse(const Api&, std::string report, const std::string& name)>;
void give_report(Api& api, CallPtr call, AnswerReport answer) {
  const auto query = take_query(api, call, {"knownAt", "format"});
  if (!query) return;
  const auto date = date_of_path(call->parameter);
  if (!date) return answer_wrong_read(api, std::move(call), date.error());
  auto asked = funds_question(*query, *date, business_date_of(api.clock().now()));
  if (!asked) return answer_wrong_read(api, std::move(call), asked.error());
  const auto format = format_in(*query);
  if (!format) return answer_wrong_read(api, std::move(call), format.error());
  asked->format = *format;
  if (!is_closed(api, *date))
    return api.answer_problem(
        std::move(call), ProblemKind::cannot_run,
        "the day isn't over: its report would change. GET /v1/funds says how it stands");
  ask_money(api, std::move(call), "a funds report",
            [asked = *asked, answer = std::move(answer)](Api& a, CallPtr c,
                                                         const std::shared_ptr<const KvSnapshot>& snapshot) {
              auto report = report_of(a, *snapshot, asked);
              if (!report) return a.answer_error(std::move(c), report.error());
              a.answer(std::move(c), answer(a, *std::move(report), "funds-" + to_text(asked.day) + ".csv"));
            });
}

HttpResponse as_file(std::string body, const char* content_type, const std::string& name) {
  HttpResponse out;
  out.content_type = content_type;
  out.body = std::move(body);
  out.headers.push_back({"Content-Disposition", "attachment; filename=\"" + name + "\""});
  return out;
}

}  // namespace

void get_funds(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"asOf", "knownAt"});
  if (!query) return;
  const auto as_of = date_in(*query, "asOf");
  if (!as_of) return answer_wrong_read(api, std::move(call), as_of.error());
  const auto today = business_date_of(api.clock().now());
  const auto asked = funds_question(*query, as_of->value_or(today), today);
  if (!asked) return answer_wrong_read(api, std::move(call), asked.error());
  ask_money(api, std::move(call), "the funds position",
            [asked = *asked](Api& a, CallPtr c, const std::shared_ptr<const KvSnapshot>& snapshot) {
              const auto funds =
                  money::funds_position(money::MoneyReader(*snapshot), asked.day, asked.known_at);
              if (!funds) return a.answer_error(std::move(c), funds.error());
              std::string body;
              JsonWriter w(body);
              w.begin_object();
              put_funds(w, *funds, *a.registry(), position_text(a, funds->positions));
              w.end_object();
              a.answer_json(std::move(c), std::move(body));
            });
}

void get_funds_report(Api& api, CallPtr call) {
  give_report(api, std::move(call), [](const Api&, std::string report, const std::string& name) {
    return as_file(std::move(report), "text/csv; charset=utf-8", name);
  });
}

// Of exactly the report's bytes, which are made again: the same position gives the same.
void get_funds_signature(Api& api, CallPtr call) {
  give_report(api, std::move(call), [](const Api& a, const std::string& report, const std::string& name) {
    const auto signature = a.parts().signing_key.sign(report);
    return as_file({reinterpret_cast<const char*>(signature.data()), signature.size()},
                   "application/octet-stream", name + ".sig");
  });
}

void get_signing_key(Api& api, CallPtr call) {
  if (!take_query(api, call, {})) return;
  api.answer(std::move(call), as_file(public_key_pem(api.parts().signing_key.public_key()),
                                      "application/x-pem-file", "wonjang-signing-key.pem"));
}

namespace {

// Of today as of now; of a day that is over as everything stood then.
Result<money::FundsLines> lines_of(Api& api, const KvSnapshot& snapshot, const money::FundsLinesAsked& asked,
                                   BusinessDate today) {
  const money::MoneyReader reader(snapshot);
  if (asked.day >= today) return money::funds_lines(reader, asked.merchant, asked.currency, asked.count_max);
  auto& side = *api.parts().money;
  return money::funds_lines_at(reader, {side.log(), side.codec()}, asked);
}

}  // namespace

void get_funds_lines(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"merchant", "currency", "limit", "asOf"});
  if (!query) return;
  const auto as_of = date_in(*query, "asOf");
  if (!as_of) return answer_wrong_read(api, std::move(call), as_of.error());
  const auto today = business_date_of(api.clock().now());
  const auto day = as_of->value_or(today);
  if (day > today)
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter,
                              to_text(day) + " is still to come: ask for today or a day before it");
  const auto registry = api.registry();
  const auto merchant = whose(*query, *call->caller, *registry);
  if (!merchant) return answer_wrong_read(api, std::move(call), merchant.error());
  const auto currency = Currency::parse(query->find("currency").value_or("KRW"));
  const auto limit = query->number("limit", 1, kMoneyPageMax, 200);
  if (*merchant == nullptr || !currency || !limit)
    return api.answer_problem(
        std::move(call), ProblemKind::bad_parameter,
        "say whose: ?merchant=mch_..., with currency= an ISO 4217 code (KRW) and limit= 1 to 1000");
  ask_money(api, std::move(call), "the lines of a funds position",
            [id = (*merchant)->id, currency = *currency, limit = static_cast<std::size_t>(*limit), day,
             today](Api& a, CallPtr c, const std::shared_ptr<const KvSnapshot>& snapshot) {
              const auto names = a.registry();
              const auto* whom = names->find(id);
              const auto lines = lines_of(a, *snapshot, {whom->number, currency, day, limit}, today);
              if (!lines) return a.answer_error(std::move(c), lines.error());
              std::string body;
              JsonWriter w(body);
              put_funds_lines(w, *lines, *whom, currency, day);
              a.answer_json(std::move(c), std::move(body));
            });
}

}  // namespace wonjang
