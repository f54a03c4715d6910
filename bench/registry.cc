// What one more merchant costs the writer when there are many: registered by itself, as over HTTP, in a book
// of its own on RocksDB.
//
//   bench_registry [MERCHANTS] [MORE]
//
// Prints one JSON line: `median_cpu_us` is the writer's thread alone, processor time from the request to the
// answer of one merchant, with the snapshot that readers get; the median of MORE of them.
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "adapters/openssl/digest.h"
#include "adapters/protobuf/event_codec.h"
#include "adapters/rocksdb/rocks_book.h"
#include "adapters/system/system_clock.h"
#include "engine/ledger/book_writer.h"
#include "must.h"
#include "options.h"

namespace wonjang {
namespace {

using bench::must;

struct Counter final : Completion {
  void complete(std::uint64_t, Answer answer) override {
    if (answer.kind == AnswerKind::done) ++done;
  }
  std::uint64_t done = 0;
};

Request registration(std::uint64_t number, Counter& counter) {
  Request request;
  request.command = RegistryCommand(RegisterMerchant{"shop-" + std::to_string(number),
                                                     "Coffee house " + std::to_string(number),
                                                     {},
                                                     "org-" + std::to_string(number % 1'000)});
  request.actor = {ActorKind::admin, "key_01JD4Z7Q8R6G3V5X9T2W0K1MNP"};
  request.completion = &counter;
  return request;
}

double thread_cpu_us() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

int run(int argc, char** argv) {
  constexpr std::uint64_t kBatch = 512;
  std::uint64_t merchants = 100'000;
  std::uint64_t more = 200;
  bench::Options("One more merchant where there are many")
      .number("merchants", merchants, "Merchants that are there")
      .count("more", more, "Those that come one by one")
      .parse(argc, argv);
  const std::string directory = "/tmp/wonjang-bench-registry-" + std::to_string(::getpid());
  const SystemClock clock;
  const OpensslDigest digest;
  const ProtobufEventCodec codec;
  auto book = must(RocksBook::open({.directory = directory}, RocksShared::make({})));
  BookWriter writer(0, {clock, digest, codec}, Rng(7));
  std::shared_ptr<const RegistryState> readers;
  writer.set_registry_listener([&](std::shared_ptr<const RegistryState> now) { readers = std::move(now); });
  must(writer.open(*book));

  Counter counter;
  std::vector<Request> batch;
  for (std::uint64_t i = 0; i < merchants;) {
    batch.clear();
    while (batch.size() < kBatch && i < merchants) batch.push_back(registration(i++, counter));
    writer.process(batch);
  }
  std::vector<double> each;
  for (std::uint64_t i = 0; i < more; ++i) {
    batch.clear();
    batch.push_back(registration(merchants + i, counter));
    const double before = thread_cpu_us();
    writer.process(batch);
    each.push_back(thread_cpu_us() - before);
  }
  const bool whole = counter.done == merchants + more && readers->merchants().size() == merchants + more;
  book.reset();
  std::filesystem::remove_all(directory);
  if (!whole) {
    std::fprintf(stderr, "wrong: not every merchant is there\n");
    return 1;
  }
  std::ranges::sort(each);
  std::printf("{\"merchants\":%llu,\"median_cpu_us\":%.0f,\"most_cpu_us\":%.0f}\n",
              static_cast<unsigned long long>(merchants), each[each.size() / 2], each.back());
  return 0;
}

}  // namespace
}  // namespace wonjang

int main(int argc, char** argv) { return wonjang::run(argc, argv); }
