#include "engine/serving/cube.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/hash64.h"

namespace wonjang::serving {
namespace {

template <typename E>
struct Name {
  E value;
  std::string_view code;
};
constexpr Name<CubeSource> kSources[] = {{CubeSource::payments, "payments"},
                                         {CubeSource::transactions, "transactions"}};
constexpr Name<CubeKey> kKeys[] = {
    {CubeKey::none, "none"}, {CubeKey::merchant, "merchant"}, {CubeKey::organisation, "organisation"}};
constexpr Name<Grain> kGrains[] = {{Grain::minute, "minute"},
                                   {Grain::hour, "hour"},
                                   {Grain::day, "day"},
                                   {Grain::month, "month"},
                                   {Grain::year, "year"}};
constexpr Name<Dimension> kDimensions[] = {
    {Dimension::method, "method"},    {Dimension::status, "status"},
    {Dimension::kind, "kind"},        {Dimension::channel, "channel"},
    {Dimension::issuer, "issuer"},    {Dimension::organisation, "organisation"},
    {Dimension::currency, "currency"}};

template <typename E, std::size_t N>
std::string_view name_in(const Name<E> (&names)[N], E value) {
  for (const auto& name : names) {
    if (name.value == value) return name.code;
  }
  return "unknown";
}

template <typename E, std::size_t N>
Result<E> parse_in(const Name<E> (&names)[N], std::string_view what, const std::string& code) {
  std::string known;
  for (const auto& name : names) {
    if (name.code == code) return name.value;
    known += (known.empty() ? "" : ", ") + std::string(name.code);
  }
  return invalid("there is no " + std::string(what) + " `" + code + "`; there are " + known);
}

constexpr std::int64_t kMinuteUs = 60'000'000;
constexpr std::int64_t kSeoulUs = 9 * 60 * kMinuteUs;
constexpr std::int32_t kHourMinutes = 60;
constexpr std::int32_t kDayHours = 24;

// Rounds down below zero too.
template <typename T>
constexpr T floored(T value, T by) {
  return value >= 0 ? value / by : -((-value + by - 1) / by);
}

// Minutes in 32 bits end in the year 6053: all later ones share the last bucket.
std::int32_t last_of_32_bits(std::int64_t minutes) {
  return static_cast<std::int32_t>(std::min<std::int64_t>(minutes, std::numeric_limits<std::int32_t>::max()));
}

struct YearMonth {
  std::int32_t year = 0;
  std::int32_t month = 0;  // 0..11
};

// Years are counted from March, so that a leap day is a year's last: then a year's months have fixed places.
YearMonth year_month_of(BusinessDate day) {
  constexpr std::int32_t kEraDays = 146'097;  // 400 years
  const std::int64_t shifted = std::int64_t{day.days} + 719'468;
  const auto era = static_cast<std::int32_t>(floored(shifted, std::int64_t{kEraDays}));
  const auto of_era = static_cast<std::int32_t>(shifted - std::int64_t{era} * kEraDays);
  const std::int32_t year_of_era =
      (of_era - of_era / 1'460 + of_era / 36'524 - of_era / (kEraDays - 1)) / 365;
  const std::int32_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int32_t from_march = (5 * of_year + 2) / 153;
  const std::int32_t month = from_march < 10 ? from_march + 2 : from_march - 10;
  return {year_of_era + era * 400 + (month <= 1 ? 1 : 0), month};
}

BusinessDate first_day_of_month(std::int32_t months) {
  const std::int32_t years = floored(months, 12);
  const std::int32_t month = months - years * 12 + 1;
  const std::int32_t year = 1970 + years - (month <= 2 ? 1 : 0);
  const std::int32_t era = floored(year, 400);
  const std::int32_t of_era = year - era * 400;
  const std::int32_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5;
  // In 64 bits: what stored bytes say may be any month, and is found wrong by whoever looks at the day.
  const std::int64_t days =
      std::int64_t{era} * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
  return {static_cast<std::int32_t>(days)};
}

// Of whatever stored bytes say: what no day of 32 bits is in, is the last year that one is in.
BusinessDate first_day_of_year(std::int32_t years) {
  constexpr std::int32_t kYearsMax = 5'000'000;
  return first_day_of_month(std::clamp(years, -kYearsMax, kYearsMax) * 12);
}

bool is_name(std::string_view name) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !name.empty() && name.size() <= 48 && is_letter(name[0]) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_letter(c) || c == '_' || (c >= '0' && c <= '9'); });
}

// GET /v1/totals/payouts is a list of its own: a cube of that name could never be asked.
constexpr std::string_view kTakenNames[] = {"payouts"};

std::string taken_names() {
  std::string out;
  for (const auto name : kTakenNames) out.append(out.empty() ? "`" : ", `").append(name).append("`");
  return out;
}

// Everything that decides what a cube's cells hold.
std::string canonical(const CubeSpec& cube) {
  std::string text = std::to_string(cube.id) + " " + cube.name + " " + std::string(code_of(cube.source)) +
                     " " + std::string(code_of(cube.key)) + " " +
                     (cube.order == CubeOrder::bucket_first ? "bucket_first" : "key_first") + " " +
                     std::string(code_of(cube.grain)) + (cube.percentiles ? " percentiles" : "") +
                     (cube.history ? " history" : "");
  for (const auto& [value, code] : kDimensions) {
    if (cube.inner.has(value)) text += " " + std::string(code);
  }
  return text + "\n";
}

// Changes with the stored form of cells and histograms (docs/formats/totals.md).
constexpr std::string_view kForm = "cells 2, histograms 1\n";

std::optional<Error> contradiction(const CubeSpec& cube) {
  const bool payments = cube.source == CubeSource::payments;
  if (payments && cube.inner.has(Dimension::kind)) {
    return invalid("payments have no `kind`; use `status`, or source \"transactions\"");
  }
  if (!payments && cube.inner.has(Dimension::status)) {
    return invalid("transactions have no `status`; use `kind`, or source \"payments\"");
  }
  if (cube.key == CubeKey::organisation && cube.inner.has(Dimension::organisation)) {
    return invalid("the organisation is the cube's key already: drop it from the dimensions");
  }
  if (cube.key == CubeKey::none && cube.order == CubeOrder::bucket_first) {
    return invalid("bucket_first needs a key: merchant or organisation");
  }
  return std::nullopt;
}

Result<std::uint16_t> id_of(const CubeDeclaration& declaration) {
  if (!declaration.id) {
    return static_cast<std::uint16_t>(kDeclaredIdMin + hash64(declaration.name) % (65'536U - kDeclaredIdMin));
  }
  if (*declaration.id >= kDeclaredIdMin) return *declaration.id;
  return invalid("an id is " + std::to_string(kDeclaredIdMin) + " to 65535; the lower ones are built in");
}

Result<CubeSpec> parse(const CubeDeclaration& d) {
  CubeSpec cube;
  if (!is_name(d.name)) return invalid("a name is a lower-case letter, then up to 47 of a-z, 0-9 and _");
  if (std::ranges::find(kTakenNames, d.name) != std::end(kTakenNames)) {
    return invalid("the name is a path below /v1/totals already (so is each of " + taken_names() +
                   "): rename it");
  }
  cube.name = d.name;
  WJ_TRY(cube.id, id_of(d));
  WJ_TRY(cube.source, parse_in(kSources, "source", d.source));
  WJ_TRY(cube.key, parse_in(kKeys, "key", d.key));
  WJ_TRY(cube.grain, parse_in(kGrains, "grain", d.grain));
  cube.order = d.bucket_first ? CubeOrder::bucket_first : CubeOrder::key_first;
  for (const auto& name : d.dimensions) {
    WJ_TRY(const Dimension dimension, parse_in(kDimensions, "dimension", name));
    cube.inner.insert(dimension);
  }
  cube.percentiles = d.percentiles;
  cube.history = d.history;
  if (auto no = contradiction(cube)) return *std::move(no);
  return cube;
}

}  // namespace

std::string_view code_of(CubeSource v) { return name_in(kSources, v); }
std::string_view code_of(CubeKey v) { return name_in(kKeys, v); }
std::string_view code_of(Grain v) { return name_in(kGrains, v); }
std::string_view code_of(Dimension v) { return name_in(kDimensions, v); }

Result<CubeSpec> parse_cube(const CubeDeclaration& declaration) {
  auto cube = parse(declaration);
  if (!cube) return invalid("cube `" + declaration.name + "`: " + cube.error().message);
  return cube;
}

std::vector<CubeSpec> builtin_cubes() {
  using D = Dimension;
  return {
      // No issuer: its code is the sender's text, and a cell must not grow by what somebody writes into it.
      {.id = 1, .name = "merchant_day", .inner = {D::method, D::status, D::currency}},
      // Without history: what moved on a day is fixed when the day is over, but for late arrivals.
      {.id = 2,
       .name = "merchant_day_transactions",
       .source = CubeSource::transactions,
       .inner = {D::kind, D::method, D::currency},
       .history = false},
      {.id = 4,
       .name = "organisation_month",
       .key = CubeKey::organisation,
       .inner = {D::method, D::status, D::currency},
       .grain = Grain::month,
       .percentiles = true},
      {.id = 5,
       .name = "sales_hour",
       .source = CubeSource::transactions,
       .key = CubeKey::none,
       .inner = {D::kind, D::method, D::currency},
       .grain = Grain::hour},
      // For "who sold most": all merchants of a month side by side, in cells of some 25 bytes.
      {.id = 7,
       .name = "merchant_sales_month",
       .order = CubeOrder::bucket_first,
       .inner = {D::currency},
       .grain = Grain::month,
       .history = false},
      // For the totals beside a list of every merchant: a thousand days of merchants' cells are millions, of
      // these a thousand.
      {.id = 9,
       .name = "payments_day",
       .key = CubeKey::none,
       .inner = {D::method, D::status, D::currency},
       .history = false},
      // For the picture of the last hour. Of payments as they come it is one hot cell a minute.
      {.id = 10,
       .name = "sales_minute",
       .source = CubeSource::transactions,
       .key = CubeKey::none,
       .inner = {D::currency},
       .grain = Grain::minute,
       .history = false},
      // Of years a period is three to five cells a merchant, of months up to sixty.
      {.id = 11,
       .name = "merchant_sales_year",
       .order = CubeOrder::bucket_first,
       .inner = {D::currency},
       .grain = Grain::year,
       .history = false},
  };
}

Result<CubeSet> CubeSet::create(std::span<const CubeDeclaration> declared) {
  auto cubes = builtin_cubes();
  for (const auto& declaration : declared) {
    WJ_TRY(auto cube, parse_cube(declaration));
    for (const auto& other : cubes) {
      if (other.name == cube.name) return invalid("cube `" + cube.name + "` is there twice: rename one");
      if (other.id == cube.id) {
        return invalid("cubes `" + other.name + "` and `" + cube.name + "` both have the id " +
                       std::to_string(cube.id) + ": give one of them another `id`");
      }
    }
    cubes.push_back(std::move(cube));
  }
  if (cubes.size() > kCubesMax)
    return invalid("more than " + std::to_string(kCubesMax) + " cubes: drop some");
  return CubeSet(std::move(cubes));
}

CubeSet::CubeSet(std::vector<CubeSpec> cubes) : cubes_(std::move(cubes)) {
  std::sort(cubes_.begin(), cubes_.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  for (std::size_t i = 1; i < cubes_.size(); ++i) WJ_ASSERT(cubes_[i - 1].id != cubes_[i].id);
}

const CubeSpec* CubeSet::find(std::string_view name) const {
  const auto at = std::find_if(cubes_.begin(), cubes_.end(), [&](const auto& c) { return c.name == name; });
  return at == cubes_.end() ? nullptr : &*at;
}

const CubeSpec* CubeSet::find(std::uint16_t id) const {
  const auto at = std::find_if(cubes_.begin(), cubes_.end(), [&](const auto& c) { return c.id == id; });
  return at == cubes_.end() ? nullptr : &*at;
}

std::string cubes_version(std::span<const CubeSpec> cubes) {
  std::vector<std::string> lines;
  for (const auto& cube : cubes) lines.push_back(canonical(cube));
  std::sort(lines.begin(), lines.end());
  std::string text(kForm);
  for (const auto& line : lines) text += line;
  std::string hash;
  put_be64(hash, hash64(text));
  return to_hex(hash);
}

std::int32_t bucket_of(Grain grain, Instant at) {
  if (grain == Grain::minute) return last_of_32_bits(floored(at.us + kSeoulUs, kMinuteUs));
  const auto hours = static_cast<std::int32_t>(floored(at.us + kSeoulUs, kHourMinutes * kMinuteUs));
  return coarser(Grain::hour, hours, grain);
}

std::int32_t bucket_of(Grain grain, BusinessDate day) {
  switch (grain) {
    case Grain::minute:
      return last_of_32_bits(std::int64_t{day.days} * kDayHours * kHourMinutes);
    case Grain::hour:
      return day.days * kDayHours;
    case Grain::day:
      return day.days;
    case Grain::month: {
      const auto [year, month] = year_month_of(day);
      return (year - 1970) * 12 + month;
    }
    case Grain::year:
      return year_month_of(day).year - 1970;
  }
  WJ_ASSERT(false);
}

BusinessDate first_day_of(Grain grain, std::int32_t bucket) {
  switch (grain) {
    case Grain::minute:
      return {floored(bucket, kDayHours * kHourMinutes)};
    case Grain::hour:
      return {floored(bucket, kDayHours)};
    case Grain::day:
      return {bucket};
    case Grain::month:
      return first_day_of_month(bucket);
    case Grain::year:
      return first_day_of_year(bucket);
  }
  WJ_ASSERT(false);
}

BusinessDate last_day_of(Grain grain, std::int32_t bucket) {
  if (grain < Grain::month) return first_day_of(grain, bucket);
  return {first_day_of(grain, bucket + 1).days - 1};
}

Instant begin_of(Grain grain, std::int32_t bucket) {
  if (grain == Grain::minute) return {std::int64_t{bucket} * kMinuteUs - kSeoulUs};
  if (grain == Grain::hour) return {std::int64_t{bucket} * kHourMinutes * kMinuteUs - kSeoulUs};
  return start_of(first_day_of(grain, bucket));
}

std::int32_t coarser(Grain from, std::int32_t bucket, Grain to) {
  WJ_ASSERT(to >= from);
  if (from == to) return bucket;
  if (from == Grain::minute && to == Grain::hour) return floored(bucket, kHourMinutes);
  return bucket_of(to, first_day_of(from, bucket));
}

std::string bucket_text(Grain grain, std::int32_t bucket) {
  const auto two = [](std::int32_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  std::string text = to_text(first_day_of(grain, bucket));
  if (grain == Grain::year) return text.substr(0, text.size() - 6);
  if (grain == Grain::month) return text.substr(0, text.size() - 3);
  if (grain == Grain::day) return text;
  const std::int32_t hours = grain == Grain::hour ? bucket : floored(bucket, kHourMinutes);
  text += "T" + two(hours - floored(hours, kDayHours) * kDayHours);
  return grain == Grain::hour ? text : text + ":" + two(bucket - hours * kHourMinutes);
}

namespace {

template <typename Facts>
Fact common(const Facts& facts, CubeSource source) {
  Fact fact;
  fact.source = source;
  fact.merchant = facts.merchant;
  fact.organisation = facts.organisation;
  fact.method = facts.method;
  fact.channel = static_cast<std::uint8_t>(facts.channel);
  fact.issuer = facts.issuer;
  fact.currency = facts.currency;
  fact.amount = facts.amount;
  for (const auto& [grain, code] : kGrains) {
    fact.buckets[static_cast<std::size_t>(grain)] = bucket_of(grain, facts.at);
  }
  return fact;
}

}  // namespace

Fact fact_of(const PaymentFacts& facts) {
  Fact fact = common(facts, CubeSource::payments);
  fact.status = static_cast<std::uint8_t>(facts.status);
  fact.gross = facts.gross;
  fact.canceled = facts.canceled;
  return fact;
}

Fact fact_of(const TransactionFacts& facts) {
  Fact fact = common(facts, CubeSource::transactions);
  fact.kind = static_cast<std::uint8_t>(facts.kind);
  (facts.kind == TransactionKind::approval ? fact.gross : fact.canceled) = facts.amount;
  return fact;
}

void append_ordered(std::string& out, std::int32_t value) {
  put_be32(out, static_cast<std::uint32_t>(value) ^ 0x8000'0000U);
}

std::optional<std::int32_t> read_ordered(std::string_view bytes) {
  if (bytes.size() != 4) return std::nullopt;
  ByteReader in(bytes);
  return static_cast<std::int32_t>(in.be32() ^ 0x8000'0000U);
}

void append_cell_key(std::string& out, const CubeSpec& cube, MerchantNo merchant,
                     std::string_view organisation, std::int32_t bucket) {
  out.push_back(static_cast<char>(cube.id >> 8U));
  out.push_back(static_cast<char>(cube.id & 0xFFU));
  if (cube.order == CubeOrder::bucket_first) append_ordered(out, bucket);
  if (cube.key == CubeKey::merchant) put_be32(out, merchant);
  if (cube.key == CubeKey::organisation) out.append(organisation).push_back('\0');
  if (cube.order == CubeOrder::key_first) append_ordered(out, bucket);
}

std::optional<CellKey> read_cell_key(const CubeSpec& cube, std::string_view key, std::string_view& rest) {
  if (key.size() < 6) return std::nullopt;
  CellKey out;
  std::string_view left = key.substr(2);
  const auto take_bucket = [&] {
    const auto bucket = read_ordered(left.substr(0, 4));
    if (!bucket) return false;
    out.bucket = *bucket;
    left.remove_prefix(4);
    return true;
  };
  if (cube.order == CubeOrder::bucket_first && !take_bucket()) return std::nullopt;
  if (cube.key == CubeKey::merchant) {
    if (left.size() < 4) return std::nullopt;
    out.merchant = ByteReader(left).be32();
    left.remove_prefix(4);
  } else if (cube.key == CubeKey::organisation) {
    const auto end = left.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    out.organisation = left.substr(0, end);
    left.remove_prefix(end + 1);
  }
  if (cube.order == CubeOrder::key_first && !take_bucket()) return std::nullopt;
  rest = left;
  return out;
}

std::string describe_cell(const CubeSpec& cube, std::string_view key) {
  std::string_view rest;
  const auto cell = read_cell_key(cube, key, rest);
  if (!cell) return cube.name + ", key " + to_hex(key);
  std::string text = cube.name;
  if (cube.key == CubeKey::merchant) text += ", merchant " + std::to_string(cell->merchant);
  if (cube.key == CubeKey::organisation) text += ", organisation `" + cell->organisation + "`";
  text += ", " + bucket_text(cube.grain, cell->bucket);
  if (const auto recorded = read_ordered(rest)) text += ", recorded " + to_text(BusinessDate{*recorded});
  return text;
}

void append_dims(std::string& out, const CubeSpec& cube, const Fact& fact) {
  put_sized(out, fact.currency);
  if (cube.inner.has(Dimension::method)) out.push_back(static_cast<char>(fact.method));
  if (cube.inner.has(Dimension::status)) out.push_back(static_cast<char>(fact.status));
  if (cube.inner.has(Dimension::kind)) out.push_back(static_cast<char>(fact.kind));
  if (cube.inner.has(Dimension::channel)) out.push_back(static_cast<char>(fact.channel));
  if (cube.inner.has(Dimension::issuer)) put_sized(out, fact.issuer);
  if (cube.inner.has(Dimension::organisation)) put_sized(out, fact.organisation);
}

std::optional<GroupDims> read_dims(const CubeSpec& cube, std::string_view packed) {
  ByteReader in(packed);
  GroupDims dims;
  dims.currency = in.sized();
  if (cube.inner.has(Dimension::method)) dims.method = in.u8();
  if (cube.inner.has(Dimension::status)) dims.status = in.u8();
  if (cube.inner.has(Dimension::kind)) dims.kind = in.u8();
  if (cube.inner.has(Dimension::channel)) dims.channel = in.u8();
  if (cube.inner.has(Dimension::issuer)) dims.issuer = in.sized();
  if (cube.inner.has(Dimension::organisation)) dims.organisation = in.sized();
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return dims;
}

}  // namespace wonjang::serving
