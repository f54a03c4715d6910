#include "app/api/secret_guard.h"

#include "app/api/json/pan_guard.h"
#include "app/api/query.h"

namespace wonjang {
namespace {

bool is_secret(std::string_view text) {
  return holds_pan(text) || text.find("wonjang_live_") != std::string_view::npos ||
         text.find("wonjang_test_") != std::string_view::npos;
}

}  // namespace

bool holds_secret(std::string_view text) {
  if (is_secret(text)) return true;
  if (text.find('%') == std::string_view::npos) return false;
  const auto decoded = percent_decoded(text);
  return !decoded || is_secret(*decoded);
}

std::string_view sayable(std::string_view path) { return holds_secret(path) ? std::string_view() : path; }

}  // namespace wonjang
