// A backup, restored elsewhere, is the same ledger: same tree heads, same cursors, same idempotency keys.
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

}  // namespace
}  // namespace wonjang::e2e
