#include "app/cli/commands.h"

#include <algorithm>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>

#include "app/cli/config_command.h"
#include "app/cli/demo.h"
#include "app/cli/exit.h"
#include "app/cli/filter_options.h"
#include "app/cli/load_run.h"
#include "app/cli/money_commands.h"
#include "app/cli/offline.h"
#include "app/cli/online.h"
#include "app/cli/sanity.h"
#include "app/cli/serve.h"
#include "app/cli/sim.h"
#include "app/cli/views.h"
#include "app/cli/views_offline.h"
#include "app/service/serving_parts.h"

namespace wonjang {
namespace {

constexpr const char* kVersion = "0.1.0";
using Run = std::function<int()>;

// What the flags say; lives as long as the parse and the command.
struct Arguments {
  ServeOptions serve;
  std::vector<std::string> sets;  // key=value
  std::string data_dir;
  std::string address;
  std::string port;
  std::string listen;
  std::string books;
  bool in_memory = false;
  std::vector<std::string> providers;
  std::string drain = "20s";

  LoadRunOptions load;
  std::string seconds = "10s";
  std::string warm_up = "2s";
  bool closed = false;

  DemoOptions demo;
  OnlineOptions online;
  std::string online_data_dir;
  std::string id;
  std::string order;
  std::string merchant;
  std::string file;
  KeyCreateOptions key;
  std::string output = "table";
  std::string from;
  std::string to;
  bool is_online = false;
  bool is_quick = false;
  ResolutionOptions resolution;
  bool for_person = false;
  std::string text;
  std::string cube;
  bool changes = false;
  std::map<std::string, std::string> filters;  // by the API's names
  std::vector<std::string> metadata;           // NAME=VALUE
  std::uint64_t rows = 0;
  SanityCommand sanity;
  SimOptions sim;
  ConfigSources config;
  bool origin = false;
};

// A plain number is seconds: `--seconds 30` reads well.
Result<std::int64_t> seconds_or_duration(const std::string& text) {
  const bool plain = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return parse_duration_ms(plain ? text + "s" : text);
}

class Tree {
 public:
  explicit Tree(CLI::App& app) : app_(app) {
    add_serve();
    add_demo();
    add_load();
    add_payment();
    add_views();
    money_ = add_money_commands(
        {[this](const char* name, const char* what) { return noun(name, what); },
         [this](CLI::App* parent, const char* name, const char* what, std::function<int()> body) {
           return online(parent == nullptr ? &app_ : parent, name, what, std::move(body));
         },
         a_.online});
    add_offline();
    add_verify();
    add_proof();
    add_key();
    add_sanity();
    add_sim();
    add_config();
    add_version();
  }
  Run run;

 private:
  CLI::App* command(CLI::App* parent, const char* name, const char* what, Run body) {
    auto* out = parent->add_subcommand(name, what);
    out->callback([this, body = std::move(body)] { run = body; });
    return out;
  }
  CLI::App* noun(const char* name, const char* what) {
    auto* out = app_.add_subcommand(name, what);
    out->require_subcommand(1);
    return out;
  }

  void add_config_flags(CLI::App* to) {
    to->add_option("--config", a_.config.file, "TOML file (docs/configuration.md)");
    to->add_option("--set", a_.sets, "A setting, section.key=value; may be repeated");
    to->add_option("--data-dir", a_.data_dir, "ledger.data_dir");
    to->add_option("--address", a_.address, "http.address");
    to->add_option("--port", a_.port, "http.port; 0 takes a free one");
    to->add_option("--listen", a_.listen, "Both: ADDRESS:PORT");
    to->add_option("--books", a_.books, "ledger.books");
    to->add_flag("--in-memory", a_.in_memory, "ledger.in_memory");
  }

  Result<ConfigSources> sources() {
    ConfigSources out = a_.config;
    out.environment = process_environment();
    const auto add = [&](const char* key, const std::string& value) {
      if (!value.empty()) out.flags.emplace_back(key, value);
    };
    add("ledger.data_dir", a_.data_dir);
    if (!a_.listen.empty()) {
      const auto colon = a_.listen.rfind(':');
      if (colon == std::string::npos) return invalid("--listen wants ADDRESS:PORT, not `" + a_.listen + "`");
      add("http.address", a_.listen.substr(0, colon));
      add("http.port", a_.listen.substr(colon + 1));
    }
    add("http.address", a_.address);
    add("http.port", a_.port);
    add("ledger.books", a_.books);
    if (a_.in_memory) add("ledger.in_memory", "true");
    for (const auto& set : a_.sets) {
      const auto equals = set.find('=');
      if (equals == std::string::npos) return invalid("--set wants section.key=value, not `" + set + "`");
      out.flags.emplace_back(set.substr(0, equals), set.substr(equals + 1));
    }
    return out;
  }

  void add_serve() {
    auto* serve = command(&app_, "serve", "Run the ledger and its HTTP API until SIGTERM", [this] {
      auto from = sources();
      if (!from) return fail(from.error());
      const auto drain = seconds_or_duration(a_.drain);
      if (!drain) return fail(drain.error());
      return run_serve({*std::move(from), *drain});
    });
    add_config_flags(serve);
    serve->add_option("--drain", a_.drain, "How long answers may take after SIGTERM")->capture_default_str();
  }

  void add_demo() {
    auto* demo =
        command(&app_, "demo", "Start a ledger with a seeded city of merchants and show how to talk to it",
                [this] { return run_demo(a_.demo); });
    demo->add_option("--data-dir", a_.demo.data_dir,
                     "Where to keep it, and go on with it; default: a fresh temporary directory");
    demo->add_option("--payments", a_.demo.payments, "Payments of the 36 months; default 100,000");
    demo->add_option("--merchants", a_.demo.merchants, "Merchants, 20 to 200; default 40");
    demo->add_option("--books", a_.demo.books, "Number of books")->capture_default_str();
    demo->add_option("--seed", a_.demo.seed, "Of the city and the provider; default 1");
    demo->add_option("--port", a_.demo.port, "0 takes a free one")->capture_default_str();
    demo->add_flag("--once", a_.demo.once, "End after the feed and some seconds of live traffic");
  }

  void add_load() {
    auto* load =
        command(&app_, "load", "Put honest load on a running server", [this] { return run_load_of(); });
    add_online_flags(load, /*output=*/true);
    load->add_option("--mix", a_.load.mix, "create, retries or bulk")
        ->check(CLI::IsMember({"create", "retries", "bulk"}))
        ->capture_default_str();
    load->add_option("--rate", a_.load.rate, "Open loop: payments due per second");
    load->add_flag("--closed", a_.closed, "Closed loop, as fast as answers come; the default without --rate");
    load->add_option("--connections", a_.load.connections)->capture_default_str();
    load->add_option("--threads", a_.load.threads, "Of the client")->capture_default_str();
    load->add_option("--seconds", a_.seconds, "Measured time")->capture_default_str();
    load->add_option("--warm-up", a_.warm_up, "Before it, not measured")->capture_default_str();
    load->add_option("--requests", a_.load.requests_max, "At most so many, warm-up included");
    load->add_option("--merchants", a_.load.merchants, "Spread over so many; made when missing")
        ->capture_default_str();
    load->add_option("--lines", a_.load.bulk_lines, "Payments per request of the mix bulk")
        ->capture_default_str();
    load->add_option("--seed", a_.load.seed)->capture_default_str();
    load->add_option("--run", a_.load.run, "Name in the order ids; default: from the clock");
    load->add_flag("--verify", a_.load.verify,
                   "Send acknowledged requests again and expect the same payments");
    load->add_option("--verify-max", a_.load.verify_max, "At most so many, evenly spread")
        ->capture_default_str();
  }

  int run_load_of() {
    if (const int wrong = finish_online()) return wrong;
    if (a_.closed && a_.load.rate > 0)
      return fail(invalid("--rate is an open loop, --closed is none: say one of them"));
    const auto seconds = seconds_or_duration(a_.seconds);
    if (!seconds) return fail(seconds.error());
    const auto warm_up = seconds_or_duration(a_.warm_up);
    if (!warm_up) return fail(warm_up.error());
    a_.load.duration_ms = *seconds;
    a_.load.warm_up_ms = *warm_up;
    a_.load.url = a_.online.url;
    a_.load.key_file = a_.online.key_file;
    a_.load.json = a_.online.output != "table";
    if (a_.load.merchants == 0 || a_.load.bulk_lines == 0)
      return fail(invalid("--merchants and --lines are at least 1"));
    return run_load_command(a_.load);
  }

  void add_output_flag(CLI::App* to, std::string& output) {
    to->add_option("--output,-O", output, "table, json or ndjson")
        ->check(CLI::IsMember({"table", "json", "ndjson"}))
        ->capture_default_str();
  }

  void add_online_flags(CLI::App* to, bool output) {
    to->add_option("--url", a_.online.url, "Of the server")->envname("WONJANG_URL")->capture_default_str();
    to->add_option("--key-file", a_.online.key_file,
                   "File with an API key; default: operator.key of --data-dir")
        ->envname("WONJANG_KEY_FILE");
    to->add_option("--data-dir", a_.online_data_dir, "The server's, for its operator.key");
    if (output) add_output_flag(to, a_.online.output);
  }

  int finish_online() {
    auto& o = a_.online;
    if (o.key_file.empty() && !a_.online_data_dir.empty()) o.key_file = a_.online_data_dir + "/operator.key";
    if (!o.key_file.empty()) return kExitOk;
    return fail(
        invalid("say where the API key is: --key-file FILE, or --data-dir DIR for the operator.key in it"));
  }

  // An online command: its body runs when the key's place is known.
  CLI::App* online(CLI::App* parent, const char* name, const char* what, Run body, bool output = true) {
    auto* out = command(parent, name, what, [this, body = std::move(body)] {
      const int wrong = finish_online();
      return wrong != kExitOk ? wrong : body();
    });
    add_online_flags(out, output);
    return out;
  }

  void add_payment() {
    auto* payment = payment_ = noun("payment", "Look at payments of a running server");
    auto* get = online(payment, "get", "A payment, by id or by order", [this] {
      if (a_.id.empty() == a_.order.empty())
        return fail(invalid("say either the payment's id or --order ID"));
      return a_.id.empty() ? run_payment_of_order(a_.online, a_.order, a_.merchant)
                           : run_payment_get(a_.online, a_.id);
    });
    get->add_option("id", a_.id, "pay_...");
    get->add_option("--order", a_.order, "The merchant's own order id");
    get->add_option("--merchant,--merchantId", a_.merchant, "mch_..., needed with a key of the house");
    auto* events = online(payment, "list-events", "Its whole history",
                          [this] { return run_payment_events(a_.online, a_.id, a_.filters["types"]); });
    events->add_option("id", a_.id, "pay_...")->required();
    add_filter_option(*events, "types", a_.filters["types"]);
    auto* doubt = online(payment, "list-in-doubt", "Payments whose outcome isn't known",
                         [this] { return run_in_doubt(a_.online, a_.for_person); });
    doubt->add_flag("--person", a_.for_person, "Those that the resolver gave up on and a person settles");
    add_settle_outcome(payment);
  }

  // A command that asks the views: filters by the API's names, and csv beside the other forms.
  CLI::App* view(CLI::App* parent, const char* name, const char* what, std::function<ViewQuestion()> question,
                 std::initializer_list<const char*> filters, bool explain = false) {
    auto* out = online(
        parent, name, what,
        [this, question = std::move(question), explain] {
          auto asked = question();
          asked.rows_max = a_.rows;
          asked.explain = explain;
          return run_view(a_.online, asked);
        },
        /*output=*/false);
    out->add_option("--output,-O", a_.online.output, "table, json, ndjson or csv")
        ->check(CLI::IsMember({"table", "json", "ndjson", "csv"}))
        ->capture_default_str();
    for (const char* filter : filters) add_filter_option(*out, filter, a_.filters[filter]);
    return out;
  }
  QueryFlags given() const { return {a_.filters.begin(), a_.filters.end()}; }
  QueryFlags given_with_metadata() const {
    QueryFlags out = given();
    for (const auto& pair : a_.metadata) {
      const auto equals = pair.find('=');
      out.emplace_back("metadata." + pair.substr(0, equals), pair.substr(equals + 1));
    }
    return out;
  }

  void add_questions(CLI::App* to_payment, CLI::App* to_transaction, CLI::App* to_top_level, bool explain) {
    auto* list = view(
        to_payment, explain ? "payments" : "list", "Payments of a period, filtered and sorted",
        [this] { return ask_payments(given_with_metadata()); },
        {"merchantId", "from", "until", "status", "method", "issuer", "amountMin", "amountMax", "contains",
         "sort", "limit", "min-position"},
        explain);
    list->add_option("--rows", a_.rows, "Follow the pages until there are so many");
    list->add_option("--metadata", a_.metadata, "NAME=VALUE, exactly; as often as you like")
        ->check([](const std::string& pair) {
          const auto equals = pair.find('=');
          const bool whole = equals != std::string::npos && equals > 0 && equals + 1 < pair.size();
          return whole ? std::string() : std::string("metadata is asked for as NAME=VALUE");
        });
    auto* search = view(
        to_payment, "search", "Payments by a part of a text, or by any id",
        [this] { return ask_search(a_.text, given()); },
        {"merchantId", "from", "until", "limit", "min-position"}, explain);
    search->add_option("text", a_.text, "What to look for")->required();
    search->add_option("--rows", a_.rows, "Follow the pages until there are so many");
    auto* life = view(
        to_payment, "lifecycle", "Everything that happened to a payment",
        [this] { return ask_lifecycle(a_.id); }, {}, explain);
    life->add_option("id", a_.id, "pay_...")->required();
    auto* moves = view(
        to_transaction, explain ? "transactions" : "list", "Approvals and cancels of one merchant",
        [this] { return ask_transactions(given()); },
        {"merchantId", "from", "until", "kind", "status", "method", "issuer", "amountMin", "amountMax",
         "contains", "sort", "limit", "min-position"},
        explain);
    moves->add_option("--rows", a_.rows, "Follow the pages until there are so many");
    auto* totals = view(
        to_top_level, "totals", "Totals of a cube; without one, the cubes there are",
        [this] { return a_.changes ? ask_changes(a_.cube, given()) : ask_totals(a_.cube, given()); },
        {"from", "until", "by", "groupBy", "merchantId", "organisation", "method", "status", "kind",
         "channel", "issuer", "currency", "asOf", "difference", "percentiles", "limit", "min-position"},
        explain);
    auto* cube = totals->add_option("cube", a_.cube, "Its name");
    auto* changes = totals->add_flag("--changes", a_.changes,
                                     "The payments that the difference since --as-of comes from");
    totals->add_option("--rows", a_.rows, "Of --changes: follow the pages until there are so many")
        ->needs(changes);
    changes->needs(cube);
    if (explain) cube->required();
    view(
        to_top_level, "top", "Merchants that sold most", [this] { return ask_top(given()); },
        {"from", "until", "by", "limit", "currency", "min-position"}, explain);
    view(
        to_top_level, "today", "Sales of today so far, by the hour: a merchant's or all",
        [this] { return ask_today(given()); }, {"merchantId", "minutes", "min-position"}, explain);
  }

  void add_views() {
    add_questions(payment_, noun("transaction", "Movements of money"), &app_, /*explain=*/false);
    auto* explain =
        noun("explain", "How a question would be answered: its plan, what it reads, its ceilings");
    add_questions(explain, explain, explain, /*explain=*/true);
    auto* views = noun("views", "Lists, search and totals as the server keeps them");
    online(views, "status", "How they stand", [this] { return run_views_status(a_.online); });
    online(views, "rebuild", "Build them anew beside the live ones, compare, and swap",
           [this] { return run_views_rebuild(a_.online); });
    auto* feed =
        view(noun("event", "What happened, in order"), "list", "The feed, from a cursor or a time on",
             [this] { return ask_events(given()); }, {"after", "since", "types", "limit"});
    feed->add_option("--rows", a_.rows, "Follow the pages until there are so many");
    auto* quarantine =
        view(views, "quarantine", "Events put aside: each contradicts one that was folded before it",
             [this] { return ask_quarantine(given()); }, {"limit", "min-position"});
    quarantine->add_option("--rows", a_.rows, "Follow the pages until there are so many");
  }

  void add_settle_outcome(CLI::App* payment) {
    auto& r = a_.resolution;
    auto* settle = online(payment, "settle-outcome", "Settle by hand what the resolver gave up on",
                          [this] { return run_settle_outcome(a_.online, a_.resolution); });
    settle->add_option("id", r.payment_id, "pay_...")->required();
    settle->add_option("--approval", r.approval_id, "apr_..., which approval; or --cancel");
    settle->add_option("--cancel", r.cancel_id, "cnl_..., which cancel");
    settle->add_option("--outcome", r.outcome, "APPROVED, DECLINED, CANCELED or NEVER_EXISTED")
        ->check(CLI::IsMember({"APPROVED", "DECLINED", "CANCELED", "NEVER_EXISTED"}))
        ->required();
    settle->add_option("--reason", r.reason, "Why a person decides, and who")->required();
    settle->add_option("--evidence", r.evidence, "What you saw: file and line, a ticket")->required();
    settle->add_option("--expected-version", r.expected_version,
                       "Of the payment you looked at; without it nothing is sent");
    settle->add_option("--approve-no", r.approve_no, "Of an approval that was APPROVED");
    settle->add_option("--transaction-key", r.transaction_key, "Of a cancel that was CANCELED");
    settle->add_option("--failure-code", r.failure_code, "Of what was DECLINED");
    settle->add_option("--at", r.at, "When, by the provider's clock; default: now");
    settle->add_flag("--dry-run", r.dry_run, "Show the payment and what would be sent; send nothing");
  }

  // A ledger that nobody serves: where it is, and the cubes that its views have.
  struct StoredLedger {
    std::string data_dir;
    std::vector<serving::CubeSpec> cubes;
  };
  void add_stored_ledger_flags(CLI::App* to) {
    to->add_option("--data-dir", a_.data_dir, "Of a ledger that isn't running");
    to->add_option(
        "--config", a_.config.file,
        "The server's file, for its [[serving.cubes]] (without it those of its last start), and its "
        "ledger.data_dir without --data-dir");
  }
  Result<StoredLedger> stored_ledger() {
    WJ_TRY(const auto from, sources());
    WJ_TRY(const auto config, load_config(from));
    if (config.service.data_dir.empty())
      return invalid("say which ledger: --data-dir DIR, or --config FILE with its ledger.data_dir");
    WJ_TRY(auto cubes, stored_cubes(config.service));
    return StoredLedger{config.service.data_dir, std::move(cubes)};
  }
  // Those that a configuration says; without one those that the last start left beside the views.
  Result<std::vector<serving::CubeSpec>> stored_cubes(const ServiceConfig& config) const {
    const auto file = cubes_file(config.data_dir);
    if (!a_.config.file.empty() || !std::filesystem::exists(file)) return cubes_of(config);
    WJ_TRY(const auto left, load_config({.file = file, .environment = {}, .flags = {}}));
    return cubes_of(left.service);
  }
  static Result<std::vector<serving::CubeSpec>> cubes_of(const ServiceConfig& config) {
    WJ_TRY(const auto cubes, serving::CubeSet::create(config.cubes));
    return std::vector<serving::CubeSpec>(cubes.cubes().begin(), cubes.cubes().end());
  }
  Result<std::vector<serving::CubeSpec>> served_cubes() {
    WJ_TRY(const auto from, sources());
    WJ_TRY(const auto config, load_config(from));
    return cubes_of(config.service);
  }

  void add_verify() {
    auto* verify = noun("verify", "Prove that what is derived is what the events say");
    auto* views =
        command(verify, "views", "Every record of the serving views; names the first differences", [this] {
          if (a_.is_online) {
            a_.online_data_dir = a_.data_dir;
            const int wrong = finish_online();
            return wrong != kExitOk ? wrong : run_views_verify(a_.online, a_.is_quick);
          }
          const auto of = stored_ledger();
          if (!of) return fail(of.error());
          return run_verify_views({.data_dir = of->data_dir,
                                   .json = a_.online.output != "table",
                                   .quick = a_.is_quick,
                                   .cubes = of->cubes});
        });
    add_stored_ledger_flags(views);
    views->add_flag("--quick", a_.is_quick,
                    "Count, money and set-hash of each merchant's months; rows only where one differs");
    views->add_option("--url", a_.online.url, "Of a running server, whose views are verified while it serves")
        ->each([this](const std::string&) { a_.is_online = true; });
    views->add_option("--key-file", a_.online.key_file,
                      "With --url: file with an operator's API key; default: operator.key of --data-dir");
    add_output_flag(views, a_.online.output);
  }

  void add_offline() {
    auto* check = command(&app_, "check",
                          "Derive everything again from the events; names the first difference", [this] {
                            const auto of = stored_ledger();
                            if (!of) return fail(of.error());
                            return run_check({of->data_dir, a_.output != "table", of->cubes});
                          });
    add_stored_ledger_flags(check);
    add_output_flag(check, a_.output);
    auto* backup =
        command(&app_, "backup", "Copy a ledger: a stopped one, or with --url a running one", [this] {
          if (!a_.is_online) {
            if (a_.online_data_dir.empty())
              return fail(
                  invalid("say which ledger: --data-dir of a stopped one, or --url of a running one"));
            return run_backup(a_.online_data_dir, a_.to);
          }
          const int wrong = finish_online();
          return wrong != kExitOk ? wrong : run_online_backup(a_.online, a_.to);
        });
    backup
        ->add_option("directory", a_.to,
                     "Doesn't exist yet, or is empty; with --url a name under the server's ledger.backup_dir")
        ->required();
    backup->add_option("--data-dir", a_.online_data_dir,
                       "Of the stopped ledger; with --url, for the operator.key in it");
    backup->add_option("--url", a_.online.url, "Of the running server")->each([this](const std::string&) {
      a_.is_online = true;
    });
    backup->add_option("--key-file", a_.online.key_file, "With --url: file with an operator's API key");
    add_output_flag(backup, a_.online.output);
    auto* restore = command(
        &app_, "restore", "A ledger from a backup, checked and compared with the backup's manifest", [this] {
          RestoreOptions options{a_.from, a_.to, a_.output != "table"};
          if (!a_.config.file.empty()) {
            auto cubes = served_cubes();
            if (!cubes) return fail(cubes.error());
            options.cubes = *std::move(cubes);
          }
          return run_restore(options);
        });
    restore->add_option("from", a_.from, "The backup")->required();
    restore->add_option("to", a_.to, "Doesn't exist yet, or is empty")->required();
    restore->add_option(
        "--config", a_.config.file,
        "The server's file, for its [[serving.cubes]]: builds the views too, and compares them");
    add_output_flag(restore, a_.output);
  }

  void add_proof() {
    auto* proof = noun("proof", "Proofs that wonjang-verify checks without the database");
    auto* payment = online(
        proof, "payment", "That the events of a payment are in the book",
        [this] { return run_proof_payment(a_.online, a_.id, a_.file); }, false);
    payment->add_option("id", a_.id, "pay_...")->required();
    payment->add_option("-o,--out", a_.file, "File to write; default: standard output");
  }

  void add_key() {
    auto* key = noun("key", "API keys of a running server");
    auto* create = online(key, "create", "Make a key; its secret is shown once",
                          [this] { return run_key_create(a_.online, a_.key); });
    create->add_option("--merchant,--merchantId", a_.key.merchant_id, "mch_..., whose key it is");
    create->add_option("--scope", a_.key.scopes, "merchant, operator, ingest; may be repeated")
        ->capture_default_str();
    create->add_option("--label", a_.key.label, "What it is for");
    online(key, "list", "All keys, without secrets", [this] { return run_key_list(a_.online); });
    auto* revoke = online(key, "revoke", "End a key", [this] { return run_key_revoke(a_.online, a_.id); });
    revoke->add_option("id", a_.id, "key_...")->required();
  }

  void add_sanity() {
    auto* sanity = online(
        &app_, "sanity", "Try the agreed cases on a running server and print a checklist",
        [this] { return run_sanity(a_.online, a_.sanity); }, /*output=*/false);
    sanity->add_option("--output,-O", a_.online.output, "table or json")
        ->check(CLI::IsMember({"table", "json"}))
        ->capture_default_str();
    sanity->add_option("--lang", a_.sanity.language, "en or ko")
        ->check(CLI::IsMember({"en", "ko"}))
        ->capture_default_str();
    sanity->add_option("--simulator", a_.sanity.simulator,
                       "Name of a simulated provider of the server, to lose an answer of; never a real one");
    sanity->add_option("--backup-dir", a_.sanity.backup_dir,
                       "The server's ledger.backup_dir, on its machine: a backup is made there, restored, "
                       "compared and deleted");
  }

  void add_sim() {
    auto* sim = noun("sim", "Simulated counterparts");
    auto* acquirer =
        command(sim, "acquirer", "A payment provider over HTTP", [this] { return run_sim_acquirer(a_.sim); });
    acquirer->add_option("--address", a_.sim.address)->capture_default_str();
    acquirer->add_option("--port", a_.sim.port, "0 takes a free one")->capture_default_str();
    acquirer->add_option("--seed", a_.sim.seed)->capture_default_str();
    acquirer->add_option("--profile", a_.sim.profile, "perfect, everyday or stormy")->capture_default_str();
  }

  void add_config() {
    auto* config = noun("config", "The configuration");
    auto* check = command(config, "check", "Read it and say what is wrong", [this] {
      const auto from = sources();
      return from ? run_config_check(*from) : fail(from.error());
    });
    add_config_flags(check);
    auto* show = command(config, "show", "Every setting", [this] {
      const auto from = sources();
      return from ? run_config_show(*from, a_.origin) : fail(from.error());
    });
    add_config_flags(show);
    show->add_flag("--origin", a_.origin, "Where each value comes from");
  }

  void add_version() {
    auto* version = command(&app_, "version", "The version", [this] {
      if (a_.output == "table") {
        std::printf("wonjang %s\n", kVersion);
      } else {
        std::printf("{\"version\":\"%s\"}\n", kVersion);
      }
      return static_cast<int>(kExitOk);
    });
    add_output_flag(version, a_.output);
  }

  CLI::App& app_;
  CLI::App* payment_ = nullptr;
  std::shared_ptr<void> money_;
  Arguments a_;
};

// Of a number that can't be negative: -1 would be read as the largest one there is.
void take_whole_numbers(CLI::App& app) {
  const auto fault = [](const std::string& text) {
    const bool is_whole = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    return is_whole ? std::string() : text + " is no whole number from 0 on";
  };
  for (auto* option : app.get_options()) {
    if (option->get_type_name() == "UINT") option->check(CLI::Validator(fault, ""));
  }
  for (auto* below : app.get_subcommands([](CLI::App*) { return true; })) take_whole_numbers(*below);
}

// What is wrong with the words that name the command; empty: nothing, or that is said elsewhere.
std::string unknown_command(CLI::App& app, int argc, const char* const* argv) {
  auto* at = &app;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto below = at->get_subcommands([](CLI::App*) { return true; });
    if (below.empty() || word.starts_with("-")) return {};
    const auto found = std::ranges::find(below, word, [](const CLI::App* one) { return one->get_name(); });
    if (found != below.end()) {
      at = *found;
      continue;
    }
    std::string known;
    for (const auto* one : below) known += (known.empty() ? "" : ", ") + one->get_name();
    return "there is no command `" + (at == &app ? "" : at->get_name() + " ") + word + "`; there are " +
           known;
  }
  return {};
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
  ignore_broken_pipes();
  CLI::App app("Wonjang: an insert-only payment ledger");
  app.name("wonjang");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("wonjang ") + kVersion);
  Tree tree(app);
  take_whole_numbers(app);
  if (const auto wrong = unknown_command(app, argc, argv); !wrong.empty())
    return fail(invalid(wrong), "wonjang --help");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ExtrasError&) {
    std::string words;
    for (const auto& word : app.remaining(/*recurse=*/true)) words += (words.empty() ? "" : " ") + word;
    return fail(invalid("not expected here: " + words), "the command with --help");
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? kExitOk : kExitUsage;
  }
  return tree.run();
}

}  // namespace wonjang
