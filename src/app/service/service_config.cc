#include "app/service/service_config.h"

#include <set>

#include "adapters/acquirer/fate.h"
#include "domain/ids.h"

namespace wonjang {
namespace {

class Complaints {
 public:
  void unless(bool holds, const std::string& text) {
    if (holds) return;
    if (!text_.empty()) text_.append("\n");
    text_.append(text);
  }
  Result<void> result() const { return text_.empty() ? Result<void>() : Result<void>(invalid(text_)); }

 private:
  std::string text_;
};

std::string ms(std::int64_t value) { return std::to_string(value) + " ms"; }

void check_resolver(const ServiceConfig& c, Complaints& complaints) {
  complaints.unless(c.resolver_poll_ms > 0, "resolver_poll_ms is at least 1");
  complaints.unless(
      c.resolver_delay_ms_first > 0 && c.resolver_delay_ms_first <= c.resolver_delay_ms_max &&
          c.resolver_delay_ms_max <= 86'400'000,
      "resolver.delay_first is at least 1 ms and at most resolver.delay_max, which is at most a "
      "day; they are " +
          ms(c.resolver_delay_ms_first) + " and " + ms(c.resolver_delay_ms_max));
  complaints.unless(
      c.resolver_attempts_max > c.resolver_inquiries_before_cancel && c.resolver_attempts_max <= 1'000,
      "resolver.attempts_max is more than resolver.inquiries_before_cancel and at most 1000, or a "
      "network cancel is never sent before a person is asked; they are " +
          std::to_string(c.resolver_attempts_max) + " and " +
          std::to_string(c.resolver_inquiries_before_cancel));
}

// A caller must hear our answer before its patience ends, and we the provider's before ours does.
void check_times(const ServiceConfig& c, Complaints& complaints) {
  for (const auto value : {c.resolver_call_ms, c.provider_call_ms, c.settle_margin_ms, c.request_ms,
                           c.http_write_ms, c.http_read_ms, c.http_idle_ms}) {
    complaints.unless(value > 0 && value <= 3'600'000,
                      "time-outs are from 1 ms to one hour; one is " + ms(value));
  }
  complaints.unless(c.resolver_call_ms <= c.provider_call_ms,
                    "time-outs don't nest: a question of the resolver (" + ms(c.resolver_call_ms) +
                        ") may not take longer than a provider's call (" + ms(c.provider_call_ms) + ")");
  complaints.unless(c.provider_call_ms + c.settle_margin_ms < c.request_ms,
                    "time-outs don't nest: a provider's call (" + ms(c.provider_call_ms) +
                        ") and the margin to write down its "
                        "outcome (" +
                        ms(c.settle_margin_ms) + ") must end before the request's deadline (" +
                        ms(c.request_ms) +
                        "); else callers are told `unknown` about payments that went well");
  complaints.unless(c.request_ms < c.http_write_ms,
                    "time-outs don't nest: the request's deadline (" + ms(c.request_ms) +
                        ") must be shorter than the server's write time-out (" + ms(c.http_write_ms) + ")");
  complaints.unless(c.position_wait_ms >= 0 && c.position_wait_ms < c.request_ms,
                    "waiting for min-position (" + ms(c.position_wait_ms) +
                        ") must end before the request's deadline (" + ms(c.request_ms) + ")");
  complaints.unless(c.feed_wait_ms >= 0 && c.feed_wait_ms <= 60'000, "a long poll waits at most 60000 ms");
}

void check_providers(const ServiceConfig& c, Complaints& complaints) {
  std::set<std::string> names;
  for (const auto& provider : c.providers) {
    complaints.unless(!provider.name.empty() && provider.name.size() <= 32,
                      "a provider needs a name of 1 to 32 characters");
    complaints.unless(names.insert(provider.name).second, "two providers are called " + provider.name);
    const bool is_simulated = provider.url == "sim";
    complaints.unless(is_simulated || provider.url.starts_with("http://"),
                      "provider " + provider.name + ": the url is `sim` or begins with http://");
    complaints.unless(!is_simulated || SimulatedProfile::named(provider.profile).has_value(),
                      "provider " + provider.name + ": there is no simulated profile " + provider.profile);
  }
}

void check_serving(const ServiceConfig& c, Complaints& complaints) {
  complaints.unless(c.serving_write_buffer_bytes >= 1U << 20U, "serving.write_buffer is at least 1MiB");
  complaints.unless(c.serving_memory_bytes / 3 >= c.serving_write_buffer_bytes,
                    "serving.memory is at least three times serving.write_buffer: two of them fill while "
                    "one is being written, and reads need some too");
  complaints.unless(c.query_threads >= 1 && c.query_threads <= 64,
                    "serving.query_threads is a number from 1 to 64");
  complaints.unless(c.serving_nice <= 19, "serving.nice is a number from 0 to 19");
  complaints.unless(c.serving_rest_ms >= 0 && c.serving_rest_ms <= 1'000,
                    "serving.rest_max is from 0ms to 1s");
  for (const auto ceiling : {c.search_seeks_max, c.search_rows_max, c.totals_cells_max, c.totals_rows_max,
                             c.top_cells_max, c.list_rows_max}) {
    complaints.unless(ceiling >= 100 && ceiling <= 10'000'000,
                      "a read ceiling of [serving] is a number from 100 to 10000000");
  }
  const auto cubes = serving::CubeSet::create(c.cubes);
  complaints.unless(cubes.has_value(), cubes ? std::string() : "serving.cubes: " + cubes.error().message);
}

void check_money(const ServiceConfig& c, Complaints& complaints) {
  complaints.unless(c.money_write_buffer_bytes >= 1U << 20U, "money.write_buffer is at least 1MiB");
  complaints.unless(c.money_memory_bytes / 3 >= c.money_write_buffer_bytes,
                    "money.memory is at least three times money.write_buffer: two of them fill while one is "
                    "being written, and reads need some too");
  complaints.unless(c.money_nice <= 19, "money.nice is a number from 0 to 19");
  complaints.unless(c.money_rest_ms >= 0 && c.money_rest_ms <= 1'000, "money.rest_max is from 0ms to 1s");
  complaints.unless(c.settlement_workers <= 64, "settlement.workers is a number from 0 to 64");
}

}  // namespace

Result<void> ServiceConfig::validate() const {
  Complaints complaints;
  complaints.unless(in_memory || !data_dir.empty(),
                    "say where the books are: ledger.data_dir (--data-dir DIR)");
  complaints.unless(books > 0 && books <= 64, "books is a number from 1 to 64");
  complaints.unless(queue_max >= 1'024 && queue_max <= 1'048'576,
                    "queue_max is a number from 1024 to 1048576");
  complaints.unless(batch_max > 0 && batch_max <= 1'024, "batch_max is a number from 1 to 1024");
  complaints.unless(http_threads > 0 && http_threads <= 256, "http_threads is a number from 1 to 256");
  complaints.unless(provider_workers > 0 && provider_workers <= 1'024,
                    "provider_workers is a number from 1 to 1024");
  complaints.unless(resolver_workers > 0 && resolver_workers <= 256,
                    "resolver_workers is a number from 1 to 256");
  complaints.unless(merchant_key_days_max >= 1 && merchant_key_days_max <= 3'650,
                    "merchant_key_days_max is a number from 1 to 3650");
  complaints.unless(
      session_idle_ms >= 5'000 && session_idle_ms <= session_life_ms && session_life_ms <= 604'800'000,
      "http.session_idle is at least 5 s and at most http.session_life, which is at most 7 days; "
      "they are " +
          ms(session_idle_ms) + " and " + ms(session_life_ms));
  complaints.unless(backup_dir.empty() || !in_memory,
                    "backup_dir is for books on disk: a ledger in memory has nothing to copy");
  check_resolver(*this, complaints);
  complaints.unless(tls_certificate_file.empty() == tls_key_file.empty(),
                    "TLS needs both: the certificate and its key");
  complaints.unless(!log_name.empty() && log_name.find_first_of(" +\n") == std::string::npos,
                    "log_name is not empty and has no space and no '+'");
  check_serving(*this, complaints);
  check_money(*this, complaints);
  check_times(*this, complaints);
  check_providers(*this, complaints);
  return complaints.result();
}

}  // namespace wonjang
