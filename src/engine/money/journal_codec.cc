#include <algorithm>

#include "base/bytes.h"
#include "engine/money/journal_spaces.h"

namespace wonjang::money {
namespace {

constexpr char kFormat = 1;
constexpr std::uint32_t kDayShift = 0x8000'0000U;

Error bad(std::string_view what) {
  return corrupt("journal: " + std::string(what) + " can't be read: rebuild the projection money");
}

void put_account(std::string& out, journal::Account account) {
  const auto number = static_cast<std::uint16_t>(account);
  out.push_back(static_cast<char>(number >> 8U));
  out.push_back(static_cast<char>(number & 0xFFU));
}

void put_id(std::string& out, const RawId& id) {
  put_be64(out, id.high);
  put_be64(out, id.low);
}

RawId read_id(ByteReader& in) {
  const auto high = in.be64();
  return {high, in.be64()};
}

void put_sum(std::string& out, int128 number) {
  const auto bits = static_cast<uint128>(number);
  put_varint(out, static_cast<std::uint64_t>(bits >> 64U));
  put_varint(out, static_cast<std::uint64_t>(bits));
}

int128 read_sum(ByteReader& in) {
  const uint128 high = in.varint();
  return static_cast<int128>((high << 64U) | in.varint());
}

bool read_account(ByteReader& in, journal::Account& out) {
  const auto high = static_cast<unsigned>(in.u8());
  const auto number = static_cast<std::uint16_t>((high << 8U) | in.u8());
  out = static_cast<journal::Account>(number);
  return journal::find_account(number) != nullptr;
}

bool read_currency(ByteReader& in, Currency& out) {
  const auto known = Currency::parse(in.take(3));
  out = known.value_or(Currency());
  return known.has_value();
}

void put_posting(std::string& out, const journal::Posting& posting) {
  const bool is_credit = posting.debit == 0;
  put_account(out, posting.account);
  out.append(posting.currency.code());
  out.push_back(static_cast<char>(is_credit));
  put_varint(out, static_cast<std::uint64_t>(is_credit ? posting.credit : posting.debit));
}

bool read_posting(ByteReader& in, journal::Posting& out) {
  const bool known = read_account(in, out.account) && read_currency(in, out.currency);
  const auto side = in.u8();
  const auto amount = in.varint();
  (side == 0 ? out.debit : out.credit) = static_cast<std::int64_t>(amount);
  return known && side <= 1 && (amount >> 63U) == 0;
}

}  // namespace

std::array<KvSpaceOptions, 4> journal_spaces() {
  return {KvSpaceOptions{.name = "journal"}, KvSpaceOptions{.name = "balances"},
          KvSpaceOptions{.name = "marks"}, KvSpaceOptions{.name = "journal_of_stream"}};
}

DebitCredit& AccountSums::of(journal::Account account, Currency currency) {
  const auto at =
      std::lower_bound(rows_.begin(), rows_.end(), std::pair(account, currency),
                       [](const AccountSum& row, const std::pair<journal::Account, Currency>& wanted) {
                         return std::pair(row.account, row.currency) < wanted;
                       });
  if (at != rows_.end() && at->account == account && at->currency == currency) return at->sum;
  return rows_.insert(at, {account, currency, {}})->sum;
}

std::string AccountSums::off_balance() const {
  std::vector<std::pair<Currency, int128>> sums;
  for (const auto& row : rows_) {
    const auto same = [&](const auto& sum) { return sum.first == row.currency; };
    auto at = std::find_if(sums.begin(), sums.end(), same);
    if (at == sums.end()) at = sums.insert(sums.end(), {row.currency, 0});
    at->second += row.sum.debit - row.sum.credit;
  }
  for (const auto& [currency, off] : sums) {
    if (off != 0) return std::string(currency.code()) + " is off by " + text_of(off);
  }
  return {};
}

std::string journal_key(std::uint32_t book, Position position) {
  std::string out;
  put_be32(out, book);
  put_be64(out, position);
  return out;
}

std::string journal_balance_key(journal::Account account, Currency currency, BusinessDate day) {
  std::string out;
  put_account(out, account);
  out.append(currency.code());
  put_be32(out, static_cast<std::uint32_t>(day.days) ^ kDayShift);
  return out;
}

std::string journal_stream_key(RawId stream, Position position) {
  std::string out;
  put_id(out, stream);
  put_be64(out, position);
  return out;
}

std::string encode_entry(const JournalEntry& entry) {
  std::string out(1, kFormat);
  put_id(out, entry.event.raw());
  put_id(out, entry.stream);
  put_be64(out, static_cast<std::uint64_t>(entry.recorded_at.us));
  put_sized(out, entry.type);
  put_varint(out, entry.postings.size());
  for (const auto& posting : entry.postings) put_posting(out, posting);
  return out;
}

std::string encode_mark(const JournalMark& mark) {
  std::string out(1, kFormat);
  put_be64(out, mark.next);
  put_varint(out, mark.entries);
  put_id(out, mark.event.raw());
  put_be64(out, static_cast<std::uint64_t>(mark.recorded_at.us));
  put_varint(out, mark.sums.rows().size());
  for (const auto& row : mark.sums.rows()) {
    put_account(out, row.account);
    out.append(row.currency.code());
    put_sum(out, row.sum.debit);
    put_sum(out, row.sum.credit);
  }
  return out;
}

std::string encode_debit_credit(const DebitCredit& sum) {
  std::string out(1, kFormat);
  put_sum(out, sum.debit);
  put_sum(out, sum.credit);
  return out;
}

std::string encode_book(std::uint32_t book) {
  std::string out;
  put_be32(out, book);
  return out;
}

Result<JournalPlaceKey> decode_journal_key(std::string_view key) {
  ByteReader in(key);
  JournalPlaceKey out;
  out.book = in.be32();
  out.position = in.be64();
  if (!in.ok() || !in.at_end()) return bad("a place");
  return out;
}

Result<BalanceKey> decode_balance_key(std::string_view key) {
  ByteReader in(key);
  BalanceKey out;
  const bool known = read_account(in, out.account) && read_currency(in, out.currency);
  out.day = {static_cast<std::int32_t>(in.be32() ^ kDayShift)};
  if (!known || !in.ok() || !in.at_end()) return bad("the key of a day's sum");
  return out;
}

Result<StreamKey> decode_stream_key(std::string_view key) {
  ByteReader in(key);
  StreamKey out;
  out.stream = read_id(in);
  out.position = in.be64();
  if (!in.ok() || !in.at_end()) return bad("the key of a stream's entry");
  return out;
}

Result<std::uint32_t> decode_book(std::string_view value) {
  ByteReader in(value);
  const auto book = in.be32();
  if (!in.ok() || !in.at_end()) return bad("the book of a stream's entry");
  return book;
}

Result<JournalEntry> decode_entry(std::string_view key, std::string_view value) {
  WJ_TRY(const auto place, decode_journal_key(key));
  const std::string name =
      "entry " + std::to_string(place.position) + " of book " + std::to_string(place.book);
  ByteReader in(value);
  JournalEntry out;
  const bool known = in.u8() == kFormat;
  out.book = place.book;
  out.position = place.position;
  out.event = EventId(read_id(in));
  out.stream = read_id(in);
  out.recorded_at = {static_cast<std::int64_t>(in.be64())};
  out.type = in.sized();
  const auto count = in.varint();
  if (!known || !in.ok() || count > in.remaining()) return bad(name);
  out.postings.resize(static_cast<std::size_t>(count));
  for (auto& posting : out.postings) {
    if (!read_posting(in, posting)) return bad(name);
  }
  if (!in.ok() || !in.at_end()) return bad(name);
  return out;
}

Result<JournalMark> decode_mark(std::string_view value) {
  ByteReader in(value);
  JournalMark out;
  const bool known = in.u8() == kFormat;
  out.next = in.be64();
  out.entries = in.varint();
  out.event = EventId(read_id(in));
  out.recorded_at = {static_cast<std::int64_t>(in.be64())};
  const auto count = in.varint();
  if (!known || !in.ok() || count > in.remaining()) return bad("a mark");
  for (std::uint64_t i = 0; i < count; ++i) {
    AccountSum row;
    if (!read_account(in, row.account) || !read_currency(in, row.currency)) return bad("a mark");
    row.sum.debit = read_sum(in);
    row.sum.credit = read_sum(in);
    out.sums.merge(row);
  }
  if (!in.ok() || !in.at_end()) return bad("a mark");
  return out;
}

Result<DebitCredit> decode_debit_credit(std::string_view value) {
  ByteReader in(value);
  const bool known = in.u8() == kFormat;
  DebitCredit out;
  out.debit = read_sum(in);
  out.credit = read_sum(in);
  if (!known || !in.ok() || !in.at_end()) return bad("a day's sum");
  return out;
}

std::string text_of(int128 number) {
  std::string out;
  uint128 rest = number < 0 ? -static_cast<uint128>(number) : static_cast<uint128>(number);
  do {
    out.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest != 0);
  if (number < 0) out.push_back('-');
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace wonjang::money
