#include "app/api/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>
#include <map>

#include "base/assert.h"

namespace wonjang {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<std::pair<std::string, std::string>>;

ClientMetric metric_of(const Labels& labels) {
  ClientMetric out;
  for (const auto& [name, value] : labels) out.label.push_back({name, value});
  return out;
}

MetricFamily family_of(const std::string& name, const std::string& help, MetricType type) {
  MetricFamily out;
  out.name = "wonjang_" + name;
  out.help = help;
  out.type = type;
  return out;
}

void add_value(MetricFamily& family, const Labels& labels, double value) {
  auto metric = metric_of(labels);
  if (family.type == MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  family.metric.push_back(std::move(metric));
}

MetricFamily family_of_one(const std::string& name, const std::string& help, MetricType type, double value) {
  auto out = family_of(name, help, type);
  add_value(out, {}, value);
  return out;
}

double number(const std::atomic<std::uint64_t>& count) {
  return static_cast<double>(count.load(std::memory_order_relaxed));
}

}  // namespace

Metrics::Metrics(std::vector<RouteName> routes) : names_(std::move(routes)) {
  WJ_ASSERT(names_.size() <= kRoutesMax);
}

std::size_t Metrics::place_of(int status) {
  const auto* const found = std::ranges::lower_bound(kStatuses.begin(), kStatuses.end() - 1, status);
  return *found == status ? static_cast<std::size_t>(found - kStatuses.begin()) : kStatuses.size() - 1;
}

void Metrics::end_request(std::size_t route, int status, std::int64_t micros) {
  in_flight_.fetch_sub(1, std::memory_order_relaxed);
  auto& counts = routes_[std::min(route, kRoutesMax)];
  counts.by_status[place_of(status)].fetch_add(1, std::memory_order_relaxed);
  const auto bucket = std::ranges::lower_bound(kBoundsMicros, micros) - kBoundsMicros.begin();
  counts.by_time[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  counts.micros_total.fetch_add(static_cast<std::uint64_t>(std::max<std::int64_t>(micros, 0)),
                                std::memory_order_relaxed);
}

std::string Metrics::text(const std::vector<Sample>& samples) const {
  std::vector<MetricFamily> families;
  auto requests = family_of("http_requests_total", "Requests answered.", MetricType::Counter);
  auto durations =
      family_of("http_request_duration_seconds", "From a whole head to the answer.", MetricType::Histogram);
  for (std::size_t r = 0; r <= kRoutesMax; ++r) {
    if (r >= names_.size() && r != kRoutesMax) continue;
    const auto& counts = routes_[r];
    const std::string path(r < names_.size() ? names_[r].path : "unknown");
    const std::string method(r < names_.size() ? names_[r].method : "any");
    for (std::size_t s = 0; s < kStatuses.size(); ++s) {
      if (counts.by_status[s].load(std::memory_order_relaxed) == 0) continue;
      const auto code = kStatuses[s] == 0 ? "other" : std::to_string(kStatuses[s]);
      add_value(requests, {{"route", path}, {"method", method}, {"code", code}}, number(counts.by_status[s]));
    }
    auto metric = metric_of({{"route", path}, {"method", method}});
    std::uint64_t sum = 0;
    for (std::size_t b = 0; b < counts.by_time.size(); ++b) {
      sum += counts.by_time[b].load(std::memory_order_relaxed);
      const auto bound = b < kBoundsMicros.size() ? static_cast<double>(kBoundsMicros[b]) / 1e6
                                                  : std::numeric_limits<double>::infinity();
      metric.histogram.bucket.push_back({sum, bound});
    }
    if (sum == 0) continue;
    metric.histogram.sample_count = sum;
    metric.histogram.sample_sum = number(counts.micros_total) / 1e6;
    durations.metric.push_back(std::move(metric));
  }
  families.push_back(std::move(requests));
  families.push_back(std::move(durations));
  families.push_back(family_of_one("http_requests_in_flight", "Requests being worked on.", MetricType::Gauge,
                                   static_cast<double>(in_flight_.load(std::memory_order_relaxed))));
  auto reads = family_of("reads_total", "Questions answered by the views, one book, or all books.",
                         MetricType::Counter);
  for (const auto spread : {Spread::views, Spread::routed, Spread::scattered})
    add_value(reads, {{"route", std::string(code_of(spread))}},
              number(reads_[static_cast<std::size_t>(spread)]));
  families.push_back(std::move(reads));
  families.push_back(family_of_one("idempotency_replays_total", "Repeats answered with the stored answer.",
                                   MetricType::Counter, number(replays_)));
  auto conflicts = family_of("idempotency_conflicts_total", "Keys that met another or an unfinished request.",
                             MetricType::Counter);
  add_value(conflicts, {{"kind", "key_reused"}}, number(conflicts_reused_));
  add_value(conflicts, {{"kind", "in_progress"}}, number(conflicts_running_));
  families.push_back(std::move(conflicts));
  auto ingest = family_of("ingest_lines_total", "Lines of /v1/ingest answered.", MetricType::Counter);
  add_value(ingest, {{"result", "accepted"}}, number(ingest_accepted_));
  add_value(ingest, {{"result", "refused"}}, number(ingest_refused_));
  families.push_back(std::move(ingest));

  std::map<std::string, std::size_t> places;
  for (const auto& sample : samples) {
    const auto [place, is_new] = places.try_emplace(sample.name, families.size());
    if (is_new) {
      families.push_back(
          family_of(sample.name, sample.help, sample.is_counter ? MetricType::Counter : MetricType::Gauge));
    }
    add_value(families[place->second], sample.labels, sample.value);
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace wonjang
