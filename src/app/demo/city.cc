#include "app/demo/city.h"

#include <algorithm>
#include <set>

#include "base/assert.h"

namespace wonjang {
namespace {

constexpr std::size_t kDayTable = 16'384;
constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kHour = 3'600 * kSecond;
constexpr std::int64_t kDay = 24 * kHour;

// How busy each hour is, 0 to 9.
constexpr std::string_view kHours[] = {"100000123566877777665432",   // day
                                       "000000268975464443211000",   // morning
                                       "210000001123333334568997",   // evening
                                       "975310000001222233457899"};  // night

constexpr std::string_view kGoods[] = {
    "아메리카노", "카페라떼",       "제주 감귤 5kg", "유기농 쌀 10kg", "무선 이어폰",    "겨울 패딩",
    "김치 세트",  "한우 선물 세트", "러닝화",        "수학 문제집",    "장편 소설",      "립스틱",
    "캠핑 의자",  "후라이드 치킨",  "홍삼 스틱",     "기계식 키보드",  "꽃다발",         "USB-C 충전기 65W",
    "4K 모니터",  "바다 전망 1박",  "스키 1일권",    "별빛 패키지",    "월 정기 이용권", "크루아상"};
// Some merchants sell one kind of thing, the others anything.
struct Goods {
  std::string_view code;
  std::string_view name;
};
constexpr Goods kOwnGoods[] = {
    {"coffee", "아메리카노"},        {"cafe", "카페라떼"},          {"ski", "스키 1일권"},
    {"academy", "수학 강의"},        {"hotel", "바다 전망 1박"},    {"books", "장편 소설"},
    {"game", "별빛 패키지"},         {"chicken", "후라이드 치킨"},  {"curio", "골동품 백자 항아리"},
    {"streaming", "월 정기 이용권"}, {"travel", "한라산 1일 투어"}, {"abroad", "Hanji lamp"},
    {"newcomer", "크루아상"}};

struct KindShare {
  SaleKind kind;
  std::uint32_t permille;
};
constexpr KindShare kEverything[] = {
    {SaleKind::card, 620},   {SaleKind::easy_pay, 220},       {SaleKind::transfer, 60},
    {SaleKind::account, 30}, {SaleKind::phone, 20},           {SaleKind::gift, 10},
    {SaleKind::coupon, 15},  {SaleKind::card_and_points, 15}, {SaleKind::cup, 10}};
constexpr KindShare kCards[] = {{SaleKind::card, 1'000}};
constexpr KindShare kAccounts[] = {
    {SaleKind::account, 600}, {SaleKind::card, 300}, {SaleKind::transfer, 100}};
constexpr KindShare kOnline[] = {
    {SaleKind::easy_pay, 520}, {SaleKind::card, 420}, {SaleKind::card_and_points, 60}};
constexpr KindShare kTeens[] = {{SaleKind::phone, 450}, {SaleKind::gift, 250}, {SaleKind::easy_pay, 300}};

template <std::size_t N>
SaleKind pick_kind(const KindShare (&shares)[N], std::uint64_t permille) {
  for (const auto& share : shares) {
    if (permille < share.permille) return share.kind;
    permille -= share.permille;
  }
  return shares[0].kind;
}

SaleKind kind_of(CityMix mix, std::uint64_t permille) {
  switch (mix) {
    case CityMix::everything:
      return pick_kind(kEverything, permille);
    case CityMix::cards:
      return pick_kind(kCards, permille);
    case CityMix::accounts:
      return pick_kind(kAccounts, permille);
    case CityMix::online:
      return pick_kind(kOnline, permille);
    case CityMix::teens:
      return pick_kind(kTeens, permille);
  }
  return SaleKind::card;
}

std::uint32_t month_of(BusinessDate date) {
  const auto text = to_text(date);
  return static_cast<std::uint32_t>((text[5] - '0') * 10 + (text[6] - '0'));
}

// How busy a merchant is on a day, in parts of its own: it grows, weekends differ, seasons rule.
std::uint64_t weight_of(const CityMerchant& merchant, BusinessDate date, std::int32_t back,
                        std::int32_t first) {
  std::uint64_t out =
      400 + 600 * static_cast<std::uint64_t>(first - back) / static_cast<std::uint64_t>(first);
  const auto weekday = (date.days + 3) % 7;  // Monday is 0
  if (weekday >= 5) out = merchant.hours == CityHours::morning ? out * 6 / 10 : out * 14 / 10;
  const auto month = month_of(date);
  if (merchant.season == CitySeason::winter) {
    if (month >= 4 && month <= 10) return 0;
    if (month == 12 || month == 1) out *= 3;
  } else if (month == 12) {
    out = out * 13 / 10;
  }
  return out;
}

std::vector<std::uint16_t> day_table(const CityMerchant& merchant, BusinessDate today) {
  const std::int32_t first = merchant.days_back > 0 ? merchant.days_back : kCityDays;
  std::vector<std::uint64_t> weights;
  std::uint64_t sum = 0;
  for (std::int32_t back = 0; back < first; ++back) {
    weights.push_back(weight_of(merchant, {today.days - back}, back, first));
    sum += weights.back();
  }
  WJ_ASSERT(sum > 0);
  std::vector<std::uint16_t> out;
  out.reserve(kDayTable);
  std::uint64_t passed = 0;
  for (std::size_t back = 0; back < weights.size(); ++back) {
    passed += weights[back];
    const auto until = static_cast<std::size_t>(passed * kDayTable / sum);
    while (out.size() < until) out.push_back(static_cast<std::uint16_t>(back));
  }
  return out;
}

std::vector<std::uint8_t> hour_table(std::string_view profile) {
  std::vector<std::uint8_t> out;
  for (std::size_t hour = 0; hour < profile.size(); ++hour)
    out.insert(out.end(), static_cast<std::size_t>(profile[hour] - '0'), static_cast<std::uint8_t>(hour));
  return out;
}

Rng rng_of(std::uint64_t seed, std::uint64_t n, std::uint64_t what) {
  return Rng(seed * 0x9E3779B97F4A7C15ULL ^ (n + 1) * what);
}

}  // namespace

// One sale with everything that chance decided about it, in a fixed order of draws.
struct City::Sale {
  std::uint64_t n = 0;
  std::size_t merchant = 0;
  SaleKind kind = SaleKind::card;
  std::int64_t amount = 0;
  std::int64_t cup_deposit = 0;
  Instant at;
  Rng rng{0};  // of the details
};

City::City(CityOptions options, std::vector<CityMerchant> merchants, std::vector<std::string> ids)
    : options_(options),
      today_(business_date_of(options.now)),
      merchants_(std::move(merchants)),
      ids_(std::move(ids)),
      people_(options.seed, 300'000) {
  WJ_ASSERT(merchants_.size() == ids_.size());
  for (std::size_t i = 0; i < merchants_.size(); ++i) {
    const auto& merchant = merchants_[i];
    const auto whose = static_cast<std::uint16_t>(i);
    fixed_of_.insert(fixed_of_.end(), merchant.payments, whose);
    busy_.insert(busy_.end(), merchant.permille, whose);
    days_.push_back(day_table(merchant, today_));
  }
  fixed_ = fixed_of_.size();
  for (const auto profile : kHours) hours_.push_back(hour_table(profile));
}

City::Sale City::sale_of(std::uint64_t n) const {
  Sale sale;
  auto rng = rng_of(options_.seed, n, 0xD1B54A32D192ED03ULL);
  sale.n = n;
  const auto drawn = busy_[rng.below(busy_.size())];
  sale.merchant = n < fixed_ ? fixed_of_[n] : drawn;
  const auto& merchant = merchants_[sale.merchant];
  // Most are near the usual, one in some hundred is ten times dearer.
  const auto u = static_cast<std::int64_t>(rng.below(1'000)) + 1;
  sale.amount = merchant.amount_min + static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(
                                          merchant.one_price ? 1 : merchant.amount_spread)));
  if (!merchant.one_price) sale.amount += merchant.amount_spread * 40 / (u + 30);
  if (merchant.currency == "KRW" && !merchant.one_price) sale.amount = sale.amount / 100 * 100;
  sale.kind = kind_of(merchant.mix, rng.below(1'000));
  if (sale.kind == SaleKind::cup && merchant.tax_free) sale.kind = SaleKind::card;
  if (sale.kind == SaleKind::cup) {
    sale.cup_deposit = 300 * (1 + static_cast<std::int64_t>(rng.below(3)));
    sale.amount = 4'500 * (sale.cup_deposit / 300) + sale.cup_deposit;
  }
  const auto& days = days_[sale.merchant];
  const std::int32_t back = days[rng.below(days.size())];
  const auto& hours = hours_[static_cast<std::size_t>(merchant.hours)];
  const auto hour = static_cast<std::int64_t>(hours[rng.below(hours.size())]);
  auto in_day = hour * kHour + static_cast<std::int64_t>(rng.below(3'600)) * kSecond;
  const auto begin = start_of({today_.days - back});
  // Of today there is only the part that has passed.
  if (back == 0) in_day = (options_.now.us - begin.us) / kSecond * (in_day / kSecond) / 86'400 * kSecond;
  sale.at = begin.plus_us(in_day);
  sale.rng = rng;
  return sale;
}

std::size_t City::merchant_of(std::uint64_t n) const { return sale_of(n).merchant; }

FollowUp City::follow_up(std::uint64_t n) const { return follow_up_of(sale_of(n)); }

// Drawn apart from the details, so that the two never shift each other.
FollowUp City::follow_up_of(const Sale& sale) const {
  const auto& merchant = merchants_[sale.merchant];
  const auto permille = rng_of(options_.seed, sale.n, 0xA24BAED4963EE407ULL).below(1'000);
  switch (sale.kind) {
    case SaleKind::account:
      return permille < 800   ? FollowUp::deposit
             : permille < 815 ? FollowUp::deposit_reversed
                              : FollowUp::none;
    case SaleKind::card:
      if (permille < merchant.cancel_permille) return FollowUp::cancel_full;
      return permille < merchant.cancel_permille + merchant.partial_permille ? FollowUp::cancel_partial
                                                                             : FollowUp::none;
    case SaleKind::easy_pay:
    case SaleKind::transfer:
    case SaleKind::card_and_points:
      return permille < merchant.cancel_permille ? FollowUp::cancel_full : FollowUp::none;
    case SaleKind::phone:
    case SaleKind::gift:
    case SaleKind::coupon:
    case SaleKind::cup:
      return FollowUp::none;
  }
  return FollowUp::none;
}

// When it happened: most within hours, some after days, never after now.
Instant City::later(const Sale& sale) const {
  auto rng = rng_of(options_.seed, sale.n, 0x9E6C63D0876A9A47ULL);
  const auto most = rng.chance(60) ? kDay / 4 : 12 * kDay;
  const auto at = sale.at.plus_us(
      60 * kSecond +
      static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(most / kSecond))) * kSecond);
  return std::min(at, options_.now);
}

Instant City::taken_back(const Sale& sale) const {
  return std::min(later(sale).plus_us(2 * kHour), options_.now);
}

std::int64_t City::part_canceled(const Sale& sale) const {
  const auto step = merchants_[sale.merchant].currency == "KRW" ? 100 : 1;
  return std::max<std::int64_t>(step, sale.amount / 3 / step * step);
}

std::string City::order_id(std::uint64_t n) const {
  std::string out = "city-" + std::to_string(options_.seed) + "-";
  put_padded(out, n, 9);
  return out;
}

void City::begin_order(std::string& out, const Sale& sale, std::string_view word) const {
  const auto& merchant = merchants_[sale.merchant];
  out.append("{\"merchantId\":\"")
      .append(ids_[sale.merchant])
      .append("\",\"orderId\":\"")
      .append(order_id(sale.n));
  if (!word.empty()) out.append("-").append(word);
  auto rng = rng_of(options_.seed, sale.n, 0x8CB92BA72F3D8DD7ULL);
  auto goods = kGoods[rng.below(std::size(kGoods))];
  for (const auto& own : kOwnGoods) {
    if (own.code == merchant.code) goods = own.name;
  }
  out.append("\",\"orderName\":\"").append(goods);
  if (const auto more = rng.below(8); more > 5)
    out.append(" 외 ").append(std::to_string(more - 5)).append("건");
  out.append("\",\"currency\":\"").append(merchant.currency).append("\"");
  put_number(out, "totalAmount", sale.amount);
  if (sale.cup_deposit > 0) put_number(out, "taxExemptionAmount", sale.cup_deposit);
  put_text(out, "channel", sale.kind == SaleKind::cup ? "POS" : "ONLINE");
  if (merchant.currency != "KRW") put_text(out, "country", "US");
  if (!merchant.sub_malls.empty())
    put_text(out, "subMallId", merchant.sub_malls[rng.below(merchant.sub_malls.size())]);
  if (sale.kind != SaleKind::cup) people_.append_buyer(out, people_.draw(rng));
}

void City::append_create(std::string& out, const Sale& sale) const {
  begin_order(out, sale, {});
  if (merchants_[sale.merchant].tax_free) put_number(out, "taxFreeAmount", sale.amount);
  put_time(out, "requestedAt", sale.at.plus_us(-3 * kSecond));
  out.append(",\"approvals\":[");
  auto rng = sale.rng;
  // A deposit that comes must find the account open, whenever the account was given out.
  const bool is_paid = sale.kind == SaleKind::account && follow_up_of(sale) != FollowUp::none;
  append_approvals(out, rng,
                   {.kind = sale.kind,
                    .amount = sale.amount,
                    .cup_deposit = sale.cup_deposit,
                    .at = sale.at,
                    .due = is_paid ? options_.now.plus_us(2 * kDay) : sale.at.plus_us(3 * kDay),
                    .card_company = merchants_[sale.merchant].acquirer});
  out.append("]}");
}

void City::append_ingest_create(std::string& out, std::uint64_t n) const {
  const auto sale = sale_of(n);
  out.append("{\"op\":\"create\",\"idempotencyKey\":\"").append(order_id(n)).append("\",\"data\":");
  append_create(out, sale);
  out.append("}\n");
}

void City::begin_line(std::string& out, std::string_view op, const Sale& sale) const {
  const auto order = order_id(sale.n);
  out.append("{\"op\":\"").append(op).append("\",\"idempotencyKey\":\"").append(order).append("-").append(op);
  out.append("\",\"merchantId\":\"").append(ids_[sale.merchant]).append("\",\"orderId\":\"").append(order);
  out.append("\",\"data\":{");
}

void City::append_ingest_follow_up(std::string& out, std::uint64_t n) const {
  const auto sale = sale_of(n);
  const auto what = follow_up_of(sale);
  if (what == FollowUp::none) return;
  if (what == FollowUp::deposit || what == FollowUp::deposit_reversed) {
    begin_line(out, "deposit", sale);
    out.append("\"bankNoticeId\":\"bn-").append(order_id(n)).append("\"");
    put_number(out, "amount", sale.amount);
    put_time(out, "depositedAt", later(sale));
  } else {
    begin_line(out, "cancel", sale);
    out.append("\"reason\":\"고객 변심\"");
    if (what == FollowUp::cancel_partial) {
      put_number(out, "amount", part_canceled(sale));
      if (merchants_[sale.merchant].tax_free) put_number(out, "taxFreeAmount", part_canceled(sale));
    }
    put_time(out, "canceledAt", later(sale));
  }
  out.append("}}\n");
}

void City::append_ingest_reversal(std::string& out, std::uint64_t n) const {
  const auto sale = sale_of(n);
  if (follow_up_of(sale) != FollowUp::deposit_reversed) return;
  begin_line(out, "deposit_reversal", sale);
  out.append("\"effect\":\"WAITING\",\"bankNoticeId\":\"br-").append(order_id(n)).append("\"");
  put_time(out, "reversedAt", taken_back(sale));
  out.append(",\"reason\":\"은행 정정\"}}\n");
}

void City::append_bare_create(std::string& out, std::uint64_t n, std::string_view word) const {
  auto sale = sale_of(n);
  sale.kind = SaleKind::card;
  sale.cup_deposit = 0;
  begin_order(out, sale, word);
  out.push_back('}');
}

void City::append_provider_approval(std::string& out, std::uint64_t n, std::string_view provider) const {
  const auto sale = sale_of(n);
  auto rng = sale.rng;
  begin_approval(out, "CARD", sale.amount);
  put_text(out, "provider", provider);
  put_card_block(out, rng, sale.amount, merchants_[sale.merchant].acquirer);
  out.push_back('}');
}

std::vector<BusinessDate> City::days_before_today() const {
  std::set<BusinessDate> days;
  for (std::uint64_t n = 0; n < options_.payments; ++n) {
    const auto sale = sale_of(n);
    days.insert(business_date_of(sale.at));
    const auto what = follow_up_of(sale);
    if (what != FollowUp::none) days.insert(business_date_of(later(sale)));
    if (what == FollowUp::deposit_reversed) days.insert(business_date_of(taken_back(sale)));
  }
  days.erase(days.lower_bound(today_), days.end());
  return {days.begin(), days.end()};
}

std::vector<CityMovement> City::movements(std::size_t merchant, BusinessDate from, BusinessDate until) const {
  WJ_ASSERT(merchants_[merchant].mix == CityMix::cards);
  std::vector<CityMovement> out;
  const auto add = [&](const Sale& sale, BusinessDate date, std::int64_t amount) {
    if (date < from || date >= until) return;
    std::string body;
    append_create(body, sale);
    constexpr std::string_view kNumber = "\"approveNo\":\"";
    const auto at = body.find(kNumber) + kNumber.size();
    out.push_back({body.substr(at, body.find('"', at) - at), amount, date});
  };
  for (std::uint64_t n = 0; n < options_.payments; ++n) {
    const auto sale = sale_of(n);
    if (sale.merchant != merchant) continue;
    add(sale, business_date_of(sale.at), sale.amount);
    const auto what = follow_up_of(sale);
    if (what == FollowUp::cancel_full) add(sale, business_date_of(later(sale)), -sale.amount);
    if (what == FollowUp::cancel_partial) add(sale, business_date_of(later(sale)), -part_canceled(sale));
  }
  std::ranges::stable_sort(out, {}, &CityMovement::date);
  return out;
}

}  // namespace wonjang
