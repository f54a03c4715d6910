#include "adapters/acquirer/evidence.h"

namespace wonjang {
namespace {

constexpr std::size_t kDigitsMin = 12;
constexpr std::size_t kFirstShown = 6;
constexpr std::size_t kLastShown = 4;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_separator(char c) { return c == ' ' || c == '-'; }

// The end of the run of digits that begins at `from`, and how many digits it has.
struct Run {
  std::size_t end;
  std::size_t digits;
};
Run run_at(std::string_view text, std::size_t from) {
  Run run{from, 0};
  while (run.end < text.size()) {
    if (is_digit(text[run.end])) {
      ++run.digits;
      ++run.end;
    } else if (is_separator(text[run.end]) && run.end + 1 < text.size() && is_digit(text[run.end + 1])) {
      ++run.end;
    } else {
      break;
    }
  }
  return run;
}

}  // namespace

std::string mask_card_numbers(std::string_view text) {
  std::string out(text);
  for (std::size_t at = 0; at < out.size();) {
    if (!is_digit(out[at])) {
      ++at;
      continue;
    }
    const Run run = run_at(out, at);
    std::size_t seen = 0;
    for (std::size_t i = at; i < run.end && run.digits >= kDigitsMin; ++i) {
      if (!is_digit(out[i])) continue;
      ++seen;
      if (seen > kFirstShown && seen + kLastShown <= run.digits) out[i] = '*';
    }
    at = run.end;
  }
  return out;
}

std::string_view cut_utf8(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

std::string evidence_of(std::string_view body) {
  // Masked before it is cut: a cut number would be too short to be recognised.
  const std::string masked = mask_card_numbers(body);
  return std::string(cut_utf8(masked, kEvidenceBytesMax));
}

}  // namespace wonjang
