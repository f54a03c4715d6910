// What each way of paying may and may not do: all of it is given back by the case itself, on the payment's
// own day, or by the end of the run.
#include <chrono>
#include <thread>

#include "app/sanity/cases.h"

namespace wonjang::sanity {
namespace {

// One approval of the day's morning. `detail`: what the method says of itself, behind a comma.
std::string approval(World& world, const std::string& method, std::int64_t amount,
                     const std::string& detail = {}) {
  return R"({"method":")" + method + R"(","amount":)" + std::to_string(amount) + R"(,"approvedAt":")" +
         world.at(world.store, "10:00:01") + R"(","approveNo":"30000001")" + detail + "}";
}
std::string card(World& world, std::int64_t amount, const std::string& last4 = "7890") {
  return approval(world, "CARD", amount, R"(,"card":{"issuerCode":"SHINHAN","last4":")" + last4 + "\"}");
}

// `more`: further members of the payment, each behind a comma.
Answer pay_by(World& world, const std::string& order, std::int64_t amount, const std::string& approvals,
              const std::string& more = {}) {
  return world.post(world.store, "/v1/payments",
                    R"({"orderId":")" + world.name(order) + R"(","totalAmount":)" + std::to_string(amount) +
                        R"(,"requestedAt":")" + world.at(world.store, "10:00:00") + "\"" + more +
                        R"(,"approvals":[)" + approvals + "]}");
}

// Of everything when `amount` is 0; `at`: the payment's day unless it is said.
Answer cancel(World& world, const Answer& payment, std::int64_t amount, const std::string& more = {},
              const std::string& at = {}) {
  return world.post(world.store, path_of(payment) + "/cancels",
                    R"({"reason":"sanity","canceledAt":")" +
                        (at.empty() ? world.at(world.store, "11:00:00") : at) + "\"" +
                        (amount > 0 ? R"(,"amount":)" + std::to_string(amount) : "") + more + "}");
}

void refused(Check& check, std::string_view what, const Answer& answer, std::string_view code) {
  const auto seen = std::to_string(answer.status) + " " + member(answer, "code");
  check.holds(what, answer.status >= 400 && member(answer, "code") == code, code, seen);
}

void given_back(World& world, Check& check, const Answer& payment) {
  const auto back = cancel(world, payment, 0);
  check.answered("giving everything back", back, 201);
  check.has("its status then", back, "status", "CANCELED");
  check.has("what is left", back, "balanceAmount", 0);
}

void tax_parts(World& world, Check& check) {
  const auto paid = world.pay(world.store, "tax-parts", 9'026);
  check.has("VAT of 9,026", paid, "vat", 821);
  const auto first = cancel(world, paid, 3'333);
  check.answered("giving back 3,333", first, 201);
  const auto second = cancel(world, paid, 0);
  check.answered("giving back the rest", second, 201);
  check.has("its status", second, "status", "CANCELED");
  std::int64_t vat = 0;
  std::int64_t goods = 0;
  for (const char* one : {"cancels.0.", "cancels.1."}) {
    vat += std::strtoll(member(second, std::string(one) + "vat").c_str(), nullptr, 10);
    goods += std::strtoll(member(second, std::string(one) + "suppliedAmount").c_str(), nullptr, 10);
  }
  check.is("VAT that came back", 821, std::to_string(vat));
  check.is("of the goods", 8'205, std::to_string(goods));
}

void two_cards(World& world, Check& check) {
  const auto paid = pay_by(world, "two-cards", 10'000, card(world, 7'000) + "," + card(world, 3'000, "4321"));
  check.answered("7,000 by one card and 3,000 by another", paid, 201);
  check.has("its status", paid, "status", "DONE");
  check.is("cards", 2, std::to_string(count_of(paid, "approvals")));
  const auto unsaid = cancel(world, paid, 1'000);
  check.holds("giving back 1,000 of nobody knows which", unsaid.status >= 400, "a refusal",
              std::to_string(unsaid.status));
  const auto said =
      cancel(world, paid, 1'000, R"(,"approvalId":")" + member(paid, "approvals.1.approvalId") + "\"");
  check.answered("of the second card", said, 201);
  check.has("what is left", said, "balanceAmount", 9'000);
  given_back(world, check, paid);
}

void transfer(World& world, Check& check) {
  const auto paid = pay_by(world, "transfer", 15'000,
                           approval(world, "TRANSFER", 15'000, R"(,"transfer":{"bankCode":"088"})"));
  check.answered("a transfer", paid, 201);
  check.has("its status", paid, "status", "DONE");
  const auto part = cancel(world, paid, 5'000);
  check.answered("giving back 5,000", part, 201);
  check.has("what is left", part, "balanceAmount", 10'000);
  const auto late = to_text(BusinessDate{parse_business_date(world.store.day)->days + 181});
  refused(check, "giving back after 181 days", cancel(world, paid, 0, {}, late + "T10:00:00+09:00"),
          "CANCEL_WINDOW_CLOSED");
  given_back(world, check, paid);
}

void mobile_phone(World& world, Check& check) {
  const auto paid = pay_by(world, "phone", 6'000,
                           approval(world, "MOBILE_PHONE", 6'000, R"(,"mobilePhone":{"carrier":"SKT"})"));
  check.answered("by the phone's bill", paid, 201);
  refused(check, "giving back a part", cancel(world, paid, 1'000), "PARTIAL_CANCEL_NOT_ALLOWED");
  const auto later = to_text(BusinessDate{parse_business_date(world.store.day)->days + 31});
  refused(check, "giving back in another month", cancel(world, paid, 0, {}, later + "T10:00:00+09:00"),
          "CANCEL_WINDOW_CLOSED");
  given_back(world, check, paid);
}

void easy_pay(World& world, Check& check) {
  const auto paid =
      pay_by(world, "easy-pay", 10'000,
             approval(world, "EASY_PAY", 8'000, R"(,"easyPay":{"provider":"SANITYPAY","fundedBy":"MONEY"})") +
                 "," + approval(world, "POINT", 2'000, R"(,"point":{"issuer":"SANITY"})"));
  check.answered("8,000 by easy pay and 2,000 in points", paid, 201);
  check.has("its status", paid, "status", "DONE");
  const auto part =
      cancel(world, paid, 2'000, R"(,"approvalId":")" + member(paid, "approvals.1.approvalId") + "\"");
  check.answered("giving the points back", part, 201);
  check.has("what is left", part, "balanceAmount", 8'000);
  given_back(world, check, paid);
}

void cup_deposit(World& world, Check& check) {
  const auto paid = pay_by(world, "cup", 5'300, card(world, 5'300), R"(,"taxExemptionAmount":300)");
  check.answered("a coffee of 5,000 and 300 for the cup", paid, 201);
  check.has("VAT, none of it on the cup", paid, "vat", 455);
  refused(check, "giving back a part", cancel(world, paid, 1'000), "PARTIAL_CANCEL_NOT_ALLOWED");
  given_back(world, check, paid);
}

// An account to pay 5,000 into.
Answer account(World& world, const std::string& order, const std::string& due_at) {
  return pay_by(
      world, order, 5'000,
      R"({"method":"VIRTUAL_ACCOUNT","amount":5000,"virtualAccount":{"bankCode":"088","accountNoToken":"tok_sanity","dueAt":")" +
          due_at + R"("}})");
}

void deposit_taken_back(World& world, Check& check) {
  const auto issued = account(world, "taken-back", "2099-01-01T00:00:00+09:00");
  check.answered("an account to pay into", issued, 201);
  const auto paid = world.post(world.store, path_of(issued) + "/deposits",
                               R"({"amount":5000,"bankNoticeId":")" + world.name("came") +
                                   R"(","depositedAt":")" + world.at(world.store, "12:00:00") + R"("})");
  check.answered("the deposit", paid, 200);
  check.has("its status", paid, "status", "DONE");
  const auto back = world.post(world.store, path_of(issued) + "/deposit-reversals",
                               R"({"effect":"CANCELED","bankNoticeId":")" + world.name("went") +
                                   R"(","reversedAt":")" + world.at(world.store, "13:00:00") + R"("})");
  check.answered("the bank takes it back", back, 200);
  check.has("its status then", back, "status", "CANCELED");
  check.has("what is left", back, "balanceAmount", 0);
}

void expiry(World& world, Check& check) {
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  const auto issued = account(world, "expires", to_rfc3339(Instant{now.count()}.plus_ms(500)));
  check.answered("an account that is open for half a second", issued, 201);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(15);
  auto seen = world.get(world.store, path_of(issued));
  while (member(seen, "status") == "WAITING_FOR_DEPOSIT" && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    seen = world.get(world.store, path_of(issued));
  }
  check.has("its status when nobody pays", seen, "status", "EXPIRED");
}

void acquisition(World& world, Check& check) {
  const auto paid = world.pay(world.store, "slip", 4'000);
  check.answered("the payment", paid, 201);
  const auto step = [&](const std::string& state) {
    return world.post(world.store, path_of(paid) + "/acquisitions",
                      R"({"approvalId":")" + member(paid, "approvals.0.approvalId") + R"(","state":")" +
                          state + R"(","at":")" + world.at(world.store, "18:00:00") + R"("})");
  };
  refused(check, "the card company has it before anybody sent it", step("COMPLETED"),
          "ACQUISITION_NOT_ALLOWED");
  check.answered("the slip is sent", step("REQUESTED"), 200);
  const auto done = step("COMPLETED");
  check.answered("the card company has it", done, 200);
  check.has("the slip then", done, "approvals.0.acquireStatus", "COMPLETED");
}

constexpr Case kMethodCases[] = {
    {"tax-parts", "Given back in parts, the VAT comes back to the won",
     "나누어 취소해도 부가세가 1원까지 돌아온다", &tax_parts},
    {"two-cards", "One payment by two cards, each given back by itself",
     "카드 두 장으로 결제하고 따로 취소한다", &two_cards},
    {"transfer", "A bank transfer is recorded and given back within its days",
     "계좌이체를 기록하고 기한 안에 취소한다", &transfer},
    {"mobile-phone", "A phone payment is given back whole, within its month",
     "휴대폰 결제는 그달 안에 전액만 취소한다", &mobile_phone},
    {"easy-pay", "Easy pay together with points", "간편결제와 포인트로 함께 결제한다", &easy_pay},
    {"cup-deposit", "A payment with a cup deposit is given back only whole",
     "컵 보증금이 있는 결제는 전액만 취소한다", &cup_deposit},
    {"deposit-taken-back", "A deposit that the bank takes back is no payment any more",
     "은행이 되돌린 입금은 결제에서 빠진다", &deposit_taken_back},
    {"expiry", "An account that nobody pays into expires by itself", "입금이 없는 가상계좌는 저절로 만료된다",
     &expiry},
    {"acquisition", "A card slip goes to the card company step by step",
     "카드 매입은 정해진 순서대로 진행된다", &acquisition},
};

}  // namespace

std::span<const Case> method_cases() { return kMethodCases; }

}  // namespace wonjang::sanity
