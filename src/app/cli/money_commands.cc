#include "app/cli/money_commands.h"

#include <algorithm>
#include <CLI/CLI.hpp>
#include <initializer_list>
#include <map>
#include <string>

#include "app/cli/filter_options.h"
#include "app/cli/money.h"

namespace wonjang {
namespace {

class MoneyTree {
 public:
  explicit MoneyTree(const CommandHooks& hooks) : hooks_(hooks) {
    add_journal();
    add_contract();
    add_calendar();
    add_change();
    add_settlement();
    add_payout();
    add_funds();
    add_reconcile();
  }

 private:
  const OnlineOptions& o() const { return hooks_.options; }
  CLI::App* online(CLI::App* parent, const char* name, const char* what, std::function<int()> body) {
    return hooks_.online(parent, name, what, std::move(body));
  }
  void filters(CLI::App* to, std::initializer_list<const char*> names) {
    for (const char* name : names) add_filter_option(*to, name, filters_[name]);
  }
  QueryFlags given() const { return {filters_.begin(), filters_.end()}; }
  void id(CLI::App* to, const char* what) { to->add_option("id", id_, what)->required(); }
  void date(CLI::App* to) { to->add_option("date", date_, "A business date, 2026-11-22")->required(); }
  void note(CLI::App* to) { to->add_option("--note", propose_.note, "Why, for who looks at it later"); }
  void dry_run(CLI::App* to) { to->add_flag("--dry-run", dry_run_, "Show what it would do; write nothing"); }
  void far_ahead(CLI::App* to) {
    to->add_flag("--also-far-ahead", far_ahead_, "Even if the date is more than three weeks ahead");
  }

  // A list of items; filters by the API's names.
  CLI::App* list(CLI::App* parent, const char* name, const char* what, const char* path,
                 std::initializer_list<const char*> names) {
    auto* out =
        online(parent, name, what, [this, path] { return run_money_list(o(), path, given(), rows_); });
    filters(out, names);
    const bool has_pages = std::ranges::find(names, std::string_view("limit")) != names.end();
    if (has_pages) out->add_option("--rows", rows_, "Follow the pages until there are so many");
    return out;
  }

  void add_journal() {
    auto* balance =
        online(nullptr, "trial-balance", "Debits and credits of every account; 3 when they differ",
               [this] { return run_trial_balance(o(), given()); });
    filters(balance, {"asOf", "position", "min-position"});
    auto* journal = online(nullptr, "journal", "Entries of the journal, newest first",
                           [this] { return run_journal(o(), given(), rows_); });
    filters(journal, {"account", "currency", "from", "until", "payment", "limit", "min-position"});
    journal->add_option("--rows", rows_, "Follow the pages until there are so many");
  }

  void add_contract() {
    auto* contract = hooks_.noun("contract", "What merchants pay and when they are paid");
    auto* propose = online(contract, "propose", "Propose a contract; another key decides it", [this] {
      propose_.kind = "CONTRACT";
      propose_.member = "contract";
      propose_.dry_run = dry_run_;
      return run_propose(o(), propose_);
    });
    propose->add_option("file", propose_.file, "JSON (docs/settlement.md)")->required();
    note(propose);
    dry_run(propose);
    list(contract, "list", "Contracts, all versions", "/v1/contracts",
         {"merchant", "knownAt", "limit", "min-position"});
  }

  void add_calendar() {
    auto* calendar = hooks_.noun("calendar", "Days on which banks are closed");
    auto* import = online(calendar, "import", "Propose a calendar as the next version of its code", [this] {
      import_.dry_run = dry_run_;
      import_.note = propose_.note;
      return run_calendar_import(o(), import_);
    });
    import->add_option("file", import_.file, "In text form (docs/calendars.md)");
    import->add_option("--shipped", import_.shipped,
                       "The code of a calendar that comes with the program: KR");
    note(import);
    dry_run(import);
    list(calendar, "list", "Approved versions", "/v1/calendars", {"min-position"});
    auto* show = online(calendar, "show", "One version with its days",
                        [this] { return run_money_get(o(), "/v1/calendars/" + id_, given()); });
    id(show, "Its code, KR");
    filters(show, {"version", "year", "from", "until"});
    auto* diff = online(calendar, "diff", "What one version changed against another", [this] {
      return run_money_list(o(), "/v1/calendars/" + id_ + "/differences", given());
    });
    id(diff, "Its code, KR");
    filters(diff, {"from", "until"});
  }

  void add_change() {
    auto* change = hooks_.noun("change",
                               "Changes of contracts, calendars, holds and the like: one proposes, "
                               "another decides");
    auto* propose = online(change, "propose", "Propose any change", [this] {
      propose_.dry_run = dry_run_;
      return run_propose(o(), propose_);
    });
    propose->add_option("file", propose_.file, "JSON, the body of POST /v1/changes")->required();
    note(propose);
    dry_run(propose);
    list(change, "list", "Changes, newest first", "/v1/changes", {"status", "limit", "min-position"});
    auto* show =
        online(change, "show", "One of them", [this] { return run_money_get(o(), "/v1/changes/" + id_); });
    id(show, "chg_...");
    auto* approve = online(change, "approve", "It counts from now on",
                           [this] { return run_decide(o(), id_, /*approve=*/true, propose_.note); });
    id(approve, "chg_...");
    note(approve);
    auto* reject = online(change, "reject", "It never counts",
                          [this] { return run_decide(o(), id_, /*approve=*/false, propose_.note); });
    id(reject, "chg_...");
    note(reject);
    auto* what_if = online(change, "what-if", "Every line and payout that it would move",
                           [this] { return run_what_if(o(), id_); });
    id(what_if, "chg_...");
  }

  void add_settlement() {
    auto* settlement = hooks_.noun("settlement", "Runs, their lines and what explains them");
    date(online(settlement, "plan", "What a run would settle now",
                [this] { return run_settlement_plan(o(), date_); }));
    auto* run = online(settlement, "run", "Settle a business date, and show the progress", [this] {
      return dry_run_ ? run_settlement_plan(o(), date_) : run_settlement_run(o(), date_, /*again=*/false);
    });
    date(run);
    dry_run(run);
    date(online(settlement, "rerun", "Settle what failed or is missing; what stands isn't touched",
                [this] { return run_settlement_run(o(), date_, /*again=*/true); }));
    auto* status = online(settlement, "status", "How a date's run stands; without one, all of the last year",
                          [this] { return run_settlement_status(o(), date_); });
    status->add_option("date", date_, "A business date, 2026-11-22");
    id(online(settlement, "explain", "One line, rule by rule, computed again from its snapshot",
              [this] { return run_settlement_explain(o(), id_); }),
       "stl_...");
    list(settlement, "totals", "What was settled, by date and currency", "/v1/totals/settlement-lines",
         {"from", "until", "merchant", "min-position"});
    const auto of_run = [&](const char* name, const char* what, std::initializer_list<const char*> names) {
      auto* out = online(settlement, name, what, [this, name] {
        return run_money_list(o(), "/v1/settlement/runs/" + date_ + "/" + name, given(), rows_);
      });
      date(out);
      filters(out, names);
      out->add_option("--rows", rows_, "Follow the pages until there are so many");
    };
    of_run("lines", "Lines of a date's runs", {"merchant", "limit"});
    of_run("failures", "Items that stand as failed", {"limit"});
    of_run("differences", "Items for which a canary gave something else", {"limit"});
    auto* adjust = online(settlement, "adjust", "Difference lines for a contract that holds backwards",
                          [this] { return run_settlement_adjust(o(), id_, date_, far_ahead_, dry_run_); });
    id(adjust, "chg_..., the approved contract");
    date(adjust);
    far_ahead(adjust);
    dry_run(adjust);
  }

  void add_payout() {
    auto* payout = hooks_.noun("payout", "What goes to merchants");
    auto* run = online(payout, "run", "Request the payouts of a date", [this] {
      payout_.date = date_;
      payout_.dry_run = dry_run_;
      payout_.also_far_ahead = far_ahead_;
      return run_payout_run(o(), payout_);
    });
    date(run);
    run->add_option("--calendar", payout_.calendar, "That says whether banks work; default KR");
    run->add_flag("--also-on-closed-day", payout_.also_on_closed_day, "Even if they don't");
    far_ahead(run);
    run->add_option(
        "--manual", payout_.manual_of,
        "mch_...: also the lines of this merchant's manual cycle, which have no day of their own");
    dry_run(run);
    list(payout, "list", "Payouts", "/v1/payouts",
         {"from", "until", "merchant", "disputed", "limit", "min-position"});
    auto* approve = online(payout, "approve", "The bank did pay, though it had said FAILED",
                           [this] { return run_decide_payout(o(), id_, /*approve=*/true, propose_.note); });
    id(approve, "pyo_...");
    note(approve);
    auto* reject = online(payout, "reject", "It didn't: the payout stays as it stands",
                          [this] { return run_decide_payout(o(), id_, /*approve=*/false, propose_.note); });
    id(reject, "pyo_...");
    note(reject);
    list(payout, "totals", "What was paid out, by date, currency and state", "/v1/totals/payouts",
         {"from", "until", "merchant", "min-position"});
    auto* file = online(payout, "file", "The file for the bank; its payouts are SENT then",
                        [this] { return run_payout_file(o(), date_, to_, key_); });
    date(file);
    file->add_option("--key", key_, "That a file was made with: gives the same file again");
    file->add_option("-o,--out", to_, "File to write; default: standard output");
    auto* import = online(payout, "import", "What the bank answered; 3 when rows were refused",
                          [this] { return run_payout_import(o(), id_); });
    import
        ->add_option("file", id_,
                     "CSV: payout_id,state; if there, bank_trace_no,at,failure, and as we sent it "
                     "merchant_id,date,currency,amount,account")
        ->required();
  }

  void add_funds() {
    auto* funds =
        online(nullptr, "funds", "What is approved and not paid out, and what must lie outside for it",
               [this] { return to_.empty() ? run_funds(o(), given()) : run_funds_file(o(), given(), to_); });
    funds->add_option("--as-of,--asOf", filters_["asOf"], "At the close of this business date; default: now");
    funds->add_option("--known-at,--knownAt", filters_["knownAt"],
                      "With ratios and holdings approved until the close of this date; default: the same");
    auto* file = funds->add_option(
        "--file", to_, "Write the signed report of a day that is over: FILE, FILE.sig and FILE.pem");
    funds->add_option("--format", filters_["format"], "Of the report: 1 or 2; default: 2, the newest")
        ->needs(file);
  }

  void tolerances(CLI::App* to) {
    to->add_option("--amount-tolerance", reconcile_.amount_tolerance,
                   "Minor units that a row may differ by; default: the file's own, of a new one 0");
    to->add_option("--date-tolerance", reconcile_.date_tolerance,
                   "Days that a row may differ by; default: the file's own, of a new one 3");
  }
  void add_reconcile() {
    auto* reconcile = hooks_.noun("reconcile", "Acquirers' files against our movements");
    auto* import = online(reconcile, "import", "Import a file and match it",
                          [this] { return run_reconcile_import(o(), reconcile_); });
    import->add_option("file", reconcile_.file, "CSV (docs/settlement.md)")->required();
    import->add_option("--kind", reconcile_.kind, "ACQUISITION or DEPOSIT")
        ->check(CLI::IsMember({"ACQUISITION", "DEPOSIT"}))
        ->required();
    import->add_option("--acquirer", reconcile_.acquirer, "The acquirer's code")->required();
    import->add_option("--currency", reconcile_.currency, "Of its amounts; default KRW");
    tolerances(import);
    list(reconcile, "files", "Files, newest first", "/v1/acquirer-files", {"limit"});
    auto* match = online(reconcile, "show", "A file's rows with what matched them",
                         [this] { return run_money_get(o(), "/v1/acquirer-files/" + id_); });
    id(match, "fil_...");
    auto* again = online(reconcile, "match", "Match a file again with what is known now",
                         [this] { return run_reconcile_match(o(), id_, reconcile_); });
    id(again, "fil_...");
    tolerances(again);
    list(reconcile, "breaks", "What nothing matched, oldest first", "/v1/breaks", {"reason", "limit"});
    auto* resolve = online(reconcile, "resolve", "A person's word on a break", [this] {
      resolve_.file_id = id_;
      return run_reconcile_resolve(o(), resolve_);
    });
    id(resolve, "fil_...");
    resolve->add_option("--line", resolve_.line_no, "Of the file; or --line-id");
    resolve->add_option("--line-id", resolve_.line_id, "stl_..., of what only we know of");
    resolve->add_option("--resolution", resolve_.resolution, "What became of it, and who says so")
        ->required();
  }

  const CommandHooks hooks_;
  std::map<std::string, std::string> filters_;
  std::string id_;
  std::string date_;
  std::string to_;
  std::uint64_t rows_ = 0;
  bool dry_run_ = false;
  bool far_ahead_ = false;
  std::string key_;
  ProposeOptions propose_;
  CalendarImport import_;
  PayoutRunOptions payout_;
  ReconcileImport reconcile_;
  ReconcileResolve resolve_;
};

}  // namespace

std::shared_ptr<void> add_money_commands(const CommandHooks& hooks) {
  return std::make_shared<MoneyTree>(hooks);
}

}  // namespace wonjang
