// A backup, restored elsewhere, is the same ledger: same tree heads, same cursors, same idempotency keys.
// What came behind the backup is lost, and tokens of it stay refused.
#include <csignal>
#include <filesystem>

#include "app/e2e/traffic.h"
#include "testing/temp_dir.h"

namespace wonjang::e2e {
namespace {

class Backup : public testing::TestWithParam<std::uint32_t> {
 protected:
  Finished back_up(const std::string& to) {
    return run({wonjang_program(), "backup", to, "--data-dir", server_.data_dir()});
  }
  static Finished restore(const std::string& from, const std::string& to) {
    return run({wonjang_program(), "restore", from, to, "-O", "ndjson"});
  }

  // What `check` says of the books: a restored ledger builds its views anew at its first start.
  static std::string of_books(const std::string& checked) {
    return checked.substr(0, checked.find("{\"views\""));
  }

  static void pay(Client& client, const std::string& name, int count) {
    for (int i = 0; i < count; ++i) {
      const auto key = name + std::to_string(i);
      const auto made = client.post("/v1/payments", key, card_payment(key, 1000 + i));
      ASSERT_TRUE(made && made->status == 201) << (made ? made->body : "no answer");
    }
  }
  static std::string cursor_at_the_end(const Server& server) {
    const auto page = server.house().get("/v1/events?after=now");
    return page ? page->text("nextCursor") : "";
  }
  static std::string code_of(const Server& server, const std::string& target) {
    const auto answer = server.house().get(target);
    if (!answer) return "no answer";
    return answer->status == 200 ? "200" : std::to_string(answer->status) + " " + answer->code();
  }
  static std::vector<std::string> orders_in(const std::vector<boost::json::object>& events) {
    std::vector<std::string> out;
    for (const auto& event : events) {
      if (event.at("type").as_string() != "com.wonjang.payment.created") continue;
      out.emplace_back(event.at("data").as_object().at("orderId").as_string());
    }
    return out;
  }

  TempDir directory_;
  Server server_{directory_ / "ledger", {.books = GetParam()}};
};
INSTANTIATE_TEST_SUITE_P(Books, Backup, testing::Values(1U, 4U));

TEST_P(Backup, restored_elsewhere_is_the_same_ledger) {
  ASSERT_TRUE(server_.start());
  const auto shop = open_shop(server_);
  auto client = server_.client(shop.key);
  std::vector<std::string> answers;
  for (int i = 0; i < 40; ++i) {
    const auto name = std::to_string(i);
    const auto made = client.post("/v1/payments", "key-" + name, card_payment(name, 1000 + i));
    ASSERT_TRUE(made && made->status == 201);
    answers.push_back(made->body);
  }
  const auto feed = read_feed(server_.house(), "");
  const auto middle = std::string(feed[feed.size() / 2].at("sequence").as_string());
  const auto rest = read_feed(server_.house(), middle);
  ASSERT_EQ(server_.stop(), 0);

  const auto before = expect_checked(server_.data_dir());
  const auto backed_up = back_up(directory_ / "backup");
  ASSERT_EQ(backed_up.exit, 0) << backed_up.errors;
  std::filesystem::rename(server_.data_dir(), directory_ / "gone");
  const auto restored = restore(directory_ / "backup", directory_ / "again");
  ASSERT_EQ(restored.exit, 0) << restored.output << restored.errors;
  EXPECT_EQ(of_books(restored.output), of_books(before));
  EXPECT_EQ(of_books(expect_checked(directory_ / "again")), of_books(before));

  Server again(directory_ / "again", {.books = GetParam()});
  ASSERT_TRUE(again.start());
  EXPECT_EQ(read_feed(again.house(), middle), rest);
  auto same = again.client(shop.key);
  for (int i = 0; i < 40; ++i) {
    const auto name = std::to_string(i);
    const auto repeat = same.post("/v1/payments", "key-" + name, card_payment(name, 1000 + i));
    ASSERT_TRUE(repeat);
    EXPECT_EQ(repeat->body, answers[static_cast<std::size_t>(i)]);
    EXPECT_TRUE(repeat->replayed);
  }
  const auto reused = same.post("/v1/payments", "key-1", card_payment("other", 1));
  ASSERT_TRUE(reused);
  EXPECT_EQ(reused->code(), "KEY_REUSED");
  const auto fresh = same.post("/v1/payments", "key-new", card_payment("new", 1));
  EXPECT_TRUE(fresh && fresh->status == 201);
  EXPECT_EQ(again.stop(), 0);
}

TEST_P(Backup, nothing_is_written_over_what_is_there) {
  ASSERT_TRUE(server_.start());
  open_shop(server_);
  const auto while_running = back_up(directory_ / "early");
  EXPECT_NE(while_running.exit, 0) << "the books of a running server can't be opened twice";
  EXPECT_NE(while_running.errors.find("/book-0: another process has this book open"), std::string::npos)
      << while_running.errors;
  ASSERT_EQ(server_.stop(), 0);
  ASSERT_EQ(back_up(directory_ / "backup").exit, 0);

  const auto before = expect_checked(server_.data_dir());
  const auto onto_a_ledger = restore(directory_ / "backup", server_.data_dir());
  EXPECT_EQ(onto_a_ledger.exit, 5) << onto_a_ledger.errors;
  EXPECT_NE(onto_a_ledger.errors.find("isn't empty"), std::string::npos) << onto_a_ledger.errors;
  EXPECT_EQ(back_up(directory_ / "backup").exit, 5);
  EXPECT_EQ(expect_checked(server_.data_dir()), before);
  EXPECT_NE(restore(directory_ / "nowhere", directory_ / "new").exit, 0);
}

// A feed cursor of the lost part was refused at first, and good again when the restored books had grown past
// it: its reader missed what was written in between, and nothing said so. Positions and lists likewise.
TEST_P(Backup, what_was_given_out_behind_the_backup_is_refused_for_ever) {
  ASSERT_TRUE(server_.start());
  const auto shop = open_shop(server_);
  auto client = server_.client(shop.key);
  pay(client, "held-", 12);
  const auto held = cursor_at_the_end(server_);
  pay(client, "held-too-", 8);
  const auto all_of_backup = read_feed(server_.house(), "");
  ASSERT_EQ(server_.stop(), 0);
  ASSERT_EQ(back_up(directory_ / "backup").exit, 0);

  ASSERT_TRUE(server_.start());
  auto later = server_.client(shop.key);
  pay(later, "lost-", 20);
  const auto lost = cursor_at_the_end(server_);
  const auto written = later.post("/v1/payments", "last", card_payment("last", 1));
  ASSERT_TRUE(written && written->status == 201);
  const auto list = later.get("/v1/payments?limit=3&min-position=" + written->position);
  ASSERT_TRUE(list && list->status == 200) << (list ? list->body : "");
  const auto merchants = server_.house().get("/v1/merchants?limit=1");
  ASSERT_TRUE(merchants && merchants->status == 200);
  ASSERT_EQ(server_.stop(), 0);

  ASSERT_EQ(restore(directory_ / "backup", directory_ / "again").exit, 0);
  Server again(directory_ / "again", {.books = GetParam()});
  ASSERT_TRUE(again.start());
  const auto feed_of = [](const std::string& cursor) { return "/v1/events?limit=1000&after=" + cursor; };
  const auto lost_ones = {feed_of(lost),
                          "/v1/payments?limit=3&min-position=" + written->position,
                          "/v1/payments?limit=3&after=" + list->text("nextCursor"),
                          "/v1/merchants?limit=1&after=" + merchants->text("nextCursor"),
                          "/v1/trial-balance?position=" + written->position,
                          "/v1/journal?limit=1&min-position=" + lost};
  auto same = again.client(shop.key);
  for (const bool has_grown_past : {false, true}) {
    if (has_grown_past) pay(same, "fresh-", 40);
    for (const auto& target : lost_ones) {
      auto who = target.starts_with("/v1/payments") ? again.client(shop.key) : again.house();
      const auto answer = who.get(target);
      ASSERT_TRUE(answer) << target;
      EXPECT_EQ(answer->status, 410) << target << answer->body;
      EXPECT_EQ(answer->code(), "POSITION_LOST") << target << answer->body;
      EXPECT_NE(answer->text("restoredAt"), "") << answer->body;
    }
  }

  // Nothing that the restored ledger has is missed, nothing comes twice.
  const auto refused = again.house().get(feed_of(lost));
  const auto go_on = refused->text("goOnAfter");
  const auto whole = read_feed(again.house(), "");
  const auto rest = read_feed(again.house(), go_on);
  EXPECT_EQ(whole.size(), all_of_backup.size() + rest.size());
  EXPECT_EQ(orders_in(rest).size(), 40U);
  EXPECT_EQ(orders_in(read_feed(again.house(), held)).size(), 48U) << "a reader of the backup's part goes on";
  ASSERT_EQ(again.stop(), 0);
  expect_checked(directory_ / "again");
}

// Restored again, and twice from the same backup: each has its own epoch.
TEST_P(Backup, ledgers_restored_from_one_backup_take_each_others_tokens_only_of_what_both_have) {
  ASSERT_TRUE(server_.start());
  const auto shop = open_shop(server_);
  auto client = server_.client(shop.key);
  pay(client, "held-", 10);
  const auto held = cursor_at_the_end(server_);
  ASSERT_EQ(server_.stop(), 0);
  ASSERT_EQ(back_up(directory_ / "backup").exit, 0);
  Server one(directory_ / "one", {.books = GetParam()});
  Server two(directory_ / "two", {.books = GetParam()});
  for (auto* each : {&one, &two}) {
    ASSERT_EQ(restore(directory_ / "backup", each->data_dir()).exit, 0);
    ASSERT_TRUE(each->start());
    auto its = each->client(shop.key);
    pay(its, each == &one ? "one-" : "two-", 10);
    EXPECT_EQ(code_of(*each, "/v1/events?after=" + held), "200");
  }
  const auto of_one = cursor_at_the_end(one);
  auto its = two.client(shop.key);
  pay(its, "more-", 30);
  EXPECT_EQ(code_of(two, "/v1/events?after=" + of_one), "410 POSITION_LOST");
  ASSERT_EQ(two.stop(), 0);
  ASSERT_EQ(one.stop(), 0);

  // A backup of what was restored: what the first ledger wrote behind its backup stays lost, the rest is
  // held.
  ASSERT_TRUE(server_.start());
  auto first = server_.client(shop.key);
  pay(first, "lost-", 5);
  const auto lost = cursor_at_the_end(server_);
  ASSERT_EQ(server_.stop(), 0);
  ASSERT_EQ(run({wonjang_program(), "backup", directory_ / "backup-2", "--data-dir", one.data_dir()}).exit,
            0);
  Server third(directory_ / "third", {.books = GetParam()});
  ASSERT_EQ(restore(directory_ / "backup-2", third.data_dir()).exit, 0);
  ASSERT_TRUE(third.start());
  EXPECT_EQ(code_of(third, "/v1/events?after=" + held), "200");
  EXPECT_EQ(code_of(third, "/v1/events?after=" + of_one), "200");
  auto grown = third.client(shop.key);
  pay(grown, "third-", 30);
  EXPECT_EQ(code_of(third, "/v1/events?after=" + lost), "410 POSITION_LOST");
  ASSERT_EQ(third.stop(), 0);
  expect_checked(third.data_dir());
}

// Killed anywhere: what can be served has its epoch, and what hasn't isn't served.
TEST_P(Backup, no_restore_that_was_cut_short_is_served_without_its_epoch) {
  ASSERT_TRUE(server_.start());
  const auto shop = open_shop(server_);
  auto client = server_.client(shop.key);
  pay(client, "held-", 3);
  ASSERT_EQ(server_.stop(), 0);
  ASSERT_EQ(back_up(directory_ / "backup").exit, 0);
  int served = 0;
  for (int ms = 0; served < 2 && ms < 3'000; ms += 40) {
    const auto to = directory_ / ("cut-" + std::to_string(ms));
    Process cut({wonjang_program(), "restore", directory_ / "backup", to});
    cut.read_all(std::chrono::milliseconds(ms));
    cut.signal(SIGKILL);
    ASSERT_TRUE(cut.wait());
    if (!std::filesystem::exists(to + "/book-0/CURRENT")) continue;  // nothing yet
    const auto layout = text_of_file(to + "/layout");
    Server server(to, {.books = GetParam()});
    const bool up = server.try_start();
    EXPECT_EQ(up, layout.find("\nrestored ") != std::string::npos) << ms << " ms: " << layout << server.log();
    if (!up) continue;
    ++served;
    EXPECT_EQ(server.stop(), 0);
  }
  EXPECT_EQ(served, 2) << "none came to its end";
}

}  // namespace
}  // namespace wonjang::e2e
