#include "app/api/totals_query.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "app/api/view_query.h"

namespace wonjang {
namespace {

using serving::CubeKey;
using serving::CubeSpec;
using serving::Dimension;
using serving::Grain;

constexpr std::string_view kParameters[] = {"from",         "until",    "by",     "groupBy",    "merchantId",
                                            "organisation", "method",   "status", "kind",       "channel",
                                            "issuer",       "currency", "asOf",   "difference", "percentiles",
                                            "min-position", "explain"};
constexpr std::string_view kOften[] = {"groupBy", "merchantId", "organisation", "method",   "status",
                                       "kind",    "channel",    "issuer",       "currency", "percentiles"};
constexpr Grain kGrains[] = {Grain::minute, Grain::hour, Grain::day, Grain::month, Grain::year};
constexpr std::size_t kPercentilesMax = 20;

bool begins_bucket(Grain grain, Instant at, std::int32_t bucket) {
  switch (grain) {
    case Grain::minute:
      return at.us % 60'000'000 == 0;
    case Grain::hour:
      return at.us % 3'600'000'000 == 0;  // Seoul is whole hours from UTC
    case Grain::day:
    case Grain::month:
    case Grain::year:
      return start_of(serving::first_day_of(grain, bucket)) == at;
  }
  return false;
}

Result<Instant> parse_bound(std::string_view name, std::string_view text) {
  if (const auto day = parse_business_date(text)) return start_of(*day);
  if (const auto instant = parse_rfc3339(text)) return *instant;
  return invalid(std::string(name) +
                 " is a business date such as 2026-11-22 or an instant such as 2026-11-22T10:00:00+09:00");
}

Result<std::int32_t> parse_bucket(std::string_view name, std::string_view text, Grain grain) {
  WJ_TRY(const auto at, parse_bound(name, text));
  const auto bucket = serving::bucket_of(grain, at);
  if (!begins_bucket(grain, at, bucket))
    return invalid(std::string(name) + " is not where a " + std::string(code_of(grain)) +
                   " of this cube begins (in Seoul)");
  return bucket;
}

Result<void> take_period(const Query& query, const CubeSpec& cube, Instant now, serving::TotalsQuery& out) {
  const auto from = query.find("from");
  if (!from) return invalid("say from when: from=2026-11-01");
  WJ_TRY(out.from, parse_bucket("from", *from, cube.grain));
  if (const auto until = query.find("until")) {
    WJ_TRY(out.until, parse_bucket("until", *until, cube.grain));
  } else {
    // As lists end; of months and years the one that tomorrow is in, and ahead of it whole ones.
    WJ_TRY(const auto first, parse_bound("from", *from));
    const auto end = default_until(first, now);
    const auto last = serving::bucket_of(cube.grain, end.plus_us(-1));
    const bool is_ahead = cube.grain >= Grain::month && end != default_until(std::nullopt, now);
    out.until = is_ahead ? last : last + 1;
  }
  if (out.until <= out.from)
    return invalid(
        "until is not after from: the period is half-open, from 2026-11-01 until 2026-12-01 is "
        "November");
  const auto days = serving::last_day_of(cube.grain, out.until - 1).days -
                    serving::first_day_of(cube.grain, out.from).days + 1;
  if (days > kPeriodDaysMax)
    return invalid("a period is at most 5 years (" + std::to_string(kPeriodDaysMax) +
                   " days): ask for two of them");
  return {};
}

Result<void> take_by(const Query& query, serving::TotalsQuery& out) {
  const auto text = query.find("by");
  if (!text) return {};
  for (const auto grain : kGrains) {
    if (code_of(grain) == *text) out.by = grain;
  }
  if (!out.by) return invalid("by is minute, hour, day, month or year");
  return {};
}

Result<void> take_group_by(const Query& query, const CubeSpec& cube, serving::TotalsQuery& out) {
  for (const auto name : query.find_all("groupBy")) {
    if (cube.key != CubeKey::none && name == code_of(cube.key)) {
      out.by_key = true;
      continue;
    }
    bool known = false;
    for (const auto dimension : kTotalsDimensions) {
      if (code_of(dimension) != name || !cube.inner.has(dimension)) continue;
      out.group_by.insert(dimension);
      known = true;
    }
    if (known) continue;
    std::string there;
    if (cube.key != CubeKey::none) there = code_of(cube.key);
    for (const auto dimension : kTotalsDimensions) {
      if (cube.inner.has(dimension)) there.append(there.empty() ? "" : ", ").append(code_of(dimension));
    }
    return invalid("cube `" + cube.name + "` can be grouped by " + there);
  }
  return {};
}

Result<void> take_face(const Query& query, Instant now, serving::TotalsQuery& out) {
  WJ_TRY(const bool difference, parse_flag(query, "difference", false));
  const auto text = query.find("asOf");
  if (!text) {
    if (difference) return invalid("a difference is between then and now: say asOf=2026-11-20");
    return {};
  }
  const auto day = parse_business_date(*text);
  if (!day) return invalid("asOf is a business date, such as 2026-11-20: how it stood at that day's close");
  if (*day > business_date_of(now)) return invalid("asOf lies in the future");
  out.face = difference ? serving::TotalsFace::difference : serving::TotalsFace::then;
  out.close = *day;
  return {};
}

Result<std::vector<std::uint32_t>> take_percentiles(const Query& query) {
  std::vector<std::uint32_t> out;
  for (const auto text : query.find_all("percentiles")) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value > 1'000)
      return invalid("percentiles are per mille, 0 to 1000: percentiles=500,900,990");
    if (std::ranges::find(out, value) == out.end()) out.push_back(value);
  }
  if (out.size() > kPercentilesMax)
    return invalid("at most " + std::to_string(kPercentilesMax) + " percentiles at a time");
  return out;
}

Result<void> take_filters(const Query& query, serving::TotalsQuery& out) {
  WJ_TRY(out.methods, parse_methods(query));
  WJ_TRY(const auto statuses, parse_statuses(query));
  for (const auto status : statuses) out.statuses.push_back(static_cast<std::uint8_t>(status));
  WJ_TRY(const auto kinds, parse_kinds(query));
  for (const auto kind : kinds) out.kinds.push_back(static_cast<std::uint8_t>(kind));
  WJ_TRY(out.channels, parse_channels(query));
  WJ_TRY(out.issuers, parse_words_of_a_list(query, "issuer"));
  WJ_TRY(out.currencies, parse_currencies(query));
  WJ_TRY(out.organisations, parse_words_of_a_list(query, "organisation"));
  return {};
}

}  // namespace

std::span<const std::string_view> totals_parameters() { return kParameters; }
std::span<const std::string_view> totals_parameters_given_often() { return kOften; }

bool may_see(const Caller& caller, const CubeSpec& cube) {
  return caller.merchant.is_zero() || cube.key == CubeKey::merchant;
}

const CubeSpec* visible_cube(std::span<const CubeSpec> cubes, const Caller& caller, std::string_view name) {
  for (const auto& cube : cubes) {
    if (cube.name == name) return may_see(caller, cube) ? &cube : nullptr;
  }
  return nullptr;
}

Result<TotalsWish> parse_totals(const Query& query, const Caller& caller, const RegistryState& registry,
                                const CubeSpec& cube, Instant now) {
  TotalsWish out;
  out.query.cube = cube.name;
  WJ_TRY(const auto merchants, parse_merchants(query, caller, registry));
  for (const auto* merchant : merchants) out.query.merchants.push_back(merchant->number);
  WJ_CHECK(take_period(query, cube, now, out.query));
  WJ_CHECK(take_by(query, out.query));
  WJ_CHECK(take_group_by(query, cube, out.query));
  WJ_CHECK(take_face(query, now, out.query));
  WJ_CHECK(take_filters(query, out.query));
  WJ_TRY(out.per_mille, take_percentiles(query));
  out.query.percentiles = !out.per_mille.empty();
  if (out.query.percentiles && out.query.face == serving::TotalsFace::difference)
    return invalid("a difference has no percentiles: ask for them as of the day, and as of now");
  return out;
}

}  // namespace wonjang
