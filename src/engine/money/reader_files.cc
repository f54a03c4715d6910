#include "engine/money/reader_parts.h"

namespace wonjang::money {

using settlement::FileId;
using settlement::FileRow;
using settlement::Match;

Result<Paged<MoneyReader::FileNow>> MoneyReader::files(std::string_view after, std::size_t count_max) const {
  return page_of<FileNow>(
      snapshot_, kFiles, Key(Table::file_by_time), after, count_max,
      [&](std::string_view key_bytes, std::string_view) -> Result<std::optional<FileNow>> {
        KeyReader key(key_bytes);
        key.wide();
        const FileId id(key.id());
        if (!key.ok()) return bad_key(kFiles, key_bytes);
        WJ_TRY(auto found, file(id));
        if (!found) return corrupt("the file " + id.text() + " is missing: rebuild money");
        return found;
      });
}

Result<std::optional<MoneyReader::FileNow>> MoneyReader::file(const FileId& id) const {
  return find<FileNow>(snapshot_, kFiles, Key(Table::file).id(id.raw()), "a file");
}

Result<std::vector<FileRow>> MoneyReader::rows_of(const FileId& file) const {
  std::vector<FileRow> out;
  WJ_CHECK(scan(snapshot_, kFiles, Key(Table::row).id(file.raw()),
                [&](std::string_view, std::string_view value) -> Result<bool> {
                  WJ_TRY(out.emplace_back(), decoded<FileRow>(value, "a row of a file"));
                  return true;
                }));
  return out;
}

Result<std::optional<FileRow>> MoneyReader::row_of(const FileId& file, std::uint32_t line_no) const {
  return find<FileRow>(snapshot_, kFiles, Key(Table::row).id(file.raw()).number(line_no), "a row of a file");
}

Result<std::optional<Match>> MoneyReader::match_of(const FileId& file, std::uint32_t line_no,
                                                   const LineKey& ours) const {
  WJ_TRY(
      auto stored,
      find<MatchStored>(
          snapshot_, kFiles,
          Key(Table::match).id(file.raw()).number(line_no).line(line_no == 0 ? ours : LineKey()), "a match"));
  if (!stored) return std::optional<Match>();
  return std::optional<Match>(std::move(stored->match));
}

Result<std::vector<Match>> MoneyReader::matches_of(const FileId& file) const {
  std::vector<Match> out;
  WJ_CHECK(scan(snapshot_, kFiles, Key(Table::match).id(file.raw()),
                [&](std::string_view, std::string_view value) -> Result<bool> {
                  WJ_TRY(auto stored, decoded<MatchStored>(value, "a match"));
                  out.push_back(std::move(stored.match));
                  return true;
                }));
  return out;
}

namespace {

// Places in a file: rows come first. What only we know of stands under line number 0 of its matches.
constexpr char kOfRows = 'r';
constexpr char kOfOurs = 'o';

}  // namespace

Result<Paged<MoneyReader::FileItem>> MoneyReader::file_page(const FileId& file, std::string_view after,
                                                            std::size_t count_max) const {
  Paged<FileItem> out;
  const bool in_rows = after.empty() || after.front() == kOfRows;
  const auto inside = after.empty() ? after : after.substr(1);
  if (in_rows) {
    WJ_TRY(out, page_of<FileItem>(
                    snapshot_, kFiles, Key(Table::row).id(file.raw()), inside, count_max,
                    [&](std::string_view, std::string_view value) -> Result<std::optional<FileItem>> {
                      FileItem item;
                      WJ_TRY(item.row, decoded<FileRow>(value, "a row of a file"));
                      WJ_TRY(item.match, match_of(file, item.row->line_no, {}));
                      return std::optional(std::move(item));
                    }));
    out.place.insert(out.place.begin(), kOfRows);
    if (out.has_more) return out;
  }
  WJ_TRY(auto ours,
         page_of<FileItem>(snapshot_, kFiles, Key(Table::match).id(file.raw()).number(0),
                           in_rows ? std::string_view() : inside, count_max - out.items.size(),
                           [](std::string_view, std::string_view value) -> Result<std::optional<FileItem>> {
                             WJ_TRY(auto stored, decoded<MatchStored>(value, "a match"));
                             return std::optional(FileItem{std::nullopt, std::move(stored.match)});
                           }));
  for (auto& one : ours.items) out.items.push_back(std::move(one));
  out.has_more = ours.has_more;
  out.place = kOfOurs + ours.place;
  return out;
}

Result<Paged<MoneyReader::Break>> MoneyReader::breaks(std::string_view after, std::size_t count_max,
                                                      std::string_view reason) const {
  return page_of<Break>(
      snapshot_, kFiles, Key(Table::open_break), after, count_max,
      [&](std::string_view key_bytes, std::string_view) -> Result<std::optional<Break>> {
        KeyReader key(key_bytes);
        key.day();
        const FileId id(key.id());
        const auto line_no = key.number();
        const auto line = key.line();
        if (!key.ok()) return bad_key(kFiles, key_bytes);
        WJ_TRY(auto stored,
               find<MatchStored>(snapshot_, kFiles, Key(Table::match).id(id.raw()).number(line_no).line(line),
                                 "a match"));
        if (stored && !reason.empty() && stored->match.reason != reason) return std::optional<Break>();
        WJ_TRY(auto whose, file(id));
        if (!stored || !whose) return corrupt("the match of a break is missing: rebuild money");
        return std::optional(Break{id, std::move(whose->acquirer), whose->currency, std::move(stored->match),
                                   stored->since, whose->kind});
      });
}

Result<Paged<MoneyReader::Break>> MoneyReader::tolerated(std::string_view after,
                                                         std::size_t count_max) const {
  return page_of<Break>(snapshot_, kFiles, Key(Table::tolerated), after, count_max,
                        [&](std::string_view key_bytes, std::string_view) -> Result<std::optional<Break>> {
                          KeyReader key(key_bytes);
                          const auto since = key.day();
                          const FileId id(key.id());
                          const auto line_no = key.number();
                          if (!key.ok()) return bad_key(kFiles, key_bytes);
                          WJ_TRY(auto match, match_of(id, line_no, {}));
                          WJ_TRY(auto whose, file(id));
                          if (!match || !whose)
                            return corrupt("a match within the tolerance is missing: rebuild money");
                          return std::optional(Break{id, std::move(whose->acquirer), whose->currency,
                                                     *std::move(match), since, whose->kind});
                        });
}

Result<std::vector<MoneyReader::MatchedRow>> MoneyReader::rows_matched_with(const LineKey& movement) const {
  std::vector<MatchedRow> out;
  for (const auto kind : {settlement::FileKind::acquisition, settlement::FileKind::deposit}) {
    WJ_CHECK(scan(snapshot_, kFiles,
                  Key(Table::matched_in).number(static_cast<std::uint32_t>(kind)).line(movement),
                  [&](std::string_view key_bytes, std::string_view value) -> Result<bool> {
                    KeyReader key(key_bytes);
                    key.number();
                    key.line();
                    const FileId id(key.id());
                    if (!key.ok()) return bad_key(kFiles, key_bytes);
                    WJ_TRY(const auto line_no, decoded<std::uint32_t>(value, "a matched row"));
                    WJ_TRY(auto whose, file(id));
                    WJ_TRY(auto row, row_of(id, line_no));
                    WJ_TRY(auto match, match_of(id, line_no, {}));
                    if (!whose || !row || !match)
                      return corrupt("a row that a movement is matched with is missing: rebuild money");
                    out.push_back({*std::move(whose), *std::move(row), *std::move(match)});
                    return true;
                  }));
  }
  return out;
}

Result<void> MoneyReader::candidates(std::string_view number,
                                     const std::function<Result<bool>(const Candidate&)>& each) const {
  return scan(snapshot_, kCandidates, Key().text(number),
              [&](std::string_view, std::string_view value) -> Result<bool> {
                WJ_TRY(const auto candidate, decoded<Candidate>(value, "a candidate"));
                return each(candidate);
              });
}

Result<void> MoneyReader::expected(std::string_view acquirer, Currency currency, BusinessDate first,
                                   BusinessDate last,
                                   const std::function<Result<bool>(const Expected&)>& each) const {
  const auto of_acquirer = Key(Table::expected).text(acquirer);
  return scan(snapshot_, kFiles, Key(of_acquirer).day(first).bytes(), after_day(of_acquirer, last),
              [&](std::string_view key_bytes, std::string_view value) -> Result<bool> {
                KeyReader key(key_bytes);
                key.skip_text();
                Expected one;
                one.day = key.day();
                const PaymentId payment(key.id());
                one.key = {payment, key.number(), 0};
                if (!key.ok()) return bad_key(kFiles, key_bytes);
                WJ_TRY(const auto stored, decoded<ExpectedStored>(value, "a movement of an acquirer"));
                one.amount = stored.amount;
                return stored.currency == currency ? each(one) : true;
              });
}

Result<std::optional<FileId>> MoneyReader::matched_elsewhere(settlement::FileKind kind, const LineKey& line,
                                                             const FileId& file) const {
  std::optional<FileId> found;
  WJ_CHECK(scan(snapshot_, kFiles, Key(Table::matched_in).number(static_cast<std::uint32_t>(kind)).line(line),
                [&](std::string_view key_bytes, std::string_view) -> Result<bool> {
                  KeyReader key(key_bytes);
                  key.number();
                  key.line();
                  const FileId other(key.id());
                  if (!key.ok()) return bad_key(kFiles, key_bytes);
                  if (other != file) found = other;
                  return !found;
                }));
  return found;
}

}  // namespace wonjang::money
