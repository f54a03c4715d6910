#include "app/demo/sale_text.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace wonjang {
namespace {

struct Code {
  std::string_view code;
  std::string_view bin;
};
constexpr Code kSaleCards[] = {{"SHINHAN", "45140921"}, {"SAMSUNG", "53104212"}, {"KOOKMIN", "55703311"},
                               {"HYUNDAI", "43302887"}, {"LOTTE", "51186422"},   {"HANA", "46293511"},
                               {"BC", "94100344"},      {"NH", "54660115"},      {"WOORI", "53782904"},
                               {"CITI", "49122577"}};
constexpr std::string_view kBanks[] = {"004", "011", "020", "081", "088", "090", "092", "003"};
constexpr std::string_view kEasyPays[] = {"KAKAOPAY", "NAVERPAY", "TOSSPAY", "PAYCO", "SAMSUNGPAY"};
constexpr std::string_view kCarriers[] = {"SKT", "KT", "LGU", "MVNO"};
constexpr std::string_view kVans[] = {"NICE", "KICC", "KSNET", "SMARTRO"};
constexpr std::string_view kSaleSurnames[] = {"김", "이", "박", "최", "정", "강", "조", "윤"};

}  // namespace

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

void put_card_block(std::string& out, Rng& rng, std::int64_t amount, std::string_view company) {
  auto card = kSaleCards[rng.below(std::size(kSaleCards))];
  if (!company.empty()) card.code = company;
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

namespace {

void put_approved(std::string& out, Rng& rng, Instant at) {
  out.append(",\"approveNo\":\"");
  put_padded(out, rng.below(100'000'000), 8);
  out.append("\"");
  put_time(out, "approvedAt", at);
}

void put_card(std::string& out, Rng& rng, const Sold& sold, std::int64_t amount) {
  const auto at = sold.at;
  begin_approval(out, "CARD", amount);
  put_approved(out, rng, at);
  put_text(out, "van", rng.pick(kVans));
  put_card_block(out, rng, amount, sold.card_company);
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
  out.append(",\"easyPay\":{\"provider\":\"").append(rng.pick(kEasyPays));
  out.append("\",\"fundedBy\":\"").append(by_card ? "CARD" : "MONEY").append("\"");
  put_number(out, "amount", amount - discount);
  put_number(out, "discountAmount", discount);
  if (by_card) put_card_block(out, rng, amount);
  out.append("}}");
}

void put_account(std::string& out, Rng& rng, std::int64_t amount, Instant due) {
  begin_approval(out, "VIRTUAL_ACCOUNT", amount);
  out.append(",\"virtualAccount\":{\"bankCode\":\"")
      .append(rng.pick(kBanks))
      .append("\",\"accountNoToken\":\"tok_va");
  put_padded(out, rng.below(1'000'000), 6);
  out.append("\",\"accountType\":\"NORMAL\",\"depositor\":\"")
      .append(rng.pick(kSaleSurnames))
      .append("민수\"");
  put_time(out, "dueAt", due);
  out.append(",\"refundAccountToken\":\"tok_ra");
  put_padded(out, rng.below(1'000'000), 6);
  out.append("\"}}");
}

void put_transfer(std::string& out, Rng& rng, std::int64_t amount, Instant at) {
  begin_approval(out, "TRANSFER", amount);
  put_approved(out, rng, at);
  out.append(",\"transfer\":{\"bankCode\":\"")
      .append(rng.pick(kBanks))
      .append("\",\"accountToken\":\"tok_ac");
  put_padded(out, rng.below(1'000'000), 6);
  out.append("\"}}");
}

void put_phone(std::string& out, Rng& rng, std::int64_t amount, Instant at) {
  begin_approval(out, "MOBILE_PHONE", amount);
  put_approved(out, rng, at);
  out.append(",\"mobilePhone\":{\"carrier\":\"").append(rng.pick(kCarriers)).append("\",\"billingMonth\":\"");
  std::string day;
  append_rfc3339(day, at);
  out.append(day, 0, 7).append("\"}}");
}

void put_gift(std::string& out, Rng& rng, std::int64_t amount, Instant at) {
  begin_approval(out, "GIFT_CERTIFICATE", amount);
  put_approved(out, rng, at);
  out.append(",\"giftCertificate\":{\"kind\":\"").append(rng.chance(60) ? "CULTURE" : "BOOK").append("\"}}");
}

}  // namespace

void append_approvals(std::string& out, Rng& rng, const Sold& sold) {
  const auto at = sold.at;
  const auto amount = sold.amount;
  switch (sold.kind) {
    case SaleKind::card:
      put_card(out, rng, sold, amount);
      break;
    case SaleKind::easy_pay:
      put_easy_pay(out, rng, amount, at);
      break;
    case SaleKind::transfer:
      put_transfer(out, rng, amount, at);
      break;
    case SaleKind::account:
      put_account(out, rng, amount, sold.due);
      break;
    case SaleKind::phone:
      put_phone(out, rng, amount, at);
      break;
    case SaleKind::gift:
      put_gift(out, rng, amount, at);
      break;
    case SaleKind::coupon: {
      const auto coupon = std::max<std::int64_t>(100, amount / 1000 * 100);
      put_card(out, rng, sold, amount - coupon);
      out.push_back(',');
      put_issued_by(out, rng, "COUPON", "coupon", coupon, at);
      break;
    }
    case SaleKind::card_and_points: {
      const auto points = std::max<std::int64_t>(100, amount / 500 * 100);
      put_card(out, rng, sold, amount - points);
      out.push_back(',');
      put_issued_by(out, rng, "POINT", "point", points, at);
      break;
    }
    case SaleKind::cup:
      put_card(out, rng, sold, amount - sold.cup_deposit);
      out.push_back(',');
      put_issued_by(out, rng, "DEPOSIT_CUP", "depositCup", sold.cup_deposit, at);
      break;
  }
}

}  // namespace wonjang
