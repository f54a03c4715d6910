#include "app/cli/json_table.h"

#include <algorithm>
#include <boost/json.hpp>
#include <sstream>
#include <vector>

namespace wonjang {
namespace {

namespace json = boost::json;

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
}

const json::array* list_in(const json::value& root, std::string_view list) {
  if (list.empty() || !root.is_object()) return nullptr;
  const auto* found = root.as_object().if_contains(list);
  return found != nullptr ? found->if_array() : nullptr;
}

void put_members(std::string& out, const json::value& value, const std::string& path) {
  const auto below = [&](const std::string& name) { return path.empty() ? name : path + "." + name; };
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) put_members(out, member.value(), below(std::string(member.key())));
    return;
  }
  if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    for (std::size_t i = 0; i < array->size(); ++i) put_members(out, (*array)[i], below(std::to_string(i)));
    return;
  }
  out += path + std::string(path.size() < 34 ? 34 - path.size() : 1, ' ') + text_of(value) + "\n";
}

std::string rows_of(const json::array& list) {
  std::vector<std::string> names;
  for (const auto& item : list) {
    if (!item.is_object()) continue;
    for (const auto& member : item.as_object()) {
      const std::string name(member.key());
      const bool is_flat = !member.value().is_object() && !member.value().is_array();
      if (is_flat && std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  }
  std::vector<std::vector<std::string>> rows{names};
  for (const auto& item : list) {
    if (!item.is_object()) continue;
    std::vector<std::string> row;
    for (const auto& name : names) {
      const auto* found = item.as_object().if_contains(name);
      row.push_back(found == nullptr ? "" : text_of(*found));
    }
    rows.push_back(std::move(row));
  }
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      std::size_t width = 0;
      for (const auto& other : rows) width = std::max(width, other[i].size());
      out += row[i] + (i + 1 == row.size() ? "" : std::string(width - row[i].size() + 2, ' '));
    }
    out += "\n";
  }
  return out;
}

}  // namespace

std::string json_lines(const std::string& text, std::string_view list) {
  boost::system::error_code error;
  const auto root = json::parse(text, error);
  const auto* items = error ? nullptr : list_in(root, list);
  if (items == nullptr) return text + "\n";
  std::string out;
  for (const auto& item : *items) out += json::serialize(item) + "\n";
  return out;
}

std::string json_table(const std::string& text, std::string_view list) {
  boost::system::error_code error;
  const auto root = json::parse(text, error);
  if (error) return text + "\n";
  if (const auto* items = list_in(root, list)) return rows_of(*items);
  std::string out;
  put_members(out, root, "");
  return out;
}

}  // namespace wonjang
