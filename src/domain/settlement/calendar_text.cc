#include <algorithm>
#include <array>
#include <utility>

#include "base/assert.h"
#include "domain/settlement/calendar.h"
#include "domain/settlement/calendar_fault.h"

namespace wonjang::settlement {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct KindWord {
  DayKind kind;
  std::string_view word;
};
constexpr std::array<KindWord, 5> kKinds = {{{DayKind::holiday, "holiday"},
                                             {DayKind::substitute, "substitute"},
                                             {DayKind::temporary, "temporary"},
                                             {DayKind::election, "election"},
                                             {DayKind::labour_day, "labour_day"}}};

std::string_view word_of(DayKind kind) {
  const auto* const found =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const KindWord& k) { return k.kind == kind; });
  WJ_ASSERT(found != kKinds.end());
  return found->word;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// Takes the first word off a trimmed text; what is left is trimmed again.
std::string_view take_word(std::string_view& rest) {
  const auto end = std::min(rest.find_first_of(kBlanks), rest.size());
  const auto word = rest.substr(0, end);
  rest = trimmed(rest.substr(end));
  return word;
}

// A word from outside in a message: it goes to terminals and into JSON.
std::string quoted(std::string_view word) {
  constexpr std::size_t kShownMax = 40;
  const bool plain = std::all_of(word.begin(), word.end(), [](char c) { return c > ' ' && c < 0x7F; });
  if (word.empty() || word.size() > kShownMax || !plain) return "this";
  return "'" + std::string(word) + "'";
}

using Problem = std::optional<std::string>;

// Takes lines in, one by one, and remembers where everything stood.
class Reader {
 public:
  std::string parse(std::string_view text) {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    while (!text.empty()) {
      ++line_;
      const auto end = std::min(text.find('\n'), text.size());
      if (const auto problem = take_line(text.substr(0, end))) return at(line_, *problem);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (const auto missing = missing_header()) {
      return at(std::max(line_, 1U), "the text ends without `" + *missing + "`");
    }
    const auto fault = find_fault(calendar);
    return fault ? at(line_of(*fault), fault->what) : std::string();
  }

  Calendar calendar;

 private:
  Problem take_line(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    std::string_view rest = trimmed(line.substr(0, line.find('#')));
    if (rest.empty()) return std::nullopt;
    const auto word = take_word(rest);
    if (word == "code") return take_header(code_line_, word, [&] { return take_code(rest); });
    if (word == "source") return take_header(source_line_, word, [&] { return take_source(rest); });
    if (word == "covers") return take_header(covers_line_, word, [&] { return take_covers(rest); });
    return take_day(word, rest);
  }

  template <typename Take>
  Problem take_header(std::uint32_t& header_line, std::string_view name, Take take) {
    const std::string shown = "`" + std::string(name) + "`";
    if (header_line != 0) {
      return shown + " stands a second time, the first is in line " + std::to_string(header_line);
    }
    if (!day_lines_.empty()) return shown + " must come before the first day";
    header_line = line_;
    return take();
  }

  Problem take_code(std::string_view rest) {
    calendar.code = rest;
    return std::nullopt;
  }

  Problem take_source(std::string_view rest) {
    calendar.source = rest;
    return std::nullopt;
  }

  Problem take_covers(std::string_view rest) {
    const auto from = parse_business_date(take_word(rest));
    const auto until = parse_business_date(take_word(rest));
    if (!from || !until || !rest.empty()) {
      return "`covers` takes two dates, the first covered day and the first that isn't any more: "
             "covers 2012-01-01 2031-01-01";
    }
    calendar.from = *from;
    calendar.until = *until;
    return std::nullopt;
  }

  Problem take_day(std::string_view word, std::string_view rest) {
    const auto date = parse_business_date(word);
    if (!date) return quoted(word) + " is neither a date like 2026-02-16 nor `code`, `source` or `covers`";
    if (const auto missing = missing_header()) return "`" + *missing + "` must come before the first day";
    const auto kind = take_word(rest);
    const auto* const found =
        std::find_if(kKinds.begin(), kKinds.end(), [&](const KindWord& k) { return k.word == kind; });
    if (found == kKinds.end()) {
      return "after the date comes a kind, and " + quoted(kind) +
             " is none: holiday, substitute, temporary, election or labour_day";
    }
    calendar.closed.push_back({*date, found->kind, std::string(rest)});
    day_lines_.push_back(line_);
    return std::nullopt;
  }

  std::optional<std::string> missing_header() const {
    if (code_line_ == 0) return "code";
    if (source_line_ == 0) return "source";
    if (covers_line_ == 0) return "covers";
    return std::nullopt;
  }

  std::uint32_t line_of(const CalendarFault& fault) const {
    switch (fault.part) {
      case CalendarFault::Part::code:
        return code_line_;
      case CalendarFault::Part::source:
        return source_line_;
      case CalendarFault::Part::covers:
        return covers_line_;
      case CalendarFault::Part::day:
        return day_lines_[fault.day];
    }
    return line_;
  }

  static std::string at(std::uint32_t line, const std::string& problem) {
    return "line " + std::to_string(line) + ": " + problem;
  }

  std::uint32_t line_ = 0;
  std::uint32_t code_line_ = 0;  // 0: not yet
  std::uint32_t source_line_ = 0;
  std::uint32_t covers_line_ = 0;
  std::vector<std::uint32_t> day_lines_;  // as calendar.closed
};

}  // namespace

CalendarParsed parse_calendar(std::string_view text) {
  Reader reader;
  auto error = reader.parse(text);
  if (!error.empty()) return {std::nullopt, std::move(error)};
  return {std::move(reader.calendar), {}};
}

std::string to_text(const Calendar& calendar) {
  std::string out = "code " + calendar.code + "\nsource " + calendar.source + "\ncovers " +
                    to_text(calendar.from) + " " + to_text(calendar.until) + "\n\n";
  for (const auto& day : calendar.closed) {
    out += to_text(day.date);
    out += ' ';
    out += word_of(day.kind);
    out += ' ';
    out += day.name;
    out += '\n';
  }
  return out;
}

}  // namespace wonjang::settlement
