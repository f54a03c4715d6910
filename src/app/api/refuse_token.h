// Answers to tokens and cursors that are no good: INVALID_CURSOR for what this server never gave (for this
// list), POSITION_LOST for what a restore of the ledger has lost, with what to do about it.
//
// Threads: any.
#pragma once

#include <string_view>

#include "app/api/handlers.h"
#include "app/api/tokens.h"

namespace wonjang {

struct TokenUse {
  std::string_view name;      // of the parameter: "after"
  std::string_view not_ours;  // detail of INVALID_CURSOR
  std::string_view advice;    // a sentence, of POSITION_LOST
};

// Of a text that Tokens refused.
void refuse_token(Api& api, CallPtr call, std::string_view text, const TokenUse& use);
// Of a `min-position`.
void refuse_min_position(Api& api, CallPtr call, std::string_view text);
// Of a list's cursor that open_view_cursor() refused.
void refuse_view_cursor(Api& api, CallPtr call, std::string_view query, std::string_view text,
                        std::string_view not_ours);
// Of a list's cursor that Tokens refused.
void refuse_list_cursor(Api& api, CallPtr call, std::string_view text, std::string_view not_ours);

}  // namespace wonjang
