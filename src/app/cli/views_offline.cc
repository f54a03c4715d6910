#include "app/cli/views_offline.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <numeric>

#include "adapters/protobuf/event_codec.h"
#include "adapters/rocksdb/rocks_places.h"
#include "adapters/system/system_clock.h"
#include "adapters/utf8proc/unicode_text_forms.h"
#include "app/cli/offline.h"
#include "app/cli/progress.h"
#include "app/cli/stored_generation.h"
#include "app/serving/books_log.h"
#include "base/int128.h"
#include "engine/projection/generation.h"
#include "engine/projection/runner.h"
#include "engine/serving/exact.h"
#include "engine/serving/verify_views.h"
#include "engine/serving/views.h"

namespace wonjang {
namespace {

using Number = unsigned long long;
using Compared = std::optional<bool>;

Compared nothing(const VerifyViewsOptions& options, const std::string& why) {
  if (options.json) {
    std::printf(R"({"views":true,"ok":null,"notCompared":"%s"})"
                "\n",
                json_text(why).c_str());
  } else {
    std::printf("views: not compared: %s\n", why.c_str());
  }
  return std::nullopt;
}

// Spaces that were compared.
bool is_shown(const serving::ViewsReport& r, KvSpace space) { return !r.quick || space == serving::kBuckets; }

void print_json(const serving::ViewsReport& r, std::uint64_t generation) {
  std::string records;
  std::string sums;
  std::string differences;
  const auto add = [](std::string& to, const std::string& what) { to += (to.empty() ? "" : ",") + what; };
  for (KvSpace space = serving::kRows; space < serving::kSpaceCount; ++space) {
    if (!is_shown(r, space)) continue;
    add(records, "\"" + serving::view_spaces()[space].name + "\":" + std::to_string(r.records[space]));
  }
  for (const auto& s : r.sums) {
    add(sums, "{\"currency\":\"" + s.currency + "\",\"count\":" + std::to_string(s.count) + ",\"gross\":\"" +
                  serving::to_text(s.gross) + "\",\"canceled\":\"" + serving::to_text(s.canceled) +
                  "\",\"net\":\"" + serving::to_text(s.net()) + "\"}");
  }
  for (const auto& d : r.differences) add(differences, "\"" + json_text(d.what) + "\"");
  std::printf(
      R"({"views":true,"ok":%s,"quick":%s,"generation":%llu,"events":%llu,"payments":%llu,"rowsRead":%llu,)"
      R"("records":{%s},"sums":[%s],"differences":[%s],"groupsNotSplit":%llu})"
      "\n",
      r.ok() ? "true" : "false", r.quick ? "true" : "false", static_cast<Number>(generation),
      static_cast<Number>(r.events), static_cast<Number>(r.payments), static_cast<Number>(r.rows_read),
      records.c_str(), sums.c_str(), differences.c_str(), static_cast<Number>(r.groups_not_split));
}

void print_table(const serving::ViewsReport& r, std::uint64_t generation) {
  std::printf("views: %s, generation %llu, %llu events, %llu payments\n",
              !r.ok()   ? "DIFFERENT"
              : r.quick ? "buckets as derived from the events"
                        : "as derived from the events",
              static_cast<Number>(generation), static_cast<Number>(r.events),
              static_cast<Number>(r.payments));
  std::string records;
  for (KvSpace space = serving::kRows; space < serving::kSpaceCount; ++space) {
    if (!is_shown(r, space)) continue;
    records += (records.empty() ? "" : ", ") + serving::view_spaces()[space].name + " " +
               std::to_string(r.records[space]);
  }
  std::printf("  compared: %s; rows read %llu\n", records.c_str(), static_cast<Number>(r.rows_read));
  for (const auto& s : r.sums) {
    std::printf("  %s: %lld payments, gross %s, canceled %s, net %s\n", s.currency.c_str(),
                static_cast<long long>(s.count), serving::to_text(s.gross).c_str(),
                serving::to_text(s.canceled).c_str(), serving::to_text(s.net()).c_str());
  }
  for (const auto& d : r.differences) std::printf("  %s\n", d.what.c_str());
  if (r.groups_not_split > 0) {
    std::printf("  and %llu groups more that differ\n", static_cast<Number>(r.groups_not_split));
  }
  if (!r.ok()) std::printf("  the books are the truth: rebuild the views\n");
}

std::uint64_t sum_of(const LogPositions& positions) {
  return std::accumulate(positions.begin(), positions.end(), std::uint64_t{0});
}

}  // namespace

Result<void> build_views_of(const VerifyViewsOptions& options, const std::vector<const Book*>& books) {
  RocksKvOptions store;
  store.shared = RocksShared::make({});
  WJ_TRY(const auto places, RocksPlaces::open(options.data_dir + "/views", store));
  BooksLog log(books);
  const ProtobufEventCodec codec;
  const UnicodeTextForms forms;
  const SystemClock clock;
  projection::RunnerOptions by_hand;
  by_hand.own_thread = false;
  const serving::ViewsPorts ports{log, codec, forms};
  projection::Runner runner(
      log, [&] { return std::make_unique<serving::Views>(ports, options.cubes); }, *places, clock, by_hand);
  WJ_CHECK(runner.start());
  Progress progress("build views", "events");
  auto stepped = projection::Stepped::worked;
  while (stepped == projection::Stepped::worked) {
    stepped = runner.step();
    progress.at(runner.status().events, sum_of(log.tails()));
  }
  const auto status = runner.status();
  runner.stop();
  if (stepped == projection::Stepped::stopped) return corrupt("views: " + status.stopped_because);
  if (stepped == projection::Stepped::waiting) return unavailable("views: " + status.last_error);
  return {};
}

Result<std::optional<bool>> verify_views_of(const VerifyViewsOptions& options,
                                            const std::vector<const Book*>& books) {
  const std::string directory = options.data_dir + "/views";
  if (!std::filesystem::is_directory(directory)) {
    return nothing(options, "there are no views here; the next start builds them");
  }
  RocksKvOptions store;
  store.shared = RocksShared::make({});
  WJ_TRY(const auto places, RocksPlaces::open(directory, store));
  std::optional<projection::Meta> meta;
  WJ_TRY(const auto generation, newest_complete(*places, serving::view_spaces(), meta));
  if (!generation) return nothing(options, "none was ever complete; the next start goes on building them");

  const BooksLog log(books);
  const ProtobufEventCodec codec;
  const UnicodeTextForms forms;
  const serving::Views views({log, codec, forms}, options.cubes);
  if (meta->name == views.name() && meta->version != views.version()) {
    return nothing(options,
                   "they were built by another version, or with other [[serving.cubes]] than those compared "
                   "with. With the server's file it can be told: wonjang verify views --config FILE. If they "
                   "are of another version, the next start builds them anew");
  }
  WJ_TRY(const auto why_not, projection::why_unusable(meta, views, log));
  if (why_not) return nothing(options, *why_not + "; the next start builds them anew");

  Progress progress("verify views", "events");
  const auto snapshot = projection::snapshot_of(generation);
  WJ_TRY(const auto report,
         serving::verify_views({log, codec, forms, options.cubes, *snapshot, projection::positions_of(*meta)},
                               {.quick = options.quick, .progress = [&](const serving::VerifyProgress& at) {
                                  if (at.phase == serving::VerifyPhase::reading_log)
                                    progress.at(at.done, at.total);
                                  return true;
                                }}));
  if (options.json) {
    print_json(report, generation->number());
  } else {
    print_table(report, generation->number());
  }
  return Compared(report.ok());
}

}  // namespace wonjang
