#include "app/cli/load_mix.h"

#include <algorithm>
#include <atomic>

namespace wonjang {
namespace {

constexpr std::size_t kRecentMax = 10'000;
constexpr std::uint64_t kKindBits = 2;

std::uint64_t tag_of(std::uint64_t n, LoadMix::Kind kind) { return n << kKindBits | kind; }

}  // namespace

RawId payment_id_in(std::string_view json) {
  const auto at = json.find("\"pay_");
  if (at == std::string_view::npos) return {};
  return from_base32(json.substr(at + 5, 26)).value_or(RawId{});
}

// ---- what all mixes share ----

LoadMix::LoadMix(const Shop& shop, std::string authorization, unsigned threads)
    : shop_(shop), authorization_(std::move(authorization)), threads_(threads), per_thread_(threads) {
  for (unsigned i = 0; i < threads; ++i) per_thread_[i].rng = Rng(i + 1);
}

void LoadMix::keep(unsigned thread, std::uint64_t n, RawId id) {
  auto& ids = per_thread_[thread].ids;
  const auto at = n / threads_;
  if (at >= ids.size()) ids.resize(std::max<std::size_t>(at + 1, ids.size() * 2));
  ids[at] = id;
}

RawId LoadMix::kept(unsigned thread, std::uint64_t n) const {
  const auto& ids = per_thread_[thread].ids;
  const auto at = n / threads_;
  return at < ids.size() ? ids[at] : RawId{};
}

void LoadMix::count_unexpected(unsigned thread, const LoadAnswer& answer) {
  auto& mine = per_thread_[thread];
  if (++mine.unexpected > 1) return;
  mine.first_unexpected =
      std::to_string(answer.response.status()) + " " + std::string(answer.response.body().substr(0, 400));
}

void LoadMix::post_payment(unsigned thread, std::uint64_t n, bool other_body, std::string& bytes) {
  auto& body = per_thread_[thread].body;
  body.clear();
  if (other_body) {
    shop_.append_other(body, n);
  } else {
    shop_.append_create(body, n);
  }
  bytes.append(
      "POST /v1/payments HTTP/1.1\r\nHost: wonjang\r\nContent-Type: application/json\r\nAuthorization: ");
  bytes.append(authorization_).append("\r\nIdempotency-Key: ");
  shop_.append_order_id(bytes, n);
  bytes.append("\r\nContent-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
}

void LoadMix::on_lost(unsigned thread, std::uint64_t tag) {
  if ((tag & 3U) == first) per_thread_[thread].lost.push_back(tag >> kKindBits);
}

Histogram LoadMix::latency_us(Kind kind) const {
  Histogram out;
  for (const auto& one : per_thread_) out.merge(one.latency_us[kind]);
  return out;
}
std::uint64_t LoadMix::payments() const {
  std::uint64_t out = 0;
  for (const auto& one : per_thread_) out += one.payments;
  return out;
}
std::uint64_t LoadMix::unexpected() const {
  std::uint64_t out = 0;
  for (const auto& one : per_thread_) out += one.unexpected;
  return out;
}
std::string LoadMix::first_unexpected() const {
  for (const auto& one : per_thread_) {
    if (!one.first_unexpected.empty()) return one.first_unexpected;
  }
  return {};
}
std::vector<AckedPayment> LoadMix::acknowledged() const {
  std::vector<AckedPayment> out;
  for (unsigned thread = 0; thread < threads_; ++thread) {
    const auto& ids = per_thread_[thread].ids;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (!ids[i].is_zero()) out.push_back({i * threads_ + thread, ids[i]});
    }
  }
  std::ranges::sort(out, {}, &AckedPayment::n);
  return out;
}
std::vector<std::uint64_t> LoadMix::lost() const {
  std::vector<std::uint64_t> out;
  for (const auto& one : per_thread_) out.insert(out.end(), one.lost.begin(), one.lost.end());
  return out;
}

// ---- create, with or without retries ----

CreateMix::CreateMix(const Shop& shop, std::string authorization, unsigned threads,
                     std::uint32_t retry_percent, std::uint32_t reused_percent)
    : LoadMix(shop, std::move(authorization), threads),
      retry_percent_(retry_percent),
      reused_percent_(reused_percent) {}

bool CreateMix::next_request(unsigned thread, LoadRequest& request) {
  auto& mine = per_thread_[thread];
  Kind kind = first;
  if (retry_percent_ + reused_percent_ > 0 && !mine.recent.empty()) {
    const auto draw = mine.rng.below(100);
    if (draw < retry_percent_) {
      kind = replay;
    } else if (draw < retry_percent_ + reused_percent_) {
      kind = reused;
    }
  }
  const auto n = kind == first ? take_number(thread) : mine.recent[mine.rng.below(mine.recent.size())];
  request.tag = tag_of(n, kind);
  post_payment(thread, n, kind == reused, request.bytes);
  return true;
}

void CreateMix::on_answer(unsigned thread, const LoadAnswer& answer) {
  auto& mine = per_thread_[thread];
  const auto n = answer.tag >> kKindBits;
  const auto kind = static_cast<Kind>(answer.tag & 3U);
  const auto id = payment_id_in(answer.response.body());
  const bool was_replayed = answer.response.find("Idempotent-Replayed").has_value();
  bool good = false;
  if (kind == first) {
    good = answer.response.status() == 201 && !id.is_zero() && !was_replayed;
    if (good) {
      keep(thread, n, id);
      if (mine.recent.size() < kRecentMax) {
        mine.recent.push_back(n);
      } else {
        mine.recent[mine.rng.below(kRecentMax)] = n;
      }
      if (!answer.warm_up) ++mine.payments;
    }
  } else if (kind == replay) {
    good = answer.response.status() == 201 && was_replayed && id == kept(thread, n);
  } else {
    good = answer.response.status() == 422 && id.is_zero();
  }
  if (!good) count_unexpected(thread, answer);
  if (!answer.warm_up) mine.latency_us[kind].add(answer.latency_us);
}

// ---- bulk ----

BulkMix::BulkMix(const Shop& shop, std::string authorization, unsigned threads, std::uint32_t lines)
    : LoadMix(shop, std::move(authorization), threads), lines_(lines) {}

// The numbers of one request are this thread's next `lines_` ones; the tag is the first.
bool BulkMix::next_request(unsigned thread, LoadRequest& request) {
  auto& body = per_thread_[thread].body;
  body.clear();
  const auto first_n = take_number(thread);
  shop_.append_ingest_create(body, first_n);
  for (std::uint32_t i = 1; i < lines_; ++i) shop_.append_ingest_create(body, take_number(thread));
  request.tag = tag_of(first_n, first);
  request.bytes.append(
      "POST /v1/ingest HTTP/1.1\r\nHost: wonjang\r\nContent-Type: application/x-ndjson\r\nAuthorization: ");
  request.bytes.append(authorization_)
      .append("\r\nContent-Length: ")
      .append(std::to_string(body.size()))
      .append("\r\n\r\n");
  request.bytes.append(body);
  return true;
}

void BulkMix::on_answer(unsigned thread, const LoadAnswer& answer) {
  auto& mine = per_thread_[thread];
  auto n = answer.tag >> kKindBits;
  auto rest = answer.response.body();
  std::uint32_t good = 0;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.find("\"status\":201") != std::string_view::npos) {
      keep(thread, n, payment_id_in(line));
      ++good;
    }
    n += threads_;
  }
  if (answer.response.status() != 200 || good != lines_) count_unexpected(thread, answer);
  if (answer.warm_up) return;
  mine.payments += good;
  mine.latency_us[first].add(answer.latency_us);
}

void BulkMix::on_lost(unsigned thread, std::uint64_t tag) {
  for (std::uint32_t i = 0; i < lines_; ++i)
    per_thread_[thread].lost.push_back((tag >> kKindBits) + i * threads_);
}

// ---- reconciliation ----

namespace {

class Resend final : public LoadMix {
 public:
  Resend(const Shop& shop, std::string authorization, unsigned threads, std::vector<AckedPayment> items)
      : LoadMix(shop, std::move(authorization), threads), items_(std::move(items)), results_(threads) {}

  bool next_request(unsigned thread, LoadRequest& request) override {
    const auto at = next_.fetch_add(1);
    if (at >= items_.size()) return false;
    request.tag = at;
    post_payment(thread, items_[at].n, false, request.bytes);
    return true;
  }
  void on_answer(unsigned thread, const LoadAnswer& answer) override {
    auto& r = results_[thread];
    const auto& item = items_[answer.tag];
    const bool was_replayed = answer.response.find("Idempotent-Replayed").has_value();
    const bool is_good = answer.response.status() == 201;
    ++r.checked;
    if (!is_good) {
      ++r.failed;
    } else if (item.id.is_zero()) {
      ++(was_replayed ? r.in_doubt_written : r.in_doubt_not_written);
    } else if (!was_replayed) {
      ++r.missing;
    } else {
      ++(payment_id_in(answer.response.body()) == item.id ? r.match : r.mismatch);
    }
  }
  void on_lost(unsigned thread, std::uint64_t) override { ++results_[thread].failed; }

  Reconciliation sum() const {
    Reconciliation out;
    for (const auto& r : results_) {
      out.checked += r.checked;
      out.match += r.match;
      out.mismatch += r.mismatch;
      out.missing += r.missing;
      out.failed += r.failed;
      out.in_doubt_written += r.in_doubt_written;
      out.in_doubt_not_written += r.in_doubt_not_written;
    }
    return out;
  }

 private:
  const std::vector<AckedPayment> items_;
  std::vector<Reconciliation> results_;
  std::atomic<std::size_t> next_{0};
};

std::uint64_t duplicates_in(const std::vector<AckedPayment>& acked) {
  std::vector<RawId> ids;
  ids.reserve(acked.size());
  for (const auto& one : acked) ids.push_back(one.id);
  std::ranges::sort(ids);
  std::uint64_t out = 0;
  for (std::size_t i = 1; i < ids.size(); ++i) out += ids[i] == ids[i - 1] ? 1 : 0;
  return out;
}

}  // namespace

Result<Reconciliation> reconcile(const LoadOptions& options, const Shop& shop,
                                 const std::string& authorization, const LoadMix& mix,
                                 std::uint64_t checks_max) {
  const auto acked = mix.acknowledged();
  std::vector<AckedPayment> items;
  const auto step =
      std::max<std::size_t>(1, (acked.size() + checks_max - 1) / std::max<std::uint64_t>(1, checks_max));
  for (std::size_t i = 0; i < acked.size(); i += step) items.push_back(acked[i]);
  for (const auto n : mix.lost()) items.push_back({n, {}});
  Resend again(shop, authorization, options.threads, std::move(items));
  LoadOptions closed = options;
  closed.rate_per_s = 0;
  closed.requests_max = 0;
  closed.warm_up = std::chrono::milliseconds(0);
  closed.duration = std::chrono::hours(1);  // ends with the last item
  WJ_TRY(const auto report, run_load(closed, again));
  (void)report;
  auto out = again.sum();
  out.duplicate = duplicates_in(acked);
  return out;
}

}  // namespace wonjang
