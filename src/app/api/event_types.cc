#include "app/api/event_types.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "app/api/secret_guard.h"
#include "base/nearest.h"

namespace wonjang {
namespace {

constexpr std::string_view kShownPrefix = "com.wonjang.";  // of an event's `type`

template <std::size_t... I>
std::vector<std::string> names_of_all(std::index_sequence<I...>) {
  return {std::string(type_of(EventBody(std::variant_alternative_t<I, EventAlternatives>())))...};
}

// By the index of the alternative.
const std::vector<std::string>& names() {
  static const auto all = names_of_all(std::make_index_sequence<std::variant_size_v<EventAlternatives>>());
  return all;
}

std::string listed(const std::vector<std::string>& of, std::string_view before_last) {
  std::string out;
  for (std::size_t i = 0; i < of.size(); ++i) {
    if (i > 0) out.append(i + 1 == of.size() ? before_last : ", ");
    out.append(of[i]);
  }
  return out;
}

// A part of a name (`cancel`) means every type it is in, a slip the nearest one.
std::vector<std::string> may_be_meant(std::string_view name) {
  std::string text(name);
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  std::vector<std::string> out;
  std::ranges::copy_if(names(), std::back_inserter(out),
                       [&](const std::string& known) { return known.find(text) != std::string::npos; });
  if (!out.empty()) return out;
  if (auto near = nearest_name(text, names()); !near.empty()) out.push_back(std::move(near));
  return out;
}

std::string no_such_type(std::string_view name) {
  if (name.empty()) return "types is a list of event types with a comma between two; one of them is empty";
  constexpr std::size_t kNameMax = 64;
  const bool may_be_said = name.size() <= kNameMax && !holds_secret(name);
  if (!may_be_said)
    return "types names an event type that there isn't; there are " + listed(names(), " and ");
  const auto meant = may_be_meant(name);
  return "there is no event type `" + std::string(name) + "`; " +
         (meant.empty() ? "there are " + listed(names(), " and ")
                        : "did you mean " + listed(meant, " or ") + "?");
}

}  // namespace

Result<EventTypes> event_types_in(const Query& query) {
  EventTypes out;
  const auto given = query.find_all(kTypesParameter);
  if (!given.empty()) out.of_.reset();
  for (auto name : given) {
    if (name.starts_with(kShownPrefix)) name.remove_prefix(kShownPrefix.size());
    const auto found = std::ranges::find(names(), name);
    if (found == names().end()) return invalid(no_such_type(name));
    out.of_.set(static_cast<std::size_t>(found - names().begin()));
  }
  return out;
}

}  // namespace wonjang
