// Door: the way of the checks into a server. The real one is HTTP (app/cli); a test's lies.
//
// Threads: one owner; calls block.
#pragma once

#include <string>

namespace wonjang::sanity {

struct Answer {
  int status = 0;  // 0: none came; `body` says why
  std::string body = {};
  bool replayed = false;      // said again, not done again
  std::string position = {};  // Ledger-Position; empty: it has none
};

struct Question {
  std::string method;  // GET, POST or PUT (without a body)
  std::string target;
  std::string api_key = {};          // empty: nobody's
  std::string idempotency_key = {};  // of a POST
  std::string body = {};
  std::string content_type = "application/json";
};

class Door {
 public:
  virtual ~Door() = default;
  virtual Answer ask(const Question& question) = 0;
};

}  // namespace wonjang::sanity
