#include "app/api/query.h"

#include <algorithm>
#include <charconv>

#include "app/api/json/pan_guard.h"
#include "app/api/secret_guard.h"
#include "base/bytes.h"

namespace wonjang {

namespace {

// Named unless it may be a secret that was sent in the wrong place.
std::string unknown_parameter(std::string_view name, std::span<const std::string_view> known) {
  constexpr std::size_t kNameMax = 64;
  const bool may_be_said = !name.empty() && name.size() <= kNameMax && !holds_secret(name);
  std::string what = may_be_said ? "this path doesn't know the query parameter " + std::string(name)
                                 : std::string("there is a query parameter that this path doesn't know");
  what.append("; it knows:");
  for (const auto one : known) what.append(" ").append(one);
  return what;
}

// Cursors and positions are sealed texts of ours, and nothing of them is kept.
bool is_sealed(std::string_view name) {
  return name == "after" || name == "cursor" || name == "min-position";
}

// Never the name: it may be one itself.
std::optional<std::string> card_number_in(std::string_view name, std::string_view value,
                                          std::span<const std::string_view> known) {
  if (is_sealed(name) || (!holds_pan(value) && !holds_pan(name))) return std::nullopt;
  const bool is_known = std::ranges::find(known, name) != known.end();
  return "the query parameter " + (is_known ? std::string(name) + " " : std::string()) +
         "looks like a card number, which is never taken, asked for nor said back: ask by order id, approval "
         "number or token";
}

// Programs that fill in forms write a blank as '+' (URLSearchParams, urlencode of Python and Java). In free
// texts it is one; elsewhere a plus is a plus, as in the offset of a time.
bool is_free_text(std::string_view name, bool is_of_family) {
  return is_of_family || name == "q" || name == "contains" || name == "name";
}

std::optional<std::string> value_of(std::string_view text, bool free_text) {
  if (!free_text || text.find('+') == std::string_view::npos) return percent_decoded(text);
  std::string with_blanks(text);
  std::ranges::replace(with_blanks, '+', ' ');
  return percent_decoded(with_blanks);
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const auto byte = from_hex(text.substr(i + 1, 2));
      if (!byte) return std::nullopt;
      c = byte->front();
      i += 2;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return std::nullopt;
    out.push_back(c);
  }
  return out;
}

std::optional<std::string> Query::parse(std::span<const std::string_view> known,
                                        std::span<const std::string_view> lists) {
  auto rest = text_;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    const auto name = pair.substr(0, equals);
    const bool is_of_family = std::ranges::any_of(known, [&](std::string_view one) {
      return one.ends_with('.') && name.starts_with(one) && name.size() > one.size();
    });
    const auto value =
        value_of(pair.substr(std::min(equals + 1, pair.size())), is_free_text(name, is_of_family));
    if (auto refused = card_number_in(percent_decoded(name).value_or(""), value.value_or(""), known))
      return refused;
    if (is_of_family) {
      const auto whole = percent_decoded(name);
      if (!whole || !value || value->empty())
        return "a query parameter " + std::string(name) + " is empty or badly escaped";
      values_.emplace_back(*whole, *value);
      continue;
    }
    if (name.ends_with('.') || std::ranges::find(known, name) == known.end()) {
      return unknown_parameter(name, known);
    }
    if (find(name) && std::ranges::find(lists, name) == lists.end())
      return "the query parameter " + std::string(name) + " was given twice";
    if (!value || value->empty())
      return "the query parameter " + std::string(name) + " is empty or badly escaped";
    values_.emplace_back(name, *value);
  }
  return std::nullopt;
}

std::optional<std::string_view> Query::find(std::string_view name) const {
  for (const auto& [key, value] : values_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Query::find_all(std::string_view name) const {
  std::vector<std::string_view> out;
  for (const auto& [key, value] : values_) {
    if (key != name) continue;
    for (auto rest = std::string_view(value);;) {
      const auto comma = std::min(rest.find(','), rest.size());
      out.push_back(rest.substr(0, comma));
      if (comma == rest.size()) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return out;
}

std::vector<std::pair<std::string_view, std::string_view>> Query::find_family(std::string_view prefix) const {
  std::vector<std::pair<std::string_view, std::string_view>> out;
  for (const auto& [key, value] : values_) {
    if (key.starts_with(prefix)) out.emplace_back(std::string_view(key).substr(prefix.size()), value);
  }
  return out;
}

std::optional<std::int64_t> Query::number(std::string_view name, std::int64_t least, std::int64_t most,
                                          std::int64_t otherwise) const {
  const auto text = find(name);
  if (!text) return otherwise;
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), out);
  if (error != std::errc() || end != text->data() + text->size() || out < least || out > most)
    return std::nullopt;
  return out;
}

}  // namespace wonjang
