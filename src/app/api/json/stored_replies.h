// The rules of check() for answers of this API: an answer that is kept under an idempotency key is the one
// that its renderer (answers.h, money_contract_json.h) makes of the events once more, byte for byte. An
// answer of an older version, which is shorter, may lack members that came later, and has nothing that isn't
// derived. The title and the hint of a no are wording, which versions change: not compared.
//
// Not derived, because the events don't hold it: of a refusal the pointer and the number that stand in it; of
// a job the answer, which is read (an object; from 400 on a problem with a code of that status) and no more.
//
// Threads: any.
#pragma once

#include "engine/ledger/stored_replies.h"

namespace wonjang {

// Lives as long as the program.
const StoredReplies& api_stored_replies();

}  // namespace wonjang
