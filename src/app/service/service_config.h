// ServiceConfig: everything a service is told, as plain values. Where they come from (file, environment,
// flags) is the command line's business. Threads: a value.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/api/log.h"
#include "base/result.h"
#include "engine/serving/cube.h"

namespace wonjang {

// A provider is called over HTTP ("http://host:port"), or simulated in the process ("sim").
struct ProviderConfig {
  std::string name;
  std::string url = "sim";
  std::string profile = "everyday";  // of the simulated one: SimulatedProfile::names()
  std::uint64_t seed = 1;
};

struct ServiceConfig {
  // The book
  std::string data_dir;              // books, secrets/, operator.key
  bool in_memory = false;            // the books are gone with the process; for demonstrations and tests
  std::uint32_t books = 1;           // fixed at the first start of a data directory
  std::uint32_t queue_max = 16'384;  // requests waiting per book
  std::uint32_t batch_max = 1'024;   // requests written in one durable step
  std::uint64_t memory_bytes = 256ULL << 20U;        // of the storage engine
  std::uint64_t disk_reserve_bytes = 512ULL << 20U;  // writes are refused below it
  std::string backup_dir;                            // where backups of the running ledger go; empty: nowhere

  // The serving views: lists, search, totals
  bool serving_enabled = true;  // false: not folded here, their routes answer NOT_SERVED
  std::uint64_t serving_memory_bytes = 288ULL << 20U;       // of their storage engine
  std::uint64_t serving_write_buffer_bytes = 96ULL << 20U;  // of it; what a crash has to fold again
  std::uint32_t serving_nice = 0;     // of the thread that folds, 0..19; above 0 writes go first where cores
                                      // are short, and the views fall behind by seconds
  std::int64_t serving_rest_ms = 25;  // longest rest of that thread between two batches, to gather events
  std::uint32_t query_threads = 1;    // for questions that read more than a page
  std::uint64_t search_seeks_max = 2'000;  // ceilings: what one answer may read
  std::uint64_t search_rows_max = 20'000;
  std::uint64_t totals_cells_max = 20'000;
  std::uint64_t totals_rows_max = 20'000;
  std::uint64_t top_cells_max = 500'000;
  std::uint64_t list_rows_max = 20'000;
  std::vector<serving::CubeDeclaration> cubes;  // beside the built-in ones

  // The money side: journal, settlement, payouts
  bool money_enabled = true;                         // false: not folded here, its routes answer NOT_SERVED
  std::uint64_t money_memory_bytes = 192ULL << 20U;  // of its storage engine
  std::uint64_t money_write_buffer_bytes = 64ULL << 20U;  // of it; what a crash has to fold again
  std::uint32_t money_nice = 5;                           // of the thread that folds
  std::int64_t money_rest_ms = 25;                        // its longest rest between two batches
  bool settlement_four_eyes = true;                       // who proposes a change doesn't decide it
  bool settlement_continue_jobs = true;                   // what a process was cut off in goes on by itself
  std::uint32_t settlement_workers = 2;                   // that compute lines; 0: the run's own thread

  // The door
  std::string listen_address = "127.0.0.1";
  std::uint16_t listen_port = 8080;  // 0: a free one
  std::string tls_certificate_file;  // PEM; both or neither
  std::string tls_key_file;
  std::uint32_t http_threads = 2;
  std::uint32_t connections_max = 4'096;
  std::uint64_t body_bytes_max = 1ULL << 20U;
  std::uint32_t merchant_key_days_max = 365;  // life of a key that a merchant makes for itself
  std::int64_t session_idle_ms = 1'800'000;   // of the console: unused so long it ends
  std::int64_t session_life_ms = 43'200'000;  // it ends, however busy

  // Providers
  std::vector<ProviderConfig> providers;
  std::uint32_t provider_workers = 32;
  std::uint32_t provider_queue_max = 1'024;
  std::uint32_t resolver_workers = 8;
  std::int64_t resolver_poll_ms = 250;
  std::int64_t resolver_delay_ms_first = 1'000;
  std::int64_t resolver_delay_ms_max = 3'600'000;
  std::uint32_t resolver_inquiries_before_cancel = 3;
  std::uint32_t resolver_attempts_max = 20;
  bool resolver_confirm_late_success = true;

  // Time-outs, each inside the next: see validate()
  std::int64_t resolver_call_ms = 3'000;  // one question of the resolver
  std::int64_t provider_call_ms = 5'000;  // one call on a caller's behalf
  std::int64_t settle_margin_ms = 1'000;  // from the provider's last chance to our answer
  std::int64_t request_ms = 15'000;       // from a request's head to its answer
  std::int64_t http_write_ms = 30'000;    // an answer that makes no progress
  std::int64_t http_read_ms = 15'000;
  std::int64_t http_idle_ms = 75'000;
  std::int64_t position_wait_ms = 2'000;  // min-position
  std::int64_t feed_wait_ms = 30'000;     // longest long poll

  std::string log_name = "wonjang";  // of the signed heads: "<log_name>/book0"
  LogLevel log_level = LogLevel::info;
  std::uint64_t seed = 0;  // of ids; 0: from the system's randomness

  // Every wrong value in one text. Errors: invalid.
  Result<void> validate() const;
};

}  // namespace wonjang
