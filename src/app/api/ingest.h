// POST /v1/ingest: newline-delimited JSON in, one result line per input line out, in order, while the input
// still comes.
//
//   {"line":1,"status":201,"paymentId":"pay_...","position":"..."}
//   {"line":2,"status":201,"paymentId":"pay_...","position":"...","replayed":true}
//   {"line":3,"status":422,"problem":{...}}
//
// A line is a request of its own, with its own key: sending everything again gives replays.
// `Resume-From-Line: N` skips what comes before line N. Blank lines are skipped. A line that is too long is
// answered and the rest goes on. While the ledger is busy the socket isn't read, so the sender slows down;
// nobody is refused for being fast.
//
// The stream ends early, with every line that was taken answered, when the server goes down, when the chunked
// body is broken, and when the key is revoked or expires (what came by then is answered 401). Lines without a
// result were not taken: send again. Is there nothing to answer, the whole request is refused.
//
// Threads: lines are parsed on the connection's thread while earlier ones are written.
#pragma once

#include <memory>

#include "app/http/message.h"

namespace wonjang {

class Api;

// A stream that lives for long: told when the server goes down, to take no more and end. Threads: any.
class OpenStream {
 public:
  virtual ~OpenStream() = default;
  virtual void drain() = 0;
};

// Takes over the stream: admits the caller, reads, answers, ends.
void start_ingest(Api& api, std::shared_ptr<HttpStream> stream);

}  // namespace wonjang
