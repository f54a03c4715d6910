// StoredReplies: what check() asks about the answer that is kept under an idempotency key. How an answer
// looks is the business of who renders it (app/api/json/stored_replies.h); what it was made of stands in the
// events, and check() derives that.
//
// Threads: any.
#pragma once

#include <span>
#include <string>

#include "engine/ledger/request.h"

namespace wonjang {

class StoredReplies {
 public:
  virtual ~StoredReplies() = default;

  // Empty: `stored` is an answer to what `made_of` says; else a sentence about it without a full stop.
  //
  // `made_of` is what the writer rendered the answer from, as far as the events say it: a refusal has the
  // code and the detail of its event and neither pointer nor number, and the operation is known of a refusal
  // and of a note alone. `before`: the earlier events of a house stream; of another stream it is empty.
  virtual std::string fault_of(const Outcome& made_of, std::span<const Event> before,
                               const Reply& stored) const = 0;
};

}  // namespace wonjang
