#include "domain/settlement/csv.h"

#include <algorithm>
#include <array>

namespace wonjang::settlement {
namespace {

// What a spreadsheet skips before a formula's sign: blanks, also the wide ones of Korean keyboards.
constexpr std::array<std::string_view, 6> kBlankStarts = {" ",        "\v",           "\f",
                                                          "\xC2\xA0", "\xEF\xBB\xBF", "\xE3\x80\x80"};
// = + - @ and their full-width forms; a tab or line break in front hides one.
constexpr std::array<std::string_view, 11> kFormulaSigns = {
    "=", "+", "-", "@", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0", "\t", "\r", "\n"};

bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool begins_like_formula(std::string_view text) {
  const auto begins_with = [&](std::string_view start) { return text.starts_with(start); };
  for (auto blank = std::ranges::find_if(kBlankStarts, begins_with); blank != kBlankStarts.end();
       blank = std::ranges::find_if(kBlankStarts, begins_with)) {
    text.remove_prefix(blank->size());
  }
  return std::ranges::any_of(kFormulaSigns, begins_with);
}

std::string csv_guarded(std::string_view text) {
  std::string out(begins_like_formula(text) && !is_number(text) ? "'" : "");
  return out.append(text);
}

CsvReader::CsvReader(std::string_view text) : rest_(text) {
  if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
}

std::optional<std::vector<std::string>> CsvReader::next() {
  while (rest_.starts_with('\n') || rest_.starts_with("\r\n")) {
    rest_.remove_prefix(rest_.front() == '\r' ? 2 : 1);
    ++lines_read_;
  }
  if (rest_.empty()) return std::nullopt;
  fault_.clear();
  line_no_ = ++lines_read_;
  std::vector<std::string> fields;
  while (true) {
    fields.push_back(field());
    if (rest_.empty()) break;
    const char end = rest_.front();
    rest_.remove_prefix(end == '\r' && rest_.starts_with("\r\n") ? 2 : 1);
    if (end != ',') break;
  }
  return fields;
}

// Leaves rest_ at the comma or the line's end behind the field.
std::string CsvReader::field() {
  if (!rest_.starts_with('"')) {
    const std::size_t end = std::min(rest_.find_first_of(",\r\n"), rest_.size());
    std::string out(rest_.substr(0, end));
    rest_.remove_prefix(end);
    if (out.find('"') != std::string::npos)
      fault_ = "a quote stands in the middle of a field: quote the whole field";
    return out;
  }
  std::string out;
  rest_.remove_prefix(1);
  while (true) {
    const std::size_t quote = rest_.find('"');
    if (quote == std::string_view::npos) {
      fault_ = "a quoted field has no end: close it with a quote";
      rest_ = {};
      return out;
    }
    out.append(rest_.substr(0, quote));
    rest_.remove_prefix(quote + 1);
    if (!rest_.starts_with('"')) break;
    out.push_back('"');
    rest_.remove_prefix(1);
  }
  lines_read_ += static_cast<std::uint32_t>(std::count(out.begin(), out.end(), '\n'));
  const std::size_t end = std::min(rest_.find_first_of(",\r\n"), rest_.size());
  if (end != 0) fault_ = "something stands behind the quoted field: a quote within a field is written twice";
  rest_.remove_prefix(end);
  return out;
}

void append_csv(std::string& out, const std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i != 0) out.push_back(',');
    const std::string text = csv_guarded(fields[i]);
    if (text.find_first_of(",\"\r\n") == std::string::npos) {
      out.append(text);
      continue;
    }
    out.push_back('"');
    for (const char c : text) {
      if (c == '"') out.push_back('"');
      out.push_back(c);
    }
    out.push_back('"');
  }
  out.append("\r\n");
}

}  // namespace wonjang::settlement
