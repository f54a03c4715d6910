// Tables of bodies for the tests of this folder: testdata/*.txt, rewritten with WJ_UPDATE=1 for the reviewer
// to read.
//
//   ### create: a name of the case
//   {"body":...}
//   --- expected
//   one line each
//
// {{visa}} and the like in a body become card numbers, made of parts at run time so that none stands in a
// file; {{pay}},
// {{apr}}, {{mch}}, {{other}} become ids.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wonjang {

struct TableCase {
  std::string kind;
  std::string name;
  std::string body;
  std::string expected;  // with its line ends
};

std::vector<TableCase> read_table(const std::string& file);
void write_table(const std::string& file, const std::vector<TableCase>& cases);
bool wants_update();

std::string expand(std::string_view body);
// A card number of the brand's well-known test range: 12 or more digits and the right check digit.
std::string test_pan(std::string_view first, std::size_t size);

std::string read_text_file(const std::string& path);
void write_text_file(const std::string& path, const std::string& text);
// Compares with the file, or writes it where WJ_UPDATE=1. Empty, or what differs.
std::string differs_from_file(const std::string& path, const std::string& text);

}  // namespace wonjang
