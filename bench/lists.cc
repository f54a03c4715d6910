// lists: what a page and its totals cost over a RocksKv: payments of a merchant mix (the first has a third,
// the rest by Zipf's law in steps), 36 months, rows of the real form. Prints p50 and p99 of R1 (first page of
// 50), R2 (two statuses, one method), R5 (by amount), R6 (sums) and a text that is looked for row by row.
//
//   bench_lists [--payments N] [--directory D]
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "adapters/memory/plain_text_forms.h"
#include "adapters/protobuf/event_codec.h"
#include "adapters/rocksdb/rocks_kv.h"
#include "base/rng.h"
#include "domain/registry.h"
#include "engine/serving/list_totals.h"
#include "engine/serving/payment_list.h"
#include "engine/serving/row.h"
#include "engine/serving/totals_writer.h"
#include "must.h"
#include "options.h"
#include "testing/fake_log.h"

namespace {

using namespace wonjang;
using bench::must;
using namespace wonjang::serving;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kMerchants = 500;
constexpr std::int64_t kDayUs = 86'400'000'000;
constexpr std::int64_t kDays = 3 * 365;
constexpr Instant kEnd{1'793'458'800'000'000};  // 2026-11-01 00:00 in Seoul

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Payment payment_of(std::uint64_t n, Rng& rng, MerchantNo merchant) {
  Payment out;
  const Instant at =
      kEnd.plus_us(-static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(kDays * kDayUs))) - 1);
  out.id = PaymentId(RawId{rng.next(), n});
  out.merchant = MerchantId(RawId{1, merchant + 1});
  out.order_id = "ORD-20261101-" + std::to_string(n);
  out.total = static_cast<std::int64_t>(1 + rng.below(500)) * 100;
  out.balance = out.total;
  out.status = rng.chance(90) ? PaymentStatus::done : kPaymentStatuses[1 + rng.below(8)];
  out.version = 3;
  out.created_at = out.updated_at = out.approved_at = at;
  out.terms.parts.supply = out.total;
  out.terms.order_name = "상품 " + std::to_string(rng.below(1'000));
  out.terms.buyer = {"구매자" + std::to_string(rng.below(50'000)), "01012345678", ""};
  out.terms.requested_at = at;
  auto& approval = out.approvals.emplace_back();
  approval.terms.approval = ApprovalId(RawId{rng.next(), n});
  approval.terms.seq = 1;
  CardDetail card;
  card.issuer_code = std::to_string(11 + rng.below(12));
  card.bin = "433012";
  card.last4 = "1234";
  if (rng.chance(60)) {
    approval.terms.method = card;
  } else {
    approval.terms.method = TransferDetail{"004", "token", "general"};
  }
  approval.terms.parts = out.terms.parts;
  approval.terms.provider = "provider";
  approval.state = ApprovalState::approved;
  approval.approve_no = std::to_string(rng.below(100'000'000));
  approval.requested_at = approval.approved_at = approval.received_at = at;
  return out;
}

MerchantNo some_merchant(Rng& rng) {
  if (rng.chance(33)) return 0;
  const auto step = rng.below(9);  // 1..511 in octaves of equal weight
  return static_cast<MerchantNo>(
      std::min<std::uint64_t>(kMerchants - 1, (1ULL << step) + rng.below(1ULL << step)));
}

void fill(KvStore& store, const std::vector<CubeSpec>& cubes, std::uint64_t count) {
  constexpr std::uint64_t kPerBatch = 200'000;
  Rng rng(42);
  TotalsWriter totals(cubes);
  double writing = 0;
  std::uint64_t changes = 0;
  for (std::uint64_t first = 0; first < count; first += kPerBatch) {
    KvBatch batch;
    std::string row;
    for (std::uint64_t n = first; n < std::min(count, first + kPerBatch); ++n) {
      const MerchantNo merchant = some_merchant(rng);
      const Payment payment = payment_of(n + 1, rng, merchant);
      const Locator at{merchant, time_of(payment), payment.id};
      row.clear();
      encode_row({payment, {1, 2, 3}}, row);
      batch.put(kRows, row_key(at), row);
      batch.put(kLocators, locator_key(payment.id), locator_value(at));
      batch.put(kTimeline, timeline_key(at), merchant_prefix(merchant));
      batch.put(kAmounts, amount_key(at, payment.total), {});
      const auto facts = facts_of(payment, merchant, "org");
      must(totals.change(nullptr, &facts, business_date_of(at.at)));
    }
    must(totals.finish(*store.snapshot(), batch));
    changes += batch.size();
    const auto start = Clock::now();
    must(store.write_bulk(batch));
    writing += seconds_since(start);
  }
  std::printf("%llu payments, %llu changes in bulk: %.0f changes/s\n", static_cast<unsigned long long>(count),
              static_cast<unsigned long long>(changes), static_cast<double>(changes) / writing);
}

template <typename Act>
void time_each(const char* what, int count, const Act& act) {
  std::vector<double> times;
  for (int i = 0; i < count; ++i) {
    const auto start = Clock::now();
    act();
    times.push_back(seconds_since(start) * 1e3);
  }
  std::sort(times.begin(), times.end());
  std::printf("  %-44s p50 %7.3f ms  p99 %7.3f ms\n", what, times[times.size() / 2],
              times[times.size() * 99 / 100]);
}

void read(const KvStore& store, const ListSources& sources) {
  const PaymentList list(sources);
  const ListTotals totals(sources);
  Rng rng(7);
  for (const auto& [name, merchant] :
       {std::pair{"largest", MerchantNo{0}}, {"median", MerchantNo{12}}, {"small", MerchantNo{400}}}) {
    for (const std::int64_t days : {1, 30, 365, 1'095}) {
      std::printf("%s merchant, %lld days\n", name, static_cast<long long>(days));
      const auto period = [&, merchant = merchant] {
        PaymentFilter filter;
        filter.merchant = merchant;
        // Not at midnight: the edges are rows, as for most who ask.
        const auto back = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(1'096 - days)));
        filter.until = kEnd.plus_us(-back * kDayUs - static_cast<std::int64_t>(rng.below(kDayUs)));
        filter.from = filter.until.plus_us(-days * kDayUs);
        return filter;
      };
      std::uint64_t rows = 0;
      const auto ask = [&](PaymentFilter filter, Sort sort) {
        const auto snapshot = store.snapshot();
        rows = must(list.page(*snapshot, filter, {.sort = sort, .limit = 50})).reading.rows_read;
      };
      time_each("R1 first page, newest", 400, [&] { ask(period(), Sort::newest); });
      time_each("R2 two statuses, one method", 200, [&] {
        auto filter = period();
        filter.statuses = {PaymentStatus::canceled, PaymentStatus::partial_canceled};
        filter.methods = {1};
        ask(filter, Sort::newest);
      });
      time_each("R5 by amount, descending", 200, [&] { ask(period(), Sort::largest); });
      time_each("R6 sums of R1", 200, [&] { must(totals.payments(*store.snapshot(), period())); });
      time_each("R6 sums of R2", 200, [&] {
        auto filter = period();
        filter.statuses = {PaymentStatus::canceled, PaymentStatus::partial_canceled};
        filter.methods = {1};
        must(totals.payments(*store.snapshot(), filter));
      });
      const auto containing = [&] {
        auto filter = period();
        filter.contains = "품 77";
        return filter;
      };
      // Up to the ceiling of rows; what is found is one product of a thousand, and ten more.
      time_each("a text, row by row, first page", 50, [&] { ask(containing(), Sort::newest); });
      std::printf("    of %llu rows\n", static_cast<unsigned long long>(rows));
      time_each("a text, row by row, sums", 50,
                [&] { must(totals.payments(*store.snapshot(), containing())); });
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t payments = 1'000'000;
  std::string directory;
  bench::Options("Lists of payments: filled, then read")
      .count("--payments", payments, "Payments in the store")
      .text("--directory", directory, "Where it works; default: a new folder, removed after")
      .parse(argc, argv);
  const bool own_directory = directory.empty();
  if (own_directory) {
    directory = (std::filesystem::temp_directory_path() / ("lists-" + std::to_string(::getpid()))).string();
  }
  FakeLog log(1);
  const ProtobufEventCodec codec;
  for (std::uint32_t i = 0; i < kMerchants; ++i) {
    Event event;
    event.id = EventId(RawId{9, i + 1});
    event.stream = kRegistryStream;
    event.version = i;
    event.merchant = MerchantId(RawId{1, i + 1});
    event.body = MerchantRegistered{.code = "m" + std::to_string(i), .name = "M", .metadata = {}};
    std::string bytes;
    codec.encode(event, bytes);
    log.append(0, kRegistryStream, {bytes});
  }
  const MerchantDirectory merchants(log, codec);
  const PlainTextForms forms;
  const auto cubes = builtin_cubes();
  {
    const auto spaces = view_spaces();
    const auto store = must(RocksKv::open(directory, {spaces.begin(), spaces.end()},
                                          {.shared = RocksShared::make({.memory_bytes = 512U << 20U})}));
    fill(*store, cubes, payments);
    read(*store, {merchants, forms, nullptr, cubes});
  }
  if (own_directory) std::filesystem::remove_all(directory);
  return 0;
}
