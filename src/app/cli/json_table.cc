#include "app/cli/json_table.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>

#include "app/cli/shown_amounts.h"

namespace wonjang {
namespace {

namespace json = boost::json;

using Rows = std::vector<std::vector<std::string>>;

// Of a list of texts its words: "merchant,ingest".
std::string text_of(const json::value& value) {
  if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    std::string out;
    for (const auto& item : *array) {
      if (!item.is_string()) return json::serialize(value);
      out.append(out.empty() ? "" : ",").append(item.as_string());
    }
    return out;
  }
  return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
}

const json::array* list_in(const json::value& root, std::string_view list) {
  if (list.empty() || !root.is_object()) return nullptr;
  const auto* found = root.as_object().if_contains(list);
  return found != nullptr ? found->if_array() : nullptr;
}

void put_members(Rows& out, const json::value& value, const std::string& path) {
  const auto below = [&](const std::string& name) { return path.empty() ? name : path + "." + name; };
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) put_members(out, member.value(), below(std::string(member.key())));
    return;
  }
  if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    for (std::size_t i = 0; i < array->size(); ++i) put_members(out, (*array)[i], below(std::to_string(i)));
    return;
  }
  out.push_back({path, text_of(value)});
}

std::string aligned(const Rows& rows) {
  std::vector<std::size_t> widths(rows.empty() ? 0 : rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += row[i] + (i + 1 == row.size() ? "" : std::string(widths[i] - row[i].size() + 2, ' '));
    }
    out += "\n";
  }
  return out;
}

// Every flat member that any of the items has.
std::vector<Column> flat_columns(const json::array& list) {
  std::vector<Column> columns;
  for (const auto& item : list) {
    if (!item.is_object()) continue;
    for (const auto& member : item.as_object()) {
      const std::string name(member.key());
      const bool is_flat = !member.value().is_object() && !member.value().is_array();
      const bool is_known = std::ranges::find(columns, name, &Column::path) != columns.end();
      if (is_flat && !is_known) columns.push_back({name, name});
    }
  }
  return columns;
}

std::string member_at(const json::value& item, std::string_view path) {
  const json::value* at = &item;
  while (!path.empty()) {
    const auto dot = path.find('.');
    const auto* object = at->if_object();
    at = object == nullptr ? nullptr : object->if_contains(path.substr(0, dot));
    if (at == nullptr) return "";
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  return text_of(*at);
}

std::string rows_of(const json::array& list, const std::vector<Column>& columns) {
  Rows rows(1);
  for (const auto& column : columns) rows.front().push_back(column.heading);
  if (columns.empty()) return {};
  for (const auto& item : list) {
    if (!item.is_object()) continue;
    auto& row = rows.emplace_back();
    for (const auto& column : columns) row.push_back(member_at(item, column.path));
  }
  return aligned(rows);
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
  auto root = json::parse(text, error);
  if (error) return text + "\n";
  show_amounts(root);
  if (const auto* items = list_in(root, list)) return rows_of(*items, flat_columns(*items));
  Rows members;
  put_members(members, root, "");
  return aligned(members);
}

std::string json_table(const std::string& text, std::string_view list, const std::vector<Column>& columns) {
  boost::system::error_code error;
  auto root = json::parse(text, error);
  if (!error) show_amounts(root);
  const auto* items = error ? nullptr : list_in(root, list);
  return items == nullptr ? text + "\n" : rows_of(*items, columns);
}

void print_table(const std::string& text, std::string_view list, const std::vector<Column>& columns) {
  std::fputs((columns.empty() ? json_table(text, list) : json_table(text, list, columns)).c_str(), stdout);
  boost::system::error_code error;
  const auto root = json::parse(text, error);
  const auto* items = error ? nullptr : list_in(root, list);
  if (items != nullptr && items->empty()) std::fputs("nothing found\n", stderr);
}

}  // namespace wonjang
