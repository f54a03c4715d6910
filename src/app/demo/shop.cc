#include "app/demo/shop.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "app/demo/sale_text.h"
#include "base/assert.h"

namespace wonjang {
namespace {

constexpr std::size_t kBusyTable = 65'536;
constexpr std::int64_t kShopSecond = 1'000'000;
constexpr std::int64_t kShopDay = 86'400 * kShopSecond;

constexpr std::string_view kShopTrades[] = {"커피", "베이커리", "분식", "서점",   "꽃집",   "마트", "안경",
                                            "문구", "치킨",     "수산", "약국",   "화장품", "캠핑", "자전거",
                                            "가구", "반찬",     "과일", "운동화", "악기",   "전자"};
constexpr std::string_view kPlaces[] = {"한강", "서울", "해운대", "전주", "제주", "강릉", "수원",
                                        "광주", "춘천", "여수",   "경주", "속초", "대전", "남산",
                                        "북촌", "성수", "망원",   "판교", "송도", "울산"};
constexpr std::string_view kShopGoods[] = {"아메리카노",
                                           "제주 감귤 5kg",
                                           "유기농 쌀 10kg",
                                           "무선 이어폰",
                                           "겨울 패딩",
                                           "김치 세트",
                                           "한우 선물 세트",
                                           "러닝화",
                                           "수학 문제집",
                                           "장편 소설",
                                           "립스틱",
                                           "캠핑 의자",
                                           "삼겹살 1kg",
                                           "후라이드 치킨",
                                           "홍삼 스틱",
                                           "기계식 키보드",
                                           "꽃다발",
                                           "고등어 손질",
                                           "안경테",
                                           "주방 세제",
                                           "USB-C 충전기 65W",
                                           "Wi-Fi 공유기 AX3000",
                                           "LED 스탠드 (화이트)",
                                           "갤럭시 S26 케이스",
                                           "Air 러닝화 270mm",
                                           "비타민 C 1000mg 60정",
                                           "4K 모니터 27인치",
                                           "K-POP 앨범 1st MINI",
                                           "NVMe SSD 1TB",
                                           "오버핏 후드 집업 XL",
                                           "Dolce 캡슐 커피 10개입",
                                           "PS5 게임 타이틀",
                                           "e-book 이용권 30일",
                                           "A4 복사용지 500매",
                                           "골프공 12구 SET",
                                           "제로 콜라 355ml 24캔",
                                           "QR 키오스크 주문",
                                           "올리브유 Extra Virgin 1L",
                                           "국내산 삼겹살 500g×2",
                                           "MBTI 머그컵"};
constexpr std::string_view kOrganisations[] = {"hanbit-mall", "seongsu-market", "jeju-farm",    "dongne-mart",
                                               "k-beauty",    "cafe-namsan",    "book-village", "sports-hub"};
constexpr struct {
  SaleKind kind;
  std::uint32_t permille;
} kShares[] = {{SaleKind::card, 620},   {SaleKind::easy_pay, 210},       {SaleKind::transfer, 70},
               {SaleKind::account, 40}, {SaleKind::phone, 20},           {SaleKind::gift, 10},
               {SaleKind::coupon, 5},   {SaleKind::card_and_points, 15}, {SaleKind::cup, 10}};

SaleKind kind_of(std::uint64_t permille) {
  for (const auto& share : kShares) {
    if (permille < share.permille) return share.kind;
    permille -= share.permille;
  }
  return SaleKind::card;
}

// Most are small; one in some hundred is a sofa.
std::int64_t amount_of(Rng& rng) {
  const auto u = static_cast<std::int64_t>(rng.below(1000)) + 1;
  const auto amount = 1'500 + 2'600'000 / u + static_cast<std::int64_t>(rng.below(9'000));
  return amount / 100 * 100;
}

}  // namespace

ShopMerchant shop_merchant(std::uint64_t seed, std::uint64_t i, std::string_view prefix) {
  Rng rng(seed * 1'000'003 + i);
  ShopMerchant out;
  out.code = prefix;
  put_padded(out.code, i, 6);
  out.name.append(rng.pick(kPlaces)).append(" ").append(rng.pick(kShopTrades)).append(" ");
  put(out.name, static_cast<std::int64_t>(i + 1));
  out.name.append("호점");
  if (rng.chance(40)) out.organisation = rng.pick(kOrganisations);
  return out;
}

// One sale with everything that chance decided about it, in a fixed order of draws.
struct Shop::Sale {
  std::uint64_t n = 0;
  const std::string* merchant = nullptr;
  SaleKind kind = SaleKind::card;
  std::int64_t amount = 0;
  std::int64_t tax_free = 0;
  std::int64_t cup_deposit = 0;
  Instant at;
  Rng rng{0};  // of the details
};

Shop::Shop(ShopOptions options, std::vector<std::string> merchants)
    : options_(std::move(options)),
      people_(options_.seed, options_.people),
      merchants_(std::move(merchants)) {
  WJ_ASSERT(!merchants_.empty());
  // Zipf with exponent 0.8: with 10,000 merchants the busiest has about one payment in thirty.
  double sum = 0;
  for (std::size_t i = 0; i < merchants_.size(); ++i) sum += 1.0 / std::pow(static_cast<double>(i + 1), 0.8);
  busy_.reserve(kBusyTable + merchants_.size());
  for (std::size_t i = 0; i < merchants_.size(); ++i) {
    const auto share = 1.0 / std::pow(static_cast<double>(i + 1), 0.8) / sum;
    const auto times = std::max<std::size_t>(1, static_cast<std::size_t>(share * kBusyTable));
    busy_.insert(busy_.end(), times, static_cast<std::uint32_t>(i));
  }
}

Shop::Sale Shop::sale_of(std::uint64_t n) const {
  Sale sale;
  Rng rng(options_.seed * 0x9E3779B97F4A7C15ULL ^ (n + 1) * 0xD1B54A32D192ED03ULL);
  sale.n = n;
  sale.merchant = &merchants_[busy_[rng.below(busy_.size())]];
  sale.amount = amount_of(rng);
  const auto permille = rng.below(1000);
  const auto is_book = rng.chance(8);
  const auto age =
      static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(options_.days_back * 86'400))) *
      kShopSecond;
  sale.at = options_.now.plus_us(-age);
  if (!options_.only_cards) {
    sale.kind = kind_of(permille);
    if (is_book && sale.kind != SaleKind::cup) sale.tax_free = sale.amount;
    if (sale.kind == SaleKind::cup) {
      sale.cup_deposit = 300 * (1 + static_cast<std::int64_t>(rng.below(3)));
      sale.amount = 4'500 * (sale.cup_deposit / 300) + sale.cup_deposit;
    }
  }
  sale.rng = rng;
  return sale;
}

const std::string& Shop::merchant_of(std::uint64_t n) const { return *sale_of(n).merchant; }

void Shop::append_order_id(std::string& out, std::uint64_t n) const {
  out.append("ord-").append(options_.run).push_back('-');
  put_padded(out, n, 9);
}
std::string Shop::order_id(std::uint64_t n) const {
  std::string out;
  append_order_id(out, n);
  return out;
}

namespace {

// A deposit that comes must find the account open: it was opened lately and waits on.
Instant due_of(Instant now, Instant issued, bool is_paid) {
  return is_paid ? now.plus_us(2 * kShopDay) : issued.plus_us(3 * kShopDay);
}

// What becomes of a payment is drawn apart from its details, so that the two never shift each other.
std::uint64_t later(std::uint64_t seed, std::uint64_t n) {
  return Rng(seed ^ (n + 7) * 0xA24BAED4963EE407ULL).below(1000);
}

}  // namespace

FollowUp Shop::follow_up(std::uint64_t n) const {
  if (options_.only_cards) return FollowUp::none;
  const auto kind = sale_of(n).kind;
  const auto permille = later(options_.seed, n);
  switch (kind) {
    case SaleKind::account:
      return permille < 780   ? FollowUp::deposit
             : permille < 790 ? FollowUp::deposit_reversed
                              : FollowUp::none;
    case SaleKind::card:
      return permille < 45   ? FollowUp::cancel_full
             : permille < 60 ? FollowUp::cancel_partial
                             : FollowUp::none;
    case SaleKind::easy_pay:
    case SaleKind::transfer:
    case SaleKind::card_and_points:
      return permille < 40 ? FollowUp::cancel_full : FollowUp::none;
    case SaleKind::phone:
    case SaleKind::gift:
    case SaleKind::coupon:
    case SaleKind::cup:
      return FollowUp::none;
  }
  return FollowUp::none;
}

bool Shop::is_acquired(std::uint64_t n) const {
  return sale_of(n).kind == SaleKind::card && follow_up(n) == FollowUp::none &&
         later(options_.seed, n) >= 500;
}

void Shop::append_body(std::string& out, const Sale& sale) const {
  auto rng = sale.rng;
  out.append("{\"merchantId\":\"").append(*sale.merchant).append("\",\"orderId\":\"");
  append_order_id(out, sale.n);
  out.append("\",\"orderName\":\"").append(sale.kind == SaleKind::cup ? kShopGoods[0] : rng.pick(kShopGoods));
  if (const auto more = rng.below(4); more > 1) {
    out.append(" 외 ");
    put(out, static_cast<std::int64_t>(more));
    out.append("건");
  }
  out.append("\",\"currency\":\"KRW\"");
  put_number(out, "totalAmount", sale.amount);
  if (sale.tax_free > 0) put_number(out, "taxFreeAmount", sale.tax_free);
  if (sale.cup_deposit > 0) put_number(out, "taxExemptionAmount", sale.cup_deposit);
  put_text(out, "channel", sale.kind == SaleKind::cup ? "POS" : "ONLINE");
  if (sale.kind != SaleKind::cup)
    people_.append_buyer(out, people_.draw(rng));  // nobody asks for a name at the till
  put_time(out, "requestedAt", sale.at.plus_us(-3 * kShopSecond));
  out.append(",\"approvals\":[");
  Instant due;
  if (sale.kind == SaleKind::account)
    due = due_of(options_.now, sale.at, follow_up(sale.n) != FollowUp::none);
  append_approvals(
      out, rng,
      {.kind = sale.kind, .amount = sale.amount, .cup_deposit = sale.cup_deposit, .at = sale.at, .due = due});
  out.append("]}");
}

void Shop::append_create(std::string& out, std::uint64_t n) const { append_body(out, sale_of(n)); }

void Shop::append_other(std::string& out, std::uint64_t n) const {
  auto sale = sale_of(n);
  sale.amount += 100;
  append_body(out, sale);
}

void Shop::append_bare_create(std::string& out, std::uint64_t n, std::string_view word) const {
  const auto sale = sale_of(n);
  auto rng = sale.rng;
  out.append("{\"merchantId\":\"").append(*sale.merchant).append("\",\"orderId\":\"");
  append_order_id(out, n);
  if (!word.empty()) out.append("-").append(word);
  out.append("\",\"orderName\":\"").append(rng.pick(kShopGoods)).append("\",\"currency\":\"KRW\"");
  put_number(out, "totalAmount", sale.amount);
  people_.append_buyer(out, people_.draw(rng));
  out.push_back('}');
}

void Shop::append_provider_approval(std::string& out, std::uint64_t n, std::string_view provider) const {
  const auto sale = sale_of(n);
  auto rng = sale.rng;
  begin_approval(out, "CARD", sale.amount);
  put_text(out, "provider", provider);
  put_card_block(out, rng, sale.amount);
  out.push_back('}');
}

void Shop::append_acquisition(std::string& out, std::uint64_t n, std::string_view approval_id) const {
  out.append("{\"approvalId\":\"").append(approval_id).append("\",\"state\":\"REQUESTED\",\"batchId\":\"b-");
  out.append(options_.run).append("\"");
  put_time(out, "at", std::min(options_.now, sale_of(n).at.plus_us(kShopDay)));
  out.push_back('}');
}

void Shop::append_ingest_create(std::string& out, std::uint64_t n) const {
  out.append("{\"op\":\"create\",\"idempotencyKey\":\"");
  append_order_id(out, n);
  out.append("\",\"data\":");
  append_create(out, n);
  out.append("}\n");
}

namespace {

void begin_line(std::string& out, std::string_view op, const std::string& order,
                const std::string& merchant) {
  out.append("{\"op\":\"").append(op).append("\",\"idempotencyKey\":\"").append(order).append("-").append(op);
  out.append("\",\"merchantId\":\"")
      .append(merchant)
      .append("\",\"orderId\":\"")
      .append(order)
      .append("\",\"data\":{");
}

}  // namespace

void Shop::append_ingest_follow_up(std::string& out, std::uint64_t n) const {
  const auto what = follow_up(n);
  if (what == FollowUp::none) return;
  const auto sale = sale_of(n);
  const auto order = order_id(n);
  const auto after = std::min(options_.now, sale.at.plus_us(kShopDay / 3));
  if (what == FollowUp::deposit || what == FollowUp::deposit_reversed) {
    begin_line(out, "deposit", order, *sale.merchant);
    out.append("\"bankNoticeId\":\"bn-").append(order).append("\"");
    put_number(out, "amount", sale.amount);
    put_time(out, "depositedAt", after);
  } else {
    begin_line(out, "cancel", order, *sale.merchant);
    out.append("\"reason\":\"고객 변심\"");
    if (what == FollowUp::cancel_partial) {
      const auto part = std::max<std::int64_t>(100, sale.amount / 300 * 100);
      put_number(out, "amount", part);
      if (sale.tax_free > 0) put_number(out, "taxFreeAmount", part);
    }
    put_time(out, "canceledAt", after);
  }
  out.append("}}\n");
}

void Shop::append_ingest_reversal(std::string& out, std::uint64_t n) const {
  if (follow_up(n) != FollowUp::deposit_reversed) return;
  const auto sale = sale_of(n);
  const auto order = order_id(n);
  begin_line(out, "deposit_reversal", order, *sale.merchant);
  out.append("\"effect\":\"WAITING\",\"bankNoticeId\":\"br-").append(order).append("\"");
  put_time(out, "reversedAt", std::min(options_.now, sale.at.plus_us(kShopDay / 2)));
  out.append(",\"reason\":\"은행 정정\"}}\n");
}

}  // namespace wonjang
