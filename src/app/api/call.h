// Call: one HTTP request on its way through the API, from its head to its answer. Owned by whoever works on
// it; while a request is in the ledger its address is the tag of the completion. Threads: one at a time.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/api/auth.h"
#include "app/api/routes.h"
#include "app/http/message.h"

namespace wonjang {

struct Call {
  Call(HttpRequest r, Respond p) : request(std::move(r)), respond(std::move(p)) {}

  HttpRequest request;
  Respond respond;
  const Route* route = nullptr;
  std::string_view parameter;  // of the path
  std::shared_ptr<const Caller> caller;
  std::string request_id;
  std::string secret;      // of a new API key: for the first answer only
  std::string so_already;  // what is answered where nothing changes, in place of {}
  // Of a job that an earlier process was cut off in: when it was asked for (job_continuer.h).
  std::optional<Instant> continues_since;

  std::string_view path() const { return request.head.path(); }
};

}  // namespace wonjang
