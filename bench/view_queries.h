// The questions of the read side's benchmark, asked of views in this process: each as often as it takes to
// see its p99, and its answer as one line, for comparing engines.
//
//   R1 R2 R5 R6 R6f R7   lists, the totals of their filters, one payment
//   M1 M2 M6             movements of money of one merchant: the newest, the cancels of cancelled payments,
//   sums S1 to S7             texts; S5 types decomposed letters, S7 is of one merchant A1 A2 A3 A4 by day;
//   organisation, method, status and month; who sold most; A1 at a close, and since L1                   the
//   life of one payment
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash64.h"
#include "engine/serving/views.h"
#include "ports/kv_store.h"

namespace wonjang::bench {

constexpr std::array<std::uint32_t, 2> kAskedMerchants{0, 40};
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kAskedTexts{{
    {"S1 2 syllables", "민준"},
    {"S1 2 syllables, rare", "규림"},
    {"S2 1 syllable", "민"},
    {"S3 3 syllables", "김민준"},
    {"S4 no hit", "띔띔띔"},
    {"S5 NFD", "\u1106\u1175\u11AB\u110C\u116E\u11AB"},
    {"S6 initials", "ㄱㅁㅈ"},
}};
constexpr std::string_view kAskedWithin = "민준";  // S7
constexpr std::int32_t kAskedWithinDays = 30;      // its shorter period, at the world's end
constexpr std::int32_t kAskedCloseDaysBack = 180;  // A4: from the world's end
constexpr std::uint32_t kAskedTop = 100;           // A3
inline BusinessDate asked_close(Instant until) {
  return {business_date_of(until).days - kAskedCloseDaysBack};
}

// Some 200 payments of a world of `payments`, whose lives L1 asks for.
inline bool is_asked_life(PaymentId payment, std::uint64_t payments) {
  return hash64(payment.raw().to_bytes()) % (payments / 200 + 1) == 0;
}

struct ViewQueries {
  const serving::Views& views;
  const KvStore& store;
  const EventLog& log;
  const EventCodec& codec;
  Instant from;  // the whole period
  Instant until;
  std::vector<PaymentId> lives;  // of L1, which `log` can load
  std::uint32_t runs = 300;
  std::string only = {};  // questions whose name holds it; empty: all
};

// Prints "query p50_ms p99_ms rows seeks" lines and "answer ..." lines. Gives the answers, as behind "answer
// ".
std::vector<std::string> ask_all(const ViewQueries& queries);

}  // namespace wonjang::bench
