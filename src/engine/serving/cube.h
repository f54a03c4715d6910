// Cube: a declared table of totals: which facts it counts, by what, in buckets of which length. Built in or
// declared in the configuration; a query (totals_reader.h) asks one cube by name.
//
//   key       whose cells lie together: a merchant's, an organisation's, or everyone's
//   inner     what a cell tells apart, and a query may filter and group by. The currency is always among
//             them: won is never added to dollars
//   grain     minute, hour, day, month or year, in Seoul, of the fact's own time
//   history   kept by the day of recording too, so that a query may ask "as of the close of D"
//
// A set's version() names everything that decides what is stored: another version is another projection,
// which rebuilds by itself.
//
// Threads: values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "domain/time.h"
#include "engine/serving/facts.h"

namespace wonjang::serving {

enum class CubeSource : std::uint8_t { payments = 1, transactions = 2 };
enum class CubeKey : std::uint8_t { none = 1, merchant = 2, organisation = 3 };
// key_first: a merchant's days are adjacent. bucket_first: all merchants of a month or year are.
enum class CubeOrder : std::uint8_t { key_first = 1, bucket_first = 2 };
enum class Grain : std::uint8_t { minute = 1, hour = 2, day = 3, month = 4, year = 5 };
enum class Dimension : std::uint8_t {
  method = 1,
  status = 2,  // of payments
  kind = 3,    // of transactions
  channel = 4,
  issuer = 5,
  organisation = 6,
  currency = 7,
};
std::string_view code_of(CubeSource v);
std::string_view code_of(CubeKey v);
std::string_view code_of(Grain v);
std::string_view code_of(Dimension v);

class Dimensions {
 public:
  constexpr Dimensions() = default;
  constexpr Dimensions(std::initializer_list<Dimension> list) {
    for (const auto d : list) insert(d);
  }
  constexpr void insert(Dimension d) { bits_ = static_cast<std::uint16_t>(bits_ | bit(d)); }
  constexpr bool has(Dimension d) const { return (bits_ & bit(d)) != 0; }
  constexpr bool within(Dimensions other) const { return (bits_ & ~other.bits_) == 0; }
  friend constexpr bool operator==(Dimensions, Dimensions) = default;

 private:
  static constexpr std::uint16_t bit(Dimension d) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(d));
  }
  std::uint16_t bits_ = 0;
};

struct CubeSpec {
  std::uint16_t id = 0;  // in keys, for ever
  std::string name;
  CubeSource source = CubeSource::payments;
  CubeKey key = CubeKey::merchant;
  CubeOrder order = CubeOrder::key_first;
  Dimensions inner{Dimension::currency};
  Grain grain = Grain::day;
  bool percentiles = false;  // of the amount
  bool history = true;
  friend bool operator==(const CubeSpec&, const CubeSpec&) = default;
};

// As somebody writes it down; names are those of code_of() above.
struct CubeDeclaration {
  std::string name;                 // [a-z][a-z0-9_]{0,47}
  std::optional<std::uint16_t> id;  // kDeclaredIdMin..65535; missing: derived from the name
  std::string source = "payments";
  std::string key = "merchant";
  bool bucket_first = false;
  std::vector<std::string> dimensions;  // "currency" is always there, said or not
  std::string grain = "day";
  bool percentiles = false;
  bool history = true;
};
constexpr std::uint16_t kDeclaredIdMin = 1024;  // below: built-in

// Errors: invalid, naming the cube, what is wrong and what would be right.
Result<CubeSpec> parse_cube(const CubeDeclaration& declaration);

// merchant_day, merchant_day_transactions, organisation_month, sales_hour, merchant_sales_month,
// payments_day, sales_minute, merchant_sales_year, and what each costs: docs/formats/totals.md.
std::vector<CubeSpec> builtin_cubes();

// 16 hexadecimal digits over every cube and the stored form; the same in whatever order they were declared.
// Only to tell two versions apart, no protection against somebody who looks for a collision.
std::string cubes_version(std::span<const CubeSpec> cubes);

class CubeSet {
 public:
  static constexpr std::size_t kCubesMax = 64;
  // The built-in ones and `declared`. Errors: invalid (as parse_cube, and a name or an id that is there
  // twice, too many).
  static Result<CubeSet> create(std::span<const CubeDeclaration> declared);
  // Just these, for tests of one cube. REQUIRES: names and ids differ
  explicit CubeSet(std::vector<CubeSpec> cubes);

  std::span<const CubeSpec> cubes() const { return cubes_; }
  const CubeSpec* find(std::string_view name) const;
  const CubeSpec* find(std::uint16_t id) const;
  std::string version() const { return cubes_version(cubes_); }

 private:
  std::vector<CubeSpec> cubes_;  // by id
};

// --- Buckets: numbers of minutes, hours, days since 1970-01-01 00:00 in Seoul, or months since 1970-01, or
// years since 1970.
std::int32_t bucket_of(Grain grain, Instant at);
std::int32_t bucket_of(Grain grain, BusinessDate day);  // that begins with the day, or holds it (month, year)
Instant begin_of(Grain grain, std::int32_t bucket);
BusinessDate first_day_of(Grain grain, std::int32_t bucket);
BusinessDate last_day_of(Grain grain, std::int32_t bucket);
// The bucket of a coarser grain that holds this one. REQUIRES: to >= from
std::int32_t coarser(Grain from, std::int32_t bucket, Grain to);
std::string bucket_text(Grain grain,
                        std::int32_t bucket);  // 2026, 2026-11, 2026-11-22, 2026-11-22T03, 2026-11-22T03:04

// --- What a cube counts: either kind of facts in one form. The texts live as long as the facts.
struct Fact {
  CubeSource source = CubeSource::payments;
  MerchantNo merchant = 0;
  std::string_view organisation;
  std::uint8_t method = 0;
  std::uint8_t status = 0;
  std::uint8_t kind = 0;
  std::uint8_t channel = 0;
  std::string_view issuer;
  std::string_view currency;
  std::array<std::int32_t, 6> buckets{};  // by Grain
  std::int64_t amount = 0;
  std::int64_t gross = 0;
  std::int64_t canceled = 0;
};
Fact fact_of(const PaymentFacts& facts);
Fact fact_of(const TransactionFacts& facts);

// --- Keys: cube(2) [key] bucket(4), or cube(2) bucket(4) [key]; a late cell's has recorded day(4) behind it.
// A merchant is 4 bytes, an organisation its code and a zero byte. Days and buckets are stored with the sign
// bit turned, so that bytes order as numbers do.
struct CellKey {
  MerchantNo merchant = 0;
  std::string organisation;
  std::int32_t bucket = 0;
  friend bool operator==(const CellKey&, const CellKey&) = default;
};
void append_cell_key(std::string& out, const CubeSpec& cube, MerchantNo merchant,
                     std::string_view organisation, std::int32_t bucket);
void append_ordered(std::string& out, std::int32_t value);
// What follows the cell's own key stays in `rest` (a recorded day, or nothing). Nothing on other bytes.
std::optional<CellKey> read_cell_key(const CubeSpec& cube, std::string_view key, std::string_view& rest);
std::optional<std::int32_t> read_ordered(std::string_view bytes);
// "merchant_day, merchant 7, 2026-11-22": for messages.
std::string describe_cell(const CubeSpec& cube, std::string_view key);

// --- Inner dimensions of a group, packed: sized currency, then method, status, kind, channel (a byte each)
// and sized issuer and organisation, as far as the cube has them. Sorted as bytes.
struct GroupDims {
  std::string currency;
  std::uint8_t method = 0;
  std::uint8_t status = 0;
  std::uint8_t kind = 0;
  std::uint8_t channel = 0;
  std::string issuer;
  std::string organisation;
  friend auto operator<=>(const GroupDims&, const GroupDims&) = default;
};
void append_dims(std::string& out, const CubeSpec& cube, const Fact& fact);
std::optional<GroupDims> read_dims(const CubeSpec& cube, std::string_view packed);

}  // namespace wonjang::serving
