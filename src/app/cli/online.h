// Commands that ask a running server: payments, proofs, keys.
// Threads: blocks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace wonjang {

struct OnlineOptions {
  std::string url = "http://127.0.0.1:8080";
  std::string key_file;
  std::string output = "table";     // table, json, ndjson
  std::uint32_t page_rows = 1'000;  // of one question of a list that is asked for page by page
};

int run_payment_get(const OnlineOptions& options, const std::string& payment_id);
int run_payment_of_order(const OnlineOptions& options, const std::string& order_id,
                         const std::string& merchant_id);
// `types` empty: all its events; else those of these types, with commas.
int run_payment_events(const OnlineOptions& options, const std::string& payment_id,
                       const std::string& types = {});

// A person's word on what the resolver gave up on. Without `expected_version` nothing is sent: the payment is
// shown with the version to name, so that there is a second look.
struct ResolutionOptions {
  std::string payment_id;
  std::string approval_id;  // or
  std::string cancel_id;
  std::string outcome;
  std::string reason;
  std::string evidence;
  std::string approve_no;
  std::string transaction_key;
  std::string failure_code;
  std::string at;
  std::optional<std::uint64_t> expected_version;
  bool dry_run = false;
};
int run_settle_outcome(const OnlineOptions& options, const ResolutionOptions& resolution);
int run_in_doubt(const OnlineOptions& options, bool waiting_for_person);
int run_online_backup(const OnlineOptions& options, const std::string& name);

int run_proof_payment(const OnlineOptions& options, const std::string& payment_id, const std::string& file);

struct KeyCreateOptions {
  std::string merchant_id;
  std::vector<std::string> scopes{"merchant"};
  std::string label;
};
int run_key_create(const OnlineOptions& options, const KeyCreateOptions& key);
int run_key_list(const OnlineOptions& options);
int run_key_revoke(const OnlineOptions& options, const std::string& key_id);

}  // namespace wonjang
