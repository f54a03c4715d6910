#include "app/config/config.h"

#include <unistd.h>

#include <toml++/toml.h>
#include <algorithm>
#include <charconv>
#include <optional>
#include <variant>

#include "base/nearest.h"

namespace wonjang {
namespace {

using Member =
    std::variant<std::string ServiceConfig::*, bool ServiceConfig::*, std::uint16_t ServiceConfig::*,
                 std::uint32_t ServiceConfig::*, std::uint64_t ServiceConfig::*,
                 std::int64_t ServiceConfig::*, LogLevel ServiceConfig::*>;
enum class Unit : std::uint8_t { none, duration, size };

struct Setting {
  std::string_view key;
  Member member;
  Unit unit;
  std::string_view help;
};

using C = ServiceConfig;
const Setting kSettings[] = {
    {"ledger.data_dir", &C::data_dir, Unit::none, "Books, secrets and the first operator's key."},
    {"ledger.in_memory", &C::in_memory, Unit::none, "Books that end with the process; for trying things."},
    {"ledger.books", &C::books, Unit::none,
     "Number of books, each with a writer of its own; fixed by the first start."},
    {"ledger.queue_max", &C::queue_max, Unit::none, "Requests waiting per book; more are told to come back."},
    {"ledger.batch_max", &C::batch_max, Unit::none, "Requests written in one durable step."},
    {"ledger.memory", &C::memory_bytes, Unit::size, "Memory of the storage engine, all books together."},
    {"ledger.disk_reserve", &C::disk_reserve_bytes, Unit::size, "With less free space nothing is written."},
    {"ledger.backup_dir", &C::backup_dir, Unit::none,
     "Where backups of the running ledger go, each in a directory of its own; empty: none are made."},
    {"ledger.log_name", &C::log_name, Unit::none, "Name of the signed tree heads, `<log_name>/book0`."},
    {"ledger.seed", &C::seed, Unit::none, "Of ids, for tests; 0 takes the system's randomness."},
    {"serving.enabled", &C::serving_enabled, Unit::none,
     "Keep lists, search and totals here; false: whoever reads the event feed keeps them elsewhere, and "
     "writes "
     "get the cores."},
    {"serving.memory", &C::serving_memory_bytes, Unit::size,
     "Memory of the views' storage engine; at least three times write_buffer."},
    {"serving.write_buffer", &C::serving_write_buffer_bytes, Unit::size,
     "Of it, for what isn't on disk yet: about what a start after a crash folds again."},
    {"serving.nice", &C::serving_nice, Unit::none,
     "How far the thread that folds stands back when cores are short, 0 to 19; 0: not at all."},
    {"serving.rest_max", &C::serving_rest_ms, Unit::duration,
     "Longest rest of that thread between two batches: what comes meanwhile is folded together, for less. "
     "Shorter when batches take long; who asks for a position is not kept waiting by it; 0ms: none."},
    {"serving.query_threads", &C::query_threads, Unit::none,
     "Threads for questions to the views that read more than a page: search, totals, filtered lists."},
    {"serving.search_seeks_max", &C::search_seeks_max, Unit::none, "Seeks of one page of a search."},
    {"serving.search_rows_max", &C::search_rows_max, Unit::none, "Rows that one page of a search looks at."},
    {"serving.totals_cells_max", &C::totals_cells_max, Unit::none,
     "Cells that one answer of totals, or the totals beside a list, reads."},
    {"serving.totals_rows_max", &C::totals_rows_max, Unit::none, "Rows that one answer of totals has."},
    {"serving.top_cells_max", &C::top_cells_max, Unit::none, "Cells that a ranking of merchants reads."},
    {"serving.list_rows_max", &C::list_rows_max, Unit::none,
     "Rows that one page of a list, or the totals beside it, looks at."},
    {"money.enabled", &C::money_enabled, Unit::none,
     "Keep journal, settlement and payouts here; false: this server doesn't settle, and writes get the "
     "cores."},
    {"money.memory", &C::money_memory_bytes, Unit::size,
     "Memory of the money side's storage engine; at least three times write_buffer."},
    {"money.write_buffer", &C::money_write_buffer_bytes, Unit::size,
     "Of it, for what isn't on disk yet: about what a start after a crash folds again."},
    {"money.nice", &C::money_nice, Unit::none,
     "How far its folding thread stands back when cores are short, 0 to 19; 0: not at all."},
    {"money.rest_max", &C::money_rest_ms, Unit::duration,
     "Longest rest of its folding thread between two batches; 0ms: none."},
    {"settlement.four_eyes", &C::settlement_four_eyes, Unit::none,
     "Changes of contracts, calendars and the like are decided by another key than the one that proposed "
     "them."},
    {"settlement.continue_jobs", &C::settlement_continue_jobs, Unit::none,
     "Runs, payouts and other jobs that a process was cut off in go on by themselves at the next start."},
    {"settlement.workers", &C::settlement_workers, Unit::none,
     "Threads that compute a run's lines; 0: the run's own."},
    {"http.address", &C::listen_address, Unit::none, "Address to listen on."},
    {"http.port", &C::listen_port, Unit::none, "Port to listen on; 0 takes a free one."},
    {"http.threads", &C::http_threads, Unit::none, "Threads that read and write connections."},
    {"http.connections_max", &C::connections_max, Unit::none, "Further connections are closed at once."},
    {"http.body_max", &C::body_bytes_max, Unit::size, "Largest request body, streams excepted."},
    {"http.merchant_key_days_max", &C::merchant_key_days_max, Unit::none,
     "Longest life in days of an API key that a merchant makes for itself."},
    {"http.session_idle", &C::session_idle_ms, Unit::duration,
     "A session of the console that nobody used so long ends; at least 5s."},
    {"http.session_life", &C::session_life_ms, Unit::duration,
     "It ends so long after sign-in, however busy; at most 168h."},
    {"http.tls_certificate_file", &C::tls_certificate_file, Unit::none,
     "PEM, the whole chain; with it the door is TLS only."},
    {"http.tls_key_file", &C::tls_key_file, Unit::none, "PEM, readable by the server only."},
    {"http.request_timeout", &C::request_ms, Unit::duration, "From a request's head to its answer."},
    {"http.write_timeout", &C::http_write_ms, Unit::duration,
     "An answer that makes no progress; longer than request_timeout."},
    {"http.read_timeout", &C::http_read_ms, Unit::duration, "A request that makes no progress."},
    {"http.idle_timeout", &C::http_idle_ms, Unit::duration, "A connection without a request."},
    {"http.position_wait", &C::position_wait_ms, Unit::duration, "Longest wait for min-position."},
    {"http.feed_wait", &C::feed_wait_ms, Unit::duration, "Longest long poll of the event feed."},
    {"provider.call_timeout", &C::provider_call_ms, Unit::duration, "One call to a provider for a caller."},
    {"provider.settle_margin", &C::settle_margin_ms, Unit::duration,
     "From the provider's last chance to our answer."},
    {"provider.workers", &C::provider_workers, Unit::none, "Calls at the same time."},
    {"provider.queue_max", &C::provider_queue_max, Unit::none, "Calls waiting; more are told to come back."},
    {"resolver.workers", &C::resolver_workers, Unit::none, "Unknown outcomes pursued at the same time."},
    {"resolver.poll", &C::resolver_poll_ms, Unit::duration, "How often the resolver looks what is due."},
    {"resolver.call_timeout", &C::resolver_call_ms, Unit::duration,
     "One question; at most provider.call_timeout."},
    {"resolver.delay_first", &C::resolver_delay_ms_first, Unit::duration,
     "Before the second question; then it doubles."},
    {"resolver.delay_max", &C::resolver_delay_ms_max, Unit::duration, "Longest time between two questions."},
    {"resolver.inquiries_before_cancel", &C::resolver_inquiries_before_cancel, Unit::none,
     "Then the network cancel is sent."},
    {"resolver.attempts_max", &C::resolver_attempts_max, Unit::none, "Then a person has to look."},
    {"resolver.confirm_late_success", &C::resolver_confirm_late_success, Unit::none,
     "Keep an approval that turns out to have worked, instead of reversing it."},
    {"log.level", &C::log_level, Unit::none, "debug, info, warn, error or off."},
};
constexpr std::string_view kProviderKeys[] = {"name", "url", "profile", "seed"};
constexpr std::string_view kCubeKeys[] = {"name",       "id",    "source",      "key",    "bucket_first",
                                          "dimensions", "grain", "percentiles", "history"};
constexpr std::string_view kLevels[] = {"debug", "info", "warn", "error", "off"};

constexpr std::string_view kPrefix = "WONJANG_";
// Read by the commands that ask a server, by tests, by benchmarks and by scripts; no settings.
constexpr std::string_view kOtherNames[] = {"BENCH_BIN",  "BENCH_PYTHON",  "BIN",     "KEY_FILE",
                                            "LONG_TESTS", "OS_RELEASE",    "PROGRAM", "SEED",
                                            "SHOTS",      "SKIP_PACKAGES", "URL",     "VERIFY_PROGRAM"};

// Also what Kubernetes puts into the environment of every pod beside a service named `wonjang`.
bool is_others_name(std::string_view name, std::string_view value) {
  if (name.starts_with("TEST_") || name.starts_with("SERVICE_HOST") || name.starts_with("SERVICE_PORT"))
    return true;
  if (name.starts_with("PORT_")) return true;
  if (name == "PORT") return value.find("://") != std::string_view::npos;
  return std::ranges::find(kOtherNames, name) != std::end(kOtherNames);
}

// "http.port" as WONJANG_HTTP__PORT.
std::string environment_name(std::string_view key) {
  std::string out(kPrefix);
  for (const char c : key) {
    if (c == '.') {
      out.append("__");
    } else {
      out.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
    }
  }
  return out;
}

const Setting* find_setting(std::string_view key) {
  for (const auto& row : kSettings) {
    if (row.key == key) return &row;
  }
  return nullptr;
}

std::vector<std::string> known_keys() {
  std::vector<std::string> out;
  for (const auto& row : kSettings) out.emplace_back(row.key);
  return out;
}

// Also finds a right name in a wrong section.
std::string suggestion_for(std::string_view key) {
  const auto last = key.substr(key.rfind('.') + 1);
  for (const auto& row : kSettings) {
    if (row.key.substr(row.key.rfind('.') + 1) == last) return std::string(row.key);
  }
  return nearest_name(key, known_keys());
}

template <typename Int>
Result<Int> parse_integer(std::string_view text) {
  Int out{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error == std::errc() && end == text.data() + text.size() && !text.empty()) return out;
  return invalid("`" + std::string(text) + "` isn't a whole number from 0 to " +
                 std::to_string(std::numeric_limits<Int>::max()));
}

struct Assign {
  ServiceConfig& config;
  Unit unit;
  std::string_view text;

  Result<void> operator()(std::string C::*member) const {
    config.*member = text;
    return {};
  }
  Result<void> operator()(bool C::*member) const {
    if (text != "true" && text != "false") return invalid("`" + std::string(text) + "` isn't true or false");
    config.*member = text == "true";
    return {};
  }
  Result<void> operator()(LogLevel C::*member) const {
    const auto level = parse_log_level(text);
    if (!level) return invalid("`" + std::string(text) + "` isn't one of debug, info, warn, error, off");
    config.*member = *level;
    return {};
  }
  Result<void> operator()(std::int64_t C::*member) const {
    WJ_TRY(config.*member, parse_duration_ms(text));
    return {};
  }
  Result<void> operator()(std::uint64_t C::*member) const {
    if (unit == Unit::size) {
      WJ_TRY(config.*member, parse_size(text));
    } else {
      WJ_TRY(config.*member, parse_integer<std::uint64_t>(text));
    }
    return {};
  }
  template <typename Int>
  Result<void> operator()(Int C::*member) const {
    WJ_TRY(config.*member, parse_integer<Int>(text));
    return {};
  }
};

std::string with_unit(std::uint64_t value,
                      std::initializer_list<std::pair<std::uint64_t, const char*>> units) {
  for (const auto& [factor, name] : units) {
    if (value % factor == 0 && value >= factor) return "\"" + std::to_string(value / factor) + name + "\"";
  }
  return "\"0" + std::string((units.end() - 1)->second) + "\"";
}

struct Render {
  const ServiceConfig& config;
  Unit unit;

  std::string operator()(std::string C::*member) const { return "\"" + config.*member + "\""; }
  std::string operator()(bool C::*member) const { return config.*member ? "true" : "false"; }
  std::string operator()(LogLevel C::*member) const {
    return "\"" + std::string(kLevels[static_cast<std::size_t>(config.*member)]) + "\"";
  }
  std::string operator()(std::int64_t C::*member) const {
    return with_unit(static_cast<std::uint64_t>(config.*member),
                     {{3'600'000, "h"}, {60'000, "m"}, {1'000, "s"}, {1, "ms"}});
  }
  std::string operator()(std::uint64_t C::*member) const {
    if (unit != Unit::size) return std::to_string(config.*member);
    return with_unit(config.*member,
                     {{1ULL << 30U, "GiB"}, {1ULL << 20U, "MiB"}, {1ULL << 10U, "KiB"}, {1, "B"}});
  }
  template <typename Int>
  std::string operator()(Int C::*member) const {
    return std::to_string(config.*member);
  }
};

// Gathers what is wrong, so that one run shows all of it.
class Loader {
 public:
  Result<LoadedConfig> run(const ConfigSources& sources) {
    for (const auto& row : kSettings) out_.origin[std::string(row.key)] = "default";
    if (!sources.file.empty()) take_file(sources.file);
    for (const auto& entry : sources.environment) take_environment(entry);
    for (const auto& [key, value] : sources.flags) set(key, value, "flag");
    if (!faults_.empty()) return invalid(faults_);
    return std::move(out_);
  }

 private:
  void fault(const std::string& where, const std::string& what) {
    if (!faults_.empty()) faults_.push_back('\n');
    faults_.append(where).append(": ").append(what);
  }

  void unknown(const std::string& where, const std::string& key) {
    const auto near = suggestion_for(key);
    fault(where, "there is no setting `" + key + "`" +
                     (near.empty() ? "" : "; did you mean `" + near + "`?") +
                     " (`wonjang config show` lists all)");
  }

  void set(const std::string& key, const std::string& value, const std::string& origin) {
    const auto* row = find_setting(key);
    if (row == nullptr) return unknown(origin, key);
    const auto done = std::visit(Assign{out_.service, row->unit, value}, row->member);
    if (!done) return fault(origin, key + ": " + done.error().message);
    out_.origin[key] = origin;
  }

  void take_environment(const std::string& entry) {
    const auto equals = entry.find('=');
    const auto name = entry.substr(0, equals);
    if (equals == std::string::npos || !name.starts_with(kPrefix)) return;
    auto key = name.substr(kPrefix.size());
    const auto value = entry.substr(equals + 1);
    if (key.find("__") == std::string::npos) {
      if (!is_others_name(key, value)) no_such_name(name);
      return;
    }
    key.replace(key.find("__"), 2, ".");
    std::ranges::transform(key, key.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    set(key, value, name);
  }

  // WONJANG_HTTP_PORT, with one underscore where two belong, would otherwise change nothing and say nothing.
  void no_such_name(const std::string& name) {
    std::vector<std::string> names;
    for (const auto& row : kSettings) names.push_back(environment_name(row.key));
    const auto near = nearest_name(name, names);
    fault(name, "no setting has this name" + (near.empty() ? "" : "; did you mean `" + near + "`?") +
                    " (two underscores stand between section and key; `wonjang config show` lists all)");
  }

  void take_file(const std::string& file) {
    toml::table root;
    try {
      root = toml::parse_file(file);
    } catch (const toml::parse_error& e) {
      const auto line = e.source().begin.line;
      return fault(line == 0 ? file : file + ":" + std::to_string(line), std::string(e.description()));
    }
    for (const auto& [name, node] : root) {
      const std::string key(name.str());
      const auto where = place(file, node);
      if (key == "providers") {
        take_providers(file, node);
      } else if (const auto* section = node.as_table()) {
        take_section(file, key, *section);
      } else {
        unknown(where, key);
      }
    }
  }

  static std::string place(const std::string& file, const toml::node& node) {
    return file + ":" + std::to_string(node.source().begin.line);
  }

  void take_section(const std::string& file, const std::string& section, const toml::table& table) {
    for (const auto& [name, node] : table) {
      const auto key = section + "." + std::string(name.str());
      if (key == "serving.cubes") {
        take_cubes(file, node);
        continue;
      }
      const auto text = text_of(node);
      const auto* row = find_setting(key);
      if (row == nullptr) {
        unknown(place(file, node), key);
      } else if (!text || !has_right_type(*row, node)) {
        fault(place(file, node), key + ": " + wanted(*row));
      } else {
        set(key, *text, place(file, node));
      }
    }
  }

  static std::optional<std::string> text_of(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    return std::nullopt;
  }

  static bool is_text(const Setting& row) {
    return row.unit != Unit::none || std::holds_alternative<std::string C::*>(row.member) ||
           std::holds_alternative<LogLevel C::*>(row.member);
  }
  static bool has_right_type(const Setting& row, const toml::node& node) {
    if (is_text(row)) return node.is_string();
    return std::holds_alternative<bool C::*>(row.member) ? node.is_boolean() : node.is_integer();
  }
  static std::string wanted(const Setting& row) {
    if (row.unit == Unit::duration) return "wants a duration in quotes, with its unit, such as \"15s\"";
    if (row.unit == Unit::size) return "wants a size in quotes, with its unit, such as \"64MiB\"";
    if (is_text(row)) return "wants a text in quotes";
    return std::holds_alternative<bool C::*>(row.member) ? "wants true or false" : "wants a whole number";
  }

  void take_providers(const std::string& file, const toml::node& node) {
    const auto* list = node.as_array();
    if (list == nullptr)
      return fault(place(file, node), "providers are written as [[providers]], one block each");
    for (const auto& item : *list) {
      const auto* table = item.as_table();
      if (table == nullptr)
        return fault(place(file, item), "providers are written as [[providers]], one block each");
      take_provider(file, *table);
    }
  }

  void take_provider(const std::string& file, const toml::table& table) {
    ProviderConfig provider;
    for (const auto& [name, node] : table) {
      const std::string key(name.str());
      const auto text = text_of(node);
      if (std::ranges::find(kProviderKeys, key) == std::end(kProviderKeys)) {
        const auto near = nearest_name(key, {std::begin(kProviderKeys), std::end(kProviderKeys)});
        fault(place(file, node),
              "a provider has no `" + key + "`" + (near.empty() ? "" : "; did you mean `" + near + "`?"));
      } else if (!text || (key == "seed") != node.is_integer()) {
        fault(place(file, node),
              "providers." + key + (key == "seed" ? " wants a whole number" : " wants a text in quotes"));
      } else if (key == "name") {
        provider.name = *text;
      } else if (key == "url") {
        provider.url = *text;
      } else if (key == "profile") {
        provider.profile = *text;
      } else {
        provider.seed = static_cast<std::uint64_t>(node.as_integer()->get());
      }
    }
    out_.origin["providers." + provider.name] = place(file, table);
    out_.service.providers.push_back(std::move(provider));
  }

  void take_cubes(const std::string& file, const toml::node& node) {
    constexpr const char* kHow = "cubes are written as [[serving.cubes]], one block each";
    const auto* list = node.as_array();
    if (list == nullptr) return fault(place(file, node), kHow);
    for (const auto& item : *list) {
      const auto* table = item.as_table();
      if (table == nullptr) return fault(place(file, item), kHow);
      take_cube(file, *table);
    }
  }

  void take_cube(const std::string& file, const toml::table& table) {
    serving::CubeDeclaration cube;
    for (const auto& [name, node] : table) {
      const std::string key(name.str());
      if (const auto wrong = take_cube_member(cube, key, node); !wrong.empty())
        fault(place(file, node), wrong);
    }
    if (const auto parsed = serving::parse_cube(cube); !parsed)
      return fault(place(file, table), parsed.error().message);
    out_.origin["serving.cubes." + cube.name] = place(file, table);
    out_.service.cubes.push_back(std::move(cube));
  }

  // What is wrong with it, or nothing.
  static std::string take_cube_member(serving::CubeDeclaration& cube, const std::string& key,
                                      const toml::node& node) {
    const std::pair<std::string_view, std::string*> texts[] = {
        {"name", &cube.name}, {"source", &cube.source}, {"key", &cube.key}, {"grain", &cube.grain}};
    for (const auto& [known, member] : texts) {
      if (known != key) continue;
      if (!node.is_string()) return "serving.cubes." + key + " wants a text in quotes";
      *member = node.as_string()->get();
      return {};
    }
    const std::pair<std::string_view, bool*> flags[] = {
        {"bucket_first", &cube.bucket_first}, {"percentiles", &cube.percentiles}, {"history", &cube.history}};
    for (const auto& [known, member] : flags) {
      if (known != key) continue;
      if (!node.is_boolean()) return "serving.cubes." + key + " wants true or false";
      *member = node.as_boolean()->get();
      return {};
    }
    if (key == "id") {
      const auto* number = node.as_integer();
      if (number == nullptr || number->get() < serving::kDeclaredIdMin || number->get() > 65'535)
        return "serving.cubes.id wants a whole number from 1024 to 65535";
      cube.id = static_cast<std::uint16_t>(number->get());
      return {};
    }
    if (key == "dimensions") {
      const auto* list = node.as_array();
      if (list == nullptr) return "serving.cubes.dimensions wants a list, such as [\"method\", \"status\"]";
      for (const auto& item : *list) {
        if (!item.is_string()) return "serving.cubes.dimensions wants texts in quotes";
        cube.dimensions.push_back(item.as_string()->get());
      }
      return {};
    }
    const auto near = nearest_name(key, {std::begin(kCubeKeys), std::end(kCubeKeys)});
    return "a cube has no `" + key + "`" + (near.empty() ? "" : "; did you mean `" + near + "`?");
  }

  LoadedConfig out_;
  std::string faults_;
};

}  // namespace

Result<LoadedConfig> load_config(const ConfigSources& sources) { return Loader().run(sources); }

std::vector<ConfigRow> show_config(const LoadedConfig& config) {
  std::vector<ConfigRow> out;
  for (const auto& row : kSettings) {
    const std::string key(row.key);
    out.push_back(
        {key, std::visit(Render{config.service, row.unit}, row.member), config.origin.at(key), row.help});
  }
  for (const auto& provider : config.service.providers) {
    const auto key = "providers." + provider.name;
    const auto origin = config.origin.find(key);
    auto value = "\"" + provider.url + "\"";
    if (provider.url == "sim")
      value += " (profile " + provider.profile + ", seed " + std::to_string(provider.seed) + ")";
    out.push_back(
        {key, value, origin == config.origin.end() ? "flag" : origin->second, "A provider of approvals."});
  }
  for (const auto& cube : config.service.cubes) {
    const auto key = "serving.cubes." + cube.name;
    const auto origin = config.origin.find(key);
    out.push_back({key, "\"" + cube.source + " by " + cube.key + " and " + cube.grain + "\"",
                   origin == config.origin.end() ? "flag" : origin->second, "A cube of totals."});
  }
  return out;
}

std::vector<std::string> process_environment() {
  std::vector<std::string> out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) out.emplace_back(*entry);
  return out;
}

}  // namespace wonjang
