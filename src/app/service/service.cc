#include "app/service/service.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

#include "adapters/acquirer/http_acquirer.h"
#include "adapters/acquirer/simulated_acquirer.h"
#include "adapters/memory/memory_book.h"
#include "adapters/openssl/crypto.h"
#include "adapters/openssl/digest.h"
#include "adapters/protobuf/event_codec.h"
#include "adapters/rocksdb/rocks_book.h"
#include "adapters/system/system_clock.h"
#include "app/api/api.h"
#include "app/api/job_continuer.h"
#include "app/api/json/answers.h"
#include "app/api/secrets.h"
#include "app/http/server.h"
#include "app/service/backup_files.h"
#include "app/service/layout.h"
#include "app/service/money_parts.h"
#include "app/service/online_backup.h"
#include "app/service/projection_parts.h"
#include "app/service/serving_parts.h"
#include "app/thread_name.h"
#include "engine/ledger/ask.h"
#include "engine/ledger/gateway.h"
#include "engine/ledger/resolver.h"

namespace wonjang {
namespace {

constexpr std::size_t kWaitingMax = 65'536;
constexpr std::size_t kQueriesWaitingMax = 1'024;
constexpr std::size_t kDeadlinesMax = 65'536;
constexpr std::string_view kVersion = "0.1.0";

std::uint64_t random_number() {
  std::uint64_t out;
  std::memcpy(&out, random_bytes(sizeof out).data(), sizeof out);
  return out;
}

// The number of books is fixed by the first start: slots map to books by it.
Result<Layout> known_layout(const ServiceConfig& config) {
  WJ_TRY(auto layout, read_layout(config.data_dir));
  if (layout.books == config.books) return layout;
  return invalid(config.data_dir + " was made for another number of books than books = " +
                 std::to_string(config.books) + " of this configuration: books " +
                 std::to_string(layout.books) + ". The first start fixes it: say that number (--books)");
}

struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};

Result<HostPort> parse_url(const std::string& url) {
  HostPort out;
  auto rest = std::string_view(url).substr(std::string_view("http://").size());
  while (rest.ends_with('/')) rest.remove_suffix(1);
  const auto colon = rest.rfind(':');
  if (colon == std::string_view::npos || colon == 0)
    return invalid("a provider's url is http://host:port, not " + url);
  out.host = std::string(rest.substr(0, colon));
  const auto digits = rest.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
  if (error != std::errc() || end != digits.data() + digits.size() || out.port == 0) {
    return invalid("a provider's url is http://host:port, not " + url);
  }
  return out;
}

struct SimulatedParts {
  SimulatedParts(const ProviderConfig& config, const Clock& clock)
      : provider(*SimulatedProfile::named(config.profile), config.seed),
        acquirer(provider, clock, [&clock](Instant at) {
          const auto us = at.us - clock.now().us;
          if (us > 0) std::this_thread::sleep_for(std::chrono::microseconds(us));
        }) {}
  SimulatedProvider provider;
  SimulatedAcquirer acquirer;
};

struct Secrets {
  std::string pepper;
  Hash256 token_key{};
  SigningKey signing_key = SigningKey::generate();
};

// New secrets for old books would turn every key and cursor away and sign in another name.
Result<void> check_secrets(const ServiceConfig& config) {
  for (const auto& path : {config.data_dir + "/secrets/pepper", config.data_dir + "/secrets/token-key",
                           signing_key_file(config.data_dir)}) {
    if (std::filesystem::exists(path)) continue;
    return invalid(path + " is missing and belongs to these books: restore it from the backup of secrets/");
  }
  return {};
}

Result<Secrets> load_secrets(const ServiceConfig& config) {
  Secrets out;
  if (config.in_memory) {
    out.pepper = random_bytes(32);
    std::memcpy(out.token_key.data(), random_bytes(32).data(), 32);
    return out;
  }
  const auto directory = config.data_dir + "/secrets";
  WJ_CHECK(make_private_directory(directory));
  WJ_TRY(out.pepper, load_or_make_secret(directory + "/pepper", 32));
  WJ_TRY(const auto token_key, load_or_make_secret(directory + "/token-key", 32));
  std::memcpy(out.token_key.data(), token_key.data(), 32);
  auto key = SigningKey::load(signing_key_file(config.data_dir));
  if (!key && key.error().kind == ErrorKind::not_found) {
    WJ_CHECK(out.signing_key.save(signing_key_file(config.data_dir)));
    return out;
  }
  if (!key) return std::move(key).error();
  out.signing_key = *std::move(key);
  return out;
}

}  // namespace

std::string book_directory(const std::string& data_dir, std::uint32_t book) {
  return data_dir + "/book-" + std::to_string(book);
}
std::string signing_key_file(const std::string& data_dir) { return data_dir + "/secrets/signing-key.pem"; }
std::string operator_key_file(const std::string& data_dir) { return data_dir + "/operator.key"; }

struct Service::Impl {
  Impl(ServiceConfig c, Secrets s, Epochs epochs)
      : config(std::move(c)),
        secrets(std::move(s)),
        authenticator(secrets.pepper, digest, clock),
        tokens(TokenSeal(secrets.token_key), config.books, std::move(epochs)),
        waiters(kWaitingMax),
        deadlines(kDeadlinesMax),
        queries(config.query_threads, kQueriesWaitingMax) {}

  Result<void> open_providers();
  Result<void> open_ledger();
  Result<std::unique_ptr<Book>> open_book(std::uint32_t book) const;
  Result<void> make_first_key();
  Result<void> open_serving();
  Result<void> open_money();
  void make_api();
  std::uint64_t free_bytes() const;
  std::vector<Sample> samples() const;
  bool continues_jobs() const;
  std::string trouble_of_views() const;
  std::string trouble_of_money() const;

  const ServiceConfig config;
  Service::WrapBook wrap;
  Secrets secrets;
  SystemClock clock;
  OpensslDigest digest;
  ProtobufEventCodec codec;
  Authenticator authenticator;
  Tokens tokens;
  Waiters waiters;
  Deadlines deadlines;
  QueryPool queries;
  std::string operator_key;

  std::vector<std::unique_ptr<SimulatedParts>> simulated;
  std::vector<std::unique_ptr<HttpAcquirer>> remote;
  Acquirers acquirers;

  std::shared_ptr<const RocksShared> rocks;
  std::atomic<bool> may_create_books = false;  // the very first start, until all are there
  std::shared_ptr<MemoryDisk> memory;
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<Gateway> gateway;
  std::unique_ptr<Resolver> resolver;
  std::unique_ptr<OnlineBackup> backup;
  std::unique_ptr<ServingParts> serving;
  std::unique_ptr<MoneyParts> money;
  std::atomic<LedgerLog*> views_log{nullptr};  // writers commit before there are views
  std::atomic<LedgerLog*> money_log{nullptr};
  std::unique_ptr<Api> api;
  std::unique_ptr<JobContinuer> continuer;
  std::unique_ptr<HttpServer> server;
  std::atomic<const HttpServer*> listening{nullptr};  // requests come before start() has returned
  bool drained = false;
};

Result<void> Service::Impl::open_providers() {
  for (const auto& provider : config.providers) {
    if (provider.url == "sim") {
      simulated.push_back(std::make_unique<SimulatedParts>(provider, clock));
      acquirers[provider.name] = &simulated.back()->acquirer;
      continue;
    }
    WJ_TRY(const auto where, parse_url(provider.url));
    HttpAcquirerOptions options;
    options.host = where.host;
    options.port = where.port;
    options.call_timeout_ms = std::max<std::int64_t>(2, config.provider_call_ms);
    options.connect_timeout_ms = std::min<std::int64_t>(1'000, options.call_timeout_ms / 2);
    WJ_TRY(auto acquirer, HttpAcquirer::open(options, clock));
    remote.push_back(std::move(acquirer));
    acquirers[provider.name] = remote.back().get();
  }
  return {};
}

std::uint64_t Service::Impl::free_bytes() const {
  std::error_code error;
  const auto space = std::filesystem::space(config.data_dir, error);
  return error ? 0 : space.available;
}

Result<void> Service::Impl::open_ledger() {
  LedgerOptions options;
  options.books = config.books;
  options.queue_max = config.queue_max;
  options.batch_max = config.batch_max;
  options.seed = config.seed != 0 ? config.seed : random_number();
  options.thread_begins = [] { name_this_thread("ledger"); };
  BookOpener opener;
  if (config.in_memory) {
    memory = std::make_shared<MemoryDisk>();
    opener = [this](std::uint32_t book) -> Result<std::unique_ptr<Book>> {
      WJ_TRY(auto opened, MemoryBook::open(memory, "book-" + std::to_string(book)));
      return std::unique_ptr<Book>(std::move(opened));
    };
  } else {
    options.free_bytes = [this] { return free_bytes(); };
    options.reserve_bytes = config.disk_reserve_bytes;
    RocksSharedOptions shared;
    shared.memory_bytes = config.memory_bytes;
    shared.write_buffer_bytes = std::min(shared.write_buffer_bytes, config.memory_bytes / 2);
    shared.log = storage_log("books");
    rocks = RocksShared::make(shared);
    opener = [this](std::uint32_t book) { return open_book(book); };
  }
  if (wrap) {
    opener = [this, inner = std::move(opener)](std::uint32_t book) -> Result<std::unique_ptr<Book>> {
      WJ_TRY(auto opened, inner(book));
      return wrap(std::move(opened));
    };
  }
  ledger = std::make_unique<Ledger>(std::move(options), Ports{clock, digest, codec}, std::move(opener));
  ledger->set_registry_listener(
      [this](std::shared_ptr<const RegistryState> state) { authenticator.set_registry(std::move(state)); });
  ledger->set_commit_listener([this](std::uint32_t, Position) {
    waiters.wake();
    if (auto* log = views_log.load(); log != nullptr) log->committed();
    if (auto* log = money_log.load(); log != nullptr) log->committed();
  });
  WJ_CHECK(ledger->start());
  WJ_CHECK(check_sizes(tokens.epochs(), ledger->tails()));
  // Last: the layout says that every book was there once.
  if (!may_create_books.exchange(false)) return {};
  return write_layout(config.data_dir, {config.books, {}});
}

// A directory that isn't there any more is not an empty book: that one would know no payment and no key, and
// do every repeated request again.
Result<std::unique_ptr<Book>> Service::Impl::open_book(std::uint32_t book) const {
  RocksBookOptions options;
  options.directory = book_directory(config.data_dir, book);
  options.create = may_create_books;
  options.free_bytes_min = std::min(options.free_bytes_min, config.disk_reserve_bytes);
  options.index_units_max = std::max<std::size_t>(options.index_units_max / config.books, 4096);
  auto opened = RocksBook::open(options, rocks);
  if (!opened && opened.error().kind == ErrorKind::not_found) {
    return not_found(opened.error().message +
                     ", where one was before: mount its disk, or restore a backup into a new data directory");
  }
  if (!opened) return in_directory(opened.error(), options.directory);
  if (may_create_books && (*opened)->tail() > 0) {
    return invalid(options.directory + " has events, but " + layout_file(config.data_dir) +
                   " is missing: were all books and secrets restored? Restore again into a new directory");
  }
  return std::unique_ptr<Book>(*std::move(opened));
}

// The file comes first: a crash in between leaves a key that opens nothing, and the next start makes another.
Result<void> Service::Impl::make_first_key() {
  if (!authenticator.registry()->api_keys().empty()) return {};
  auto made = authenticator.make_key();
  if (!config.in_memory) WJ_CHECK(write_private_file(operator_key_file(config.data_dir), made.secret + "\n"));
  CreateApiKey command;
  command.key = made.id;
  command.hash = std::move(made.hash);
  command.scopes = "operator,ingest";
  command.label = "first operator";
  Request request;
  request.command = RegistryCommand(std::move(command));
  request.actor = {ActorKind::system, "first start"};
  const auto answer = ask(*ledger, std::move(request));
  if (answer.kind != AnswerKind::done) {
    return answer.error ? *answer.error : unavailable("the first operator's key couldn't be written");
  }
  operator_key = std::move(made.secret);
  log_event(LogLevel::info, "operator_key_created", {{"key", made.id.text()}});
  return {};
}

Result<void> Service::Impl::open_serving() {
  if (!config.serving_enabled) return {};
  WJ_TRY(serving, ServingParts::open(config, *ledger, clock, codec));
  views_log = &serving->serving().log();
  serving->serving().log().committed();  // what came in between
  return {};
}

Result<void> Service::Impl::open_money() {
  if (!config.money_enabled) return {};
  WJ_TRY(money, MoneyParts::open(config, *ledger, clock, codec, digest, [this](MerchantId id) {
           return authenticator.registry()->merchant_number(id);
         }));
  money_log = &money->side().log();
  money->side().log().committed();
  return {};
}

void Service::Impl::make_api() {
  GatewayOptions gateway_options{config.provider_workers, config.provider_queue_max};
  gateway = std::make_unique<Gateway>(gateway_options, *ledger, acquirers, api_renderer());
  ResolverOptions resolver_options;
  resolver_options.workers = config.resolver_workers;
  resolver_options.poll_ms = config.resolver_poll_ms;
  resolver_options.seed = random_number();
  resolver_options.policy.call_timeout_ms = config.resolver_call_ms;
  resolver_options.policy.delay_ms_first = config.resolver_delay_ms_first;
  resolver_options.policy.delay_ms_max = config.resolver_delay_ms_max;
  resolver_options.policy.inquiries_before_cancel = config.resolver_inquiries_before_cancel;
  resolver_options.policy.attempts_max = config.resolver_attempts_max;
  resolver_options.policy.first_call_ms = config.request_ms;
  resolver_options.policy.confirm_late_success = config.resolver_confirm_late_success;
  resolver = std::make_unique<Resolver>(resolver_options, *ledger, acquirers, api_renderer());

  ApiOptions options;
  options.provider_call_ms = config.provider_call_ms;
  options.request_ms = config.request_ms;
  options.position_wait_ms_max = config.position_wait_ms;
  options.feed_wait_ms_max = config.feed_wait_ms;
  options.body_bytes_max = config.body_bytes_max;
  options.log_name = config.log_name;
  if (continues_jobs()) options.jobs_dir = config.data_dir + "/jobs";
  options.ceilings = {.search_seeks = config.search_seeks_max,
                      .search_rows = config.search_rows_max,
                      .totals_cells = config.totals_cells_max,
                      .totals_rows = config.totals_rows_max,
                      .top_cells = config.top_cells_max,
                      .list_rows = config.list_rows_max};
  options.merchant_key_days_max = config.merchant_key_days_max;
  options.session_times = {config.session_idle_ms, config.session_life_ms};
  options.version = kVersion;
  std::vector<std::string> names;
  for (const auto& [name, acquirer] : acquirers) names.push_back(name);
  MakeBackup make_backup;
  if (!config.backup_dir.empty()) {
    backup = std::make_unique<OnlineBackup>(config.data_dir, config.backup_dir, *ledger);
    make_backup = [this](const std::string& name, auto done) { backup->make(name, std::move(done)); };
  }
  api = std::make_unique<Api>(std::move(options), ApiParts{*ledger,
                                                           *gateway,
                                                           authenticator,
                                                           tokens,
                                                           secrets.signing_key,
                                                           waiters,
                                                           deadlines,
                                                           queries,
                                                           std::move(names),
                                                           [this] { return samples(); },
                                                           {},
                                                           std::move(make_backup),
                                                           serving ? &serving->serving() : nullptr,
                                                           [this] { return trouble_of_views(); },
                                                           money ? &money->side() : nullptr,
                                                           [this] { return trouble_of_money(); }});
}

// Jobs are the money side's. What was noted waits for a start that has one.
bool Service::Impl::continues_jobs() const {
  return money != nullptr && !config.in_memory && config.settlement_continue_jobs;
}

std::string Service::Impl::trouble_of_views() const {
  return serving ? serving->trouble() : "not served here (serving.enabled = false)";
}

std::string Service::Impl::trouble_of_money() const {
  return money ? money->trouble() : "not served here (money.enabled = false)";
}

std::vector<Sample> Service::Impl::samples() const {
  std::vector<Sample> out;
  const auto add = [&](const char* name, const char* help, bool is_counter, std::uint64_t value) {
    out.push_back({name, help, is_counter, {}, static_cast<double>(value)});
  };
  const auto* door = listening.load();
  const auto http = door == nullptr ? HttpServerStats() : door->stats();
  add("http_connections_open", "Connections.", false, http.connections_open);
  add("http_connections_total", "Connections taken.", true, http.connections_total);
  add("http_connections_refused_total", "Connections beyond the bound.", true, http.connections_refused);
  add("http_protocol_errors_total", "What never became a request.", true, http.protocol_errors_total);
  add("http_received_bytes_total", "After TLS.", true, http.bytes_in_total);
  add("http_sent_bytes_total", "After TLS.", true, http.bytes_out_total);
  add("http_open_deadlines", "Requests at a provider.", false, deadlines.open());
  add("http_waiting_requests", "Long polls and the like.", false, waiters.waiting());
  add("views_waiting_queries", "Questions to the views that wait for a thread.", false, queries.waiting());
  const auto pursuit = resolver->stats();
  add("resolver_rounds_total", "Payments pursued.", true, pursuit.rounds);
  add("resolver_commands_total", "Findings written.", true, pursuit.commands);
  add("resolver_refused_total", "Findings that came too late.", true, pursuit.refused);
  add("resolver_failed_total", "Findings that couldn't be written.", true, pursuit.failed);
  add("expired_total", "Payments expired.", true, pursuit.expired);
  if (!config.in_memory) add("disk_free_bytes", "Of the data directory's disk.", false, free_bytes());
  add("views_served", "1 where lists, search and totals are kept here; 0: serving.enabled = false.", false,
      serving ? 1 : 0);
  add("money_served", "1 where journal and settlement are kept here; 0: money.enabled = false.", false,
      money ? 1 : 0);
  if (serving) std::ranges::move(serving->samples(), std::back_inserter(out));
  if (money) std::ranges::move(money->samples(), std::back_inserter(out));
  add("money_jobs_noted", "Jobs that aren't over: under way, or cut off and waiting to go on.", false,
      api->pending_jobs().count());
  out.push_back({"build_info", "1, with the version.", false, {{"version", std::string(kVersion)}}, 1});
  return out;
}

Service::Service(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Service::~Service() { drain(std::chrono::milliseconds(0)); }

Result<std::unique_ptr<Service>> Service::open(ServiceConfig config, WrapBook wrap) {
  WJ_CHECK(config.validate());
  bool first_start = false;
  Epochs epochs;
  if (!config.in_memory) {
    WJ_CHECK(check_is_no_backup(config.data_dir));
    WJ_CHECK(make_private_directory(config.data_dir));
    first_start = !std::filesystem::exists(layout_file(config.data_dir));
    if (!first_start) {
      WJ_TRY(auto layout, known_layout(config));
      epochs = std::move(layout.epochs);
      WJ_CHECK(check_secrets(config));
    }
  }
  WJ_TRY(auto secrets, load_secrets(config));
  auto impl = std::make_unique<Impl>(std::move(config), std::move(secrets), std::move(epochs));
  impl->wrap = std::move(wrap);
  impl->may_create_books = first_start;
  WJ_CHECK(impl->open_providers());
  WJ_CHECK(impl->open_ledger());
  WJ_CHECK(impl->make_first_key());
  WJ_CHECK(impl->open_serving());
  WJ_CHECK(impl->open_money());
  impl->make_api();
  return std::unique_ptr<Service>(new Service(std::move(impl)));
}

Result<void> Service::start() {
  HttpServerOptions options;
  options.address = impl_->config.listen_address;
  options.port = impl_->config.listen_port;
  options.threads = impl_->config.http_threads;
  options.connections_max = impl_->config.connections_max;
  options.body_bytes_max = impl_->config.body_bytes_max;
  options.idle_timeout = std::chrono::milliseconds(impl_->config.http_idle_ms);
  options.read_timeout = std::chrono::milliseconds(impl_->config.http_read_ms);
  options.write_timeout = std::chrono::milliseconds(impl_->config.http_write_ms);
  options.tls_certificate_file = impl_->config.tls_certificate_file;
  options.tls_key_file = impl_->config.tls_key_file;
  options.unix_seconds = [this] { return impl_->clock.now().us / 1'000'000; };
  impl_->waiters.start();
  impl_->deadlines.start();
  impl_->queries.start();
  impl_->gateway->start();
  impl_->resolver->start();
  WJ_TRY(impl_->server, HttpServer::start(std::move(options), *impl_->api));
  impl_->listening = impl_->server.get();
  if (impl_->continues_jobs()) {
    impl_->continuer = std::make_unique<JobContinuer>(*impl_->api);
    impl_->continuer->start();
  }
  log_event(LogLevel::info, "listening",
            {{"address", impl_->config.listen_address},
             {"port", impl_->server->port()},
             {"tls", impl_->config.tls_key_file.empty() ? "no" : "yes"},
             {"books", impl_->config.books}});
  return {};
}

std::uint16_t Service::port() const {
  return impl_->server == nullptr ? std::uint16_t{0} : impl_->server->port();
}
const std::string& Service::operator_key() const { return impl_->operator_key; }
Ledger& Service::ledger() { return *impl_->ledger; }
Api& Service::api() { return *impl_->api; }
const SigningKey& Service::signing_key() const { return impl_->secrets.signing_key; }

std::size_t Service::drain(std::chrono::milliseconds deadline) {
  if (std::exchange(impl_->drained, true)) return 0;
  log_event(LogLevel::info, "draining", {{"deadline_ms", deadline.count()}});
  impl_->api->set_draining();
  if (impl_->continuer != nullptr) impl_->continuer->stop();
  impl_->waiters.stop();  // long polls are answered now
  if (impl_->money) impl_->money->side().jobs().stop_current();
  const auto cut_off = impl_->server == nullptr ? 0 : impl_->server->drain(deadline);
  impl_->queries.stop();
  if (impl_->backup != nullptr) impl_->backup->stop();
  impl_->gateway->stop();
  impl_->deadlines.stop();  // callers of providers hear by theirs, also while draining
  impl_->resolver->stop();
  if (impl_->money) impl_->money->stop();  // a job under way ends between two chunks
  if (impl_->continuer != nullptr) impl_->continuer->take_back_tries();
  if (impl_->serving) impl_->serving->stop();  // who waits for the views is answered
  impl_->ledger->stop();
  if (impl_->server != nullptr) impl_->server->stop();
  log_event(LogLevel::info, "stopped", {{"cut_off", static_cast<std::int64_t>(cut_off)}});
  return cut_off;
}

}  // namespace wonjang
