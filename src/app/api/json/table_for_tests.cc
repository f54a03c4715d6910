#include "app/api/json/table_for_tests.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "domain/ids.h"

namespace wonjang {
namespace {

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

bool is_luhn(const std::string& digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1) digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
    sum += digit;
  }
  return sum % 10 == 0;
}

std::string in_groups(const std::string& digits, char separator) {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && i % 4 == 0) out.push_back(separator);
    out.push_back(digits[i]);
  }
  return out;
}

}  // namespace

std::string test_pan(std::string_view first, std::size_t size) {
  std::string digits(first);
  while (digits.size() < size - 1) digits += digits.size() % 2 == 0 ? '4' : '2';
  for (char check = '0';; ++check) {
    if (is_luhn(digits + check)) return digits + check;
  }
}

std::string expand(std::string_view body) {
  std::string out(body);
  const auto visa = test_pan("4", 16);
  replace_all(out, "{{visa}}", visa);
  replace_all(out, "{{visa-hyphens}}", in_groups(visa, '-'));
  replace_all(out, "{{visa-spaces}}", in_groups(visa, ' '));
  replace_all(out, "{{pay}}", PaymentId(RawId{0x019A'0000'0001'1230ULL, 8}).text());
  replace_all(out, "{{apr}}", ApprovalId(RawId{0x019A'0000'0001'1230ULL, 9}).text());
  replace_all(out, "{{mch}}", MerchantId(RawId{0x019A'0000'0000'1230ULL, 7}).text());
  replace_all(out, "{{other}}", MerchantId(RawId{0x019A'0000'0000'1230ULL, 6}).text());
  replace_all(out, "{{bad-utf8}}", "\xC3\x28");
  replace_all(out, "{{byte-order-mark}}", "\xEF\xBB\xBF");
  replace_all(out, "{{long}}", std::string(201, 'x'));
  return out;
}

bool wants_update() {
  const char* update = std::getenv("WJ_UPDATE");
  return update != nullptr && std::string_view(update) == "1";
}

std::string read_text_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

void write_text_file(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string differs_from_file(const std::string& path, const std::string& text) {
  if (wants_update()) write_text_file(path, text);
  const auto stored = read_text_file(path);
  if (stored == text) return {};
  return path + " is not what the program makes; WJ_UPDATE=1 rewrites it. Made:\n" + text;
}

std::vector<TableCase> read_table(const std::string& file) {
  std::vector<TableCase> cases;
  std::istringstream in(read_text_file(file));
  bool in_expected = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("### ")) {
      const auto colon = line.find(": ");
      cases.push_back({line.substr(4, colon - 4), line.substr(colon + 2), {}, {}});
      in_expected = false;
    } else if (line == "---") {
      in_expected = true;
    } else if (!cases.empty() && !line.empty()) {
      (in_expected ? cases.back().expected : cases.back().body) += line + "\n";
    }
  }
  for (auto& one : cases) {
    if (!one.body.empty()) one.body.pop_back();
  }
  return cases;
}

void write_table(const std::string& file, const std::vector<TableCase>& cases) {
  std::string out;
  for (const auto& one : cases) {
    out += "### " + one.kind + ": " + one.name + "\n" + one.body + "\n---\n" + one.expected + "\n";
  }
  write_text_file(file, out);
}

}  // namespace wonjang
