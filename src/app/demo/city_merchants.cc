#include "app/demo/city_merchants.h"

#include "app/demo/shop.h"
#include "base/assert.h"

namespace wonjang {
namespace {

std::vector<CityMerchant> shapes() {
  return {
      {.code = "marketplace",
       .name = "온동네 마켓플레이스",
       .permille = 333,
       .amount_spread = 32'000,
       .sub_malls = {"seller-hanbit", "seller-jeju", "seller-seongsu", "seller-kbeauty", "seller-book"},
       .card_ppm = 18'000,
       .lag_days = 3},
      {.code = "coffee",
       .name = "남산커피",
       .organisation = "cafe-namsan",
       .permille = 170,
       .amount_min = 2'000,
       .amount_spread = 6'000,
       .hours = CityHours::morning,
       .mix = CityMix::everything,
       .cancel_permille = 8,
       .sub_malls = {"gangnam", "hongdae", "jamsil", "pangyo", "haeundae", "seomyeon", "dunsan", "sangmu"},
       .card_ppm = 15'000,
       .tier = "MID_2"},
      {.code = "cafe",
       .name = "망원동 작은 카페",
       .permille = 6,
       .amount_min = 3'000,
       .amount_spread = 4'000,
       .hours = CityHours::morning,
       .cancel_permille = 5,
       .card_ppm = 23'000,
       .tier = "SMALL",
       .lag_days = 1},
      {.code = "ski",
       .name = "평창 스키 렌탈",
       .permille = 22,
       .amount_min = 25'000,
       .amount_spread = 90'000,
       .season = CitySeason::winter,
       .cancel_permille = 70,
       .card_ppm = 24'000},
      {.code = "curio",
       .name = "인사동 골동품",
       .payments = 10,
       .days_back = 5 * 365,
       .amount_min = 300'000,
       .amount_spread = 2'000'000,
       .mix = CityMix::cards,
       .cancel_permille = 0,
       .partial_permille = 0,
       .card_ppm = 25'000,
       .tier = "SMALL"},
      {.code = "abroad",
       .name = "Seoul Craft Export",
       .currency = "USD",
       .permille = 12,
       .amount_min = 900,
       .amount_spread = 9'000,
       .hours = CityHours::night,
       .mix = CityMix::cards,
       .card_ppm = 32'000,
       .lag_days = 5},
      {.code = "academy",
       .name = "대치 온라인 학원",
       .permille = 30,
       .amount_min = 50'000,
       .amount_spread = 200'000,
       .hours = CityHours::evening,
       .mix = CityMix::accounts,
       .cancel_permille = 25,
       .card_ppm = 22'000},
      {.code = "hotel",
       .name = "해운대 바다호텔",
       .permille = 25,
       .amount_min = 90'000,
       .amount_spread = 300'000,
       .hours = CityHours::evening,
       .mix = CityMix::cards,
       .cancel_permille = 140,
       .partial_permille = 60,
       .card_ppm = 21'000},
      {.code = "books",
       .name = "책방마을",
       .organisation = "book-village",
       .permille = 40,
       .amount_min = 8'000,
       .amount_spread = 25'000,
       .tax_free = true,
       .card_ppm = 20'000,
       .tier = "MID_1"},
      {.code = "game",
       .name = "별빛게임즈",
       .permille = 60,
       .amount_min = 1'100,
       .amount_spread = 15'000,
       .hours = CityHours::night,
       .mix = CityMix::teens,
       .cancel_permille = 12,
       .card_ppm = 26'000},
      {.code = "chicken",
       .name = "황금치킨 본점",
       .permille = 70,
       .amount_min = 16'000,
       .amount_spread = 14'000,
       .hours = CityHours::night,
       .mix = CityMix::online,
       .card_ppm = 20'000,
       .tier = "MID_3"},
      {.code = "streaming",
       .name = "달빛스트리밍",
       .permille = 70,
       .amount_min = 9'900,
       .one_price = true,
       .mix = CityMix::online,
       .cancel_permille = 15,
       .partial_permille = 0,
       .card_ppm = 19'000},
      {.code = "grocer",
       .name = "새벽배송 장보고",
       .permille = 60,
       .amount_min = 15'000,
       .amount_spread = 45'000,
       .hours = CityHours::night,
       .mix = CityMix::online,
       .cancel_permille = 45,
       .partial_permille = 60,
       .card_ppm = 19'500},
      {.code = "travel",
       .name = "한라산 투어",
       .permille = 14,
       .amount_min = 40'000,
       .amount_spread = 250'000,
       .mix = CityMix::cards,
       .cancel_permille = 60,
       .acquirer = "AMEX",
       .card_ppm = 28'000},
      {.code = "trial",
       .name = "성수 편집숍",
       .organisation = "seongsu-market",
       .permille = 30,
       .amount_min = 9'000,
       .amount_spread = 60'000,
       .card_ppm = 22'500},
      {.code = "newcomer",
       .name = "오늘 문 연 빵집",
       .permille = 1,
       .days_back = 3,
       .amount_min = 3'500,
       .amount_spread = 12'000,
       .hours = CityHours::morning,
       .mix = CityMix::cards,
       .card_ppm = 23'000,
       .tier = "SMALL",
       .has_contract = false},
  };
}

std::string number(std::int64_t value) { return std::to_string(value); }

// Rates by method; cards by tier where the merchant has one; instalments cost a little more.
std::string fees_of(const CityMerchant& merchant, std::int64_t card_ppm, std::string_view rounding) {
  std::string rules;
  if (merchant.tier != "GENERAL")
    rules +=
        R"({"name":"small-merchants","kind":"PREFERENTIAL_RATE","applies":{"method":"CARD"},"byTier":[)"
        R"({"tier":"SMALL","cardType":"CHECK","ratePpm":1500},{"tier":"SMALL","ratePpm":4000},)"
        R"({"tier":"MID_1","ratePpm":11000},{"tier":"MID_2","ratePpm":12500},{"tier":"MID_3","ratePpm":15000}]},)";
  rules +=
      R"({"name":"card","kind":"BASE_RATE","applies":{"method":"CARD"},"ratePpm":)" + number(card_ppm) +
      R"(},{"name":"account","kind":"BASE_RATE","applies":{"method":"VIRTUAL_ACCOUNT"},"ratePpm":0},)"
      R"({"name":"phone-bill","kind":"BASE_RATE","applies":{"method":"MOBILE_PHONE"},"ratePpm":45000},)"
      R"({"name":"others","kind":"BASE_RATE","ratePpm":)" +
      number(card_ppm + 2'000) +
      R"(},{"name":"account-each","kind":"FIXED_FEE","applies":{"method":"VIRTUAL_ACCOUNT"},"amount":300},)"
      R"({"name":"instalments","kind":"INSTALLMENT","applies":{"method":"CARD","monthsMin":2},"ratePpm":3500})";
  return R"({"vat":"ADDED","order":"SUPPLY_FIRST","rounding":")" + std::string(rounding) + R"(","rules":[)" +
         rules + "]}";
}

std::string contract_of(const CityMerchant& merchant, const std::string& merchant_id,
                        const std::string& sub_mall, BusinessDate from, std::int64_t card_ppm) {
  std::string out = R"({"merchantId":")" + merchant_id + "\"";
  if (!sub_mall.empty()) out += R"(,"subMall":")" + sub_mall + "\"";
  out += R"(,"currency":")" + merchant.currency + R"(","validFrom":")" + to_text(from) + R"(","tier":")" +
         merchant.tier + R"(","fees":)" + fees_of(merchant, card_ppm, "HALF_UP") +
         R"(,"cycle":{"kind":"DAILY","basis":"APPROVAL","lagDays":)" + number(merchant.lag_days) +
         R"(,"policy":"BUSINESS_DAYS"},"calendar":"KR")";
  // A sub-mall is paid to the merchant's account.
  if (sub_mall.empty()) out += R"(,"payoutAccount":"acct-)" + merchant.code + "\"";
  return out + "}";
}

std::string change_of(std::string_view kind, std::string_view member, const std::string& body,
                      const std::string& note) {
  return R"({"kind":")" + std::string(kind) + R"(","note":")" + note + R"(",")" + std::string(member) +
         "\":" + body + "}";
}

}  // namespace

std::vector<CityMerchant> city_merchants(std::uint64_t seed, std::uint32_t count) {
  WJ_ASSERT(count >= kCityMerchantsMin);
  auto out = shapes();
  std::uint32_t left = 1'000;
  for (const auto& merchant : out) left -= merchant.permille;
  const auto tail = count - static_cast<std::uint32_t>(out.size());
  for (std::uint32_t i = 0; i < tail; ++i) {
    const auto shop = shop_merchant(seed, i, "shop-");
    CityMerchant merchant;
    merchant.code = shop.code;
    merchant.name = shop.name;
    merchant.organisation = shop.organisation;
    // What is left over by the division goes to the first ones.
    merchant.permille = left / tail + (i < left % tail ? 1 : 0);
    if (merchant.permille == 0) merchant.payments = 3 + i % 20;
    merchant.card_ppm = 20'000 + 500 * static_cast<std::int64_t>(i % 10);
    merchant.lag_days = 1 + i % 3;
    merchant.tier = i % 3 == 0 ? "SMALL" : "GENERAL";
    out.push_back(std::move(merchant));
  }
  return out;
}

std::string city_contract(const CityMerchant& merchant, const std::string& merchant_id, BusinessDate from,
                          std::int64_t ppm_less) {
  return change_of("CONTRACT", "contract",
                   contract_of(merchant, merchant_id, {}, from, merchant.card_ppm - ppm_less),
                   merchant.name + (ppm_less == 0 ? "" : ", 재계약"));
}

std::string city_sub_mall_contract(const CityMerchant& merchant, const std::string& merchant_id,
                                   const std::string& sub_mall, BusinessDate from) {
  return change_of("CONTRACT", "contract",
                   contract_of(merchant, merchant_id, sub_mall, from, merchant.card_ppm - 3'000),
                   merchant.name + " / " + sub_mall);
}

std::string city_canary(const CityMerchant& merchant, const std::string& merchant_id) {
  return change_of("CANARY", "canary",
                   R"({"name":"round-down","merchantIds":[")" + merchant_id + R"("],"candidate":)" +
                       fees_of(merchant, merchant.card_ppm, "FLOOR") + "}",
                   "원 미만 버림 시험");
}

}  // namespace wonjang
