// `wonjang sanity` as it ships, against `wonjang serve` as it ships.
#include <sys/stat.h>

#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "app/e2e/server.h"
#include "testing/temp_dir.h"

namespace wonjang::e2e {
namespace {

constexpr std::chrono::seconds kUnderAMinute{60};

Finished sanity(const Server& server, std::vector<std::string> more) {
  std::vector<std::string> arguments{wonjang_program(), "sanity",     "--url",
                                     server.url(),      "--key-file", server.key_file()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run(std::move(arguments), kUnderAMinute);
}

TEST(SanityOfTheProgram, a_fresh_server_passes_and_the_checklist_says_so_in_two_languages) {
  const TempDir dir;
  const auto config = dir / "providers.toml";
  std::FILE* file = std::fopen(config.c_str(), "w");
  ASSERT_NE(file, nullptr);
  std::fprintf(file, "[ledger]\nbackup_dir = \"%s\"\n", (dir / "backups").c_str());
  std::fputs("[[providers]]\nname = \"sim\"\nurl = \"sim\"\nprofile = \"perfect\"\n", file);
  std::fclose(file);
  Server server(dir / "ledger", {.books = 2, .arguments = {"--config", config}});
  ASSERT_TRUE(server.start());

  const auto told = sanity(server, {"--simulator", "sim", "--backup-dir", dir / "backups"});
  EXPECT_EQ(told.exit, 0) << told.output << told.errors;
  EXPECT_NE(told.output.find("OK      A card payment is recorded"), std::string::npos) << told.output;
  EXPECT_NE(told.output.find(" 0 NOT OK, 0 skipped"), std::string::npos) << told.output;

  EXPECT_TRUE(std::filesystem::is_empty(dir / "backups")) << "what it made there it takes away";

  const auto elsewhere = sanity(server, {"--backup-dir", dir / "elsewhere"});
  EXPECT_EQ(elsewhere.exit, 1) << elsewhere.output;
  EXPECT_NE(elsewhere.output.find("is --backup-dir the server's ledger.backup_dir?"), std::string::npos)
      << elsewhere.output;

  const auto korean = sanity(server, {"--lang", "ko"});
  EXPECT_EQ(korean.exit, 0) << korean.output << korean.errors;
  EXPECT_NE(korean.output.find("정상"), std::string::npos) << korean.output;

  const auto json = sanity(server, {"-O", "json"});
  EXPECT_EQ(json.exit, 0) << json.output;
  const auto report = boost::json::parse(json.output).as_object();
  EXPECT_TRUE(report.at("ok").as_bool());
  EXPECT_GE(report.at("passed").as_int64(), 24);
  EXPECT_EQ(report.at("failed").as_int64(), 0);

  EXPECT_EQ(server.stop(), 0);
  expect_checked(server.data_dir());
  const auto gone = sanity(server, {});
  EXPECT_EQ(gone.exit, 4) << gone.output << gone.errors;
}

// A key that may do less than the checks need is no reason to say that all is well.
TEST(SanityOfTheProgram, a_merchants_key_is_not_enough) {
  const TempDir dir;
  Server server(dir / "ledger", {});
  ASSERT_TRUE(server.start());
  const auto shop = open_shop(server);
  const auto key_file = dir / "merchant.key";
  std::FILE* file = std::fopen(key_file.c_str(), "w");
  ASSERT_NE(file, nullptr);
  std::fputs(shop.key.c_str(), file);
  std::fclose(file);
  ASSERT_EQ(::chmod(key_file.c_str(), 0600), 0);
  const auto told =
      run({wonjang_program(), "sanity", "--url", server.url(), "--key-file", key_file}, kUnderAMinute);
  EXPECT_EQ(told.exit, 1) << told.output;
  EXPECT_NE(told.output.find("NOT OK  A new merchant is registered"), std::string::npos) << told.output;
}

}  // namespace
}  // namespace wonjang::e2e
