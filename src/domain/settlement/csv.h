// CSV lines (RFC 4180), read and written: every CSV that leaves the house is written here. Fields that a
// spreadsheet would take for a formula (= + - @ or their full-width forms first, or behind blanks; a tab or a
// line break first; but for plain numbers) are written with a ' before them, as the console does
// (web/src/base/csv.ts).
//
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wonjang::settlement {

class CsvReader {
 public:
  explicit CsvReader(std::string_view text);

  // The fields of the next line that isn't empty; nothing at the end. A quote that never ends, or one in the
  // middle of a plain field, gives one line and sets fault(): look at it after each line, the header's too.
  std::optional<std::vector<std::string>> next();
  // Of the last line that there was; from 1.
  std::uint32_t line_no() const { return line_no_; }
  const std::string& fault() const { return fault_; }

 private:
  std::string field();

  std::string_view rest_;
  std::uint32_t line_no_ = 0;
  std::uint32_t lines_read_ = 0;
  std::string fault_;
};

// Plain numbers too: -15 begins with a sign.
bool begins_like_formula(std::string_view text);
// As append_csv() writes a field, before quotes.
std::string csv_guarded(std::string_view text);
void append_csv(std::string& out, const std::vector<std::string>& fields);

}  // namespace wonjang::settlement
