#include "app/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "testing/temp_dir.h"

namespace wonjang {
namespace {

using testing::HasSubstr;

std::string file_with(const TempDir& dir, const std::string& text) {
  const auto path = dir.path() + "/wonjang.toml";
  std::ofstream(path) << text;
  return path;
}

TEST(Units, durations_and_sizes_need_a_unit_that_is_known) {
  EXPECT_EQ(*parse_duration_ms("250ms"), 250);
  EXPECT_EQ(*parse_duration_ms("15s"), 15'000);
  EXPECT_EQ(*parse_duration_ms("2h"), 7'200'000);
  EXPECT_EQ(*parse_size("64MiB"), 64ULL << 20U);
  for (const auto* wrong : {"", "15", "s", "-1s", "1.5s", "15 s", "15sec", "9223372036854775807s"}) {
    EXPECT_FALSE(parse_duration_ms(wrong)) << wrong;
  }
  EXPECT_FALSE(parse_size("64mb"));
}

TEST(Config, flags_win_over_the_environment_and_that_over_the_file) {
  const TempDir dir;
  ConfigSources sources;
  sources.file =
      file_with(dir, "[http]\nport = 1\nthreads = 3\nrequest_timeout = \"12s\"\n[ledger]\nbooks = 4\n");
  sources.environment = {"WONJANG_HTTP__PORT=2", "WONJANG_LEDGER__BOOKS=5", "PATH=/bin",
                         "WONJANG_URL=http://x"};
  sources.flags = {{"http.port", "3"}};
  const auto config = load_config(sources);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->service.listen_port, 3);
  EXPECT_EQ(config->service.books, 5U);
  EXPECT_EQ(config->service.http_threads, 3U);
  EXPECT_EQ(config->service.request_ms, 12'000);
  EXPECT_EQ(config->origin.at("http.port"), "flag");
  EXPECT_EQ(config->origin.at("ledger.books"), "WONJANG_LEDGER__BOOKS");
  EXPECT_EQ(config->origin.at("http.threads"), sources.file + ":3");
  EXPECT_EQ(config->origin.at("log.level"), "default");
}

TEST(Config, every_fault_is_named_with_its_place_and_the_nearest_name) {
  const TempDir dir;
  const auto file = file_with(dir, "[http]\nprot = 1\nrequest_timeout = 15\n[[providers]]\nnaem = \"a\"\n");
  const auto config = load_config({.file = file, .environment = {"WONJANG_LEDGER__BOKS=1"}, .flags = {}});
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().kind, ErrorKind::invalid);
  EXPECT_THAT(config.error().message,
              HasSubstr(file + ":2: there is no setting `http.prot`; did you mean `http.port`?"));
  EXPECT_THAT(config.error().message, HasSubstr(file + ":3: http.request_timeout: wants a duration"));
  EXPECT_THAT(config.error().message, HasSubstr(file + ":5: a provider has no `naem`; did you mean `name`?"));
  EXPECT_THAT(
      config.error().message,
      HasSubstr("WONJANG_LEDGER__BOKS: there is no setting `ledger.boks`; did you mean `ledger.books`?"));
}

TEST(Config, a_name_of_the_environment_that_is_no_setting_is_refused_with_the_nearest_one) {
  const auto loaded = [](const std::string& entry) {
    return load_config({.file = "", .environment = {entry}, .flags = {}});
  };
  const auto refused = loaded("WONJANG_HTTP_PORT=81");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  EXPECT_THAT(refused.error().message,
              HasSubstr("WONJANG_HTTP_PORT: no setting has this name; did you mean `WONJANG_HTTP__PORT`?"));
  for (const auto* wrong : {"WONJANG_PORT=81", "WONJANG_DATA_DIR=/x", "WONJANG_=1", "WONJANG_url=http://x"}) {
    EXPECT_FALSE(loaded(wrong)) << wrong;
  }
  for (const auto* others : {"WONJANG_URL=http://x", "WONJANG_KEY_FILE=/k", "WONJANG_LONG_TESTS=1",
                             "WONJANG_SEED=7", "WONJANG_PORT=tcp://10.0.0.1:8080",
                             "WONJANG_PORT_8080_TCP_ADDR=10.0.0.1", "WONJANG_SERVICE_HOST=10.0.0.1"}) {
    EXPECT_TRUE(loaded(others)) << others;
  }
}

TEST(Config, a_file_that_is_no_toml_is_refused_with_its_line) {
  const TempDir dir;
  const auto file = file_with(dir, "[http]\nport = = 1\n");
  EXPECT_THAT(load_config({.file = file, .environment = {}, .flags = {}}).error().message,
              HasSubstr(file + ":2"));
}

TEST(Config, what_is_shown_can_be_read_back) {
  LoadedConfig defaults = *load_config({});
  for (const auto& row : show_config(defaults)) {
    auto value = row.value;
    std::erase(value, '"');
    const auto again = load_config({.file = "", .environment = {}, .flags = {{row.key, value}}});
    EXPECT_TRUE(again) << row.key << ": " << (again ? "" : again.error().message);
  }
}

TEST(Config, the_example_file_holds_every_setting) {
  std::ifstream file(WJ_EXAMPLE_CONFIG);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  ASSERT_TRUE(load_config({.file = WJ_EXAMPLE_CONFIG, .environment = {}, .flags = {}}));
  for (const auto& row : show_config(*load_config({}))) {
    EXPECT_THAT(text, HasSubstr(row.key.substr(row.key.find('.') + 1) + " = ")) << row.key;
  }
}

// What isn't the engines' is batches under way, indexes of recent units and the allocator's: up to 250 MiB.
TEST(Config, the_storage_engines_leave_room_within_a_gibibyte) {
  const ServiceConfig defaults;
  const auto engines = defaults.memory_bytes + defaults.serving_memory_bytes + defaults.money_memory_bytes;
  EXPECT_LE(engines, 768ULL << 20U);
  // The example says the same sums.
  std::ifstream file(WJ_EXAMPLE_CONFIG);
  std::string section;
  std::map<std::string, std::string> memory_of;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('[')) section = line;
    if (line.starts_with("# memory = ")) memory_of[section] = line.substr(11);
  }
  const auto mib = [](std::uint64_t bytes) { return '"' + std::to_string(bytes >> 20U) + "MiB\""; };
  EXPECT_EQ(memory_of["[ledger]"], mib(defaults.memory_bytes));
  EXPECT_EQ(memory_of["[serving]"], mib(defaults.serving_memory_bytes));
  EXPECT_EQ(memory_of["[money]"], mib(defaults.money_memory_bytes));
}

TEST(Config, the_views_are_set_from_the_file_cubes_too) {
  const TempDir dir;
  const auto file = file_with(dir,
                              "[serving]\nmemory = \"600MiB\"\nwrite_buffer = \"64MiB\"\n"
                              "search_seeks_max = 7\nsearch_rows_max = 8\ntotals_cells_max = 9\n"
                              "top_cells_max = 10\ntotals_rows_max = 11\nlist_rows_max = 12\n"
                              "[[serving.cubes]]\nname = \"issuer_month\"\ngrain = \"month\"\n"
                              "dimensions = [\"issuer\"]\nhistory = false\nid = 2000\n");
  const auto config = load_config({.file = file, .environment = {}, .flags = {}});
  ASSERT_TRUE(config) << config.error().message;
  const auto& service = config->service;
  EXPECT_EQ(service.serving_memory_bytes, 600ULL << 20U);
  EXPECT_EQ(service.serving_write_buffer_bytes, 64ULL << 20U);
  EXPECT_EQ(service.search_seeks_max, 7U);
  EXPECT_EQ(service.search_rows_max, 8U);
  EXPECT_EQ(service.totals_cells_max, 9U);
  EXPECT_EQ(service.top_cells_max, 10U);
  EXPECT_EQ(service.totals_rows_max, 11U);
  EXPECT_EQ(service.list_rows_max, 12U);
  ASSERT_EQ(service.cubes.size(), 1U);
  EXPECT_EQ(service.cubes[0].name, "issuer_month");
  EXPECT_EQ(service.cubes[0].id, 2000);
  EXPECT_EQ(service.cubes[0].grain, "month");
  EXPECT_EQ(service.cubes[0].dimensions, std::vector<std::string>{"issuer"});
  EXPECT_FALSE(service.cubes[0].history);
  EXPECT_EQ(config->origin.at("serving.cubes.issuer_month"), file + ":10");
}

TEST(Config, a_wrong_cube_is_named_with_what_would_be_right) {
  const TempDir dir;
  const std::pair<std::string, std::string> rows[] = {
      {"[serving]\nmemroy = \"1GiB\"\n", "did you mean `serving.memory`?"},
      {"[serving]\ncubes = 3\n", "cubes are written as [[serving.cubes]]"},
      {"[[serving.cubes]]\nnaem = \"x\"\n", "did you mean `name`?"},
      {"[[serving.cubes]]\nname = 3\n", "serving.cubes.name wants a text"},
      {"[[serving.cubes]]\nname = \"x\"\nhistory = \"yes\"\n", "serving.cubes.history wants true or false"},
      {"[[serving.cubes]]\nname = \"x\"\nid = 7\n", "1024 to 65535"},
      {"[[serving.cubes]]\nname = \"x\"\ndimensions = \"method\"\n", "wants a list"},
      {"[[serving.cubes]]\nname = \"x\"\ngrain = \"week\"\n", "week"},
      {"[[serving.cubes]]\nname = \"x\"\ndimensions = [\"colour\"]\n", "colour"},
  };
  for (const auto& [text, words] : rows) {
    const auto file = file_with(dir, text);
    const auto config = load_config({.file = file, .environment = {}, .flags = {}});
    ASSERT_FALSE(config) << text;
    EXPECT_EQ(config.error().kind, ErrorKind::invalid);
    EXPECT_THAT(config.error().message, HasSubstr(words)) << text;
    EXPECT_THAT(config.error().message, HasSubstr(file + ":")) << text;
  }
}

}  // namespace
}  // namespace wonjang
