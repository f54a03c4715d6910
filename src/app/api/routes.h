// The one table of the HTTP API: method, path, who may, what runs. The server answers from it (404, 405 with
// Allow, 401, 403), and a test holds it against openapi.json in both directions.
//
// Threads: any; it never changes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/api/auth.h"

namespace wonjang {

class Api;
struct Call;
using Handler = void (*)(Api& api, std::unique_ptr<Call> call);

// What of a server answers a route. The ledger itself is always there.
enum class Part : std::uint8_t { ledger, views, money };

// Which of the ledger's books a GET asks (spread.h). order_book: that of ?orderId=, and none without it. What
// asks none and is a part's comes from what the part has folded.
enum class Asks : std::uint8_t { no_book, its_book, order_book, every_book };

struct Route {
  std::string_view method;
  std::string_view path;  // "/v1/payments/{paymentId}": at most one parameter
  Scopes scopes;          // any of these; none: public
  bool needs_key;         // an Idempotency-Key
  std::size_t body_max;   // bytes; 0: takes no body
  Handler handler;        // null: streamed (ingest)
  // Whether it reads query parameters; its handler refuses those it doesn't know. Where none are read, any is
  // refused before the handler: `?dryRun=true` on a path that knows no such thing must not really act.
  bool takes_query = false;
  // A server told not to serve this part answers NOT_SERVED before the handler.
  Part part = Part::ledger;
  Asks asks = Asks::no_book;
};

// Of a request whose query nothing would read: what to tell the caller. Nothing: all is well.
std::optional<std::string_view> wrong_query(const Route& route, std::string_view query);

std::span<const Route> routes();

struct Matched {
  const Route* route = nullptr;
  std::string_view parameter;  // of the path; a view into `path`
  bool known_path = false;     // some method of it is served
};
// HEAD is served as GET.
Matched match_route(std::string_view method, std::string_view path);
// "GET, HEAD, POST"
std::string allowed_methods(std::string_view path);

std::size_t index_of(const Route& route);

}  // namespace wonjang
