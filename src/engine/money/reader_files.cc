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

Result<std::vector<MoneyReader::Candidate>> MoneyReader::candidates(std::string_view number) const {
  std::vector<Candidate> out;
  WJ_CHECK(scan(snapshot_, kCandidates, Key().text(number),
                [&](std::string_view, std::string_view value) -> Result<bool> {
                  WJ_TRY(out.emplace_back(), decoded<Candidate>(value, "a candidate"));
                  return true;
                }));
  return out;
}

// One that has an approval and a slip number stands under both.
Result<void> MoneyReader::each_candidate(const std::function<Result<bool>(const Candidate&)>& each) const {
  return scan(snapshot_, kCandidates, Key(),
              [&](std::string_view key, std::string_view value) -> Result<bool> {
                WJ_TRY(const auto candidate, decoded<Candidate>(value, "a candidate"));
                const auto& first = candidate.approve_no.empty() ? candidate.slip_no : candidate.approve_no;
                const bool is_first = key.substr(0, key.find('\0')) == first;
                return is_first ? each(candidate) : true;
              });
}

}  // namespace wonjang::money
