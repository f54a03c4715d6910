// The questions of the read side's benchmark (R1, R2, R5, R6, R7, S1 to S6, A1), asked of views in this
// process: each as often as it takes to see its p99, and its answer as one line, for comparing engines.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/serving/views.h"
#include "ports/kv_store.h"

namespace wonjang::bench {

constexpr std::array<std::uint32_t, 2> kAskedMerchants{0, 40};
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kAskedTexts{{
    {"S1 2 syllables", "민준"},
    {"S1 2 syllables, rare", "규림"},
    {"S2 1 syllable", "민"},
    {"S3 3 syllables", "김민준"},
    {"S4 no hit", "띔띔띔"},
    {"S6 initials", "ㄱㅁㅈ"},
}};

struct ViewQueries {
  const serving::Views& views;
  const KvStore& store;
  const EventLog& log;
  const EventCodec& codec;
  Instant from;  // the whole period
  Instant until;
  std::uint32_t runs = 300;
  std::string only = {};  // questions whose name holds it; empty: all
};

// Prints "query p50_ms p99_ms rows seeks" lines and "answer ..." lines. Gives the answers, as behind "answer
// ".
std::vector<std::string> ask_all(const ViewQueries& queries);

}  // namespace wonjang::bench
