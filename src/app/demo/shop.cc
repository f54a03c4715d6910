#include "app/demo/shop.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/assert.h"

namespace wonjang {
namespace {

constexpr std::size_t kBusyTable = 65'536;
constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;

constexpr std::string_view kTrades[] = {"커피", "베이커리", "분식", "서점",   "꽃집",   "마트", "안경",
                                        "문구", "치킨",     "수산", "약국",   "화장품", "캠핑", "자전거",
                                        "가구", "반찬",     "과일", "운동화", "악기",   "전자"};
constexpr std::string_view kPlaces[] = {"한강", "서울", "해운대", "전주", "제주", "강릉", "수원",
                                        "광주", "춘천", "여수",   "경주", "속초", "대전", "남산",
                                        "북촌", "성수", "망원",   "판교", "송도", "울산"};
constexpr std::string_view kGoods[] = {"아메리카노",
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
struct Code {
  std::string_view code;
  std::string_view bin;
};
constexpr Code kCards[] = {{"SHINHAN", "45140921"}, {"SAMSUNG", "53104212"}, {"KOOKMIN", "55703311"},
                           {"HYUNDAI", "43302887"}, {"LOTTE", "51186422"},   {"HANA", "46293511"},
                           {"BC", "94100344"},      {"NH", "54660115"},      {"WOORI", "53782904"},
                           {"CITI", "49122577"}};
constexpr std::string_view kBanks[] = {"004", "011", "020", "081", "088", "090", "092", "003"};
constexpr std::string_view kEasyPays[] = {"KAKAOPAY", "NAVERPAY", "TOSSPAY", "PAYCO", "SAMSUNGPAY"};
constexpr std::string_view kCarriers[] = {"SKT", "KT", "LGU", "MVNO"};
constexpr std::string_view kVans[] = {"NICE", "KICC", "KSNET", "SMARTRO"};
constexpr std::string_view kSurnames[] = {"김", "이", "박", "최", "정", "강", "조", "윤"};

template <std::size_t N>
std::string_view pick(Rng& rng, const std::string_view (&from)[N]) {
  return from[rng.below(N)];
}

void put(std::string& out, std::int64_t value) {
  std::array<char, 24> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(text.data(), end);
}
void put_padded(std::string& out, std::uint64_t value, int width) {
  std::array<char, 24> text;
  for (int i = width; i-- > 0; value /= 10)
    text[static_cast<std::size_t>(i)] = static_cast<char>('0' + value % 10);
  out.append(text.data(), static_cast<std::size_t>(width));
}
void put_text(std::string& out, std::string_view name, std::string_view value) {
  out.append(",\"").append(name).append("\":\"").append(value).append("\"");
}
void put_number(std::string& out, std::string_view name, std::int64_t value) {
  out.append(",\"").append(name).append("\":");
  put(out, value);
}
void put_time(std::string& out, std::string_view name, Instant at) {
  out.append(",\"").append(name).append("\":\"");
  append_rfc3339(out, at);
  out.push_back('"');
}

enum class Kind : std::uint8_t {
  card,
  easy_pay,
  transfer,
  account,
  phone,
  gift,
  card_and_points,
  coupon,
  cup
};
constexpr struct {
  Kind kind;
  std::uint32_t permille;
} kShares[] = {{Kind::card, 620},   {Kind::easy_pay, 210},       {Kind::transfer, 70},
               {Kind::account, 40}, {Kind::phone, 20},           {Kind::gift, 10},
               {Kind::coupon, 5},   {Kind::card_and_points, 15}, {Kind::cup, 10}};

Kind kind_of(std::uint64_t permille) {
  for (const auto& share : kShares) {
    if (permille < share.permille) return share.kind;
    permille -= share.permille;
  }
  return Kind::card;
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
  out.name.append(pick(rng, kPlaces)).append(" ").append(pick(rng, kTrades)).append(" ");
  put(out.name, static_cast<std::int64_t>(i + 1));
  out.name.append("호점");
  if (rng.chance(40)) out.organisation = pick(rng, kOrganisations);
  return out;
}

// One sale with everything that chance decided about it, in a fixed order of draws.
struct Shop::Sale {
  std::uint64_t n = 0;
  const std::string* merchant = nullptr;
  Kind kind = Kind::card;
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
      static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(options_.days_back * 86'400))) * kSecond;
  sale.at = options_.now.plus_us(-age);
  if (!options_.only_cards) {
    sale.kind = kind_of(permille);
    if (is_book && sale.kind != Kind::cup) sale.tax_free = sale.amount;
    if (sale.kind == Kind::cup) {
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

void put_card_block(std::string& out, Rng& rng, std::int64_t amount) {
  const auto& card = kCards[rng.below(std::size(kCards))];
  out.append(",\"card\":{\"issuerCode\":\"")
      .append(card.code)
      .append("\",\"acquirerCode\":\"")
      .append(card.code);
  out.append("\",\"bin\":\"").append(card.bin).append("\",\"last4\":\"");
  put_padded(out, rng.below(10'000), 4);
  const bool is_check = rng.chance(30);
  out.append("\",\"cardType\":\"").append(is_check ? "CHECK" : "CREDIT");
  out.append("\",\"ownerType\":\"").append(rng.chance(9) ? "CORPORATE" : "PERSONAL").append("\"");
  if (!is_check && amount >= 50'000 && rng.chance(40)) {
    put_number(out, "installmentMonths", 2 + static_cast<std::int64_t>(rng.below(11)));
    if (rng.chance(50)) out.append(",\"isInterestFree\":true,\"interestPayer\":\"CARD_COMPANY\"");
  }
  out.push_back('}');
}

void begin_approval(std::string& out, std::string_view method, std::int64_t amount) {
  out.append("{\"method\":\"").append(method).append("\",\"amount\":");
  put(out, amount);
}

void put_approved(std::string& out, Rng& rng, Instant at) {
  out.append(",\"approveNo\":\"");
  put_padded(out, rng.below(100'000'000), 8);
  out.append("\"");
  put_time(out, "approvedAt", at);
}

void put_card(std::string& out, Rng& rng, std::int64_t amount, Instant at) {
  begin_approval(out, "CARD", amount);
  put_approved(out, rng, at);
  put_text(out, "van", pick(rng, kVans));
  put_card_block(out, rng, amount);
  out.push_back('}');
}

void put_issued_by(std::string& out, Rng& rng, std::string_view method, std::string_view block,
                   std::int64_t amount, Instant at) {
  begin_approval(out, method, amount);
  put_approved(out, rng, at);
  out.append(",\"").append(block).append("\":{\"issuer\":\"WONJANG_POINT\"}}");
}

void put_easy_pay(std::string& out, Rng& rng, std::int64_t amount, Instant at) {
  begin_approval(out, "EASY_PAY", amount);
  put_approved(out, rng, at);
  const bool by_card = rng.chance(70);
  const auto discount = rng.chance(20) ? amount / 1000 * 100 : 0;
  out.append(",\"easyPay\":{\"provider\":\"").append(pick(rng, kEasyPays));
  out.append("\",\"fundedBy\":\"").append(by_card ? "CARD" : "MONEY").append("\"");
  put_number(out, "amount", amount - discount);
  put_number(out, "discountAmount", discount);
  if (by_card) put_card_block(out, rng, amount);
  out.append("}}");
}

// A deposit that comes must find the account open: it was opened lately and waits on.
Instant due_of(Instant now, Instant issued, bool is_paid) {
  return is_paid ? now.plus_us(2 * kDay) : issued.plus_us(3 * kDay);
}

void put_account(std::string& out, Rng& rng, std::int64_t amount, Instant due) {
  begin_approval(out, "VIRTUAL_ACCOUNT", amount);
  out.append(",\"virtualAccount\":{\"bankCode\":\"")
      .append(pick(rng, kBanks))
      .append("\",\"accountNoToken\":\"tok_va");
  put_padded(out, rng.below(1'000'000), 6);
  out.append("\",\"accountType\":\"NORMAL\",\"depositor\":\"").append(pick(rng, kSurnames)).append("민수\"");
  put_time(out, "dueAt", due);
  out.append(",\"refundAccountToken\":\"tok_ra");
  put_padded(out, rng.below(1'000'000), 6);
  out.append("\"}}");
}

void put_transfer(std::string& out, Rng& rng, std::int64_t amount, Instant at) {
  begin_approval(out, "TRANSFER", amount);
  put_approved(out, rng, at);
  out.append(",\"transfer\":{\"bankCode\":\"")
      .append(pick(rng, kBanks))
      .append("\",\"accountToken\":\"tok_ac");
  put_padded(out, rng.below(1'000'000), 6);
  out.append("\"}}");
}

void put_phone(std::string& out, Rng& rng, std::int64_t amount, Instant at) {
  begin_approval(out, "MOBILE_PHONE", amount);
  put_approved(out, rng, at);
  out.append(",\"mobilePhone\":{\"carrier\":\"")
      .append(pick(rng, kCarriers))
      .append("\",\"billingMonth\":\"");
  std::string day;
  append_rfc3339(day, at);
  out.append(day, 0, 7).append("\"}}");
}

void put_gift(std::string& out, Rng& rng, std::int64_t amount, Instant at) {
  begin_approval(out, "GIFT_CERTIFICATE", amount);
  put_approved(out, rng, at);
  out.append(",\"giftCertificate\":{\"kind\":\"").append(rng.chance(60) ? "CULTURE" : "BOOK").append("\"}}");
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
    case Kind::account:
      return permille < 780   ? FollowUp::deposit
             : permille < 790 ? FollowUp::deposit_reversed
                              : FollowUp::none;
    case Kind::card:
      return permille < 45   ? FollowUp::cancel_full
             : permille < 60 ? FollowUp::cancel_partial
                             : FollowUp::none;
    case Kind::easy_pay:
    case Kind::transfer:
    case Kind::card_and_points:
      return permille < 40 ? FollowUp::cancel_full : FollowUp::none;
    case Kind::phone:
    case Kind::gift:
    case Kind::coupon:
    case Kind::cup:
      return FollowUp::none;
  }
  return FollowUp::none;
}

bool Shop::is_acquired(std::uint64_t n) const {
  return sale_of(n).kind == Kind::card && follow_up(n) == FollowUp::none && later(options_.seed, n) >= 500;
}

void Shop::append_body(std::string& out, const Sale& sale) const {
  auto rng = sale.rng;
  out.append("{\"merchantId\":\"").append(*sale.merchant).append("\",\"orderId\":\"");
  append_order_id(out, sale.n);
  out.append("\",\"orderName\":\"").append(sale.kind == Kind::cup ? kGoods[0] : pick(rng, kGoods));
  if (const auto more = rng.below(4); more > 1) {
    out.append(" 외 ");
    put(out, static_cast<std::int64_t>(more));
    out.append("건");
  }
  out.append("\",\"currency\":\"KRW\"");
  put_number(out, "totalAmount", sale.amount);
  if (sale.tax_free > 0) put_number(out, "taxFreeAmount", sale.tax_free);
  if (sale.cup_deposit > 0) put_number(out, "taxExemptionAmount", sale.cup_deposit);
  put_text(out, "channel", sale.kind == Kind::cup ? "POS" : "ONLINE");
  if (sale.kind != Kind::cup)
    people_.append_buyer(out, people_.draw(rng));  // nobody asks for a name at the till
  put_time(out, "requestedAt", sale.at.plus_us(-3 * kSecond));
  out.append(",\"approvals\":[");
  const auto at = sale.at;
  const auto amount = sale.amount;
  switch (sale.kind) {
    case Kind::card:
      put_card(out, rng, amount, at);
      break;
    case Kind::easy_pay:
      put_easy_pay(out, rng, amount, at);
      break;
    case Kind::transfer:
      put_transfer(out, rng, amount, at);
      break;
    case Kind::account: {
      const auto becomes = follow_up(sale.n);
      put_account(out, rng, amount, due_of(options_.now, at, becomes != FollowUp::none));
      break;
    }
    case Kind::phone:
      put_phone(out, rng, amount, at);
      break;
    case Kind::gift:
      put_gift(out, rng, amount, at);
      break;
    case Kind::coupon: {
      const auto coupon = std::max<std::int64_t>(100, amount / 1000 * 100);
      put_card(out, rng, amount - coupon, at);
      out.push_back(',');
      put_issued_by(out, rng, "COUPON", "coupon", coupon, at);
      break;
    }
    case Kind::card_and_points: {
      const auto points = std::max<std::int64_t>(100, amount / 500 * 100);
      put_card(out, rng, amount - points, at);
      out.push_back(',');
      put_issued_by(out, rng, "POINT", "point", points, at);
      break;
    }
    case Kind::cup:
      put_card(out, rng, amount - sale.cup_deposit, at);
      out.push_back(',');
      put_issued_by(out, rng, "DEPOSIT_CUP", "depositCup", sale.cup_deposit, at);
      break;
  }
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
  out.append("\",\"orderName\":\"").append(pick(rng, kGoods)).append("\",\"currency\":\"KRW\"");
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
  put_time(out, "at", std::min(options_.now, sale_of(n).at.plus_us(kDay)));
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
  const auto after = std::min(options_.now, sale.at.plus_us(kDay / 3));
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
  put_time(out, "reversedAt", std::min(options_.now, sale.at.plus_us(kDay / 2)));
  out.append(",\"reason\":\"은행 정정\"}}\n");
}

}  // namespace wonjang
