// The whole service: on disk and again after a restart, health, metrics, proofs, logs without secrets,
// draining.

#include <sys/stat.h>

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <thread>

#include "app/api/api.h"
#include "app/api/api_test_world.h"
#include "app/api/log.h"
#include "app/api/routes.h"
#include "app/service/layout.h"
#include "testing/faulty_book.h"

namespace wonjang {
namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

unsigned mode_of(const std::filesystem::path& path) {
  struct stat about {};
  EXPECT_EQ(::stat(path.c_str(), &about), 0) << path;
  return about.st_mode & 0777U;
}

// Holds the threads that fold the log until it is let go.
class Held {
 public:
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !is_held_; });
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    is_held_ = false;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_held_ = true;
};

// A server says that it is ready when it takes payments. What was asked of lists and settlement within the
// first milliseconds was answered 503, on a busy machine within the first second.
TEST(FirstStart, lists_and_settlement_are_waited_for) {
  Held held;
  {
    const World world({.books = 2}, {}, [&](std::unique_ptr<Book> book) {
      auto slow = std::make_unique<FaultyBook>(std::move(book));
      slow->before_read([&] { held.wait(); });
      return slow;
    });
    ASSERT_EQ(world.as_nobody().get("/readyz").status, 200);
    TestAnswer list;
    TestAnswer journal;
    TestAnswer change;
    std::thread lists([&] { list = world.as_merchant().get("/v1/payments"); });
    std::thread journals([&] { journal = world.as_operator().get("/v1/trial-balance"); });
    std::thread changes([&] {
      change =
          world.as_operator().post("/v1/changes", "c", R"({"kind":"CALENDAR","calendar":{"shipped":"KR"}})");
    });
    const auto& parts = world.service->api().parts();
    EXPECT_TRUE(eventually([&] {
      return parts.serving->runner().status().waiting == 1 && parts.money->runner().status().waiting == 1;
    }));
    held.let_go();
    lists.join();
    journals.join();
    changes.join();
    EXPECT_EQ(list.status, 200) << list.body;
    EXPECT_EQ(journal.status, 200) << journal.body;
    EXPECT_EQ(change.status, 201) << change.body;
  }
}

class OnDisk : public ::testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Books, OnDisk, ::testing::Values(1U, 4U));

TEST_P(OnDisk, everything_answered_is_there_after_a_restart) {
  World world{{.books = GetParam(), .on_disk = true}};
  const auto first = world.as_merchant().post("/v1/payments", "k", card_payment("o"));
  ASSERT_EQ(first.status, 201) << first.body;
  const auto cursor = world.as_operator().get("/v1/events?limit=1000").text("nextCursor");
  world.restart();
  EXPECT_TRUE(world.service->operator_key().empty()) << "made once";
  auto shop = world.as_merchant();
  EXPECT_EQ(shop.get("/v1/payments/" + first.text("id")).body, first.body);
  const auto again = shop.post("/v1/payments", "k", card_payment("o"));
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
  EXPECT_EQ(again.header("Ledger-Position"), first.header("Ledger-Position")) << "tokens live on";
  EXPECT_TRUE(world.as_operator().get("/v1/events?after=" + cursor).json().at("events").as_array().empty());
}

// https://github.com/LerianStudio/midaz/pull/2317: a wrong balance when the cache entry was gone
TEST_P(OnDisk, after_a_restart_the_same_amount_is_left_to_cancel) {
  World world{{.books = GetParam(), .on_disk = true}};
  const auto sold = world.as_merchant().post("/v1/payments", "k", card_payment("o"));
  ASSERT_EQ(sold.status, 201) << sold.body;
  const auto path = "/v1/payments/" + sold.text("id") + "/cancels";
  ASSERT_EQ(world.as_merchant().post(path, "c-1", R"({"amount":600,"reason":"x"})").status, 201);
  world.restart();
  const auto too_much = world.as_merchant().post(path, "c-2", R"({"amount":401,"reason":"x"})");
  EXPECT_GE(too_much.status, 400) << too_much.body;
  EXPECT_LT(too_much.status, 500) << too_much.body;
  const auto rest = world.as_merchant().post(path, "c-3", R"({"amount":400,"reason":"x"})");
  EXPECT_EQ(rest.status, 201) << rest.body;
  EXPECT_EQ(world.as_merchant().get("/v1/payments/" + sold.text("id")).text("status"), "CANCELED");
}

// What was folded knows that there was more: the keys of what is missing would be free again, and repeated
// requests booked twice.
TEST_P(OnDisk, a_book_that_lost_its_end_is_refused) {
  World world{{.books = GetParam(), .on_disk = true}};
  const auto close = [&] {
    world.service->drain(std::chrono::seconds(5));
    world.service.reset();
  };
  close();
  const auto earlier = world.directory / "earlier";
  std::filesystem::create_directories(earlier);
  for (std::uint32_t book = 0; book < GetParam(); ++book) {
    const auto name = "book-" + std::to_string(book);
    std::filesystem::copy(world.directory / name, earlier / name, std::filesystem::copy_options::recursive);
  }
  world.open();
  ASSERT_EQ(world.as_merchant().post("/v1/payments", "k", card_payment("o")).status, 201);
  close();
  for (std::uint32_t book = 0; book < GetParam(); ++book) {
    const auto name = "book-" + std::to_string(book);
    std::filesystem::remove_all(world.directory / name);
    std::filesystem::rename(earlier / name, world.directory / name);
  }
  std::filesystem::remove_all(earlier);
  const auto opened = Service::open(world.config);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::corrupt);
  for (const auto* word : {"acknowledged are missing", "Restore the book from a backup", "/views"})
    EXPECT_NE(opened.error().message.find(word), std::string::npos) << opened.error().message;
  std::filesystem::remove_all(world.directory / "views");
  std::filesystem::remove_all(world.directory / "money");
  world.open();
}

std::filesystem::path newest_log(const std::filesystem::path& book) {
  std::filesystem::path newest;
  for (const auto& entry : std::filesystem::directory_iterator(book)) {
    const bool is_log = entry.path().extension() == ".log" && entry.file_size() > 0;
    if (is_log && entry.path() > newest) newest = entry.path();
  }
  return newest;
}

// It read like a write that a power cut tore: the server said ready, and the payment's key was free again.
TEST_P(OnDisk, a_flipped_bit_in_the_last_acknowledged_record_keeps_the_server_from_starting) {
  World world{{.books = GetParam(), .on_disk = true}};
  ASSERT_EQ(world.as_merchant().post("/v1/payments", "k", card_payment("o")).status, 201);
  world.service.reset();
  const auto log = newest_log(world.directory / "book-0");
  const auto whole = content_of(log);
  auto damaged = whole;
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  std::ofstream(log, std::ios::binary) << damaged;
  std::filesystem::remove_all(world.directory / "views");  // they would notice, but have 30 s to it
  std::filesystem::remove_all(world.directory / "money");
  const auto opened = Service::open(world.config);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::corrupt);
  for (const auto* word : {"book-0", "acknowledged are missing", "Restore the book from a backup"})
    EXPECT_NE(opened.error().message.find(word), std::string::npos) << opened.error().message;
  std::ofstream(log, std::ios::binary) << whole;
  world.open();
}

TEST_P(OnDisk, a_record_left_out_at_the_logs_end_is_a_trouble_until_a_person_has_looked) {
  World world{{.books = GetParam(), .on_disk = true}};
  ASSERT_EQ(world.as_merchant().post("/v1/payments", "k", card_payment("o")).status, 201);
  const auto troubles = [&] {
    const auto answer = world.as_nobody().get("/readyz?verbose");
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.text("status"), "ready");
    return answer.json().at("troubles").as_array();
  };
  const auto metric = [&](const char* value) {
    const auto line = std::string("wonjang_ledger_log_tail_dropped{book=\"0\"} ") + value + "\n";
    return world.as_nobody().get("/metrics").body.find(line) != std::string::npos;
  };
  EXPECT_TRUE(troubles().empty());
  EXPECT_TRUE(metric("0"));
  world.service.reset();
  std::ofstream(newest_log(world.directory / "book-0"), std::ios::binary | std::ios::app)
      << std::string(60, 'Z');
  world.open();
  const auto said = troubles();
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said[0].at("what").as_string(), "book-0");
  for (const auto* word : {"left out", "60 bytes", "compare what was answered last"})
    EXPECT_NE(std::string(said[0].at("why").as_string()).find(word), std::string::npos) << said[0];
  EXPECT_TRUE(metric("1"));
  world.restart();
  EXPECT_EQ(troubles().size(), 1U) << "said until a person has looked";
  std::filesystem::remove(world.directory / "book-0" / "left-out");
  world.restart();
  EXPECT_TRUE(troubles().empty());
  EXPECT_TRUE(metric("0"));
}

// An empty book in its place would do every repeated request again.
TEST_P(OnDisk, a_missing_book_is_refused_and_never_made_anew) {
  World world{{.books = GetParam(), .on_disk = true}};
  const auto first = world.as_merchant().post("/v1/payments", "k", card_payment("o"));
  ASSERT_EQ(first.status, 201) << first.body;
  world.service.reset();
  const auto book = world.directory / ("book-" + std::to_string(GetParam() - 1));
  const auto aside = world.directory / "aside";
  std::filesystem::rename(book, aside);
  for (const bool mount_point_left : {false, true}) {
    if (mount_point_left) std::filesystem::create_directory(book);
    const auto refused = Service::open(world.config);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::not_found);
    EXPECT_NE(refused.error().message.find(std::filesystem::path(book).string()), std::string::npos)
        << refused.error().message;
    EXPECT_NE(refused.error().message.find("restore a backup"), std::string::npos) << refused.error().message;
    EXPECT_FALSE(std::filesystem::exists(std::filesystem::path(book) / "CURRENT"));
  }
  std::filesystem::remove_all(book);
  std::filesystem::rename(aside, book);
  world.open();
  EXPECT_EQ(world.as_merchant().get("/v1/payments/" + first.text("id")).body, first.body);
}

// A first start that ended before all books were there: nothing was promised yet.
TEST_P(OnDisk, a_first_start_cut_short_is_finished_by_the_next) {
  World world{{.books = GetParam(), .on_disk = true}};
  world.service.reset();
  ASSERT_TRUE(std::filesystem::remove(world.directory / "layout"));
  std::filesystem::remove_all(world.directory / "book-0");  // the only one with events: merchants and keys
  for (const auto* later : {"views", "money"}) std::filesystem::remove_all(world.directory / later);
  const auto finished = Service::open(world.config);
  ASSERT_TRUE(finished) << finished.error().message;
  EXPECT_TRUE(std::filesystem::exists(world.directory / "layout"));
}

// So ends a restore that was cut short; what it didn't bring must not be made anew.
TEST_P(OnDisk, events_without_a_layout_are_refused) {
  World world{{.books = GetParam(), .on_disk = true}};
  world.service.reset();
  ASSERT_TRUE(std::filesystem::remove(world.directory / "layout"));
  const auto refused = Service::open(world.config);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  EXPECT_NE(refused.error().message.find("Restore again"), std::string::npos) << refused.error().message;
  EXPECT_FALSE(std::filesystem::exists(world.directory / "layout"));
}

// As a ledger stands that was restored and has grown past what it lost: the layout says that it was restored
// when it had what `held` names.
TEST_P(OnDisk, what_a_restore_has_lost_is_told_so_by_every_route) {
  World world{{.books = GetParam(), .on_disk = true}};
  auto shop = world.as_merchant();
  auto house = world.as_operator();
  const auto old = shop.post("/v1/payments", "held", card_payment("held"));
  ASSERT_EQ(old.status, 201) << old.body;
  const auto held = house.get("/v1/events?after=now").text("nextCursor");
  const Restored restored{0x51515151, *parse_rfc3339("2026-11-20T00:00:00Z"), {world.tails()}};
  for (int i = 0; i < 8; ++i)
    shop.post("/v1/payments", "p" + std::to_string(i), card_payment(std::to_string(i)));
  const auto position = shop.post("/v1/payments", "last", card_payment("last")).header("Ledger-Position");
  const auto lost = house.get("/v1/events?after=now").text("nextCursor");
  const auto path = "/v1/payments/" + old.text("id");
  const auto steps = path + "/events?limit=1";
  const auto list = "/v1/payments?limit=1&min-position=" + position;
  const auto named = [](const TestAnswer& page) { return page.text("nextCursor"); };
  const std::vector<std::string> told{
      "/v1/events?after=" + lost,
      path + "?min-position=" + position,
      path + "?min-position=" + lost,
      "/v1/payments?limit=1&min-position=" + position,
      "/v1/payments?limit=1&after=" + named(shop.get(list)),
      steps + "&after=" + named(shop.get(steps)),
  };
  const auto merchants = "/v1/merchants?limit=1&after=" + named(house.get("/v1/merchants?limit=1"));
  const auto balance = "/v1/trial-balance?position=" + position;
  const auto tag = shop.get(path).header("ETag");
  ASSERT_EQ(shop.get(path, {{"If-None-Match", tag}}).status, 304);

  world.service.reset();
  ASSERT_TRUE(write_layout(world.config.data_dir, {GetParam(), Epochs({restored})}));
  ++world.config.seed;
  world.open();
  auto shop_again = world.as_merchant();
  auto house_again = world.as_operator();
  const auto expect_lost = [](const TestAnswer& answer, const std::string& target) {
    EXPECT_EQ(answer.status, 410) << target << answer.body;
    EXPECT_EQ(answer.code(), "POSITION_LOST") << target;
    EXPECT_EQ(answer.text("restoredAt"), "2026-11-20T00:00:00.000Z") << answer.body;
    EXPECT_NE(answer.text("detail").find("restored from a backup"), std::string::npos) << answer.body;
  };
  for (const auto& target : told) expect_lost(shop_again.get(target), target);
  for (const auto& target : {merchants, balance}) expect_lost(house_again.get(target), target);
  EXPECT_EQ(house_again.get("/v1/events?after=" + held).status, 200);
  EXPECT_EQ(shop_again.get(path + "?min-position=" + held).status, 200);
  // What was seen, as far as it is still there.
  EXPECT_EQ(house_again.get("/v1/events?after=" + lost).text("goOnAfter"), held);
  // A version may come again: what was kept under the old tag isn't taken for it.
  EXPECT_EQ(shop_again.get(path, {{"If-None-Match", tag}}).status, 200);
  const auto now = shop_again.get(path).header("ETag");
  EXPECT_EQ(shop_again.get(path, {{"If-None-Match", now}}).status, 304);
  // And what is given from here on is good.
  const auto fresh = shop_again.post("/v1/payments", "fresh", card_payment("fresh"));
  EXPECT_EQ(shop_again.get(path + "?min-position=" + fresh.header("Ledger-Position")).status, 200);
  const auto next = house_again.get("/v1/events?after=now").text("nextCursor");
  EXPECT_EQ(house_again.get("/v1/events?after=" + next).status, 200);
}

TEST_P(OnDisk, a_book_shorter_than_it_was_restored_is_refused) {
  World world{{.books = GetParam(), .on_disk = true}};
  const auto config = world.config;
  Restored restored{0x51515151, Instant{1}, {world.tails()}};
  ++restored.sizes.of.back();
  world.service.reset();
  ASSERT_TRUE(write_layout(config.data_dir, {GetParam(), Epochs({restored})}));
  const auto refused = Service::open(config);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::corrupt);
  EXPECT_NE(refused.error().message.find("an older copy"), std::string::npos) << refused.error().message;
}

TEST_P(OnDisk, secrets_are_for_the_server_alone) {
  World world{{.books = GetParam(), .on_disk = true}};
  for (const auto* name :
       {"secrets/pepper", "secrets/token-key", "secrets/signing-key.pem", "operator.key"}) {
    EXPECT_EQ(mode_of(world.directory / name), 0600U) << name;
  }
  EXPECT_EQ(mode_of(world.directory / "secrets"), 0700U);
  EXPECT_EQ(content_of(world.directory / "operator.key"), world.operator_key + "\n");
  std::filesystem::permissions(world.directory / "secrets/pepper", std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  world.service.reset();
  const auto refused = Service::open(world.config);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
}

// A ledger that was restored from an older backup: the same secrets, less in the books.
TEST_P(OnDisk, what_a_restored_ledger_does_not_have_yet_is_said) {
  World whole{{.books = GetParam(), .on_disk = true}};
  for (int i = 0; i < 30; ++i)
    whole.as_merchant().post("/v1/payments", std::to_string(i), card_payment(std::to_string(i)));
  World older{{.books = GetParam(), .on_disk = true}, [&](ServiceConfig& config) {
                std::filesystem::create_directories(config.data_dir);
                std::filesystem::copy(whole.directory / "secrets", config.data_dir + "/secrets");
                std::filesystem::permissions(config.data_dir + "/secrets", std::filesystem::perms::owner_all);
              }};
  const auto last = whole.as_merchant().post("/v1/payments", "last", card_payment("last"));
  auto shop = older.as_merchant();
  const auto made = shop.post("/v1/payments", "k", card_payment("1"));
  ASSERT_EQ(made.status, 201) << made.body;
  const auto read =
      shop.get("/v1/payments/" + made.text("id"), {{"Min-Position", last.header("Ledger-Position")}});
  EXPECT_EQ(read.status, 412) << read.body;
  EXPECT_EQ(read.code(), "POSITION_NOT_REACHED");
  EXPECT_FALSE(read.header("Ledger-Position").empty());
  const auto cursor = whole.as_operator().get("/v1/events?limit=1000").text("nextCursor");
  EXPECT_EQ(shop.get("/v1/events?after=" + cursor).code(), "INVALID_CURSOR");
}

TEST_P(OnDisk, a_full_disk_refuses_writes_by_name_and_reads_go_on) {
  World world{{.books = GetParam(), .on_disk = true}};
  const auto made = world.as_merchant().post("/v1/payments", "k", card_payment("1"));
  world.config.disk_reserve_bytes = UINT64_MAX / 2;
  world.restart();
  const auto before = world.tails();
  auto shop = world.as_merchant();
  const auto no = shop.post("/v1/payments", "k2", card_payment("2"));
  EXPECT_EQ(no.status, 503) << no.body;
  EXPECT_EQ(no.code(), "STORAGE_FULL");
  EXPECT_FALSE(no.header("Retry-After").empty());
  EXPECT_EQ(no.body.find(world.directory.string()), std::string::npos)
      << "paths are for the log: " << no.body;
  const auto ready = world.as_nobody().get("/readyz?verbose").body;
  EXPECT_EQ(ready.find(world.directory.string()), std::string::npos) << ready;
  auto data = card_payment("3");
  data.insert(1, R"("merchantId":")" + world.merchant + "\",");
  const auto lines =
      world.as(world.ingest_key).ingest(R"({"op":"create","idempotencyKey":"k3","data":)" + data + "}\n");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].at("problem").at("code").as_string(), "STORAGE_FULL");
  EXPECT_EQ(shop.get("/v1/payments/" + made.text("id")).body, made.body);
  EXPECT_EQ(world.as_nobody().get("/livez").status, 200);
  EXPECT_EQ(world.tails(), before);
  world.config.disk_reserve_bytes = 1 << 20;
  world.restart();
  EXPECT_EQ(world.as_merchant().post("/v1/payments", "k2", card_payment("2")).status, 201)
      << "the key stayed free";
}

TEST(Layout, secrets_that_are_lost_are_not_made_anew) {
  for (const auto* name : {"secrets/pepper", "secrets/token-key", "secrets/signing-key.pem"}) {
    World world{{.on_disk = true}};
    world.service.reset();
    std::filesystem::remove(world.directory / name);
    const auto refused = Service::open(world.config);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
    EXPECT_NE(refused.error().message.find(name), std::string::npos) << refused.error().message;
    EXPECT_FALSE(std::filesystem::exists(world.directory / name));
  }
}

TEST(Layout, another_number_of_books_is_refused) {
  World world{{.books = 4, .on_disk = true}};
  world.service.reset();
  world.config.books = 2;
  const auto refused = Service::open(world.config);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("books 4"), std::string::npos) << refused.error().message;
}

TEST(Config, time_outs_that_do_not_nest_are_refused_by_name) {
  ServiceConfig good;
  good.in_memory = true;
  EXPECT_TRUE(good.validate());
  const auto refused = [&](auto change, std::string_view word) {
    auto bad = good;
    change(bad);
    const auto result = bad.validate();
    ASSERT_FALSE(result);
    EXPECT_NE(result.error().message.find(word), std::string::npos) << result.error().message;
  };
  refused([](auto& c) { c.provider_call_ms = 14'000; }, "time-outs don't nest: a provider's call");
  refused([](auto& c) { c.settle_margin_ms = 10'000; }, "time-outs don't nest: a provider's call");
  refused([](auto& c) { c.http_write_ms = 15'000; }, "time-outs don't nest: the request's deadline");
  refused([](auto& c) { c.resolver_call_ms = 5'001; }, "time-outs don't nest: a question of the resolver");
  refused([](auto& c) { c.position_wait_ms = 15'000; }, "min-position");
  refused([](auto& c) { c.resolver_delay_ms_first = c.resolver_delay_ms_max + 1; }, "resolver.delay_first");
  refused([](auto& c) { c.resolver_attempts_max = 0; }, "resolver.attempts_max");
  refused([](auto& c) { c.resolver_inquiries_before_cancel = c.resolver_attempts_max; },
          "a network cancel is never sent before a person is asked");
  refused([](auto& c) { c.books = 0; }, "books");
  refused([](auto& c) { c.in_memory = false; }, "data_dir");
  refused([](auto& c) { c.tls_key_file = "k.pem"; }, "TLS");
  refused([](auto& c) { c.providers = {{"a", "ftp://x", "perfect", 1}}; }, "provider a");
  refused([](auto& c) { c.providers = {{"a", "sim", "sunny", 1}}; }, "sunny");
  refused(
      [](auto& c) {
        c.providers = {{"a", "sim", "perfect", 1}, {"a", "sim", "perfect", 1}};
      },
      "two providers");
}

class Operations : public testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Books, Operations, testing::Values(1U, 4U));

TEST_P(Operations, health_and_metrics_tell_what_there_is) {
  World world{{.books = GetParam()}};
  world.as_merchant().post("/v1/payments", "k", card_payment("o"));
  world.as_merchant().post("/v1/payments", "k", card_payment("o"));
  world.as_merchant().post("/v1/payments", "k", card_payment("p"));
  auto nobody = world.as_nobody();
  EXPECT_EQ(nobody.get("/livez").status, 200);
  EXPECT_EQ(nobody.get("/readyz").status, 200);
  EXPECT_EQ(nobody.get("/readyz?verbose").json().at("books").as_int64(), GetParam());
  const auto text = nobody.get("/metrics").body;
  const auto last_book = "wonjang_ledger_book_serving{book=\"" + std::to_string(GetParam() - 1) + "\"} 1";
  EXPECT_NE(text.find(last_book), std::string::npos) << text;
  for (const auto* line :
       {"wonjang_http_requests_total{route=\"/v1/payments\",method=\"POST\",code=\"201\"} 2",
        "wonjang_idempotency_replays_total 1", "wonjang_idempotency_conflicts_total{kind=\"key_reused\"} 1",
        "wonjang_in_doubt_oldest_age_seconds 0",
        "wonjang_http_request_duration_seconds_bucket{route=\"/v1/payments\",method=\"POST\",le=\"+Inf\"} "
        "3"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  }
  EXPECT_EQ(text.find(world.merchant), std::string::npos) << "never a merchant as a label";
}

class Draining : public testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Books, Draining, testing::Values(1U, 4U));

TEST_P(Draining, answers_long_polls_and_takes_nothing_new) {
  World world({.books = GetParam()});
  auto shop = world.as_merchant();
  const auto end = shop.get("/v1/events?limit=1000").text("nextCursor");
  TestAnswer page;
  std::thread waiter([&] { page = world.as_merchant().get("/v1/events?wait=25&after=" + end); });
  ASSERT_TRUE(eventually([&] {
    return world.as_nobody().get("/metrics").body.find("wonjang_http_waiting_requests 2") !=
           std::string::npos;
  }));
  EXPECT_EQ(world.service->drain(std::chrono::seconds(5)), 0U);
  waiter.join();
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(world.as_nobody().get("/livez").status, 0);
}

class Proofs : public testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Books, Proofs, testing::Values(1U, 4U));

TEST_P(Proofs, a_payment_has_one_and_strangers_get_none) {
  World world{{.books = GetParam()}};
  auto shop = world.as_merchant();
  const auto id = shop.post("/v1/payments", "k", card_payment("o")).text("id");
  const auto proof = shop.get("/v1/payments/" + id + "/proof");
  ASSERT_EQ(proof.status, 200) << proof.body;
  EXPECT_TRUE(proof.body.starts_with("wonjang-proof v1\npayment " + id + "\nevent ")) << proof.body;
  EXPECT_NE(proof.body.find("\ncheckpoint\nwonjang/book"), std::string::npos);
  EXPECT_EQ(world.as_other().get("/v1/payments/" + id + "/proof").status, 404);
  const auto heads = shop.get("/v1/checkpoints").json();
  ASSERT_EQ(heads.at("checkpoints").as_array().size(), GetParam());
  EXPECT_TRUE(heads.at("checkpoints").at(0).at("checkpoint").as_string().starts_with("wonjang/book0\n"));
  const auto consistent = shop.get("/v1/checkpoints?book=0&after=1");
  EXPECT_TRUE(consistent.body.starts_with("wonjang-consistency v1\n")) << consistent.body;
  EXPECT_EQ(shop.get("/v1/checkpoints?book=0&after=999999").code(), "BAD_PARAMETER");
  EXPECT_EQ(shop.get("/v1/checkpoints?book=0").code(), "BAD_PARAMETER");
}

class Logs : public testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Books, Logs, testing::Values(1U, 4U));

TEST_P(Logs, no_secret_and_no_body_ever_reaches_a_line) {
  std::mutex mutex;
  std::string log;
  World world({.books = GetParam()});
  start_log(LogLevel::debug, [&](std::string_view line) {
    const std::lock_guard lock(mutex);
    log.append(line);
  });
  const std::string marker = "MARKER5150";
  const auto body =
      R"({"orderId":"MARKER5150","metadata":{"x":"4111111111111111"},"virtualAccount":{"accountToken":"MARKER5150"}})";
  for (const auto& route : routes()) {
    std::string target(route.path);
    if (const auto at = target.find('{'); at != std::string::npos) {
      target = target.substr(0, at) + marker + target.substr(target.find('}') + 1);
    }
    for (const auto& key : {world.operator_key, world.merchant_key, "wonjang_live_" + marker}) {
      auto asker = world.as(key);
      route.method == "GET" ? asker.get(target + "?after=" + marker) : asker.post(target, marker, body);
      asker.send("POST", target,
                 {{"X-Request-Id", "MARKER5150 \"\\"}, {"Content-Type", "application/x-ndjson"}}, body);
      for (const std::string id :
           {"4111111111111111", "order-4111-1111-1111-1111", "wonjang_live_abc", "wonjang_test_abc"}) {
        asker.send(std::string(route.method), target, {{"X-Request-Id", id}}, "");
        asker.post("/v1/payments", id, card_payment(id), {{"X-Request-Id", id}});
      }
    }
  }
  world.as_operator().post("/v1/api-keys", "new", R"({"scopes":["operator"]})");
  start_log(LogLevel::off);
  EXPECT_NE(log.find("\"event\":\"request\""), std::string::npos);
  EXPECT_NE(log.find("\"event\":\"auth_refused\""), std::string::npos);
  EXPECT_EQ(log.find(marker), std::string::npos) << log.substr(log.find(marker) - 300, 400);
  EXPECT_EQ(log.find("41111111"), std::string::npos);  // four digits come by chance
  EXPECT_EQ(log.find("1111-1111"), std::string::npos);
  EXPECT_EQ(log.find("wonjang_live_"), std::string::npos);
  EXPECT_EQ(log.find("wonjang_test_"), std::string::npos);
  for (std::size_t from = 0; from < log.size();) {  // each line is one JSON object
    const auto end = log.find('\n', from);
    EXPECT_TRUE(boost::json::parse(log.substr(from, end - from)).is_object());
    from = end + 1;
  }
}

}  // namespace
}  // namespace wonjang
