#include "app/cli/money_offline.h"

#include <cstdio>
#include <filesystem>
#include <memory>

#include "adapters/protobuf/event_codec.h"
#include "adapters/rocksdb/rocks_places.h"
#include "app/cli/offline.h"
#include "app/cli/progress.h"
#include "app/cli/stored_generation.h"
#include "app/service/money_parts.h"
#include "app/serving/books_log.h"
#include "engine/money/journal_reader.h"
#include "engine/money/money.h"
#include "engine/money/money_check.h"

namespace wonjang {
namespace {

namespace fs = std::filesystem;
using Number = unsigned long long;

std::optional<bool> nothing(bool json, const std::string& why) {
  if (json) {
    std::printf(R"({"money":true,"ok":null,"notCompared":"%s"})"
                "\n",
                json_text(why).c_str());
  } else {
    std::printf("money: not compared: %s\n", why.c_str());
  }
  return std::nullopt;
}

// The place of the second store, there as long as this is.
class Aside {
 public:
  explicit Aside(fs::path directory) : directory_(std::move(directory)) { clear(); }
  ~Aside() { clear(); }
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;
  std::string path() const { return directory_.string(); }

 private:
  void clear() {
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }
  const fs::path directory_;
};

void print(const money::MoneyReport& report, const money::TrialBalance& balance, bool json) {
  std::uint64_t records = 0;
  for (const auto count : report.records) records += count;
  const bool ok = report.is_sound() && balance.is_balanced();
  if (json) {
    std::string differences;
    for (const auto& one : report.differences)
      differences += (differences.empty() ? "\"" : ",\"") + json_text(one.what) + "\"";
    std::printf(
        R"({"money":true,"ok":%s,"events":%llu,"records":%llu,"balanced":%s,"stopped":"%s","differences":[%s]})"
        "\n",
        ok ? "true" : "false", static_cast<Number>(report.events), static_cast<Number>(records),
        balance.is_balanced() ? "true" : "false", json_text(report.stopped).c_str(), differences.c_str());
    return;
  }
  std::printf("money: %s, %llu events, %llu records compared, trial balance %s\n",
              report.is_sound() ? "as derived from the events" : "DIFFERENT",
              static_cast<Number>(report.events), static_cast<Number>(records),
              balance.is_balanced() ? "zero" : "NOT ZERO");
  for (const auto& one : report.differences) std::printf("  %s\n", one.what.c_str());
  if (!report.stopped.empty()) std::printf("  the log doesn't fold: %s\n", report.stopped.c_str());
  if (!ok) std::printf("  the books are the truth: delete money/ and start, it is built anew\n");
}

}  // namespace

Result<std::optional<bool>> check_money_of(const std::string& data_dir, const std::vector<const Book*>& books,
                                           bool json) {
  const auto directory = money_directory(data_dir);
  if (!fs::is_directory(directory))
    return nothing(json, "there is no money store here; the next start builds it");
  RocksKvOptions store;
  store.shared = RocksShared::make({});
  WJ_TRY(const auto places, RocksPlaces::open(directory, store));
  std::optional<projection::Meta> meta;
  WJ_TRY(const auto generation, newest_complete(*places, money::money_spaces(), meta));
  if (!generation) return nothing(json, "none was ever complete; the next start goes on building it");
  const BooksLog log(books);
  const ProtobufEventCodec codec;
  const money::Money described(log, codec);
  WJ_TRY(const auto why_not, projection::why_unusable(meta, described, log));
  if (why_not) return nothing(json, *why_not + "; the next start builds it anew");

  const Aside aside(directory + ".check");
  WJ_TRY(const auto second, RocksPlaces::open(aside.path(), store));
  WJ_TRY(const auto empty, second->open("check", money::money_spaces()));
  const auto snapshot = projection::snapshot_of(generation);
  std::uint64_t total = 0;
  for (const auto position : projection::positions_of(*meta)) total += position;
  Progress progress("check money", "events");
  money::MoneyCheckOptions options;
  options.go_on = [&](std::uint64_t events) {
    progress.at(events, total);
    return true;
  };
  WJ_TRY(const auto report, money::money_check({log, codec, *snapshot}, *empty, options));
  WJ_TRY(const auto balance, money::JournalReader(*snapshot).now());
  print(report, balance, json);
  return std::optional<bool>(report.is_sound() && balance.is_balanced());
}

}  // namespace wonjang
