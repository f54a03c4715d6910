// The funds position and its signed report over HTTP, and what is found by a payout's or a line's id.
#include <cstdlib>
#include <fstream>

#include "adapters/openssl/crypto.h"
#include "app/api/money_api_world.h"
#include "testing/temp_dir.h"

namespace wonjang {
namespace {

namespace json = boost::json;

std::string days_from_today(std::int32_t days) {
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  return to_text(BusinessDate{business_date_of({now.count()}).days + days});
}

TEST_F(MoneyApi, the_funds_position_is_said_of_any_day_up_to_today) {
  approve(
      R"({"kind":"FUNDS_RATIO","fundsRatio":{"validFrom":"2026-01-01","ratioPpm":600000,"source":"law"}})",
      "ratio");
  auto shop = world_.as_merchant();
  ASSERT_EQ(shop.post("/v1/payments", "pay", card_payment("abc123", 10'001)).status, 201);
  auto house = world_.as_operator();
  const auto now = house.get("/v1/funds");
  ASSERT_EQ(now.status, 200) << now.body;
  EXPECT_EQ(now.json().at("totals").at(0).at("approvedUnpaid").as_int64(), 10'001);
  EXPECT_EQ(now.json().at("totals").at(0).at("gap").as_int64(), 6'001);
  EXPECT_EQ(house.get("/v1/funds?asOf=" + days_from_today(0)).body, now.body);
  // The position is a position: the books at it say the same sum.
  const auto balance = house.get("/v1/trial-balance?position=" + now.text("position"));
  ASSERT_EQ(balance.status, 200) << balance.body;
  EXPECT_NE(balance.body.find("10001"), std::string::npos);

  const auto yesterday = house.get("/v1/funds?asOf=" + days_from_today(-1));
  ASSERT_EQ(yesterday.status, 200) << yesterday.body;
  EXPECT_TRUE(yesterday.json().at("rows").as_array().empty()) << "recorded today";
  EXPECT_EQ(yesterday.json().at("ratioPpm").as_int64(), 0) << "approved today";
  const auto known = house.get("/v1/funds?asOf=" + days_from_today(-1) + "&knownAt=" + days_from_today(0));
  EXPECT_EQ(known.json().at("ratioPpm").as_int64(), 600'000) << known.body;

  EXPECT_EQ(house.get("/v1/funds?asOf=" + days_from_today(1)).code(), "BAD_PARAMETER");
  EXPECT_EQ(house.get("/v1/funds?asOf=" + days_from_today(-1) + "&knownAt=" + days_from_today(-2)).status,
            400);
  EXPECT_EQ(shop.get("/v1/funds").status, 403);
}

TEST_F(MoneyApi, what_stands_below_a_row_of_the_funds_is_that_of_its_day) {
  auto shop = world_.as_merchant();
  ASSERT_EQ(shop.post("/v1/payments", "pay", card_payment("abc123", 10'001)).status, 201);
  auto house = world_.as_operator();
  const auto path = "/v1/funds/lines?merchant=" + world_.merchant;
  const auto now = house.get(path);
  ASSERT_EQ(now.status, 200) << now.body;
  EXPECT_EQ(now.json().at("sum").as_int64(), 10'001);
  EXPECT_EQ(now.json().at("openItems").as_array().size(), 1U);
  EXPECT_EQ(now.text("asOf"), days_from_today(0));
  EXPECT_EQ(house.get(path + "&asOf=" + days_from_today(0)).body, now.body);
  const auto yesterday = house.get(path + "&asOf=" + days_from_today(-1));
  ASSERT_EQ(yesterday.status, 200) << yesterday.body;
  EXPECT_EQ(yesterday.json().at("sum").as_int64(), 0) << "recorded today: " << yesterday.body;
  EXPECT_TRUE(yesterday.json().at("openItems").as_array().empty());
  EXPECT_EQ(house.get(path + "&asOf=" + days_from_today(1)).code(), "BAD_PARAMETER");
}

TEST_F(MoneyApi, a_merchants_gap_is_what_neither_its_account_nor_its_share_covers) {
  approve(
      R"({"kind":"FUNDS_RATIO","fundsRatio":{"validFrom":"2026-01-01","ratioPpm":600000,"source":"law"}})",
      "ratio");
  const auto held = [](std::int64_t amount, const std::string& merchant) {
    return R"({"kind":"FUNDS_HELD","fundsHeld":{"date":"2026-01-02","kind":"TRUST","institution":"bank-a",)"
           R"("amount":)" +
           std::to_string(amount) + (merchant.empty() ? "" : R"(,"merchantId":")" + merchant + "\"") + "}}";
  };
  auto house = world_.as_operator();
  const auto nobody = house.post("/v1/changes", "nobody", held(1, "mch_01M80H523P000Q1SM92P48VHJ4"));
  EXPECT_EQ(nobody.code(), "MERCHANT_UNKNOWN") << nobody.body;
  EXPECT_NE(nobody.body.find("/fundsHeld/merchantId"), std::string::npos) << nobody.body;
  approve(held(1'000, ""), "for-all");
  approve(held(2'500, world_.merchant), "its-own");
  auto shop = world_.as_merchant();
  ASSERT_EQ(shop.post("/v1/payments", "pay", card_payment("abc123", 10'001)).status, 201);

  const auto now = house.get("/v1/funds");
  ASSERT_EQ(now.status, 200) << now.body;
  const auto row = now.json().at("rows").at(0);
  EXPECT_EQ(row.at("merchantId").as_string(), world_.merchant);
  EXPECT_EQ(row.at("requiredAmount").as_int64(), 6'001);
  EXPECT_EQ(row.at("heldOwn").as_int64(), 2'500);
  EXPECT_EQ(row.at("heldShare").as_int64(), 1'000);
  EXPECT_EQ(row.at("heldAmount").as_int64(), 3'500);
  EXPECT_EQ(row.at("gap").as_int64(), 2'501);
  const auto total = now.json().at("totals").at(0);
  EXPECT_EQ(total.at("merchantsGap").as_int64(), 2'501);
  EXPECT_EQ(total.at("merchantsRequired").as_int64(), 6'001);
  EXPECT_EQ(total.at("unassigned").as_int64(), 0);
  ASSERT_EQ(now.json().at("held").as_array().size(), 2U) << "one account for all, one of its own";
  EXPECT_FALSE(now.json().at("held").at(0).as_object().contains("merchantId")) << now.body;
  EXPECT_EQ(now.json().at("held").at(1).at("merchantId").as_string(), world_.merchant);
}

TEST_F(MoneyApi, a_report_in_its_first_format_is_what_it_was) {
  auto house = world_.as_operator();
  const auto path = "/v1/funds/reports/" + days_from_today(-1);
  const auto first = house.get(path + "?format=1");
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_TRUE(first.body.starts_with(
      "record,as_of,known_at,ledger_position,ratio_ppm,currency,merchant_id,kind,institution,"
      "approved_unpaid,required_amount,held_amount,gap\r\n"))
      << first.body;
  const auto second = house.get(path + "?format=2");
  EXPECT_EQ(second.body, house.get(path).body);
  EXPECT_NE(
      second.body.find("gap,held_own,held_share,unassigned,merchants_required,merchants_gap,format\r\n"),
      std::string::npos)
      << second.body;
  EXPECT_NE(house.get(path + "/signature?format=1").body, house.get(path + "/signature").body);
  EXPECT_EQ(house.get(path + "?format=3").code(), "BAD_PARAMETER");
  EXPECT_EQ(house.get("/v1/funds?format=1").code(), "BAD_PARAMETER");
}

TEST_F(MoneyApi, the_daily_report_is_signed_for_who_has_nothing_but_the_files) {
  auto house = world_.as_operator();
  const auto path = "/v1/funds/reports/" + days_from_today(-1);
  const auto report = house.get(path);
  ASSERT_EQ(report.status, 200) << report.body;
  EXPECT_EQ(report.header("Content-Type"), "text/csv; charset=utf-8");
  EXPECT_TRUE(report.body.starts_with("record,as_of,known_at,")) << report.body;
  EXPECT_EQ(house.get(path).body, report.body);
  const auto signature = house.get(path + "/signature");
  ASSERT_EQ(signature.body.size(), 64U) << signature.body;
  const auto pem = house.get("/v1/signing-key");
  ASSERT_TRUE(pem.body.starts_with("-----BEGIN PUBLIC KEY-----\n")) << pem.body;

  EXPECT_EQ(house.get("/v1/funds/reports/" + days_from_today(0)).code(), "CANNOT_RUN") << "it isn't over";
  EXPECT_EQ(house.get("/v1/funds/reports/yesterday").status, 400);
  auto shop = world_.as_merchant();
  EXPECT_EQ(shop.get(path).status, 403);
  EXPECT_EQ(shop.get(path + "/signature").status, 403);

  if (std::system("command -v openssl >/dev/null 2>&1") != 0) GTEST_SKIP() << "there is no openssl to ask";
  const TempDir dir;
  const auto write = [&](const char* name, const std::string& bytes) {
    std::ofstream(dir.path() + "/" + name, std::ios::binary) << bytes;
  };
  write("funds.csv", report.body);
  write("funds.csv.sig", signature.body);
  write("funds.csv.pem", pem.body);
  const auto verify =
      "cd " + dir.path() +
      " && openssl pkeyutl -verify -pubin -inkey funds.csv.pem -rawin -in funds.csv -sigfile funds.csv.sig "
      ">/dev/null 2>&1";
  EXPECT_EQ(std::system(verify.c_str()), 0);
  write("funds.csv", report.body + " ");
  EXPECT_NE(std::system(verify.c_str()), 0) << "one byte more";
}

TEST_F(MoneyApi, a_payout_is_found_by_its_id_by_the_house_and_by_its_merchant) {
  approve(R"({"kind":"CALENDAR","calendar":{"shipped":"KR"}})", "v1");
  approve(contract(world_.merchant), "contract");
  auto shop = world_.as_merchant();
  const auto sold = shop.post("/v1/payments", "pay", card_payment("abc123", 10'000));
  ASSERT_EQ(sold.status, 201);
  auto house = world_.as_operator();
  ASSERT_EQ(house.post("/v1/settlement/runs", "run", R"({"date":"2026-11-22"})").status, 202);
  ASSERT_EQ(ended(house, "2026-11-22").text("state"), "COMPLETED");
  const auto paid = house.post("/v1/payouts/runs", "payouts",
                               R"({"date":"2030-06-03","alsoOnClosedDay":true,"alsoFarAhead":true})");
  ASSERT_EQ(paid.status, 200) << paid.body;
  position_ = paid.header("Ledger-Position");
  const auto payouts = look(house, "/v1/payouts?from=2030-06-01");
  ASSERT_EQ(payouts.json().at("items").as_array().size(), 1U) << payouts.body;
  const auto payout_json = payouts.json().at("items").at(0).as_object();
  const std::string payout(payout_json.at("payoutId").as_string());
  const auto lines = look(house, "/v1/payouts/" + payout + "/lines");
  const auto line_json = lines.json().at("items").at(0).as_object();
  const std::string line(line_json.at("lineId").as_string());

  const auto settled = look(shop, "/v1/totals/settlement-lines?from=2026-11-22&until=2026-11-23");
  ASSERT_EQ(settled.status, 200) << settled.body;
  EXPECT_EQ(settled.json().at("items").at(0).at("net").as_int64(), 10'000 - 275) << settled.body;
  EXPECT_EQ(look(house, "/v1/totals/settlement-lines?from=2026-11-22&until=2026-11-23").json().at("items"),
            settled.json().at("items"));
  const auto paid_out = look(house, "/v1/totals/payouts?from=2030-06-01&until=2030-07-01");
  EXPECT_EQ(paid_out.json().at("items").at(0).at("state").as_string(), "REQUESTED") << paid_out.body;
  auto other = world_.as_other();
  EXPECT_TRUE(look(other, "/v1/totals/payouts?from=2030-06-01").json().at("items").as_array().empty());
  EXPECT_EQ(other.get("/v1/totals/payouts?merchant=" + world_.merchant).status, 404);

  for (auto* who : {&house, &shop}) {
    const auto by_payout = look(*who, "/v1/search?q=" + payout);
    ASSERT_EQ(by_payout.status, 200) << by_payout.body;
    EXPECT_TRUE(by_payout.json().at("payments").as_array().empty());
    ASSERT_EQ(by_payout.json().at("payouts").as_array().size(), 1U) << by_payout.body;
    EXPECT_EQ(by_payout.json().at("payouts").at(0), json::value(payout_json));
    const auto by_line = look(*who, "/v1/search?q=" + line);
    ASSERT_EQ(by_line.json().at("payments").as_array().size(), 1U) << by_line.body;
    EXPECT_EQ(by_line.json().at("settlementLines").at(0), json::value(line_json));
    EXPECT_EQ(by_line.json().at("payouts").at(0).at("payoutId").as_string(), payout);
  }
  auto stranger = world_.as_other();
  for (const auto& id : {payout, line}) {
    const auto nothing = look(stranger, "/v1/search?q=" + id);
    ASSERT_EQ(nothing.status, 200) << nothing.body;
    EXPECT_TRUE(nothing.json().at("payments").as_array().empty());
    EXPECT_TRUE(nothing.json().at("payouts").as_array().empty());
    EXPECT_TRUE(nothing.json().at("settlementLines").as_array().empty());
  }
  const auto of_other = look(house, "/v1/search?merchantId=" + world_.other + "&q=" + payout);
  EXPECT_TRUE(of_other.json().at("payouts").as_array().empty()) << of_other.body;
  EXPECT_FALSE(look(house, "/v1/search?q=abc123").json().contains("payouts"));
}

}  // namespace
}  // namespace wonjang
