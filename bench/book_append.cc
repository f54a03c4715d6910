// book_append: what one writer gets out of a RocksBook, without the engine above it. A unit is shaped like a
// payment: two events of about 260 bytes, an idempotency entry with a reply of about 600 bytes, a claim, and
// the Merkle nodes that become complete. Before each batch the writer looks up every key and claim, as the
// engine does; nearly all are absent.
//
//   bench_book_append [--units N] [--batch N] [--books N] [--directory D] [--no-sync] [--continue PERCENT]
//
// Prints units per second, how long each step took, bytes on disk per unit after compaction, resident memory
// and the time to open the book again after the process "died" with a full log.
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "adapters/rocksdb/rocks_book.h"
#include "base/rng.h"
#include "must.h"
#include "options.h"

namespace {

using namespace wonjang;
using bench::must;
using Clock = std::chrono::steady_clock;

struct Settings {
  std::uint64_t units = 1'000'000;
  std::uint64_t batch = 512;
  std::uint64_t books = 1;
  std::uint32_t continue_percent = 0;
  std::string directory;
  bool sync = true;
};

Settings parse(int argc, char** argv) {
  Settings settings;
  bool no_sync = false;
  bench::Options("Units appended to books of RocksDB, then opened again")
      .count("--units", settings.units, "Units in all")
      .count("--batch", settings.batch, "Units of one append")
      .count("--books", settings.books, "Books, one thread each")
      .number("--continue", settings.continue_percent,
              "Per cent of the units that go on with an earlier stream")
      .text("--directory", settings.directory, "Where it works; default: a new folder, removed after")
      .flag("--no-sync", no_sync, "Without waiting for the disk")
      .parse(argc, argv);
  settings.sync = !no_sync;
  return settings;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Bytes that compress as real ones do: ids and amounts are random, names and words repeat.
class Shop {
 public:
  explicit Shop(std::uint64_t seed) : rng_(seed) {
    for (auto& merchant : merchants_) merchant = id();
  }

  Unit payment() {
    now_us_ += 10 + rng_.below(20);
    Unit unit;
    unit.stream = id();
    const RawId merchant = merchants_[rng_.below(merchants_.size())];
    const std::string order = "ORD-20261122-" + std::to_string(rng_.below(100'000'000));
    unit.events = {event(unit.stream, merchant, order), event(unit.stream, merchant, order)};
    unit.claim = hash();
    unit.idempotency = {hash(), hash(), true, 201, reply(unit.stream, merchant, order)};
    return unit;
  }
  Unit follow_up(RawId stream, std::uint32_t version) {
    Unit unit = payment();
    unit.stream = stream;
    unit.expected_version = version;
    unit.events.resize(1);
    unit.claim.reset();
    return unit;
  }
  Hash256 node() {
    Hash256 out;
    fill(out.data(), out.size());
    return out;
  }

 private:
  RawId id() {
    const std::uint64_t ms = static_cast<std::uint64_t>(now_us_) / 1000;
    return {ms << 16U | rng_.below(1U << 16U), rng_.next()};
  }
  Hash128 hash() {
    Hash128 out;
    fill(out.data(), out.size());
    return out;
  }
  void fill(std::uint8_t* out, std::size_t size) {
    for (std::size_t i = 0; i < size; i += 8) {
      const std::uint64_t word = rng_.next();
      std::memcpy(out + i, &word, std::min<std::size_t>(8, size - i));
    }
  }
  const char* one_of(std::initializer_list<const char*> words) {
    return words.begin()[rng_.below(words.size())];
  }

  std::string event(RawId stream, RawId merchant, const std::string& order) {
    std::string out("\x08\x01\x12\x10", 4);
    for (const RawId& each : {stream, merchant, id()}) {
      put_be64(out, each.high);
      put_be64(out, each.low);
      out += '\x1a';
    }
    put_varint(out, static_cast<std::uint64_t>(now_us_));
    put_varint(out, 1000 * (1 + rng_.below(90)));
    put_sized(out, order);
    put_sized(out, one_of({"KRW", "KRW", "KRW", "USD"}));
    put_sized(out, one_of({"card", "card", "transfer", "virtual_account", "points"}));
    put_sized(out, one_of({"shinhan", "hyundai", "samsung", "kb", "lotte", "bc", "nh", "hana"}));
    put_sized(out, "5432-1" + std::to_string(10 + rng_.below(90)) + "-****-" +
                       std::to_string(1000 + rng_.below(9000)));
    put_sized(out, one_of({"아메리카노 외 2건", "무선 이어폰", "정기 구독 1개월", "겨울 코트 (L)"}));
    put_sized(out, "buyer" + std::to_string(rng_.below(1'000'000)) + "@example.com");
    put_sized(out, "req_" + to_base32(id()));
    put_sized(out, std::to_string(10'000'000 + rng_.below(90'000'000)));  // approval number
    if (out.size() < 260) out.append(260 - out.size(), '\x20');
    return out;
  }

  std::string reply(RawId stream, RawId merchant, const std::string& order) {
    const std::string amount = std::to_string(1000 * (1 + rng_.below(90)));
    std::string out =
        "{\"id\":\"pay_" + to_base32(stream) + "\",\"merchantId\":\"mer_" + to_base32(merchant) +
        "\",\"orderId\":\"" + order + "\",\"status\":\"approved\",\"amount\":{\"total\":" + amount +
        ",\"currency\":\"KRW\",\"supply\":" + amount + ",\"vat\":0,\"taxFree\":0,\"taxExempt\":0}," +
        "\"approvals\":[{\"id\":\"apr_" + to_base32(id()) +
        "\",\"status\":\"approved\",\"method\":{\"type\":\"card\",\"issuer\":\"" +
        one_of({"shinhan", "hyundai", "samsung", "kb"}) + "\",\"maskedNumber\":\"5432-1***-****-" +
        std::to_string(1000 + rng_.below(9000)) + "\",\"installmentMonths\":0},\"approveNo\":\"" +
        std::to_string(10'000'000 + rng_.below(90'000'000)) +
        "\",\"approvedAt\":\"2026-11-22T03:04:" + std::to_string(10 + rng_.below(50)) + "." +
        std::to_string(100 + rng_.below(900)) + "Z\",\"cancellable\":" + amount +
        "}],\"version\":2,\"position\":\"" + std::to_string(rng_.below(1'000'000'000)) + "\"}";
    return out;
  }

  Rng rng_;
  std::int64_t now_us_ = 1'795'000'000'000'000;
  std::vector<RawId> merchants_ = std::vector<RawId>(2000);
};

// The nodes that leaves [from, to) complete.
std::vector<TreeNode> completed(std::uint64_t from, std::uint64_t to, Shop& shop) {
  std::vector<TreeNode> nodes;
  for (std::uint8_t level = 0; level < 64; ++level) {
    const std::uint64_t first = from >> level;
    const std::uint64_t last = to >> level;
    if (last == 0) break;
    for (std::uint64_t index = first; index < last; ++index) nodes.push_back({level, index, shop.node()});
  }
  return nodes;
}

std::uint64_t resident_mib() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  statm >> size >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) >> 20U;
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::uint64_t disk_bytes(const std::string& directory) {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

struct Times {
  double look_up = 0;
  double append = 0;
  double look_up_cpu = 0;  // of the writer's thread: what is left when nobody else wants the machine
  double append_cpu = 0;
};

double thread_cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Only what the writer does is timed; making the units isn't.
void append_batch(RocksBook& book, const std::vector<Unit>& units, const std::vector<TreeNode>& nodes,
                  Times& times) {
  const auto start = Clock::now();
  const double cpu_start = thread_cpu_seconds();
  for (const Unit& unit : units) {
    if (must(book.find_idempotency(unit.idempotency->key))) std::exit(1);
    if (unit.claim && must(book.find_claim(*unit.claim))) std::exit(1);
  }
  const auto looked = Clock::now();
  const double cpu_looked = thread_cpu_seconds();
  must(book.append(
      {units, nodes, "head record of about one hundred bytes, with the tree's frontier in the real one"}));
  times.look_up += std::chrono::duration<double>(looked - start).count();
  times.append += seconds_since(looked);
  times.look_up_cpu += cpu_looked - cpu_start;
  times.append_cpu += thread_cpu_seconds() - cpu_looked;
}

using Books = std::vector<std::unique_ptr<RocksBook>>;

Books open_books(const Settings& settings) {
  const auto shared = RocksShared::make({});
  Books books;
  for (std::uint64_t i = 0; i < settings.books; ++i) {
    RocksBookOptions options;
    options.directory = settings.directory + "/book-" + std::to_string(i);
    options.sync = settings.sync;
    books.push_back(must(RocksBook::open(options, shared)));
  }
  return books;
}

void write_units(const Settings& settings) {
  const Books books = open_books(settings);
  Shop shop(42);
  Times times;
  std::vector<double> slowest;
  std::vector<std::pair<RawId, std::uint32_t>> streams;
  const auto start = Clock::now();
  const double cpu_start = cpu_seconds();
  double made_cpu = 0;
  for (std::uint64_t done = 0, round = 0; done < settings.units; ++round) {
    const double cpu_before = cpu_seconds();
    RocksBook& book = *books[round % books.size()];
    std::vector<Unit> units;
    for (std::uint64_t i = 0; i < settings.batch; ++i) {
      const bool goes_on =
          !streams.empty() && books.size() == 1 && i < settings.batch * settings.continue_percent / 100;
      if (goes_on) {
        auto& [stream, version] = streams[shop.node()[0] * 251 % streams.size()];
        units.push_back(shop.follow_up(stream, version++));
        continue;
      }
      units.push_back(shop.payment());
      if (settings.continue_percent > 0) streams.emplace_back(units.back().stream, 2);
    }
    Position to = book.tail();
    const Position from = to;
    for (const Unit& unit : units) to += unit.events.size();
    const auto nodes = completed(from, to, shop);
    made_cpu += cpu_seconds() - cpu_before;
    const double before = times.look_up + times.append;
    append_batch(book, units, nodes, times);
    slowest.push_back(times.look_up + times.append - before);
    done += units.size();
  }
  std::sort(slowest.begin(), slowest.end());
  const double busy = times.look_up + times.append;
  const auto units = static_cast<double>(settings.units);
  std::printf(
      "batch %llu, books %llu: %.0f units/s of the writer (wall %.1f s, cpu %.1f s of it %.1f making "
      "units)\n",
      static_cast<unsigned long long>(settings.batch), static_cast<unsigned long long>(settings.books),
      units / busy, seconds_since(start), cpu_seconds() - cpu_start, made_cpu);
  std::printf(
      "  per unit: look-ups %.2f us (cpu %.2f), append %.2f us (cpu %.2f); batch p50 %.2f ms, p99 %.2f ms, "
      "max %.1f ms\n",
      times.look_up / units * 1e6, times.look_up_cpu / units * 1e6, times.append / units * 1e6,
      times.append_cpu / units * 1e6, slowest[slowest.size() / 2] * 1e3,
      slowest[slowest.size() * 99 / 100] * 1e3, slowest.back() * 1e3);
  std::printf("  resident %llu MiB\n", static_cast<unsigned long long>(resident_mib()));

  std::fflush(stdout);
}

// After the writing process "died": nothing was closed or flushed.
void open_again(const Settings& settings) {
  const auto start = Clock::now();
  Books books = open_books(settings);
  const double opened = seconds_since(start);
  Shop shop(43);
  const std::vector<Unit> first{shop.payment()};
  must(books[0]->append({first, {}, "head"}));
  std::printf("  after the crash: opened in %.2f s, first append after %.2f s, resident %llu MiB\n", opened,
              seconds_since(start), static_cast<unsigned long long>(resident_mib()));
  const auto compacting = Clock::now();
  for (auto& book : books) must(book->compact());
  std::printf("  compacted in %.1f s, resident %llu MiB;", seconds_since(compacting),
              static_cast<unsigned long long>(resident_mib()));
  books.clear();
  std::printf(" on disk %.0f bytes per unit\n",
              static_cast<double>(disk_bytes(settings.directory)) / static_cast<double>(settings.units));
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings = parse(argc, argv);
  const bool own_directory = settings.directory.empty();
  if (own_directory) {
    settings.directory =
        (std::filesystem::temp_directory_path() / ("book_append-" + std::to_string(::getpid()))).string();
  }
  // A child that ends without closing its books is a crash.
  const pid_t writer = ::fork();
  if (writer == 0) {
    write_units(settings);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(writer, &status, 0);
  if (status == 0) open_again(settings);
  if (own_directory) std::filesystem::remove_all(settings.directory);
  return status == 0 ? 0 : 1;
}
