#include "engine/money/reader_parts.h"

namespace wonjang::money {

using settlement::FileId;
using settlement::FileRow;
using settlement::Match;

Result<std::vector<MoneyReader::FileNow>> MoneyReader::files(std::uint32_t count_max) const {
  std::vector<FileNow> out;
  if (count_max == 0) return out;
  WJ_CHECK(scan(snapshot_, kFiles, Key(Table::file_by_time),
                [&](std::string_view key_bytes, std::string_view) -> Result<bool> {
                  KeyReader key(key_bytes);
                  key.wide();
                  const FileId id(key.id());
                  if (!key.ok()) return bad_key(kFiles, key_bytes);
                  WJ_TRY(auto file,
                         find<FileNow>(snapshot_, kFiles, Key(Table::file).id(id.raw()), "a file"));
                  if (!file) return corrupt("the file " + id.text() + " is missing: rebuild money");
                  out.push_back(*std::move(file));
                  return out.size() < count_max;
                }));
  return out;
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

Result<std::vector<MoneyReader::Break>> MoneyReader::breaks(std::uint32_t count_max) const {
  std::vector<Break> out;
  if (count_max == 0) return out;
  WJ_CHECK(
      scan(snapshot_, kFiles, Key(Table::open_break),
           [&](std::string_view key_bytes, std::string_view) -> Result<bool> {
             KeyReader key(key_bytes);
             key.day();
             const FileId id(key.id());
             const auto line_no = key.number();
             const auto line = key.line();
             if (!key.ok()) return bad_key(kFiles, key_bytes);
             WJ_TRY(auto stored,
                    find<MatchStored>(snapshot_, kFiles,
                                      Key(Table::match).id(id.raw()).number(line_no).line(line), "a match"));
             WJ_TRY(auto file, find<FileNow>(snapshot_, kFiles, Key(Table::file).id(id.raw()), "a file"));
             if (!stored || !file) return corrupt("the match of a break is missing: rebuild money");
             out.push_back({id, std::move(file->acquirer), std::move(stored->match), stored->since});
             return out.size() < count_max;
           }));
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
