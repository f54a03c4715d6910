// search: what a search costs over a store of made-up payments (names of testing/korean_text.h), and how many
// seeks and rows it reads: the queries S1 to S9 of the benchmark of the read side, in random instances.
//
//   bench_search [--payments N] [--searches N] [--merchants N] [--directory D]
//
// Writes the views' spaces directly (rows, timeline, ids, dictionary, postings, buckets), without a ledger.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "adapters/rocksdb/rocks_kv.h"
#include "adapters/utf8proc/unicode_text_forms.h"
#include "base/bytes.h"
#include "base/hash64.h"
#include "base/rng.h"
#include "domain/registry.h"
#include "engine/serving/bucket.h"
#include "engine/serving/hints.h"
#include "engine/serving/search.h"
#include "options.h"
#include "testing/fake_log.h"
#include "testing/korean_text.h"

namespace {

using namespace wonjang;
using namespace wonjang::serving;
using Clock = std::chrono::steady_clock;

constexpr Instant kNewest{1'795'316'645'000'000};
constexpr std::int64_t kPeriodUs = std::int64_t{36} * 30 * 86'400 * 1'000'000;

struct Settings {
  std::uint64_t payments = 1'000'000;
  std::uint32_t searches = 300;
  std::uint32_t merchants = 5'000;
  std::string directory = "/tmp/bench_search";
};

void must(const Result<void>& done) {
  if (done) return;
  std::fprintf(stderr, "%s\n", done.error().message.c_str());
  std::exit(1);
}

// Keeps events, and gives their numbers as bytes.
class KeepingCodec final : public EventCodec {
 public:
  void encode(const Event& event, std::string& out) const override {
    put_be32(out, static_cast<std::uint32_t>(events_.size()));
    events_.push_back(event);
  }
  Result<Event> decode(std::string_view bytes) const override { return events_.at(ByteReader(bytes).be32()); }

 private:
  mutable std::vector<Event> events_;
};

class Town {
 public:
  explicit Town(const Settings& settings) : settings_(settings), rng_(42), names_(rng_) {
    for (std::uint32_t i = 0; i < settings.merchants; ++i) {
      Event event;
      event.stream = kRegistryStream;
      event.version = i;
      event.merchant = MerchantId(RawId{77, i + 1});
      event.body = MerchantRegistered{"m" + std::to_string(i), "Merchant", {}};
      std::string bytes;
      codec_.encode(event, bytes);
      log_.append(0, kRegistryStream, {bytes});
    }
    const auto spaces = view_spaces();
    auto store = RocksKv::open(settings.directory, {spaces.begin(), spaces.end()},
                               {.shared = RocksShared::make({.memory_bytes = std::size_t{1} << 30U})});
    if (!store) must(store.error());
    store_ = *std::move(store);
  }

  void fill() {
    KvBatch batch;
    for (std::uint64_t i = 0; i < settings_.payments; ++i) {
      add(i, batch);
      if (batch.byte_size() < (std::size_t{160} << 20U)) continue;
      must(store_->write_bulk(batch));
      batch.clear();
    }
    for (const auto& [key, bucket] : buckets_) batch.put(kBuckets, key, encode_bucket(bucket));
    must(store_->write_bulk(batch));
  }

  Result<Paged<SearchHit>> search(const SearchQuery& query, const Dictionary& dictionary) const {
    const auto snapshot = store_->snapshot();
    return Search::run(*snapshot, dictionary, merchants_, forms_, query);
  }

  const KvStore& store() const { return *store_; }
  const Dictionary& dictionary() const { return dictionary_; }
  std::uint64_t values(const char* which) const {
    for (const auto& [name, value] : dictionary_.stats()) {
      if (name == which) return value;
    }
    return 0;
  }
  KoreanNames& names() { return names_; }
  Rng& rng() { return rng_; }

 private:
  MerchantNo merchant() {
    // A few are large: the square of a part of one.
    const std::uint64_t part = rng_.below(1'000);
    return static_cast<MerchantNo>(part * part * settings_.merchants / 1'000'000);
  }
  std::u32string buyer() {
    const auto dice = rng_.below(100);
    return dice < 90   ? names_.person()
           : dice < 95 ? names_.masked()
           : dice < 98 ? names_.foreign()
                       : names_.company();
  }

  void add(std::uint64_t number, KvBatch& batch) {
    Event event;
    event.stream = RawId{hash64(std::to_string(number)), number};
    const MerchantNo no = merchant();
    event.merchant = MerchantId(RawId{77, no + 1});
    event.order_id = "ORD-20260101-" + std::to_string(100'000'000 + number);
    const auto at =
        kNewest.plus_us(-static_cast<std::int64_t>(rng_.below(static_cast<std::uint64_t>(kPeriodUs))));
    event.recorded_at = at;
    event.status_after = PaymentStatus::ready;
    PaymentCreated body;
    body.order_name = to_utf8(names_.company().substr(0, 4)) + " Set " + std::to_string(rng_.below(20));
    body.parts.supply = static_cast<std::int64_t>(1'000 + rng_.below(100'000));
    body.requested_at = at;
    body.buyer = {to_utf8(buyer()), "010" + std::to_string(10'000'000 + rng_.below(89'999'999)), ""};
    event.body = std::move(body);
    write({no, at, PaymentId(event.stream)}, event, batch);
  }

  void write(const Locator& at, const Event& event, KvBatch& batch) {
    Row row;
    evolve(row.payment, event);
    row.event_hashes.push_back(1);
    std::string bytes;
    encode_row(row, bytes);
    const std::string merchant = merchant_prefix(at.merchant);
    batch.put(kRows, row_key(at), bytes);
    batch.put(kTimeline, timeline_key(at), merchant);
    ++buckets_[bucket_key(at)].count;
    Hints hints;
    collect_hints(event, hints);
    for (const auto& hint : hints.ids) batch.put(kIds, id_key(hint.kind, hint.value, at), merchant);
    for (const auto& hint : hints.texts) {
      const auto form = normal_form(forms_, hint.text);
      if (form.empty()) continue;
      if (dictionary_.add(hint.field, form, at.at) == Added::now) {
        batch.put(kDictionary, dictionary_key(hint.field, form), {});
      }
      batch.put(kPostings, posting_key(hint.field, dictionary_.id_of(hint.field, form), at), merchant);
    }
  }

  const Settings settings_;
  Rng rng_;
  KoreanNames names_;
  UnicodeTextForms forms_;
  FakeLog log_{1};
  KeepingCodec codec_;
  MerchantDirectory merchants_{log_, codec_};
  std::unique_ptr<RocksKv> store_;
  Dictionary dictionary_;
  std::map<std::string, Bucket> buckets_;
};

// Of this thread: what a search costs while others have the processor.
double processor_now_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

struct Sample {
  double ms;
  double processor_ms;
  std::uint64_t seeks;
  std::uint64_t rows;
  std::size_t hits;
};

void print(const char* what, std::vector<Sample>& samples, const std::string& plan) {
  const auto part_of = [&samples](auto member, double part) {
    std::sort(samples.begin(), samples.end(),
              [&](const Sample& a, const Sample& b) { return a.*member < b.*member; });
    return samples[static_cast<std::size_t>(part * static_cast<double>(samples.size() - 1))].*member;
  };
  std::printf(
      "  %-36s p50 %7.3f  p99 %7.3f ms   processor p50 %7.3f p99 %7.3f   seeks p50 %5llu max %5llu   rows "
      "p50 %6llu max %6llu   hits p50 %zu "
      " (%s)\n",
      what, part_of(&Sample::ms, 0.5), part_of(&Sample::ms, 0.99), part_of(&Sample::processor_ms, 0.5),
      part_of(&Sample::processor_ms, 0.99), static_cast<unsigned long long>(part_of(&Sample::seeks, 0.5)),
      static_cast<unsigned long long>(part_of(&Sample::seeks, 1)),
      static_cast<unsigned long long>(part_of(&Sample::rows, 0.5)),
      static_cast<unsigned long long>(part_of(&Sample::rows, 1)), part_of(&Sample::hits, 0.5), plan.c_str());
  std::fflush(stdout);
}

void measure(const char* what, const Town& town, const Dictionary& dictionary, std::uint32_t searches,
             const std::function<SearchQuery()>& make) {
  std::vector<Sample> samples;
  std::string plan;
  for (std::uint32_t i = 0; i < searches; ++i) {
    const SearchQuery query = make();
    const double processor = processor_now_ms();
    const auto start = Clock::now();
    const auto page = town.search(query, dictionary);
    const double processor_ms = processor_now_ms() - processor;
    const double ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    if (!page) must(page.error());
    samples.push_back({ms, processor_ms, page->reading.seeks, page->reading.rows_read, page->items.size()});
    plan = page->reading.index;
  }
  print(what, samples, plan);
}

// The 40th page of a search.
SearchQuery deep(const Town& town, SearchQuery query) {
  for (int page = 1; page < 40; ++page) {
    const auto found = town.search(query, town.dictionary());
    if (!found || !found->next) break;
    query.after = *found->next;
  }
  return query;
}

Settings parse(int argc, char** argv) {
  Settings out;
  bench::Options("Searches in a store of payments")
      .count("--payments", out.payments, "Payments in the store")
      .count("--searches", out.searches, "Searches of each kind")
      .count("--merchants", out.merchants, "Whose the payments are")
      .text("--directory", out.directory, "Where it works; what is there is removed, before and after")
      .parse(argc, argv);
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings = parse(argc, argv);
  std::filesystem::remove_all(settings.directory);
  Town town(settings);
  const auto filling = Clock::now();
  town.fill();
  std::printf("%llu payments, %llu buyers and %llu products told apart, filled in %.0f s\n",
              static_cast<unsigned long long>(settings.payments),
              static_cast<unsigned long long>(town.values("dictionary_buyer_values")),
              static_cast<unsigned long long>(town.values("dictionary_product_values")),
              std::chrono::duration<double>(Clock::now() - filling).count());

  auto& names = town.names();
  auto& rng = town.rng();
  const auto query = [](std::u32string_view text) { return SearchQuery{.text = to_utf8(text)}; };
  const auto given = [&names] { return names.person().substr(1); };
  const auto run = [&](const char* what, std::uint32_t searches, const std::function<SearchQuery()>& make) {
    measure(what, town, town.dictionary(), searches, make);
  };
  for (const char* round : {"first round", "second round"}) {
    std::printf("%s\n", round);
    run("S1 two syllables", settings.searches, [&] { return query(given().substr(0, 2)); });
    run("S2 one syllable", settings.searches, [&] { return query(given().substr(0, 1)); });
    run("S2 one surname", settings.searches, [&] { return query(std::u32string(1, names.surname())); });
    run("S3 three syllables", settings.searches, [&] { return query(names.person()); });
    run("S4 no hit", settings.searches, [&] { return query(U"쀍" + given()); });
    run("S5 NFD", settings.searches, [&] { return SearchQuery{.text = decomposed(given().substr(0, 2))}; });
    run("S6 initials", settings.searches, [&] { return query(initials_of(names.person())); });
  }
  const auto within = [&](SearchQuery out, bool month, bool small) {
    out.merchant = small ? static_cast<MerchantNo>(settings.merchants - 1) : MerchantNo{0};
    if (month) out.from = kNewest.plus_us(-kPeriodUs / 36);
    return out;
  };
  run("S7 two syllables, large, 36 mo", settings.searches,
      [&] { return within(query(given().substr(0, 2)), false, false); });
  run("S7 two syllables, large, 30 d", settings.searches,
      [&] { return within(query(given().substr(0, 2)), true, false); });
  run("S7 two syllables, small, 36 mo", settings.searches,
      [&] { return within(query(given().substr(0, 2)), false, true); });
  run("S7 one syllable, large, 36 mo", settings.searches,
      [&] { return within(query(given().substr(0, 1)), false, false); });
  run("S8 product, mixed", settings.searches, [&] { return query(names.company().substr(2, 1) + U"Set1"); });
  run("S9 order id, 6 characters", settings.searches, [&] {
    return SearchQuery{.text = std::to_string(100'000'000 + rng.below(settings.payments)).substr(3)};
  });
  run("phone, 4 digits", settings.searches,
      [&] { return SearchQuery{.text = std::to_string(1'000 + rng.below(9'000))}; });
  run("one syllable, page 40", 10, [&] { return deep(town, query(given().substr(0, 1))); });

  Dictionary cold;
  must(cold.load(*town.store().snapshot()));
  measure("S1 newest times unknown", town, cold, 60, [&] { return query(given().substr(0, 2)); });
  measure("S2 newest times unknown", town, cold, 60, [&] { return query(given().substr(0, 1)); });
  measure("S6 newest times unknown", town, cold, 60, [&] { return query(initials_of(names.person())); });
  std::filesystem::remove_all(settings.directory);
  return 0;
}
