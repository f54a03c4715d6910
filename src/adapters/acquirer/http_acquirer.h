// HttpAcquirer: a provider that speaks docs/acquirer-protocol.md over HTTP/1.1.
//
// The mapping of failures is its whole point. Nobody listens, the connection can't be made in time, or not
// one byte of the request was taken by the socket: unavailable, it did not happen. From the first byte on,
// anything but a complete, valid 200 answer about the very reference (time-out, reset, half an answer,
// garbage, any other status, 4xx too): in_doubt.
//
// One call is one request on the wire: nothing is ever sent twice from here. Connections are kept alive,
// since one per approval would cost a round trip each and use up the ports toward one address. A kept
// connection is used again only when it was not idle for long and nothing came in on it meanwhile (no end, no
// stray byte); should the provider close it in the instant between that look and our request, the call is
// in_doubt, though probably nothing happened: the resolver finds out, a second request would guess.
//
// Threads: any; calls run side by side, each on a connection of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "ports/acquirer.h"
#include "ports/clock.h"

namespace wonjang {

struct HttpAcquirerOptions {
  std::string host;  // a name is resolved once, in open()
  std::uint16_t port = 0;
  std::int64_t connect_timeout_ms = 1'000;  // shorter when the deadline is nearer
  std::int64_t call_timeout_ms = 30'000;    // the upper bound of any call, whatever its deadline says
  std::int64_t idle_ms_max =
      4'000;  // a kept connection older than this is closed; less than the provider's own
  std::uint32_t idle_connections_max = 64;
};

class HttpAcquirer final : public Acquirer {
 public:
  // Errors: invalid (options), unavailable (the name doesn't resolve). Doesn't connect yet.
  static Result<std::unique_ptr<HttpAcquirer>> open(HttpAcquirerOptions options, const Clock& clock);
  ~HttpAcquirer() override;

  Result<ApproveAnswer> approve(const ApproveRequest& request) override;
  Result<CancelAnswer> cancel(const CancelRequest& request) override;
  Result<InquiryAnswer> inquire(const std::string& reference, Instant deadline) override;
  Result<NetworkCancelAnswer> network_cancel(const std::string& reference, Instant deadline) override;

 private:
  class Client;
  HttpAcquirer(std::unique_ptr<Client> client, const Clock& clock);

  std::unique_ptr<Client> client_;
  const Clock& clock_;
};

}  // namespace wonjang
