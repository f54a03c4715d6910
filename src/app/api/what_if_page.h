// Answers of the what-if, a page of each list or further pages of one: ?limit= and ?after= (what_if.h).
//
// Threads: any.
#pragma once

#include <optional>
#include <string>

#include "app/api/handlers.h"
#include "app/api/query.h"
#include "engine/money/what_if.h"

namespace wonjang {

constexpr std::int64_t kWhatIfPageMax = 10'000;

struct WhatIfPage {
  money::WhatIfAsked asked;
  std::string identity;  // of the question, for cursors
};
// `about`: the change that is asked about. Nothing: the call was answered.
std::optional<WhatIfPage> take_what_if_page(Api& api, CallPtr& call, const Query& query,
                                            const std::string& about);

// What `reference` would move if it were approved now. On the questions' thread.
void answer_what_if(Api& api, CallPtr call, const settlement::Reference& reference,
                    const KvSnapshot& snapshot, const WhatIfPage& page);

}  // namespace wonjang
