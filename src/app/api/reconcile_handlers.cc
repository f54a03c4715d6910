// Files of acquirers, what their rows were matched with, and breaks.

#include <algorithm>
#include <utility>

#include "app/api/api.h"
#include "app/api/json/money_commands.h"
#include "app/api/json/money_contract_json.h"
#include "app/api/json/money_payout_json.h"
#include "app/api/json/settlement_json.h"
#include "app/api/money_read.h"
#include "app/api/money_work.h"
#include "app/api/write_request.h"
#include "base/bytes.h"
#include "domain/settlement/acquirer_file.h"
#include "engine/ledger/ask.h"
#include "engine/money/reconcile.h"

namespace wonjang {
namespace {

using settlement::FileId;
using settlement::FileKind;
using settlement::MatchState;

constexpr std::size_t kFilesMax = 1'000;  // newest ones that a further file is compared with

void put_report(JsonWriter& w, const money::MatchReport& report) {
  w.begin_object("match").number("rows", static_cast<std::int64_t>(report.rows));
  w.number("matched", static_cast<std::int64_t>(report.matched));
  w.number("breaks", static_cast<std::int64_t>(report.breaks));
  w.number("onlyOurs", static_cast<std::int64_t>(report.only_ours));
  w.number("withinTolerance", static_cast<std::int64_t>(report.within_tolerance));
  w.number("difference", report.difference).end_object();
}

Result<JobAnswer> file_answer(const money::MoneyPorts& ports, FileId id, const money::MatchReport& report,
                              int status) {
  WJ_TRY(const auto snapshot, ports.now.caught_up());
  WJ_TRY(const auto file, money::MoneyReader(*snapshot).file(id));
  JobAnswer out;
  out.status = status;
  JsonWriter w(out.body);
  w.begin_object();
  if (file) put_file(w, *file);
  put_report(w, report);
  w.end_object();
  return out;
}

// Name, kind and acquirer, of the query; rows of the body. Nothing: the call was answered.
std::optional<money::FileToImport> taken_file(Api& api, CallPtr& call, const Query& query,
                                              const WorkKey& key) {
  const auto refuse = [&](std::string_view why) {
    api.answer_problem(std::move(call), ProblemKind::bad_parameter, why);
    return std::nullopt;
  };
  const auto name = query.find("name");
  const auto acquirer = query.find("acquirer");
  const auto kind = query.find("kind").value_or("");
  const auto currency = Currency::parse(query.find("currency").value_or("KRW"));
  if (!name || name->size() > 200) return refuse("say the file's name: ?name=, at most 200 bytes");
  if (!acquirer || acquirer->size() > 64)
    return refuse("say whose file it is: &acquirer= and the acquirer's code");
  if (kind != "ACQUISITION" && kind != "DEPOSIT") return refuse("kind is ACQUISITION or DEPOSIT");
  if (!currency) return refuse("currency is an ISO 4217 code");
  money::FileToImport out;
  out.file =
      FileId(settlement::file_stream(RawId::from_bytes(reinterpret_cast<const char*>(key.hash.data()))));
  out.name = *name;
  out.sha256 = digest_of_body(api, *call);
  out.kind = kind == "DEPOSIT" ? FileKind::deposit : FileKind::acquisition;
  out.acquirer = *acquirer;
  out.currency = *currency;
  auto parsed = settlement::parse_acquirer_file(call->request.body);
  if (!parsed.faults.empty()) {
    std::string why = "nothing was imported:";
    for (const auto& fault : parsed.faults)
      why += " line " + std::to_string(fault.line_no) + ": " + fault.what + ";";
    api.answer_problem(std::move(call), ProblemKind::cannot_run, why);
    return std::nullopt;
  }
  out.rows = std::move(parsed.rows);
  return out;
}

// How far rows and movements may be apart, of the query: by default the file's own. Nothing: the call was
// answered.
std::optional<money::MatchOptions> taken_options(Api& api, CallPtr& call, const Query& query) {
  constexpr std::int64_t kAmountMax = 1'000'000;
  constexpr std::int64_t kDaysMax = 31;
  const auto amount = query.number("amountTolerance", 0, kAmountMax, 0);
  const auto days = query.number("dateTolerance", 0, kDaysMax, settlement::MatchTolerance{}.date_days);
  if (!amount || !days) {
    api.answer_problem(std::move(call), ProblemKind::bad_parameter,
                       "amountTolerance is in minor units, up to 1000000; dateTolerance in days, up to 31");
    return std::nullopt;
  }
  money::MatchOptions out;
  if (query.find("amountTolerance") || query.find("dateTolerance"))
    out.tolerance = {*amount, static_cast<std::int32_t>(*days)};
  return out;
}
void add_to(CanonicalRequest& asked, const money::MatchOptions& options) {
  if (!options.tolerance) {
    asked.absent();
    return;
  }
  asked.number(options.tolerance->amount).number(options.tolerance->date_days);
}

// The same bytes under another key would be matched twice. True: the call was answered.
bool refused_known(Api& api, CallPtr& call, const money::FileToImport& file) {
  const auto view = api.parts().money->now();
  if (!view) {
    api.answer_problem(std::move(call), ProblemKind::views_not_ready);
    return true;
  }
  const auto known = money::MoneyReader(*view->snapshot).files({}, kFilesMax);
  if (!known) {
    api.answer_error(std::move(call), known.error());
    return true;
  }
  for (const auto& one : known->items) {
    if (one.sha256 != file.sha256 || one.file == file.file) continue;
    api.answer_problem(std::move(call), ProblemKind::already_imported,
                       "it stands here as " + one.file.text() + " (" + one.name + ")");
    return true;
  }
  return false;
}

struct LineToResolve {
  FileId file;
  std::uint32_t version = 0;
};

// A resolution of what is no break would contradict the log: looked at before a byte is written.
Result<LineToResolve> break_to_resolve(const money::MoneyReader& reader,
                                       const settlement::BreakResolved& resolved) {
  WJ_TRY(const auto file, reader.file(resolved.file));
  if (!file) return not_found("there is no such file");
  WJ_TRY(const auto match, reader.match_of(resolved.file, resolved.line_no, resolved.line));
  if (!match) return not_found("the file has no such break");
  if (match->state == MatchState::matched) return invalid("this row is matched: there is nothing to resolve");
  if (match->state == MatchState::resolved) return invalid("this break is resolved already");
  return LineToResolve{file->file, file->version};
}

}  // namespace

void import_acquirer_file(Api& api, CallPtr call) {
  const auto query =
      take_query(api, call, {"name", "kind", "acquirer", "currency", "amountTolerance", "dateTolerance"});
  if (!query) return;
  const auto key = take_csv_key(api, call);
  if (!key) return;
  const auto options = taken_options(api, call, *query);
  if (!options) return;
  auto file = taken_file(api, call, *query, *key);
  if (!file || refused_known(api, call, *file)) return;
  JobRequest request{"an import of " + file->name, "import_acquirer_file", *key, std::nullopt};
  request.asked.emplace("import_acquirer_file")
      .text(file->name)
      .text(settlement::code_of(file->kind))
      .text(file->acquirer)
      .text(file->currency.code())
      .text(file->sha256);
  add_to(*request.asked, *options);
  begin_job(api, std::move(call), std::move(request),
            [file = *std::move(file), options = *options](const money::MoneyPorts& ports,
                                                          const money::JobOwner& owner) -> Result<JobAnswer> {
              WJ_TRY(const auto report, money::import_file(ports, file, options, owner));
              return file_answer(ports, file.file, report, 201);
            });
}

void match_acquirer_file(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"amountTolerance", "dateTolerance"});
  if (!query) return;
  const auto options = taken_options(api, call, *query);
  if (!options) return;
  const auto key = take_work_key(api, call);
  if (!key) return;
  const auto id = FileId::parse(call->parameter);
  if (!id) return api.answer_problem(std::move(call), ProblemKind::not_found, "there is no such file");
  JobRequest request{"a match of " + id->text(), "match_acquirer_file", *key, std::nullopt};
  request.asked.emplace("match_acquirer_file").text(id->text());
  add_to(*request.asked, *options);
  begin_job(api, std::move(call), std::move(request),
            [id = *id, options = *options](const money::MoneyPorts& ports,
                                           const money::JobOwner& owner) -> Result<JobAnswer> {
              WJ_TRY(const auto report, money::match_file(ports, id, options, owner));
              return file_answer(ports, id, report, 200);
            });
}

void list_acquirer_files(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"limit", "cursor", "min-position"});
  if (!query) return;
  const auto page = take_money_page(api, call, *query, "files");
  if (!page) return;
  at_money(api, std::move(call), *query, Work::query,
           [page = *page](Api& a, CallPtr c, const projection::View& view) {
             const auto files = money::MoneyReader(*view.snapshot).files(page.after, page.limit);
             if (!files) return a.answer_error(std::move(c), files.error());
             std::string body;
             JsonWriter w(body);
             w.begin_object().begin_array("items");
             for (const auto& file : files->items) {
               w.begin_object();
               put_file(w, file);
               w.end_object();
             }
             end_items(w, a, view, page, next_of(*files));
             answer_seen(a, std::move(c), view.seen, std::move(body));
           });
}

namespace {

using FileItem = money::MoneyReader::FileItem;

void put_rows(JsonWriter& w, const std::vector<FileItem>& items) {
  for (const auto& item : items) {
    if (!item.row) continue;
    w.begin_object();
    put_fields(w, *item.row);
    if (item.match) put_object(w, "match", *item.match);
    w.end_object();
  }
}

void put_only_ours(JsonWriter& w, const std::vector<FileItem>& items) {
  w.begin_array("onlyOurs");
  for (const auto& item : items) {
    if (item.row || !item.match) continue;
    w.begin_object();
    put_fields(w, *item.match);
    w.end_object();
  }
  w.end_array();
}

// The file, and a page of its rows with their matches, then of what only we know of.
Result<std::string> file_shown(Api& api, const projection::View& view, FileId id, const MoneyPage& page) {
  const money::MoneyReader reader(*view.snapshot);
  WJ_TRY(const auto file, reader.file(id));
  if (!file) return not_found("there is no such file");
  WJ_TRY(const auto found, reader.file_page(id, page.after, page.limit));
  std::string body;
  JsonWriter w(body);
  w.begin_object();
  put_file(w, *file);
  put_only_ours(w, found.items);
  w.begin_array("items");
  put_rows(w, found.items);
  end_items(w, api, view, page, next_of(found));
  return body;
}

}  // namespace

void get_acquirer_file(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"limit", "cursor", "min-position"});
  if (!query) return;
  const auto id = FileId::parse(call->parameter);
  if (!id) return api.answer_problem(std::move(call), ProblemKind::not_found, "there is no such file");
  const auto page = take_money_page(api, call, *query, "rows of a file");
  if (!page) return;
  at_money(api, std::move(call), *query, Work::query,
           [id = *id, page = *page](Api& a, CallPtr c, const projection::View& view) {
             auto body = file_shown(a, view, id, page);
             if (!body) return answer_wrong_read(a, std::move(c), body.error());
             answer_seen(a, std::move(c), view.seen, *std::move(body));
           });
}

namespace {

// Why nothing takes a row, as matching says it; and of a list beside it, that a row was taken all the same.
constexpr std::string_view kReasons[] = {"AMOUNT_DIFF",
                                         "DATE_DIFF",
                                         "ONLY_OURS",
                                         "ONLY_THEIRS",
                                         "AMBIGUOUS",
                                         "SLIP_REFUSED",
                                         settlement::kWithinTolerance};

}  // namespace

void list_breaks(Api& api, CallPtr call) {
  const auto query = take_query(api, call, {"reason", "limit", "cursor", "min-position"});
  if (!query) return;
  const std::string reason(query->find("reason").value_or(""));
  if (!reason.empty() && std::ranges::find(kReasons, reason) == std::end(kReasons))
    return api.answer_problem(
        std::move(call), ProblemKind::bad_parameter,
        "reason is AMOUNT_DIFF, DATE_DIFF, ONLY_OURS, ONLY_THEIRS, AMBIGUOUS, SLIP_REFUSED or "
        "WITHIN_TOLERANCE");
  const auto page = take_money_page(api, call, *query, "breaks");
  if (!page) return;
  at_money(api, std::move(call), *query, Work::query,
           [reason, page = *page](Api& a, CallPtr c, const projection::View& view) {
             const money::MoneyReader reader(*view.snapshot);
             const auto breaks = reason == settlement::kWithinTolerance
                                     ? reader.tolerated(page.after, page.limit)
                                     : reader.breaks(page.after, page.limit, reason);
             if (!breaks) return a.answer_error(std::move(c), breaks.error());
             const auto today = business_date_of(a.clock().now());
             std::string body;
             JsonWriter w(body);
             w.begin_object().begin_array("items");
             for (const auto& one : breaks->items) {
               std::optional<settlement::FileRow> row;
               if (one.match.line_no != 0) {
                 auto found = reader.row_of(one.file, one.match.line_no);
                 if (!found) return a.answer_error(std::move(c), found.error());
                 row = *std::move(found);
               }
               put_break(w, one, row ? &*row : nullptr, today);
             }
             end_items(w, a, view, page, next_of(*breaks));
             answer_seen(a, std::move(c), view.seen, std::move(body));
           });
}

void resolve_break(Api& api, CallPtr call) {
  const auto key = take_work_key(api, call);
  if (!key) return;
  auto wanted = taken(api, call, parse_break_resolution(call->request.body));
  if (!wanted) return;
  ask_money(api, std::move(call), "a resolution",
            [key = *key, wanted = *std::move(wanted)](Api& a, CallPtr c,
                                                      const std::shared_ptr<const KvSnapshot>& snapshot) {
              if (a.is_draining()) return a.answer_problem(std::move(c), ProblemKind::shutting_down);
              const auto before = a.ledger().find_idempotency(key.hash);
              const bool is_repeat = before && before->has_value();
              const auto found = break_to_resolve(money::MoneyReader(*snapshot), wanted.resolved);
              if (!found && !is_repeat) return answer_job_error(a, std::move(c), found.error());
              RecordFacts facts;
              facts.stream = wanted.resolved.file.raw();
              facts.expected_version = found ? found->version : 0;
              facts.bodies.emplace_back(wanted.resolved);
              auto request = write_request(a, *c->caller, key.text, wanted.canonical);
              request.command = std::move(facts);
              request.renderer = &resolution_renderer();
              a.finish(std::move(c), ask(a.ledger(), std::move(request)));
            });
}

}  // namespace wonjang
