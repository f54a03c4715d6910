// Commands that ask a running server: payments, proofs, keys.
// Threads: blocks.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace wonjang {

struct OnlineOptions {
  std::string url = "http://127.0.0.1:8080";
  std::string key_file;
  std::string output = "table";  // table, json, ndjson
};

int run_payment_get(const OnlineOptions& options, const std::string& payment_id);
int run_payment_of_order(const OnlineOptions& options, const std::string& order_id,
                         const std::string& merchant_id);
int run_payment_events(const OnlineOptions& options, const std::string& payment_id);
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
