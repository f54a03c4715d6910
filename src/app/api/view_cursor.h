// Cursors of lists that the serving views give: bytes of the engine, sealed for the outside.
//
//   version (1), kind (1) = 4, block (2), payload (8), mark (4)     sealed by TokenSeal, base64url of all
//   blocks in a row
//
// The payload begins with its own size. The mark comes from the query (list, filters, whose) and the newest
// epoch: a cursor of another query, of another merchant, from before a restore, one that was cut or tampered
// with opens to other bytes and is refused.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "app/api/tokens.h"

namespace wonjang {

constexpr std::size_t kViewCursorMax = 1'024;  // bytes of the payload

// `query` says all that the page depends on but the place in it. REQUIRES: payload.size() <= kViewCursorMax
std::string seal_view_cursor(const Tokens& tokens, std::string_view query, std::string_view payload);
std::optional<std::string> open_view_cursor(const Tokens& tokens, std::string_view query,
                                            std::string_view text);
// Of a text that open_view_cursor() refused: whether it was good before this ledger was restored.
std::optional<LostPlace> lost_view_cursor(const Tokens& tokens, std::string_view query,
                                          std::string_view text);

}  // namespace wonjang
