// Full disks, flipped bytes, wrong configurations: said in words, and never a wrong number.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "app/e2e/traffic.h"
#include "testing/temp_dir.h"

namespace wonjang::e2e {
namespace {

namespace fs = std::filesystem;

bool says(const std::string& text, const std::string& word) { return text.find(word) != std::string::npos; }

// ---- a full disk ----

class FullDisk : public testing::TestWithParam<std::uint32_t> {
 protected:
  TempDir directory_;
  Server server_{directory_ / "ledger", {.books = GetParam()}};
};
INSTANTIATE_TEST_SUITE_P(Books, FullDisk, testing::Values(1U, 4U));

TEST_P(FullDisk, below_the_reserve_writes_are_refused_and_reads_go_on) {
  ASSERT_TRUE(server_.start());
  const auto shop = open_shop(server_);
  const auto made = server_.client(shop.key).post("/v1/payments", "key-1", card_payment("1", 1000));
  ASSERT_TRUE(made && made->status == 201);
  ASSERT_EQ(server_.stop(), 0);

  ASSERT_TRUE(server_.start({"--set", "ledger.disk_reserve=1000000GiB"}));
  auto client = server_.client(shop.key);
  const auto refused = client.post("/v1/payments", "key-2", card_payment("2", 1000));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503);
  EXPECT_EQ(refused->code(), "STORAGE_FULL") << refused->body;
  EXPECT_TRUE(says(refused->body, "disk")) << refused->body;
  const auto read = client.get("/v1/payments/" + made->text("id"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->status, 200);
  EXPECT_GE(read_feed(server_.house(), "").size(), 2U);
  ASSERT_EQ(server_.stop(), 0);

  ASSERT_TRUE(server_.start());
  const auto later = server_.client(shop.key).post("/v1/payments", "key-2", card_payment("2", 1000));
  ASSERT_TRUE(later);
  EXPECT_EQ(later->status, 201) << later->body;
  EXPECT_FALSE(later->replayed) << "a refused write must not have happened";
}

TEST_P(FullDisk, a_first_start_without_room_says_why) {
  ASSERT_FALSE(server_.try_start({"--set", "ledger.disk_reserve=1000000GiB"}));
  EXPECT_EQ(server_.process().wait(), 4);
  EXPECT_TRUE(says(server_.log(), "disk")) << server_.log();
  EXPECT_TRUE(server_.start()) << "and it does no harm";
}

// A disk that takes no more in the middle of a write: the log of the book can't grow any further.
TEST_P(FullDisk, what_was_acknowledged_before_a_write_failed_is_there) {
  ASSERT_TRUE(server_.start());
  const auto shop = open_shop(server_);
  ASSERT_EQ(server_.stop(), 0);

  ASSERT_TRUE(server_.start({}, /*file_bytes_max=*/256 * 1024));
  auto client = server_.client(shop.key);
  std::map<std::string, std::string> answers;
  std::optional<Reply> last;
  for (int i = 0; i < 2000; ++i) {
    const auto name = std::to_string(i);
    last = client.post("/v1/payments", "key-" + name, card_payment(name, 1000));
    if (!last || last->status != 201) break;
    answers[name] = last->body;
  }
  ASSERT_TRUE(last) << "the server must not fall over: " << server_.log();
  EXPECT_EQ(last->status, 503) << last->body;
  ASSERT_GT(answers.size(), 10U);
  server_.kill();

  ASSERT_TRUE(server_.start());
  auto again = server_.client(shop.key);
  for (const auto& [name, answer] : answers) {
    const auto repeat = again.post("/v1/payments", "key-" + name, card_payment(name, 1000));
    ASSERT_TRUE(repeat);
    EXPECT_EQ(repeat->body, answer);
    EXPECT_TRUE(repeat->replayed);
  }
  ASSERT_EQ(server_.stop(), 0);
  expect_checked(server_.data_dir());
}

// ---- flipped bytes ----

class Damage : public testing::TestWithParam<std::uint32_t> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(server_.start());
    shop_ = open_shop(server_);
    auto client = server_.client(shop_.key);
    // Each book has a log that is worth damaging.
    for (std::uint32_t i = 0; i < 200 + 150 * GetParam(); ++i) {
      const auto name = std::to_string(i);
      const auto made = client.post("/v1/payments", "key-" + name, card_payment(name, 1000 + i));
      ASSERT_TRUE(made && made->status == 201);
      answers_["/v1/payments/" + made->text("id")] = made->body;
    }
  }

  // The largest file of a book that ends so; empty if there is none.
  static std::string largest(const std::string& data_dir, const std::string& ending) {
    std::string out;
    std::uintmax_t size = 0;
    for (const auto& entry : fs::recursive_directory_iterator(data_dir)) {
      const bool is_of_a_book = entry.path().parent_path().filename().string().starts_with("book-");
      if (!is_of_a_book || entry.path().extension() != ending || entry.file_size() <= size) continue;
      size = entry.file_size();
      out = entry.path();
    }
    return out;
  }

  static void flip_middle(const std::string& path) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    const auto middle = static_cast<std::streamoff>(fs::file_size(path) / 2);
    std::string bytes(8, '\0');
    file.seekg(middle);
    file.read(bytes.data(), 8);
    for (auto& byte : bytes) byte = static_cast<char>(~byte);
    file.seekp(middle);
    file.write(bytes.data(), 8);
    ASSERT_TRUE(file.good());
  }

  static void expect_refused_by_check(const std::string& data_dir) {
    const auto checked = run({wonjang_program(), "check", "--data-dir", data_dir});
    EXPECT_GT(checked.exit, 0) << checked.output;
    const auto text = checked.output + checked.errors;
    EXPECT_TRUE(says(text, "orrupt") || says(text, "amage") || says(text, "checksum") ||
                says(text, "DIFFERENT"))
        << text;
  }

  // It doesn't come up, or every answer is either right or an error.
  void expect_never_wrong(Server& server) {
    if (!server.try_start()) {
      EXPECT_GT(server.process().wait().value_or(-1), 0);
      const auto log = server.log();
      EXPECT_TRUE(says(log, "orrupt") || says(log, "amage") || says(log, "checksum")) << log;
      return;
    }
    auto client = server.client(shop_.key);
    std::size_t wrong = 0;
    for (const auto& [path, body] : answers_) {
      const auto read = client.get(path);
      ASSERT_TRUE(read) << server.log();
      const bool is_honest = (read->status == 200 && read->body == body) || read->status >= 500;
      wrong += is_honest ? 0 : 1;
      EXPECT_TRUE(is_honest) << path << " " << read->status << " " << read->body;
    }
    EXPECT_EQ(wrong, 0U);
  }

  TempDir directory_;
  Server server_{directory_ / "ledger", {.books = GetParam()}};
  Shop shop_;
  std::map<std::string, std::string> answers_;  // path -> body of the create, which a GET repeats
};
INSTANTIATE_TEST_SUITE_P(Books, Damage, testing::Values(1U, 4U));

TEST_P(Damage, in_the_middle_of_the_write_ahead_log_is_named_and_refused) {
  server_.kill();
  for (const std::string copy : {"for-serve", "for-check"}) {
    fs::copy(server_.data_dir(), directory_ / copy, fs::copy_options::recursive);
    const auto log = largest(directory_ / copy, ".log");
    ASSERT_FALSE(log.empty());
    ASSERT_GT(fs::file_size(log), 100'000U);
    flip_middle(log);
  }
  expect_refused_by_check(directory_ / "for-check");
  // Half of that book's acknowledged payments are behind the damage: a server that comes up has lost them.
  Server damaged(directory_ / "for-serve", {.books = GetParam()});
  EXPECT_FALSE(damaged.try_start());
  EXPECT_GT(damaged.process().wait().value_or(-1), 0);
  EXPECT_TRUE(says(damaged.log(), "orrupt") || says(damaged.log(), "amage")) << damaged.log();
  expect_checked(server_.data_dir());
}

TEST_P(Damage, in_the_middle_of_a_table_is_named_and_never_served) {
  ASSERT_EQ(server_.stop(), 0);
  ASSERT_EQ(run({wonjang_program(), "backup", directory_ / "copy", "--data-dir", server_.data_dir()}).exit,
            0);
  if (largest(directory_ / "copy", ".sst").empty()) {  // the next opening turns the log into tables
    fs::rename(directory_ / "copy", directory_ / "copy-1");
    ASSERT_EQ(run({wonjang_program(), "restore", directory_ / "copy-1", directory_ / "copy"}).exit, 0);
  }
  fs::remove(fs::path(directory_ / "copy") / "manifest");  // with it it would be a backup, which isn't served
  const auto table = largest(directory_ / "copy", ".sst");
  ASSERT_FALSE(table.empty());
  flip_middle(table);
  fs::copy(directory_ / "copy", directory_ / "for-check", fs::copy_options::recursive);
  expect_refused_by_check(directory_ / "for-check");
  Server damaged(directory_ / "copy", {.books = GetParam()});
  expect_never_wrong(damaged);
}

// ---- wrong configurations ----

Finished serve_with(const std::string& directory, const std::string& toml,
                    const std::vector<std::string>& more = {}) {
  const auto file = directory + "/wonjang.toml";
  std::ofstream(file) << toml;
  std::vector<std::string> arguments{wonjang_program(), "serve", "--data-dir", directory + "/ledger",
                                     "--port",          "0",     "--config",   file};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run(std::move(arguments));
}

TEST(WrongConfiguration, an_unknown_setting_is_refused_with_the_one_that_was_meant) {
  const TempDir directory;
  const auto typo = serve_with(directory.path(), "[http]\n\nprot = 8080\n");
  EXPECT_EQ(typo.exit, 2) << typo.errors;
  EXPECT_TRUE(says(typo.errors, "wonjang.toml:3")) << typo.errors;
  EXPECT_TRUE(says(typo.errors, "did you mean `http.port`?")) << typo.errors;
  EXPECT_FALSE(fs::exists(directory / "ledger")) << "nothing is made for a configuration that is wrong";
  EXPECT_EQ(serve_with(directory.path(), "", {"--set", "ledger.bokos=4"}).exit, 2);
}

TEST(WrongConfiguration, time_outs_that_do_not_nest_are_refused_at_the_start) {
  const TempDir directory;
  const auto wrong = serve_with(directory.path(), "[provider]\ncall_timeout = \"20s\"\n");
  EXPECT_EQ(wrong.exit, 2) << wrong.errors;
  EXPECT_TRUE(says(wrong.errors, "nest")) << wrong.errors;
}

class WrongNumberOfBooks : public testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Books, WrongNumberOfBooks, testing::Values(1U, 4U));

TEST_P(WrongNumberOfBooks, is_refused_and_harms_nothing) {
  const TempDir directory;
  Server server(directory / "ledger", {.books = GetParam()});
  ASSERT_TRUE(server.start());
  const auto second = run({wonjang_program(), "serve", "--data-dir", server.data_dir(), "--port", "0"});
  EXPECT_NE(second.exit, 0) << "two servers on one data directory";
  ASSERT_EQ(server.stop(), 0);
  const auto other =
      run({wonjang_program(), "serve", "--data-dir", server.data_dir(), "--port", "0", "--books", "2"});
  EXPECT_EQ(other.exit, 2) << other.errors;
  EXPECT_TRUE(says(other.errors, "books")) << other.errors;
  expect_checked(server.data_dir());
}

}  // namespace
}  // namespace wonjang::e2e
