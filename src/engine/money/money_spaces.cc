#include "engine/money/money_spaces.h"

#include <algorithm>
#include <array>

#include "engine/money/journal_spaces.h"

namespace wonjang::money {
namespace {

// What a key is made of, for people: d day, m merchant, c currency, p payment, i id, n number, w wide number,
// t text, l line key.
struct Layout {
  KvSpace space;
  Table table;
  const char* name;
  const char* parts;
};
constexpr Layout kLayouts[] = {
    {kPayments, Table::none, "payments", "p"},
    {kOpen, Table::none, "open", "dmpn"},
    {kLines, Table::none, "lines", "dml"},
    {kLineKeys, Table::none, "line_keys", "l"},
    {kPayoutDays, Table::none, "payout_days", "mcdl"},
    {kSums, Table::due, "due", "mcd"},
    {kSums, Table::unpaid, "unpaid", "mc"},
    {kSums, Table::standing, "standing", "mc"},
    {kSums, Table::unpaid_close, "unpaid_close", "mcd"},
    {kSums, Table::open_count, "open_count", "d"},
    {kPayouts, Table::payout, "payout", "i"},
    {kPayouts, Table::payout_by_date, "payout_by_date", "dmi"},
    {kPayouts, Table::payout_of_merchant, "payout_of_merchant", "mcw"},
    {kPayouts, Table::disputed, "disputed", "wi"},
    {kFailed, Table::failure, "failure", "l"},
    {kFailed, Table::early, "early", "l"},
    {kRunItems, Table::failed_item, "failed_item", "dml"},
    {kRunItems, Table::difference, "difference", "dmlt"},
    {kHouse, Table::seen, "seen", "n"},
    {kHouse, Table::merchant, "merchant", "m"},
    {kHouse, Table::run, "run", "d"},
    {kHouse, Table::run_totals, "run_totals", "dc"},
    {kHouse, Table::chunk, "chunk", "md"},
    {kHouse, Table::canary_run, "canary_run", "tmd"},
    {kHouse, Table::promoted, "promoted", "tm"},
    {kHouse, Table::reference, "reference", "niwi"},
    {kHouse, Table::change, "change", "i"},
    {kHouse, Table::change_by_time, "change_by_time", "wi"},
    {kHouse, Table::day_end, "day_end", "nd"},
    {kFiles, Table::file, "file", "i"},
    {kFiles, Table::file_by_time, "file_by_time", "wi"},
    {kFiles, Table::row, "row", "in"},
    {kFiles, Table::match, "match", "inl"},
    {kFiles, Table::open_break, "open_break", "dinl"},
    {kFiles, Table::expected, "expected", "tdpn"},
    {kFiles, Table::matched_in, "matched_in", "nli"},
    {kFiles, Table::tolerated, "tolerated", "din"},
    {kCandidates, Table::none, "candidates", "tpn"},
};

const Layout* layout_of(KvSpace space, std::string_view key) {
  for (const Layout& layout : kLayouts) {
    if (layout.space != space) continue;
    if (layout.table == Table::none) return &layout;
    if (!key.empty() && static_cast<std::uint8_t>(key[0]) == static_cast<std::uint8_t>(layout.table))
      return &layout;
  }
  return nullptr;
}

RawId take_id(ByteReader& in) {
  const auto high = in.be64();
  return {high, in.be64()};
}
BusinessDate take_day(ByteReader& in) { return {static_cast<std::int32_t>(in.be32() ^ 0x8000'0000U)}; }

std::string part_in_words(char part, ByteReader& in, std::string_view& text_source) {
  switch (part) {
    case 'd': {
      const auto day = take_day(in);
      return ", day " + (day == kUndated ? "open" : to_text(day));
    }
    case 'm':
      return ", merchant " + std::to_string(in.be32());
    case 'c':
      return ", " + std::string(in.take(3));
    case 'p':
      return ", payment " + PaymentId(take_id(in)).text();
    case 'i':
      return ", id " + to_base32(take_id(in));
    case 'n':
      return ", number " + std::to_string(in.be32());
    case 'w':
      return ", " + std::to_string(in.be64());
    case 'l': {
      const PaymentId payment(take_id(in));
      const auto version = in.be32();
      return ", line " + payment.text() + "." + std::to_string(version) + "." + std::to_string(in.be32());
    }
    default: {  // a text ends with a zero byte
      const auto end = text_source.substr(text_source.size() - in.remaining()).find('\0');
      if (end == std::string_view::npos) return ", text " + std::string(in.take(in.remaining()));
      std::string out = ", '" + std::string(in.take(end)) + "'";
      in.u8();
      return out;
    }
  }
}

}  // namespace

std::span<const KvSpaceOptions> money_spaces() {
  static const auto spaces = [] {
    std::array<KvSpaceOptions, kSpaceCount> out;
    out[kProjectionMetaSpace].name = "meta";
    const auto journal = journal_spaces();
    std::copy(journal.begin(), journal.end(), out.begin() + kJournal);
    out[kPayments].name = "payments";
    out[kOpen].name = "open";
    out[kLines].name = "lines";
    out[kLineKeys].name = "line_keys";
    out[kPayoutDays].name = "payout_days";
    out[kSums].name = "sums";
    out[kPayouts].name = "payouts";
    out[kFailed] = {.name = "failed", .often_absent = true};
    out[kRunItems].name = "run_items";
    out[kHouse].name = "house";
    out[kFiles].name = "files";
    out[kCandidates].name = "candidates";
    return out;
  }();
  return spaces;
}

std::string after_prefix(std::string_view prefix) {
  std::string out(prefix);
  while (!out.empty()) {
    const auto last = static_cast<std::uint8_t>(out.back());
    if (last != 0xFF) {
      out.back() = static_cast<char>(last + 1);
      return out;
    }
    out.pop_back();
  }
  return out;
}

std::string after_day(Key prefix, BusinessDate last) {
  return last.days == INT32_MAX ? after_prefix(prefix.bytes()) : prefix.day({last.days + 1}).bytes();
}

std::string describe_key(KvSpace space, std::string_view key) {
  const Layout* layout = layout_of(space, key);
  const auto spaces = money_spaces();
  if (layout == nullptr) {
    return (space < spaces.size() ? spaces[space].name : std::to_string(space)) + ", key '" + to_hex(key) +
           "'";
  }
  std::string out = layout->name;
  ByteReader in(key);
  if (layout->table != Table::none) in.u8();
  for (const char* part = layout->parts; *part != '\0'; ++part) out += part_in_words(*part, in, key);
  if (!in.ok() || !in.at_end()) out += " (of a wrong size: '" + to_hex(key) + "')";
  return out;
}

}  // namespace wonjang::money
