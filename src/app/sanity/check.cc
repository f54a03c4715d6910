#include "app/sanity/check.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <optional>

namespace wonjang::sanity {

namespace json = boost::json;

namespace {

constexpr std::size_t kSeenMax = 300;

std::string shortened(std::string_view text) {
  std::string out(text.substr(0, kSeenMax));
  // Not in the middle of a letter.
  while (text.size() > kSeenMax && !out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0U) == 0x80U)
    out.pop_back();
  return text.size() > kSeenMax ? out + "..." : out;
}

std::optional<json::value> find(const Answer& answer, std::string_view path) {
  boost::system::error_code error;
  const auto root = json::parse(answer.body, error);
  if (error) return std::nullopt;
  const json::value* at = &root;
  while (!path.empty()) {
    const auto name = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    if (at->is_object()) {
      at = at->as_object().if_contains(name);
    } else if (at->is_array()) {
      std::size_t index = 0;
      const auto end = std::from_chars(name.data(), name.data() + name.size(), index);
      at = end.ec == std::errc() ? at->as_array().if_contains(index) : nullptr;
    } else {
      at = nullptr;
    }
    if (at == nullptr) return std::nullopt;
  }
  return *at;
}

}  // namespace

std::string member(const Answer& answer, std::string_view path) {
  const auto found = find(answer, path);
  if (!found || found->is_null()) return "nothing";
  return found->is_string() ? std::string(found->as_string()) : json::serialize(*found);
}

std::size_t count_of(const Answer& answer, std::string_view path) {
  const auto found = find(answer, path);
  return found && found->is_array() ? found->as_array().size() : 0;
}

void Check::holds(std::string_view what, bool as_expected, std::string_view expected, std::string_view seen) {
  if (as_expected || outcome_ != Outcome::ok) return;
  outcome_ = Outcome::not_ok;
  what_ = what;
  expected_ = shortened(expected);
  seen_ = shortened(seen);
}

void Check::is(std::string_view what, std::string_view expected, std::string_view seen) {
  holds(what, expected == seen, expected, seen);
}

void Check::answered(std::string_view what, const Answer& answer, int status, std::string_view code) {
  const auto said = answer.status == 0 ? std::string("no answer") : std::to_string(answer.status);
  const auto seen_code = answer.status >= 400 ? member(answer, "code") : std::string();
  const bool ok = answer.status == status && (code.empty() || code == seen_code);
  auto expected = std::to_string(status);
  if (!code.empty()) expected.append(" ").append(code);
  holds(what, ok, expected,
        said + (answer.status >= 400 || answer.status == 0 ? " " + answer.body : " " + seen_code));
}

void Check::skip(std::string_view why) {
  if (outcome_ != Outcome::ok) return;
  outcome_ = Outcome::skipped;
  what_ = why;
}

}  // namespace wonjang::sanity
