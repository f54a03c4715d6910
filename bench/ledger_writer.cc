// What one writer does in a second, without HTTP: payments with one recorded card approval, with idempotency,
// order claim, Merkle tree and rendered answer, in batches.
//
//   bench_ledger_writer BOOK [PAYMENTS] [BATCH] [DIRECTORY]     BOOK: none | rocks
//
// `none` is a book that keeps nothing: the engine's own share. Afterwards the book is checked against what
// went in: as many payments, the same money. Prints one JSON line; its CPU times hold on a busy machine too:
// `writer_cpu_us` of the thread that decides and writes, `cpu_us` of the whole process with what RocksDB does
// behind it (and with making the requests), both per payment.
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <unordered_map>

#include "adapters/openssl/digest.h"
#include "adapters/protobuf/event_codec.h"
#include "adapters/rocksdb/rocks_book.h"
#include "adapters/system/system_clock.h"
#include "app/api/json/answers.h"
#include "engine/ledger/book_writer.h"
#include "engine/ledger/idempotency.h"
#include "options.h"

namespace wonjang {
namespace {

// Counts and forgets.
class NoBook final : public Book {
 public:
  Position tail() const override { return tail_; }
  Result<std::string> head() const override { return std::string(); }
  Result<void> append(const AppendBatch& batch) override {
    for (const auto& unit : batch.units) tail_ += unit.events.size();
    return {};
  }
  Result<std::vector<StoredUnit>> load_from(RawId, std::uint32_t) const override {
    return std::vector<StoredUnit>();
  }
  Result<std::optional<FoundIdempotency>> find_idempotency(const Hash128&) const override {
    return std::optional<FoundIdempotency>();
  }
  Result<std::optional<RawId>> find_claim(const Hash128&) const override { return std::optional<RawId>(); }
  Result<std::vector<StoredUnit>> read(Position, std::uint32_t, std::size_t) const override {
    return std::vector<StoredUnit>();
  }
  Result<std::vector<AlarmEntry>> alarms(std::uint8_t, std::int64_t, std::uint32_t) const override {
    return std::vector<AlarmEntry>();
  }
  Result<std::optional<Hash256>> tree_node(std::uint8_t, std::uint64_t) const override {
    return std::optional<Hash256>();
  }
  Result<BookCounts> count() const override { return BookCounts{}; }
  Result<void> backup(const std::string&) const override { return {}; }
  std::vector<std::pair<std::string, std::uint64_t>> stats() const override { return {}; }

 private:
  Position tail_ = 0;
};

struct Counter final : Completion {
  void complete(std::uint64_t, Answer answer) override {
    answer.kind == AnswerKind::done ? ++done : ++other;
    reply_bytes += answer.reply.body.size();
  }
  std::uint64_t done = 0;
  std::uint64_t other = 0;
  std::uint64_t reply_bytes = 0;
};

Request make_request(std::uint64_t number, const Digest& digest, Counter& counter, Instant now) {
  CreatePayment create;
  create.merchant = MerchantId(RawId{0x0190000000000000ULL, 1 + number % 10'000});
  create.order_id = "order-" + std::to_string(number);
  create.total = static_cast<std::int64_t>(1'000 + number % 100'000);
  create.terms.order_name = "americano 2, latte 1";
  create.terms.customer_key = "cust_" + std::to_string(number % 1'000'000);
  create.terms.requested_at = now;
  ApprovalInput input;
  CardDetail card;
  card.issuer_code = "31";
  card.acquirer_code = "31";
  card.bin = "941010";
  card.last4 = std::to_string(1000 + number % 9000);
  card.card_type = CardType::credit;
  card.owner_type = OwnerType::personal;
  input.method = card;
  input.amount = create.total;
  input.approve_no = std::to_string(10'000'000 + number % 90'000'000);
  input.approved_at = now;
  create.approvals.push_back(std::move(input));
  Request request;
  const std::string key = "key-" + std::to_string(number * 0x9E3779B97F4A7C15ULL);
  CanonicalRequest canonical("create");
  canonical.text(create.order_id).number(create.total);
  request.key = RequestKey{idempotency_key(digest, create.merchant, KeyKind::request, key),
                           canonical.fingerprint(digest), key};
  request.command = PaymentCommand(std::move(create));
  request.actor = {ActorKind::merchant, "key_01JD4Z7Q8R6G3V5X9T2W0K1MNP"};
  request.renderer = &api_renderer();
  request.completion = &counter;
  request.tag = number;
  return request;
}

std::uint64_t directory_bytes(const std::string& directory) {
  std::uint64_t sum = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) sum += entry.file_size();
  }
  return sum;
}

double cpu_us(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

int run(int argc, char** argv) {
  std::string kind = "rocks";
  std::uint64_t payments = 200'000;
  std::uint64_t batch_size = 512;
  std::string directory;
  bench::Options("The ledger's writer, with a book or without")
      .text("book", kind, "rocks, or none: nothing is stored")
      .count("payments", payments, "Payments in all")
      .count("batch", batch_size, "Requests of one batch")
      .text("directory", directory, "Where it works; default: a new folder, removed after")
      .parse(argc, argv);
  const bool own_directory = directory.empty();
  if (own_directory) directory = "/tmp/wonjang-bench-" + std::to_string(::getpid());
  const SystemClock clock;
  const OpensslDigest digest;
  const ProtobufEventCodec codec;
  std::unique_ptr<Book> book;
  if (kind == "none") {
    book = std::make_unique<NoBook>();
  } else {
    auto opened = RocksBook::open({.directory = directory}, RocksShared::make({}));
    if (!opened) {
      std::fprintf(stderr, "%s\n", opened.error().message.c_str());
      return 1;
    }
    book = *std::move(opened);
  }
  BookWriter writer(0, {clock, digest, codec}, Rng(static_cast<std::uint64_t>(clock.now().us)));
  if (auto opened = writer.open(*book); !opened) {
    std::fprintf(stderr, "%s\n", opened.error().message.c_str());
    return 1;
  }
  Counter counter;
  const auto base = book->tail();
  std::chrono::nanoseconds spent{0};
  double writer_cpu_us = 0;
  std::vector<Request> batch;
  for (std::uint64_t i = 0; i < payments;) {
    batch.clear();
    while (batch.size() < batch_size && i < payments)
      batch.push_back(make_request(base + i++, digest, counter, clock.now()));
    const auto before = std::chrono::steady_clock::now();
    const auto cpu_before = cpu_us(CLOCK_THREAD_CPUTIME_ID);
    writer.process(batch);
    writer_cpu_us += cpu_us(CLOCK_THREAD_CPUTIME_ID) - cpu_before;
    spent += std::chrono::steady_clock::now() - before;
  }
  if (counter.other != 0 || counter.done != payments) {
    std::fprintf(stderr, "wrong: %llu done, %llu other\n", static_cast<unsigned long long>(counter.done),
                 static_cast<unsigned long long>(counter.other));
    return 1;
  }
  if (kind != "none") {
    if (auto done = static_cast<RocksBook&>(*book).write_out_indexes(); !done) {
      std::fprintf(stderr, "%s\n", done.error().message.c_str());
      return 1;
    }
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = static_cast<double>(spent.count()) / 1e9;
  const auto bytes = kind == "none" ? 0 : directory_bytes(directory);
  std::printf(
      "{\"book\":\"%s\",\"payments\":%llu,\"batch\":%llu,\"per_second\":%.0f,\"us_per_payment\":%.2f,"
      "\"writer_cpu_us\":%.2f,\"cpu_us\":%.2f,\"reply_bytes\":%.0f,"
      "\"disk_bytes_per_payment\":%.0f,\"max_rss_mib\":%ld}\n",
      kind.c_str(), static_cast<unsigned long long>(payments), static_cast<unsigned long long>(batch_size),
      static_cast<double>(payments) / seconds, seconds * 1e6 / static_cast<double>(payments),
      writer_cpu_us / static_cast<double>(payments),
      cpu_us(CLOCK_PROCESS_CPUTIME_ID) / static_cast<double>(payments),
      static_cast<double>(counter.reply_bytes) / static_cast<double>(payments),
      static_cast<double>(bytes) / static_cast<double>(base / 2 + payments), usage.ru_maxrss / 1024);
  book.reset();
  if (own_directory && kind != "none") std::filesystem::remove_all(directory);
  return 0;
}

}  // namespace
}  // namespace wonjang

int main(int argc, char** argv) { return wonjang::run(argc, argv); }
