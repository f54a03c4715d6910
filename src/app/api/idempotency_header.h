// The header Idempotency-Key: the quoted string of the IETF draft and the bare token that many clients send.
// Both spellings of one key are the same key. A key that
// looks like a card number is refused: keys are kept for ever. Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "app/http/message.h"

namespace wonjang {

constexpr std::size_t kIdempotencyKeyMax = 300;

enum class KeyFault : std::uint8_t { missing, twice, empty, too_long, bad_character, bad_quoting, secret };
std::string_view text_of(KeyFault fault);

std::variant<std::string, KeyFault> idempotency_key_of(const HttpRequestHead& head);
std::variant<std::string, KeyFault> parse_idempotency_key(std::string_view value);

}  // namespace wonjang
