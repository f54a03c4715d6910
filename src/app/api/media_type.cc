#include "app/api/media_type.h"

#include <algorithm>

#include "base/utf8.h"

namespace wonjang {
namespace {

std::string_view stripped(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

bool is_word(std::string_view text, std::string_view small) {
  return std::ranges::equal(text, small, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  });
}

}  // namespace

bool is_type(std::string_view content_type, std::string_view type) {
  auto rest = content_type;
  const auto next = [&rest] {
    const auto part = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    return stripped(part);
  };
  if (!is_word(next(), type)) return false;
  while (!rest.empty()) {
    const auto parameter = next();
    const auto equals = std::min(parameter.find('='), parameter.size());
    if (!is_word(stripped(parameter.substr(0, equals)), "charset")) continue;
    auto charset = stripped(parameter.substr(std::min(parameter.size(), equals + 1)));
    if (charset.size() >= 2 && charset.front() == '"' && charset.back() == '"')
      charset = charset.substr(1, charset.size() - 2);
    if (!is_word(charset, "utf-8") && !is_word(charset, "utf8")) return false;
  }
  return true;
}

bool is_packed(const HttpRequestHead& head) {
  const auto codings = head.count("Content-Encoding");
  if (codings == 0) return false;
  const auto coding = stripped(head.header("Content-Encoding"));
  return codings > 1 || (!coding.empty() && !is_word(coding, "identity"));
}

std::optional<std::uint64_t> not_utf8_at(std::string_view text) {
  std::uint64_t line = 1;
  while (!text.empty()) {
    const auto before = text;
    const auto character = take_code_point(text);
    // A replacement character that stands there as itself has three bytes.
    if (character == kReplacementCharacter && before.size() - text.size() == 1) return line;
    if (character == U'\n') ++line;
  }
  return std::nullopt;
}

}  // namespace wonjang
