// Answers of the API for people: a list as a table of its flat members, one thing as a list of its members.
// Tables show amounts as people write them (shown_amounts.h).
// Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wonjang {

// The elements of the member `list`, a line each; without `list`, the whole text on one line.
std::string json_lines(const std::string& json, std::string_view list);

// `list` empty: one object, "name  value" a line, nested members by path.
// Else its elements as rows. What can't be parsed is given as it is.
std::string json_table(const std::string& json, std::string_view list);

// A list with chosen columns: a heading and the path of a member ("data.actor.kind").
struct Column {
  std::string heading;
  std::string path;
};
std::string json_table(const std::string& json, std::string_view list, const std::vector<Column>& columns);

// The table (of the flat members, or with these columns) on standard output; of a list that holds nothing a
// word about that on standard error, so that a pipe gets rows alone.
void print_table(const std::string& json, std::string_view list, const std::vector<Column>& columns = {});

}  // namespace wonjang
