// Evidence: what a provider answered, fit to be kept for ever: no card number, bounded, valid UTF-8.
// Threads: any (pure functions).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wonjang {

constexpr std::size_t kEvidenceBytesMax = 2048;

// Every run of 12 digits or more keeps its first 6 and last 4, the others become '*'. A single blank or
// hyphen between two digits doesn't end a run ("4111 1111 1111 1111").
std::string mask_card_numbers(std::string_view text);

// The longest prefix of at most `bytes_max` bytes that doesn't end inside a UTF-8 character.
std::string_view cut_utf8(std::string_view text, std::size_t bytes_max);

// `body` masked, then cut to kEvidenceBytesMax.
std::string evidence_of(std::string_view body);

}  // namespace wonjang
