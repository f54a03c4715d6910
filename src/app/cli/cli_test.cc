#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "adapters/protobuf/event_codec.h"
#include "adapters/rocksdb/rocks_book.h"
#include "adapters/rocksdb/rocks_places.h"
#include "adapters/system/system_clock.h"
#include "adapters/utf8proc/unicode_text_forms.h"
#include "app/cli/api_client.h"
#include "app/cli/commands.h"
#include "app/cli/exit.h"
#include "app/cli/json_table.h"
#include "app/cli/load_mix.h"
#include "app/cli/merchants.h"
#include "app/cli/offline.h"
#include "app/cli/online.h"
#include "app/cli/progress.h"
#include "app/cli/views.h"
#include "app/cli/views_offline.h"
#include "app/service/service.h"
#include "app/serving/books_log.h"
#include "base/bytes.h"
#include "engine/ledger/ledger.h"
#include "engine/projection/runner.h"
#include "engine/serving/views.h"
#include "testing/temp_dir.h"

namespace wonjang {
namespace {

using testing::HasSubstr;

TEST(Progress, percent_is_exact_and_never_says_hundred_too_early) {
  EXPECT_EQ(exact_percent(0, 0), "0.00");
  EXPECT_EQ(exact_percent(1, 3), "33.33");
  EXPECT_EQ(exact_percent(999'999, 1'000'000), "99.99");
  EXPECT_EQ(exact_percent(7, 7), "100.00");
  EXPECT_EQ(exact_percent(UINT64_MAX - 1, UINT64_MAX), "99.99");
}

TEST(ServerUrl, only_an_address_with_a_port_is_taken) {
  EXPECT_EQ(parse_server_url("http://localhost:8080/")->port, 8080);
  EXPECT_EQ(parse_server_url("http://127.0.0.1:1")->host, "127.0.0.1");
  for (const auto* wrong :
       {"", "http://", "http://:80", "127.0.0.1:80", "http://127.0.0.1", "http://127.0.0.1:0",
        "http://127.0.0.1:99999", "https://127.0.0.1:80", "http://example.com:80"}) {
    EXPECT_FALSE(parse_server_url(wrong)) << wrong;
  }
}

TEST(JsonTable, lists_become_rows_and_things_become_paths) {
  EXPECT_EQ(json_table(R"({"keys":[{"id":"a","n":1,"deep":{}},{"id":"bcd","label":"x"}]})", "keys"),
            "id   n  label\na    1  \nbcd     x\n");
  EXPECT_THAT(json_table(R"({"a":{"b":[true]}})", ""), HasSubstr("a.b.0"));
  EXPECT_EQ(json_table(R"({"items":[{"amount":1099,"currency":"USD"}]})", "items"),
            "amount  currency\n10.99   USD\n");
  EXPECT_EQ(json_table(R"({"keys":[{"id":"a","deep":{"n":12}},{"id":"b"}]})", "keys",
                       {{"number", "deep.n"}, {"name", "id"}}),
            "number  name\n12      a\n        b\n");
  EXPECT_EQ(json_lines(R"({"keys":[{"id":"a"},{"id":"b"}]})", "keys"), "{\"id\":\"a\"}\n{\"id\":\"b\"}\n");
}

TEST(JsonCsv, lists_become_lines_that_other_programs_read) {
  EXPECT_EQ(json_csv(R"({"rows":[{"id":"a","n":1,"deep":{}},{"id":"b, \"c\"","x":null,"m":-2}]})", "rows"),
            "id,n,x,m\r\na,1,,\r\n\"b, \"\"c\"\"\",,,-2\r\n");
  EXPECT_EQ(json_csv(R"({"rows":[]})", "rows"), "\r\n");
}

// Found by audit: an order's name, a buyer's: what a merchant says ran in the operator's spreadsheet.
TEST(JsonCsv, what_a_spreadsheet_would_run_is_text_and_numbers_stay_numbers) {
  EXPECT_EQ(json_csv(R"j({"rows":[{"orderName":"=LINK(\"u\",\"x\")","buyer":"＠SUM(1)","n":-2}]})j", "rows"),
            "orderName,buyer,n\r\n\"'=LINK(\"\"u\"\",\"\"x\"\")\",'＠SUM(1),-2\r\n");
}

// A served ledger in a temporary directory, stopped by stop().
class Served : public testing::TestWithParam<std::uint32_t> {
 protected:
  void SetUp() override {
    start_log(LogLevel::off);
    start();
    key_ = *read_key_file(operator_key_file(data_dir_));
  }
  void start() {
    ServiceConfig config;
    config.data_dir = data_dir_;
    config.books = GetParam();
    config.listen_port = 0;
    config.disk_reserve_bytes = 1 << 20U;
    config.backup_dir = dir_.path() + "/backups";
    // What the provider doesn't answer is soon a person's.
    config.providers = {{"default", "sim", "perfect", 7}};
    config.provider_call_ms = 200;
    config.resolver_call_ms = 200;
    config.resolver_poll_ms = 20;
    config.resolver_delay_ms_first = 10;
    config.resolver_attempts_max = 2;
    config.resolver_inquiries_before_cancel = 1;
    auto opened = Service::open(config);
    ASSERT_TRUE(opened) << opened.error().message;
    service_ = *std::move(opened);
    ASSERT_TRUE(service_->start());
    server_.port = service_->port();
  }
  void stop() { service_.reset(); }

  OnlineOptions online_options() const {
    OnlineOptions out;
    out.url = "http://127.0.0.1:" + std::to_string(server_.port);
    out.key_file = operator_key_file(data_dir_);
    out.output = "json";
    return out;
  }
  Shop shop() {
    auto merchants = ensure_merchants(server_, key_, "t-", 20, 1);
    EXPECT_TRUE(merchants);
    return Shop({.seed = 3, .run = "t1", .now = {1'790'000'000'000'000}, .only_cards = true},
                *std::move(merchants));
  }
  LoadOptions options(std::uint64_t requests) const {
    LoadOptions out;
    out.port = server_.port;
    out.connections = 4;
    out.duration = std::chrono::minutes(1);
    out.requests_max = requests;
    return out;
  }

  const TempDir dir_;
  const std::string data_dir_ = dir_.path() + "/data";
  std::unique_ptr<Service> service_;
  std::string key_;
  ServerAddress server_;
};
INSTANTIATE_TEST_SUITE_P(Books, Served, testing::Values(1U, 4U));

TEST_P(Served, load_with_retries_finds_every_acknowledged_payment_again) {
  const auto shop_of_test = shop();
  CreateMix mix(shop_of_test, "Bearer " + key_, 1, 30, 10);
  const auto report = run_load(options(400), mix);
  ASSERT_TRUE(report && report->ok());
  EXPECT_EQ(mix.unexpected(), 0U) << mix.first_unexpected();
  EXPECT_GT(mix.latency_us(LoadMix::replay).count(), 20U);
  EXPECT_GT(mix.latency_us(LoadMix::reused).count(), 5U);
  const auto result = reconcile(options(0), shop_of_test, "Bearer " + key_, mix, 1'000);
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->ok());
  EXPECT_EQ(result->match, mix.payments());
}

TEST_P(Served, bulk_lines_are_the_same_payments_as_single_requests) {
  const auto shop_of_test = shop();
  BulkMix mix(shop_of_test, "Bearer " + key_, 1, 50);
  ASSERT_TRUE(run_load(options(4), mix));
  EXPECT_EQ(mix.payments(), 200U) << mix.first_unexpected();
  const auto result = reconcile(options(0), shop_of_test, "Bearer " + key_, mix, 1'000);
  EXPECT_EQ(result->match, 200U);
}

// The alarm must ring: a server that never saw the run has none of its payments.
TEST_P(Served, reconciliation_names_payments_that_are_missing) {
  const auto shop_of_test = shop();
  class Invented final : public LoadMix {
   public:
    explicit Invented(const Shop& shop) : LoadMix(shop, "", 1) {
      keep(0, 0, {1, 2});
      keep(0, 1, {1, 2});
    }
    bool next_request(unsigned, LoadRequest&) override { return false; }
  };
  const Invented mix(shop_of_test);
  const auto result = reconcile(options(0), shop_of_test, "Bearer " + key_, mix, 10);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->missing, 2U);
  EXPECT_EQ(result->duplicate, 1U);
  EXPECT_FALSE(result->ok());
}

// Folds what the books say into views/ and gives the store of the newest generation to `act`.
void with_views(const std::string& data_dir, std::uint32_t count, const std::function<void(KvStore&)>& act,
                const std::vector<serving::CubeSpec>& cubes = serving::builtin_cubes()) {
  std::vector<std::unique_ptr<RocksBook>> books;
  std::vector<const Book*> pointers;
  for (std::uint32_t i = 0; i < count; ++i) {
    RocksBookOptions options;
    options.directory = book_directory(data_dir, i);
    options.create = false;
    auto book = RocksBook::open(options, RocksShared::make({}));
    ASSERT_TRUE(book) << book.error().message;
    books.push_back(*std::move(book));
    pointers.push_back(books.back().get());
  }
  BooksLog log(pointers);
  const ProtobufEventCodec codec;
  const UnicodeTextForms forms;
  const SystemClock clock;
  RocksKvOptions store;
  store.shared = RocksShared::make({});
  const auto places = RocksPlaces::open(data_dir + "/views", store);
  ASSERT_TRUE(places) << places.error().message;
  {
    projection::RunnerOptions options;
    options.own_thread = false;
    const serving::ViewsPorts ports{log, codec, forms};
    projection::Runner runner(
        log, [&] { return std::make_unique<serving::Views>(ports, cubes); }, **places, clock, options);
    ASSERT_TRUE(runner.start());
    while (runner.step() == projection::Stepped::worked) {
    }
  }
  const auto numbers = projection::generations_in(**places);
  ASSERT_TRUE(numbers && !numbers->empty());
  const auto generation = projection::Generation::open(**places, numbers->front(), serving::view_spaces());
  ASSERT_TRUE(generation) << generation.error().message;
  act((*generation)->store());
}

int said(std::vector<const char*> words) {
  words.insert(words.begin(), "wonjang");
  return run_command_line(static_cast<int>(words.size()), words.data());
}

// Found by an audit: they counted directories up to the first gap, and half a ledger was "as derived".
TEST_P(Served, a_book_that_is_missing_is_in_no_check_and_no_backup) {
  const auto shop_of_test = shop();
  BulkMix mix(shop_of_test, "Bearer " + key_, 1, 50);
  ASSERT_TRUE(run_load(options(1), mix));
  stop();
  const auto backup = dir_.path() + "/good";
  ASSERT_EQ(run_backup(data_dir_, backup), kExitOk);
  const auto last = GetParam() - 1;
  const auto away = dir_.path() + "/away";
  std::filesystem::rename(book_directory(data_dir_, last), away);
  EXPECT_NE(run_check({data_dir_, false}), kExitOk);
  EXPECT_NE(run_backup(data_dir_, dir_.path() + "/half"), kExitOk);
  EXPECT_FALSE(std::filesystem::exists(dir_.path() + "/half"));
  std::filesystem::rename(away, book_directory(data_dir_, last));
  EXPECT_EQ(run_check({data_dir_, false}), kExitOk);

  std::filesystem::rename(data_dir_ + "/layout", away);
  EXPECT_NE(run_check({data_dir_, false}), kExitOk);
  EXPECT_NE(run_backup(data_dir_, dir_.path() + "/half"), kExitOk);
  std::ofstream(data_dir_ + "/layout") << "wonjang-layout 1\nbooks 0\n";
  EXPECT_NE(run_check({data_dir_, false}), kExitOk);
  // A flipped digit: what belongs to one book of one belongs to the first of four, too.
  std::ofstream(data_dir_ + "/layout") << "wonjang-layout 1\nbooks 1\n";
  if (GetParam() > 1) {
    EXPECT_NE(run_check({data_dir_, false}), kExitOk);
    EXPECT_NE(run_backup(data_dir_, dir_.path() + "/half"), kExitOk);
    EXPECT_FALSE(std::filesystem::exists(dir_.path() + "/half"));
  }
  std::filesystem::rename(away, data_dir_ + "/layout");

  // A manifest that was cut off behind its first book.
  if (GetParam() == 1) return;
  std::ifstream whole(backup + "/manifest");
  std::string manifest{std::istreambuf_iterator<char>(whole), {}};
  manifest.resize(manifest.find("book 1"));
  std::ofstream(backup + "/manifest", std::ios::trunc) << manifest;
  EXPECT_NE(run_restore({backup, dir_.path() + "/restored"}), kExitOk);
  EXPECT_FALSE(std::filesystem::exists(dir_.path() + "/restored"));
}

// Found by an audit: they were served, half of the payments were unknown, and their orders were taken again.
TEST_P(Served, books_that_were_swapped_are_refused_and_named) {
  if (GetParam() == 1) GTEST_SKIP() << "there is nothing to swap it with";
  const auto shop_of_test = shop();
  BulkMix mix(shop_of_test, "Bearer " + key_, 1, 50);
  ASSERT_TRUE(run_load(options(2), mix));
  stop();
  const auto swap = [&](std::uint32_t a, std::uint32_t b) {
    const auto between = dir_.path() + "/between";
    std::filesystem::rename(book_directory(data_dir_, a), between);
    std::filesystem::rename(book_directory(data_dir_, b), book_directory(data_dir_, a));
    std::filesystem::rename(between, book_directory(data_dir_, b));
  };
  for (const std::uint32_t other : {3U, 0U}) {
    swap(2, other);
    EXPECT_EQ(run_check({data_dir_, false}), kExitDifferences);
    EXPECT_NE(run_backup(data_dir_, dir_.path() + "/swapped"), kExitOk);
    std::filesystem::remove_all(dir_.path() + "/swapped");
    ServiceConfig config;
    config.data_dir = data_dir_;
    config.books = GetParam();
    config.serving_enabled = config.money_enabled = false;
    const auto opened = Service::open(config);
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().message.find("swapped"), std::string::npos) << opened.error().message;
    swap(2, other);
  }
  EXPECT_EQ(run_check({data_dir_, false}), kExitOk);
}

TEST_P(Served, views_are_verified_and_a_lost_row_is_found) {
  const auto shop_of_test = shop();
  BulkMix mix(shop_of_test, "Bearer " + key_, 1, 50);
  ASSERT_TRUE(run_load(options(2), mix));
  stop();
  EXPECT_EQ(run_verify_views({.data_dir = dir_.path() + "/none"}), kExitFailed);
  with_views(data_dir_, GetParam(), [](KvStore&) {});
  EXPECT_EQ(run_verify_views({.data_dir = data_dir_}), kExitOk);
  EXPECT_EQ(run_verify_views({.data_dir = data_dir_, .json = true}), kExitOk);
  EXPECT_EQ(said({"verify", "views", "--quick", "--data-dir", data_dir_.c_str()}), kExitOk);
  EXPECT_EQ(run_check({data_dir_, false}), kExitOk);
  with_views(data_dir_, GetParam(), [](KvStore& store) {
    KvBatch batch;
    batch.remove(serving::kRows, store.snapshot()->scan(serving::kRows, {}, {})->key());
    ASSERT_TRUE(store.write(batch));
    ASSERT_TRUE(store.flush());
  });
  EXPECT_EQ(run_verify_views({.data_dir = data_dir_}), kExitDifferences);
  EXPECT_EQ(said({"verify", "views", "--quick", "--data-dir", data_dir_.c_str()}), kExitOk)
      << "a row that was lost without its bucket takes the whole verification";
  EXPECT_EQ(run_check({data_dir_, true}), kExitDifferences);
  with_views(data_dir_, GetParam(), [](KvStore& store) {
    const auto snapshot = store.snapshot();
    const auto bucket = snapshot->scan(serving::kBuckets, {}, {});
    std::string wrong(bucket->value());
    wrong.back() = static_cast<char>(wrong.back() ^ 1);
    KvBatch batch;
    batch.put(serving::kBuckets, bucket->key(), wrong);
    ASSERT_TRUE(store.write(batch));
    ASSERT_TRUE(store.flush());
  });
  EXPECT_EQ(said({"verify", "views", "--quick", "--data-dir", data_dir_.c_str()}), kExitDifferences);
}

TEST_P(Served, views_with_declared_cubes_are_verified_by_the_servers_configuration) {
  const auto shop_of_test = shop();
  BulkMix mix(shop_of_test, "Bearer " + key_, 1, 50);
  ASSERT_TRUE(run_load(options(2), mix));
  stop();
  const auto file = dir_.path() + "/wonjang.toml";
  std::ofstream(file) << "[ledger]\ndata_dir = \"" << data_dir_
                      << "\"\n[[serving.cubes]]\nname = \"issuers\"\ndimensions = [\"issuer\"]\n";
  const std::vector<serving::CubeDeclaration> declared{
      {.name = "issuers", .id = {}, .dimensions = {"issuer"}}};
  const auto set = serving::CubeSet::create(declared);
  ASSERT_TRUE(set);
  const std::vector<serving::CubeSpec> cubes(set->cubes().begin(), set->cubes().end());
  with_views(
      data_dir_, GetParam(), [](KvStore&) {}, cubes);
  EXPECT_EQ(said({"verify", "views", "--data-dir", data_dir_.c_str()}), kExitFailed) << "of another version";
  EXPECT_EQ(said({"verify", "views", "--config", file.c_str()}), kExitOk);
  EXPECT_EQ(said({"check", "--config", file.c_str(), "-O", "json"}), kExitOk);
  with_views(
      data_dir_, GetParam(),
      [](KvStore& store) {
        KvBatch batch;
        batch.remove(serving::kTotalsNow, store.snapshot()->scan_back(serving::kTotalsNow, {}, {})->key());
        ASSERT_TRUE(store.write(batch));
        ASSERT_TRUE(store.flush());
      },
      cubes);
  EXPECT_EQ(said({"verify", "views", "--config", file.c_str()}), kExitDifferences)
      << "a cell of a declared cube";
  EXPECT_EQ(said({"check", "--data-dir", data_dir_.c_str(), "--config", file.c_str()}), kExitDifferences);
  EXPECT_EQ(said({"check"}), kExitUsage) << "of which ledger?";
}

// Found in use: of the demo, which declares a cube, `check` said that its views weren't compared.
TEST_P(Served, a_check_without_flags_compares_views_with_declared_cubes) {
  const auto shop_of_test = shop();
  BulkMix mix(shop_of_test, "Bearer " + key_, 1, 50);
  ASSERT_TRUE(run_load(options(2), mix));
  stop();
  ServiceConfig config;
  config.data_dir = data_dir_;
  config.books = GetParam();
  config.listen_port = 0;
  config.disk_reserve_bytes = 1 << 20U;
  config.cubes = {{.name = "issuers", .id = {}, .dimensions = {"issuer", "method"}},
                  {.name = "minutes", .id = 2'000, .dimensions = {}, .grain = "minute", .history = false}};
  auto opened = Service::open(config);
  ASSERT_TRUE(opened) << opened.error().message;
  service_ = *std::move(opened);
  ASSERT_TRUE(service_->start());
  server_.port = service_->port();
  ASSERT_EQ(run_views_verify(online_options()), kExitOk) << "waits until they are built";
  stop();
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(said({"check", "--data-dir", data_dir_.c_str()}), kExitOk);
  const auto printed = ::testing::internal::GetCapturedStdout();
  EXPECT_NE(printed.find("views: as derived from the events"), std::string::npos) << printed;
  std::filesystem::remove(data_dir_ + "/cubes.toml");
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(said({"check", "--data-dir", data_dir_.c_str()}), kExitOk);
  const auto without = ::testing::internal::GetCapturedStdout();
  EXPECT_NE(without.find("wonjang verify views --config FILE"), std::string::npos) << without;
}

TEST_P(Served, sales_of_today_and_the_quarantine_are_shown) {
  const auto shop_of_test = shop();
  BulkMix mix(shop_of_test, "Bearer " + key_, 1, 50);
  ASSERT_TRUE(run_load(options(2), mix));
  ASSERT_EQ(run_views_verify(online_options()), kExitOk) << "waits until they are built";
  const auto merchant = ensure_merchants(server_, key_, "t-", 1, 1)->front();
  const auto url = online_options().url;
  const auto file = operator_key_file(data_dir_);
  const auto printed_by = [&](std::vector<const char*> words) {
    words.insert(words.end(), {"--url", url.c_str(), "--key-file", file.c_str()});
    ::testing::internal::CaptureStdout();
    EXPECT_EQ(said(words), kExitOk);
    return ::testing::internal::GetCapturedStdout();
  };
  EXPECT_THAT(printed_by({"today", "--output", "json"}), HasSubstr("\"businessDate\""));
  EXPECT_THAT(printed_by({"explain", "today", "--output", "json"}), HasSubstr("\"plan\""));
  const auto events = [&](std::vector<const char*> words) {
    words.insert(words.begin(), {"event", "list", "--limit", "7", "--rows", "100000", "--output", "ndjson"});
    const auto printed = printed_by(words);
    return std::count(printed.begin(), printed.end(), '\n');
  };
  const auto all_events = events({});
  EXPECT_GT(all_events, 20);
  EXPECT_EQ(events({"--since", "1970-01-02T00:00:00Z"}), all_events);
  EXPECT_EQ(events({"--after", "now"}), 0);
  const auto created = events({"--types", "payment.created"});
  EXPECT_GT(created, 20);
  EXPECT_LT(created, all_events);
  EXPECT_EQ(events({"--types", "payment.created", "--since", "1970-01-02T00:00:00Z"}), created);
  const auto one =
      printed_by({"event", "list", "--types", "payment.created", "--limit", "1", "-O", "ndjson"});
  const auto payment = one.substr(one.find("pay_"), 30);
  const auto history =
      printed_by({"payment", "list-events", payment.c_str(), "--types", "payment.created", "-O", "ndjson"});
  EXPECT_EQ(std::count(history.begin(), history.end(), '\n'), 1) << history;
  EXPECT_THAT(history, HasSubstr("payment.created"));
  EXPECT_EQ(printed_by({"views", "quarantine"}), "payment  version  event  recorded  position\n");
  EXPECT_THAT(printed_by({"views", "quarantine", "--output", "json"}), HasSubstr("\"events\":[]"));
  EXPECT_THAT(printed_by({"transaction", "list", "--merchantId", merchant.c_str(), "--status", "CANCELED",
                          "--output", "json"}),
              HasSubstr("\"transactions\":["));
}

// A first record of each space with one bit flipped: `check` names every space.
TEST_P(Served, a_check_names_a_damaged_record_of_each_space) {
  const auto shop_of_test = shop();
  BulkMix mix(shop_of_test, "Bearer " + key_, 1, 50);
  ASSERT_TRUE(run_load(options(2), mix));
  stop();
  std::vector<std::string> damaged;
  with_views(data_dir_, GetParam(), [&](KvStore& store) {
    KvBatch batch;
    for (KvSpace space = serving::kRows; space < serving::kPending; ++space) {
      const auto first = store.snapshot()->scan(space, {}, {});
      if (!first->valid()) continue;
      std::string key(first->key());
      std::string value(first->value());
      batch.remove(space, key);
      auto& last = (value.empty() ? key : value).back();
      last = static_cast<char>(last ^ 1);
      batch.put(space, key, value);
      damaged.push_back(serving::view_spaces()[space].name);
    }
    ASSERT_TRUE(store.write(batch));
    ASSERT_TRUE(store.flush());
  });
  EXPECT_EQ(damaged.size(), 11U);
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(said({"check", "--data-dir", data_dir_.c_str()}), kExitDifferences);
  const auto printed = ::testing::internal::GetCapturedStdout();
  for (const auto& space : damaged) EXPECT_THAT(printed, HasSubstr("  " + space + ": "));
}

// No ledger has such entries by itself: its log has each version of a payment once.
TEST_P(Served, what_was_put_aside_is_shown_and_counted_after_a_restart) {
  const auto shop_of_test = shop();
  BulkMix mix(shop_of_test, "Bearer " + key_, 1, 20);
  ASSERT_TRUE(run_load(options(1), mix));
  ASSERT_EQ(run_views_verify(online_options()), kExitOk) << "waits until they are built";
  Event event;
  {
    const auto& ledger = service_->ledger();
    for (std::uint32_t book = 0; book < GetParam() && event.stream == RawId(); ++book) {
      const auto units = ledger.read(book, 0, 1'000, 1U << 20U);
      ASSERT_TRUE(units);
      for (const auto& unit : *units) {
        const auto decoded = ProtobufEventCodec().decode(unit.events.front());
        if (decoded && std::holds_alternative<PaymentCreated>(decoded->body)) event = *decoded;
      }
    }
  }
  ASSERT_NE(event.stream, RawId());
  stop();
  with_views(data_dir_, GetParam(), [&](KvStore& store) {
    KvBatch batch;
    for (const std::uint32_t version : {0U, 1U}) {
      std::string key = serving::event_key(event.stream, version);
      put_be64(key, 17);
      std::string value;
      put_be32(value, 0);
      put_be64(value, 5);
      ProtobufEventCodec().encode(event, value);
      batch.put(serving::kQuarantine, key, value);
    }
    ASSERT_TRUE(store.write(batch));
    ASSERT_TRUE(store.flush());
  });
  start();
  const auto id = PaymentId(event.stream).text();
  ApiClient client(server_, key_);
  const auto get = [&](const std::string& target) { return client.get(target)->body; };
  const auto first = get("/v1/views/quarantine?limit=1");
  EXPECT_THAT(first, HasSubstr("\"paymentId\":\"" + id + "\",\"version\":0,"));
  EXPECT_THAT(first, HasSubstr("\"event\":{"));
  EXPECT_THAT(first, HasSubstr("payment.created"));
  EXPECT_THAT(first, HasSubstr("\"hasMore\":true"));
  const auto cursor = std::string(json_text_member(first, "nextCursor"));
  const auto second = get("/v1/views/quarantine?limit=1&after=" + cursor);
  EXPECT_THAT(second, HasSubstr("\"paymentId\":\"" + id + "\",\"version\":1,"));
  EXPECT_THAT(second, HasSubstr("\"hasMore\":false"));
  EXPECT_THAT(get("/v1/views"), HasSubstr("\"quarantined\":2,"));
  EXPECT_THAT(get("/metrics"), HasSubstr("wonjang_views_quarantined 2\n"));
  const auto url = online_options().url;
  const auto file = operator_key_file(data_dir_);
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(said({"views", "quarantine", "--url", url.c_str(), "--key-file", file.c_str()}), kExitOk);
  const auto shown = ::testing::internal::GetCapturedStdout();
  EXPECT_THAT(shown, HasSubstr(id + "  0        com.wonjang.payment.created"));
  EXPECT_EQ(std::count(shown.begin(), shown.end(), '\n'), 3) << shown;
}

TEST_P(Served, views_are_verified_while_the_server_serves) {
  const auto shop_of_test = shop();
  BulkMix mix(shop_of_test, "Bearer " + key_, 1, 50);
  ASSERT_TRUE(run_load(options(2), mix));
  const auto url = online_options().url;
  EXPECT_EQ(said({"verify", "views", "--url", url.c_str(), "--data-dir", data_dir_.c_str()}), kExitOk);
  EXPECT_EQ(run_views_verify(online_options()), kExitOk) << "and again";
  EXPECT_EQ(said({"verify", "views", "--quick", "--url", url.c_str(), "--data-dir", data_dir_.c_str()}),
            kExitOk);
}

TEST_P(Served, a_backup_is_restored_and_compared_with_its_manifest) {
  const auto shop_of_test = shop();
  BulkMix mix(shop_of_test, "Bearer " + key_, 1, 50);
  ASSERT_TRUE(run_load(options(2), mix));
  EXPECT_EQ(run_check({data_dir_, false}), kExitNotReady);  // it is being served
  stop();
  EXPECT_EQ(run_check({data_dir_, false}), kExitOk);
  const auto backup = dir_.path() + "/backup";
  const auto again = dir_.path() + "/again";
  EXPECT_EQ(run_backup(data_dir_, backup), kExitOk);
  EXPECT_EQ(run_backup(data_dir_, backup), kExitConflict);
  EXPECT_EQ(run_restore({backup, again}), kExitOk);
  EXPECT_EQ(run_restore({backup, again}), kExitConflict);
  EXPECT_EQ(run_check({again, true}), kExitOk);

  std::ifstream in(backup + "/manifest");
  std::string text{std::istreambuf_iterator<char>(in), {}};
  auto& digit = text[text.find(" root ") + 6];
  digit = digit == '0' ? '1' : '0';
  std::ofstream(backup + "/manifest") << text;
  EXPECT_TRUE(std::filesystem::exists(again + "/layout"));
  EXPECT_EQ(run_restore({backup, dir_.path() + "/third"}), kExitDifferences);
  EXPECT_FALSE(std::filesystem::exists(dir_.path() + "/third/layout")) << "it would be served";
}

// A backup has no views: they are built with the cubes that the server has, and compared.
TEST_P(Served, a_restore_that_knows_the_servers_cubes_leaves_views_that_are_compared) {
  const auto shop_of_test = shop();
  BulkMix mix(shop_of_test, "Bearer " + key_, 1, 50);
  ASSERT_TRUE(run_load(options(2), mix));
  stop();
  const auto backup = dir_.path() + "/backup";
  ASSERT_EQ(run_backup(data_dir_, backup), kExitOk);
  const auto file = dir_.path() + "/wonjang.toml";
  std::ofstream(file) << "[ledger]\ndata_dir = \"" << data_dir_
                      << "\"\n[[serving.cubes]]\nname = \"issuers\"\ndimensions = [\"issuer\"]\n";
  const auto without = dir_.path() + "/without";
  const auto with = dir_.path() + "/with";
  EXPECT_EQ(said({"restore", backup.c_str(), without.c_str()}), kExitOk);
  EXPECT_FALSE(std::filesystem::exists(without + "/views"));
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(said({"restore", backup.c_str(), with.c_str(), "--config", file.c_str()}), kExitOk);
  const auto printed = ::testing::internal::GetCapturedStdout();
  EXPECT_NE(printed.find("views: as derived from the events"), std::string::npos) << printed;
  EXPECT_EQ(printed.find(" 0 payments"), std::string::npos) << printed;
  EXPECT_EQ(said({"verify", "views", "--data-dir", with.c_str(), "--config", file.c_str()}), kExitOk);
  EXPECT_EQ(said({"verify", "views", "--data-dir", with.c_str()}), kExitFailed) << "of other cubes";
  EXPECT_EQ(said({"restore", backup.c_str(), (with + "2").c_str(), "--config", "/nowhere.toml"}), kExitUsage);
  EXPECT_FALSE(std::filesystem::exists(with + "2")) << "nothing was written";
}

TEST_P(Served, a_backup_of_the_running_ledger_is_restored_as_any_other) {
  const auto shop_of_test = shop();
  BulkMix mix(shop_of_test, "Bearer " + key_, 1, 50);
  ASSERT_TRUE(run_load(options(2), mix));
  const auto online = online_options();
  EXPECT_EQ(run_online_backup(online, "monday"), kExitOk);
  EXPECT_EQ(run_online_backup(online, "monday"), kExitOk) << "it is there already";
  EXPECT_NE(run_online_backup(online, "../monday"), kExitOk);
  ASSERT_TRUE(run_load(options(1), mix)) << "and the ledger went on";
  EXPECT_EQ(run_restore({dir_.path() + "/backups/monday", dir_.path() + "/restored"}), kExitOk);
}

TEST_P(Served, an_outcome_is_settled_by_hand_after_a_second_look) {
  ApiClient client(server_, key_);
  const auto merchant = std::string(
      json_text_member(client.post("/v1/merchants", "m", R"({"code":"hand","name":"Hand"})")->body, "id"));
  const auto made =
      client.post("/v1/payments", "c",
                  R"({"orderId":"hand-sim-stubborn","totalAmount":1000,"merchantId":")" + merchant + "\"}");
  ResolutionOptions resolution;
  resolution.payment_id = json_text_member(made->body, "id");
  const auto path = "/v1/payments/" + resolution.payment_id;
  EXPECT_EQ(
      client.post(path + "/approve", "a", R"({"method":"CARD","amount":1000,"card":{"issuerCode":"11"}})")
          ->status,
      504);
  resolution.approval_id = json_text_member(client.get(path)->body, "approvalId");
  resolution.outcome = "APPROVED";
  resolution.reason = "acquirer's \"file\"";
  resolution.evidence = "line 7";
  const auto online = online_options();
  const auto version = [&] {
    const auto body = client.get(path)->body;
    return std::stoull(body.substr(body.find("\"version\":") + 10));
  };
  const auto is_done = [&] {
    return client.get(path)->body.find("\"status\":\"DONE\"") != std::string::npos;
  };
  for (int i = 0;
       i < 2'000 && client.get("/v1/in-doubt?waiting=person")->body.find(merchant) == std::string::npos; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(run_in_doubt(online, /*waiting_for_person=*/true), kExitOk);
  const auto second =
      client.post("/v1/payments", "c2",
                  R"({"orderId":"hand-2-sim-stubborn","totalAmount":1000,"merchantId":")" + merchant + "\"}");
  const std::string second_id(json_text_member(second->body, "id"));
  EXPECT_EQ(client
                .post("/v1/payments/" + second_id + "/approve", "a2",
                      R"({"method":"CARD","amount":1000,"card":{"issuerCode":"11"}})")
                ->status,
            504);
  for (int i = 0;
       i < 2'000 && client.get("/v1/in-doubt?waiting=person")->body.find(second_id) == std::string::npos; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  auto paged = online;
  paged.output = "json";
  paged.page_rows = 1;
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(run_in_doubt(paged, /*waiting_for_person=*/true), kExitOk);
  const auto all = ::testing::internal::GetCapturedStdout();
  EXPECT_NE(all.find(resolution.payment_id), std::string::npos) << all;
  EXPECT_NE(all.find(second_id), std::string::npos) << "not the first page alone\n" << all;

  EXPECT_EQ(run_settle_outcome(online, resolution), kExitUsage) << "without a version nothing is sent";
  resolution.expected_version = version() + 1;
  EXPECT_EQ(run_settle_outcome(online, resolution), kExitConflict);
  resolution.expected_version = version();
  resolution.dry_run = true;
  EXPECT_EQ(run_settle_outcome(online, resolution), kExitOk);
  EXPECT_FALSE(is_done()) << "a dry run sends nothing";
  resolution.dry_run = false;
  EXPECT_EQ(run_settle_outcome(online, resolution), kExitOk);
  EXPECT_TRUE(is_done());
  EXPECT_EQ(run_payment_events(online, resolution.payment_id), kExitOk);
}

TEST(KeyFile, one_that_others_can_read_is_refused) {
  const TempDir dir;
  const auto path = dir.path() + "/key";
  std::ofstream(path) << " wonjang_live_x\n";
  std::filesystem::permissions(path, std::filesystem::perms(0644));
  EXPECT_FALSE(read_key_file(path));
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  EXPECT_EQ(*read_key_file(path), "wonjang_live_x");
}

}  // namespace
}  // namespace wonjang
