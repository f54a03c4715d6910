#include "engine/serving/cube.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.h"

namespace wonjang::serving {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

CubeDeclaration declaration(std::string name) {
  CubeDeclaration d;
  d.name = std::move(name);
  d.dimensions = {"method"};
  return d;
}

TEST(Cube, that_no_path_would_lead_to_is_refused) {
  const auto cube = parse_cube(declaration("payouts"));
  ASSERT_FALSE(cube);
  EXPECT_THAT(cube.error().message, HasSubstr("cube `payouts`: the name is a path below /v1/totals"));
  EXPECT_THAT(cube.error().message, HasSubstr("rename it"));
}

TEST(Cube, is_declared_by_names) {
  CubeDeclaration d = declaration("issuers");
  d.source = "transactions";
  d.key = "organisation";
  d.dimensions = {"kind", "issuer"};
  d.grain = "hour";
  d.percentiles = true;
  const auto cube = parse_cube(d);
  ASSERT_TRUE(cube) << cube.error().message;
  EXPECT_EQ(cube->source, CubeSource::transactions);
  EXPECT_EQ(cube->key, CubeKey::organisation);
  EXPECT_EQ(cube->inner, (Dimensions{Dimension::kind, Dimension::issuer, Dimension::currency}));
  EXPECT_EQ(cube->grain, Grain::hour);
  EXPECT_TRUE(cube->percentiles && cube->history);
  EXPECT_GE(cube->id, kDeclaredIdMin);
  EXPECT_EQ(cube->id, parse_cube(d)->id);
}

TEST(Cube, a_wrong_declaration_says_what_there_is) {
  struct Case {
    void (*change)(CubeDeclaration&);
    const char* message;
  };
  const Case cases[] = {
      {[](CubeDeclaration& d) { d.dimensions = {"mehtod"}; },
       "cube `mine`: there is no dimension `mehtod`; there are method, status, kind, channel, issuer, "
       "organisation, "
       "currency"},
      {[](CubeDeclaration& d) { d.grain = "week"; },
       "there is no grain `week`; there are minute, hour, day, month, year"},
      {[](CubeDeclaration& d) { d.key = "shop"; },
       "there is no key `shop`; there are none, merchant, organisation"},
      {[](CubeDeclaration& d) { d.source = "refunds"; }, "there are payments, transactions"},
      {[](CubeDeclaration& d) { d.dimensions = {"kind"}; }, "payments have no `kind`; use `status`"},
      {[](CubeDeclaration& d) { d.source = "transactions", d.dimensions = {"status"}; }, "use `kind`"},
      {[](CubeDeclaration& d) { d.key = "organisation", d.dimensions = {"organisation"}; }, "drop it"},
      {[](CubeDeclaration& d) { d.key = "none", d.bucket_first = true; }, "needs a key"},
      {[](CubeDeclaration& d) { d.id = 7; }, "1024 to 65535"},
      {[](CubeDeclaration& d) { d.name = "Mine"; }, "lower-case"},
  };
  for (const auto& [change, message] : cases) {
    CubeDeclaration d = declaration("mine");
    change(d);
    const auto cube = parse_cube(d);
    ASSERT_FALSE(cube) << message;
    EXPECT_EQ(cube.error().kind, ErrorKind::invalid);
    EXPECT_THAT(cube.error().message, HasSubstr(message));
  }
}

TEST(CubeSet, refuses_a_name_or_an_id_that_is_there_twice) {
  const auto refused = [](std::vector<CubeDeclaration> d) { return CubeSet::create(d).error().message; };
  EXPECT_THAT(refused({declaration("a"), declaration("a")}), HasSubstr("`a` is there twice"));
  EXPECT_THAT(refused({declaration("merchant_day")}), HasSubstr("`merchant_day` is there twice"));
  auto a = declaration("a"), b = declaration("b");
  a.id = b.id = 2'000;
  EXPECT_THAT(refused({a, b}), HasSubstr("both have the id 2000"));
  std::vector<CubeDeclaration> many;
  for (std::uint16_t i = 0; i < 64; ++i) {
    many.push_back(declaration("c" + std::to_string(i)));
    many.back().id = static_cast<std::uint16_t>(2'000 + i);
  }
  EXPECT_THAT(refused(many), HasSubstr("more than 64 cubes"));
}

TEST(CubeSet, another_spec_is_another_version_and_another_order_is_not) {
  const auto version = [](std::vector<CubeDeclaration> d) { return CubeSet::create(d)->version(); };
  const auto a = declaration("a"), b = declaration("b");
  const auto base = version({a, b});
  EXPECT_EQ(base, version({b, a}));
  EXPECT_EQ(base.size(), 16U);
  EXPECT_NE(base, version({a}));
  const std::vector<void (*)(CubeDeclaration&)> changes = {[](CubeDeclaration& d) { d.grain = "month"; },
                                                           [](CubeDeclaration& d) { d.key = "organisation"; },
                                                           [](CubeDeclaration& d) { d.percentiles = true; },
                                                           [](CubeDeclaration& d) { d.history = false; },
                                                           [](CubeDeclaration& d) { d.bucket_first = true; },
                                                           [](CubeDeclaration& d) { d.source = "transactions"; },
                                                           [](CubeDeclaration& d) { d.dimensions = {"status"}; },
                                                           [](CubeDeclaration& d) { d.id = 5'000; }};
  for (const auto change : changes) {
    auto changed = b;
    change(changed);
    EXPECT_NE(base, version({a, changed}));
  }
}

// Ids are in keys and versions decide about rebuilds: neither may change by accident.
TEST(CubeSet, the_built_in_ones_are_pinned) {
  const auto set = *CubeSet::create({});
  std::string names;
  for (const auto& cube : set.cubes()) names += std::to_string(cube.id) + " " + cube.name + "\n";
  EXPECT_EQ(names,
            "1 merchant_day\n2 merchant_day_transactions\n4 organisation_month\n5 sales_hour\n"
            "7 merchant_sales_month\n9 payments_day\n10 sales_minute\n11 merchant_sales_year\n");
  EXPECT_EQ(set.version(), "88d23e47417d9b31");
  EXPECT_EQ(set.find("sales_hour"), set.find(std::uint16_t{5}));
  EXPECT_EQ(set.find("sales"), nullptr);
}

TEST(Bucket, is_that_of_seoul) {
  const auto at = *parse_rfc3339("2026-10-31T15:00:00Z");  // midnight
  const auto before = Instant{at.us - 1};
  const std::pair<Grain, std::pair<const char*, const char*>> cases[] = {
      {Grain::minute, {"2026-10-31T23:59", "2026-11-01T00:00"}},
      {Grain::hour, {"2026-10-31T23", "2026-11-01T00"}},
      {Grain::day, {"2026-10-31", "2026-11-01"}},
      {Grain::month, {"2026-10", "2026-11"}}};
  EXPECT_EQ(bucket_text(Grain::year, bucket_of(Grain::year, *parse_rfc3339("2026-12-31T15:00:00Z"))), "2027");
  EXPECT_EQ(bucket_text(Grain::year, bucket_of(Grain::year, *parse_rfc3339("2026-12-31T14:59:59Z"))), "2026");
  for (const auto& [grain, texts] : cases) {
    EXPECT_EQ(bucket_text(grain, bucket_of(grain, before)), texts.first);
    EXPECT_EQ(bucket_text(grain, bucket_of(grain, at)), texts.second);
    EXPECT_EQ(bucket_of(grain, before) + 1, bucket_of(grain, at));
    EXPECT_EQ(begin_of(grain, bucket_of(grain, at)), at);
  }
}

TEST(Bucket, months_agree_with_the_calendar_for_four_centuries) {
  for (std::int32_t day = -25'567; day < 120'000; ++day) {  // 1900 to 2298
    const BusinessDate date{day};
    const auto month = bucket_of(Grain::month, date);
    if (day >= 0) {
      ASSERT_EQ(bucket_text(Grain::month, month), to_text(date).substr(0, 7));
    }
    ASSERT_LE(first_day_of(Grain::month, month), date);
    ASSERT_GE(last_day_of(Grain::month, month), date);
    ASSERT_EQ(first_day_of(Grain::month, month + 1).days, last_day_of(Grain::month, month).days + 1);
    ASSERT_EQ(bucket_of(Grain::day, start_of(date)), day);
    ASSERT_EQ(coarser(Grain::minute, bucket_of(Grain::minute, date), Grain::month), month);
    const auto year = bucket_of(Grain::year, date);
    ASSERT_EQ(coarser(Grain::month, month, Grain::year), year);
    ASSERT_LE(first_day_of(Grain::year, year), date);
    ASSERT_GE(last_day_of(Grain::year, year), date);
    ASSERT_EQ(first_day_of(Grain::year, year + 1).days, last_day_of(Grain::year, year).days + 1);
  }
}

TEST(Bucket, the_year_9999_has_one_too) {
  const auto at = *parse_rfc3339("9999-12-31T00:00:00Z");
  EXPECT_EQ(bucket_text(Grain::day, bucket_of(Grain::day, at)), "9999-12-31");
  EXPECT_EQ(bucket_text(Grain::month, bucket_of(Grain::month, at)), "9999-12");
  EXPECT_GT(bucket_of(Grain::minute, at), bucket_of(Grain::minute, *parse_rfc3339("2026-01-01T00:00:00Z")));
}

TEST(CellKeys, order_as_their_numbers_and_come_back) {
  for (const auto& cube : builtin_cubes()) {
    const bool merchants = cube.key == CubeKey::merchant, organisations = cube.key == CubeKey::organisation;
    std::string_view rest;
    std::string key;
    append_cell_key(key, cube, 7, "seoul", 20'000);
    const auto read = read_cell_key(cube, key, rest);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, (CellKey{merchants ? 7U : 0U, organisations ? "seoul" : "", 20'000}));
    EXPECT_TRUE(rest.empty());
    append_ordered(key, 20'001);
    ASSERT_TRUE(read_cell_key(cube, key, rest));
    EXPECT_EQ(read_ordered(rest), 20'001);
    EXPECT_EQ(read_cell_key(cube, std::string_view(key).substr(0, 5), rest), std::nullopt);

    std::string early, late;
    append_cell_key(early, cube, 7, "seoul", -1);
    append_cell_key(late, cube, 7, "seoul", 1);
    EXPECT_LT(early, late);
  }
  const auto month = *CubeSet::create({})->find("organisation_month");
  std::string a, ab;  // one code the beginning of another
  append_cell_key(a, month, 0, "a", 0x7FFFFFFF);
  append_cell_key(ab, month, 0, "ab", 0);
  EXPECT_LT(a, ab);
  EXPECT_THAT(describe_cell(month, a), StartsWith("organisation_month, organisation `a`, "));
}

TEST(Dims, hold_what_the_cube_tells_apart) {
  PaymentFacts facts;
  facts.merchant = 7;
  facts.organisation = "seoul";
  facts.method = 3;
  facts.issuer = "11";
  facts.status = PaymentStatus::done;
  facts.currency = "KRW";
  for (const auto& cube : builtin_cubes()) {
    if (cube.source != CubeSource::payments) continue;
    std::string packed;
    append_dims(packed, cube, fact_of(facts));
    const auto dims = read_dims(cube, packed);
    ASSERT_TRUE(dims);
    EXPECT_EQ(dims->currency, "KRW");
    EXPECT_EQ(dims->method, cube.inner.has(Dimension::method) ? 3 : 0);
    EXPECT_EQ(dims->status, cube.inner.has(Dimension::status) ? 4 : 0);
    EXPECT_EQ(dims->issuer, cube.inner.has(Dimension::issuer) ? "11" : "");
    EXPECT_EQ(read_dims(cube, packed + "x"), std::nullopt);
    EXPECT_EQ(read_dims(cube, std::string_view(packed).substr(1)), std::nullopt);
  }
}

}  // namespace
}  // namespace wonjang::serving
