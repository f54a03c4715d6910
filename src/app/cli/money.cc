#include "app/cli/money.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "app/api/secrets.h"
#include "app/cli/counted.h"
#include "app/cli/exit.h"
#include "app/cli/money_client.h"
#include "app/cli/shown_amounts.h"
#include "app/cli/what_if_pages.h"

namespace wonjang {
namespace {

namespace json = boost::json;

using Object = Result<json::object>;

template <typename Ask>
Object asked(const OnlineOptions& options, Ask ask) {
  WJ_TRY(auto client, MoneyClient::open(options));
  return ask(client);
}

Object got(const OnlineOptions& options, const std::string& target) {
  return asked(options, [&](MoneyClient& client) { return client.get(target); });
}
Object posted(const OnlineOptions& options, const std::string& target, const json::object& body) {
  return asked(options, [&](MoneyClient& client) { return client.post_json(target, body); });
}

int show_change(const OnlineOptions& options, const Object& answer) {
  const int done = shown(options, answer, {});
  if (answer && options.output == "table" && text_in(*answer, "status") == "PROPOSED")
    std::fprintf(stderr, "proposed: another operator's key decides it, `wonjang change approve %s`\n",
                 text_in(*answer, "changeId").c_str());
  return done;
}

int send_proposal(const OnlineOptions& options, json::object body, const std::string& note, bool dry_run) {
  if (!note.empty()) body["note"] = note;
  if (!dry_run) return show_change(options, posted(options, "/v1/changes", body));
  auto client = MoneyClient::open(options);
  if (!client) return fail(client.error());
  return show_what_if(options, [&](const QueryFlags& page) {
    QueryFlags flags{{"dryRun", "true"}};
    flags.insert(flags.end(), page.begin(), page.end());
    return client->post_json("/v1/changes" + query_of(flags), body);
  });
}

}  // namespace

int run_money_list(const OnlineOptions& options, const std::string& path, const QueryFlags& flags,
                   std::uint64_t rows_max) {
  ViewQuestion question{path, "items", flags};
  question.rows_max = rows_max;
  return run_view(options, question);
}

int run_money_get(const OnlineOptions& options, const std::string& path, const QueryFlags& flags) {
  return shown(options, got(options, path + query_of(flags)), {});
}

int run_trial_balance(const OnlineOptions& options, const QueryFlags& flags) {
  const auto answer = got(options, "/v1/trial-balance" + query_of(flags));
  if (!answer) return fail(answer.error());
  const bool balanced = text_in(*answer, "isBalanced") == "true";
  const int code = balanced ? kExitOk : kExitDifferences;
  if (options.output != "table") {
    print_money(options, *answer, "currencies");
    return code;
  }
  const auto people = with_shown_amounts(*answer);
  for (const auto& currency : people.at("currencies").as_array()) {
    const auto& sums = currency.as_object();
    std::fputs(json_table(json::serialize(sums), "accounts",
                          {{"account", "account"},
                           {"code", "code"},
                           {"name", "name"},
                           {"debit", "debit"},
                           {"credit", "credit"},
                           {"balance", "balance"}})
                   .c_str(),
               stdout);
    std::printf("%s: debit %s, credit %s\n", text_in(sums, "currency").c_str(),
                text_in(sums, "debit").c_str(), text_in(sums, "credit").c_str());
  }
  std::printf("%s\n", balanced ? "balanced" : "NOT BALANCED");
  return code;
}

int run_journal(const OnlineOptions& options, const QueryFlags& flags, std::uint64_t rows_max) {
  if (options.output != "table") return run_money_list(options, "/v1/journal", flags, rows_max);
  ViewQuestion question{"/v1/journal", "items", flags};
  question.rows_max = rows_max;
  const auto answer = view_answer(options, question);
  if (!answer) return fail(answer.error());
  // A line per posting: debits and credits are what people compare.
  json::array rows;
  for (const auto& item : answer->at("items").as_array()) {
    const auto& entry = item.as_object();
    for (const auto& posting : entry.at("postings").as_array()) {
      json::object row(posting.as_object());
      row["day"] = entry.at("day");
      row["type"] = entry.at("type");
      if (!entry.at("paymentId").is_null()) row["paymentId"] = entry.at("paymentId");
      rows.push_back(std::move(row));
    }
  }
  print_money(options, {{"items", std::move(rows)}}, "items",
              {{"day", "day"},
               {"type", "type"},
               {"payment", "paymentId"},
               {"account", "account"},
               {"name", "name"},
               {"currency", "currency"},
               {"debit", "debit"},
               {"credit", "credit"}});
  if (!text_in(*answer, "nextCursor").empty())
    std::fputs("there is more: --rows N takes N entries\n", stderr);
  return kExitOk;
}

int run_propose(const OnlineOptions& options, const ProposeOptions& propose) {
  const auto text = read_text_of(propose.file);
  if (!text) return fail(text.error());
  auto object = parse_object(*text);
  if (!object) return fail(invalid(propose.file + ": " + object.error().message));
  if (propose.member.empty())
    return send_proposal(options, *std::move(object), propose.note, propose.dry_run);
  json::object body;
  body["kind"] = propose.kind;
  // The file may hold the thing alone, or as a member.
  const auto* inner = object->if_contains(propose.member);
  const bool is_wrapped = inner != nullptr && inner->is_object();
  body[propose.member] = is_wrapped ? *inner : json::value(*object);
  return send_proposal(options, std::move(body), propose.note, propose.dry_run);
}

int run_calendar_import(const OnlineOptions& options, const CalendarImport& import) {
  if (import.file.empty() == import.shipped.empty())
    return fail(invalid("say which calendar: a FILE in text form, or --shipped CODE"));
  json::object calendar;
  if (import.shipped.empty()) {
    const auto text = read_text_of(import.file);
    if (!text) return fail(text.error());
    calendar["text"] = *text;
  } else {
    calendar["shipped"] = import.shipped;
  }
  json::object body;
  body["kind"] = "CALENDAR";
  body["calendar"] = std::move(calendar);
  return send_proposal(options, std::move(body), import.note, import.dry_run);
}

namespace {

int decide_at(const OnlineOptions& options, const std::string& path, bool approve, const std::string& note) {
  json::object body;
  body["decision"] = approve ? "APPROVE" : "REJECT";
  if (!note.empty()) body["note"] = note;
  return shown(options, posted(options, path + "/decisions", body), {});
}

}  // namespace

int run_decide(const OnlineOptions& options, const std::string& change_id, bool approve,
               const std::string& note) {
  return decide_at(options, "/v1/changes/" + percent_encoded(change_id), approve, note);
}

int run_decide_payout(const OnlineOptions& options, const std::string& payout_id, bool approve,
                      const std::string& note) {
  return decide_at(options, "/v1/payouts/" + percent_encoded(payout_id), approve, note);
}

int run_what_if(const OnlineOptions& options, const std::string& change_id) {
  auto client = MoneyClient::open(options);
  if (!client) return fail(client.error());
  return show_what_if(options, [&](const QueryFlags& page) {
    return client->get("/v1/changes/" + percent_encoded(change_id) + "/what-if" + query_of(page));
  });
}

int run_payout_run(const OnlineOptions& options, const PayoutRunOptions& payout) {
  json::object body;
  body["date"] = payout.date;
  if (!payout.calendar.empty()) body["calendar"] = payout.calendar;
  if (payout.also_on_closed_day) body["alsoOnClosedDay"] = true;
  if (payout.also_far_ahead) body["alsoFarAhead"] = true;
  if (!payout.manual_of.empty()) body["manualMerchantId"] = payout.manual_of;
  const auto answer =
      posted(options, payout.dry_run ? "/v1/payouts/runs?dryRun=true" : "/v1/payouts/runs", body);
  return shown(options, answer, {});
}

int run_payout_file(const OnlineOptions& options, const std::string& date, const std::string& to,
                    std::string key) {
  auto client = MoneyClient::open(options);
  if (!client) return fail(client.error());
  if (key.empty()) key = new_key();
  const auto again = "wonjang payout file " + date + " --key " + key + (to.empty() ? "" : " -o " + to);
  // Before anything is asked: it is needed where the answer is lost.
  std::fprintf(stderr, "should the file get lost, the same again: %s\n", again.c_str());
  json::object body;
  body["date"] = date;
  const auto response = client->post_as(key, "/v1/payouts/files", json::serialize(body));
  if (!response) {
    const bool may_be_there = response.error().kind == ErrorKind::unavailable;
    return fail(response.error(), may_be_there ? again : "");
  }
  if (!response->payouts_held.empty() && response->payouts_held != "0")
    std::fprintf(stderr, "left out, as their merchants are on hold: %s\n",
                 counted(std::strtoull(response->payouts_held.c_str(), nullptr, 10), "payout").c_str());
  if (to.empty()) {
    const auto wrote = std::fwrite(response->body.data(), 1, response->body.size(), stdout);
    if (wrote == response->body.size() && std::fflush(stdout) == 0) return kExitOk;
    return fail(unavailable("standard output doesn't take the file; its payouts are marked SENT"), again);
  }
  if (const auto written = write_private_file(to, response->body); !written)
    return fail({written.error().kind, written.error().message + "; the payouts are marked SENT"}, again);
  std::fprintf(stderr, "written to %s\n", to.c_str());
  return kExitOk;
}

int run_payout_import(const OnlineOptions& options, const std::string& file) {
  const auto text = read_text_of(file);
  if (!text) return fail(text.error());
  if (text->empty()) return fail(invalid(file + " is empty: there is nothing to import"));
  auto client = MoneyClient::open(options);
  if (!client) return fail(client.error());
  const auto name = std::filesystem::path(file).filename().string();
  const auto response = client->post("/v1/payouts/results" + query_of({{"name", name}}), *text, "text/csv");
  if (!response) return fail(response.error());
  const auto answer = parse_object(response->body);
  const int done = shown(options, answer, options.output == "table" ? "" : "refused");
  const bool all = answer && answer->at("refused").as_array().empty();
  return done == kExitOk && !all ? kExitDifferences : done;
}

int run_funds(const OnlineOptions& options, const QueryFlags& flags) {
  const auto answer = got(options, "/v1/funds" + query_of(flags));
  if (!answer || options.output != "table") return shown(options, answer, "rows");
  const auto text = json::serialize(*answer);
  std::fputs(json_table(text, "rows").c_str(), stdout);
  std::fputs(("\n" + json_table(text, "totals")).c_str(), stdout);
  if (!answer->at("held").as_array().empty()) std::fputs(("\n" + json_table(text, "held")).c_str(), stdout);
  return kExitOk;
}

int run_funds_file(const OnlineOptions& options, const QueryFlags& flags, const std::string& file) {
  const auto value_of = [&](std::string_view name) -> std::string {
    const auto at = std::ranges::find(flags, name, &QueryFlags::value_type::first);
    return at == flags.end() ? "" : at->second;
  };
  const auto day = value_of("asOf");
  if (day.empty()) return fail(invalid("say which day's report: --as-of, a day that is over"));
  auto client = MoneyClient::open(options);
  if (!client) return fail(client.error());
  const auto report = "/v1/funds/reports/" + percent_encoded(day);
  const auto query = query_of({{"knownAt", value_of("knownAt")}, {"format", value_of("format")}});
  const std::pair<std::string, std::string> parts[] = {{report + query, file},
                                                       {report + "/signature" + query, file + ".sig"},
                                                       {"/v1/signing-key", file + ".pem"}};
  for (const auto& [target, to] : parts) {
    const auto response = client->get_file(target);
    if (!response) return fail(response.error());
    if (const auto written = write_private_file(to, response->body); !written) return fail(written.error());
  }
  std::fprintf(
      stderr,
      "written: %s, its signature %s.sig and this server's public key %s.pem. To check it, with the key "
      "that you know:\n"
      "  openssl pkeyutl -verify -pubin -inkey %s.pem -rawin -in %s -sigfile %s.sig\n",
      file.c_str(), file.c_str(), file.c_str(), file.c_str(), file.c_str(), file.c_str());
  return kExitOk;
}

int run_reconcile_match(const OnlineOptions& options, const std::string& file_id,
                        const ReconcileImport& match) {
  const auto query =
      query_of({{"amountTolerance", match.amount_tolerance}, {"dateTolerance", match.date_tolerance}});
  return shown(options,
               posted(options, "/v1/acquirer-files/" + percent_encoded(file_id) + "/matches" + query, {}),
               {});
}

int run_reconcile_import(const OnlineOptions& options, const ReconcileImport& import) {
  const auto text = read_text_of(import.file);
  if (!text) return fail(text.error());
  if (text->empty()) return fail(invalid(import.file + " is empty: there is nothing to import"));
  auto client = MoneyClient::open(options);
  if (!client) return fail(client.error());
  const auto name = std::filesystem::path(import.file).filename().string();
  const auto target = "/v1/acquirer-files" + query_of({{"name", name},
                                                       {"kind", import.kind},
                                                       {"acquirer", import.acquirer},
                                                       {"currency", import.currency},
                                                       {"amountTolerance", import.amount_tolerance},
                                                       {"dateTolerance", import.date_tolerance}});
  const auto response = client->post(target, *text, "text/csv");
  if (!response) return fail(response.error());
  return shown(options, parse_object(response->body), {});
}

int run_reconcile_resolve(const OnlineOptions& options, const ReconcileResolve& resolve) {
  json::object body;
  body["fileId"] = resolve.file_id;
  if (resolve.line_no > 0) body["lineNo"] = resolve.line_no;
  if (!resolve.line_id.empty()) body["lineId"] = resolve.line_id;
  body["resolution"] = resolve.resolution;
  return shown(options, posted(options, "/v1/breaks/resolutions", body), {});
}

}  // namespace wonjang
