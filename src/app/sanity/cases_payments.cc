// Paying and cancelling.
#include <chrono>
#include <thread>

#include "app/sanity/cases.h"

namespace wonjang::sanity {
namespace {

void pay(World& world, Check& check) {
  const auto paid = world.pay(world.store, "tax", 9'026);
  check.answered("the payment", paid, 201);
  check.has("its status", paid, "status", "DONE");
  check.has("what was paid", paid, "totalAmount", 9'026);
  check.has("of that, VAT", paid, "vat", 821);
  check.has("of that, the goods", paid, "suppliedAmount", 8'205);
  const auto again = world.get(world.store, path_of(paid));
  check.answered("asking for it again", again, 200);
  check.has("its balance", again, "balanceAmount", 9'026);
}

void replay(World& world, Check& check) {
  const auto body = world.card_body(world.store, "replay", 5'000);
  const auto key = world.name("replay-key");
  const auto first = world.post(world.store, "/v1/payments", body, key);
  const auto again = world.post(world.store, "/v1/payments", body, key);
  check.answered("the payment", first, 201);
  check.answered("the same request again", again, 201);
  check.is("its answer", first.body, again.body);
  check.holds("whether it was done twice", again.replayed && !first.replayed, "said again, not done again",
              again.replayed ? "both were said again" : "done again");
}

void key_reused(World& world, Check& check) {
  const auto key = world.name("reused-key");
  check.answered("the payment",
                 world.post(world.store, "/v1/payments", world.card_body(world.store, "reused", 5'000), key),
                 201);
  check.answered(
      "another one under the same key",
      world.post(world.store, "/v1/payments", world.card_body(world.store, "reused-2", 6'000), key), 422,
      "KEY_REUSED");
}

void order_id(World& world, Check& check) {
  const auto paid = world.pay(world.store, "by-order", 7'000);
  const auto found = world.get(world.store, "/v1/payments?orderId=" + world.name("by-order"));
  check.answered("the payment by its order", found, 200);
  check.has("which one it is", found, "id", member(paid, "id"));
}

void partial_cancel(World& world, Check& check) {
  const auto paid = world.pay(world.store, "partly", 10'000);
  const auto canceled = world.post(
      world.store, path_of(paid) + "/cancels",
      R"({"amount":3000,"reason":"sanity","canceledAt":")" + world.at(world.store, "11:00:00") + R"("})");
  check.answered("giving back 3,000 of 10,000", canceled, 201);
  check.has("its status", canceled, "status", "PARTIAL_CANCELED");
  check.has("what is left", canceled, "balanceAmount", 7'000);
}

void over_cancel(World& world, Check& check) {
  const auto paid = world.pay(world.store, "over", 4'000);
  check.answered("giving back 5,000 of 4,000",
                 world.post(world.store, path_of(paid) + "/cancels", R"({"amount":5000,"reason":"sanity"})"),
                 422, "CANCEL_EXCEEDS_BALANCE");
  check.has("what is left", world.get(world.store, path_of(paid)), "balanceAmount", 4'000);
}

void full_cancel(World& world, Check& check) {
  const auto paid = world.pay(world.store, "wholly", 8'000);
  const auto path = path_of(paid) + "/cancels";
  const auto body = R"({"reason":"sanity","canceledAt":")" + world.at(world.store, "12:00:00") + R"("})";
  const auto canceled = world.post(world.store, path, body);
  check.answered("giving everything back", canceled, 201);
  check.has("its status", canceled, "status", "CANCELED");
  check.has("what is left", canceled, "balanceAmount", 0);
  const auto again = world.post(world.store, path, body);
  check.holds("giving it back once more", again.status == 409 || again.status == 422, "a refusal",
              std::to_string(again.status) + " " + again.body);
}

void misspelt(World& world, Check& check) {
  const auto sent = world.pay(world.store, "misspelt", 1'000, R"(,"supplyAmount":909)");
  check.answered("a payment with a misspelt field", sent, 422, "INVALID_REQUEST");
  check.has("where the mistake is", sent, "errors.0.pointer", "/supplyAmount");
}

void card_number(World& world, Check& check) {
  const auto sent = world.pay(world.store, "pan", 1'000, R"(,"customerKey":"4111 1111 1111 1111")");
  check.answered("a payment with a card number in it", sent, 422);
  check.has("why it was refused", sent, "errors.0.code", "PAN_NOT_ALLOWED");
}

void card_and_points(World& world, Check& check) {
  const auto time = world.at(world.store, "13:00:00");
  const auto paid = world.post(
      world.store, "/v1/payments",
      R"({"orderId":")" + world.name("two-ways") + R"(","totalAmount":12000,"requestedAt":")" + time +
          R"(","approvals":[{"method":"CARD","amount":10000,"approveNo":"20000001","approvedAt":")" + time +
          R"(","card":{"issuerCode":"BC","last4":"1111"}},{"method":"POINT","amount":2000,"approveNo":"20000002","approvedAt":")" +
          time + R"(","point":{"issuer":"SANITY"}}]})");
  check.answered("10,000 by card and 2,000 in points", paid, 201);
  check.has("its status", paid, "status", "DONE");
  check.is("ways it was paid", 2, std::to_string(count_of(paid, "approvals")));
  check.has("its balance", paid, "balanceAmount", 12'000);
}

void virtual_account(World& world, Check& check) {
  const auto issued = world.post(
      world.store, "/v1/payments",
      R"({"orderId":")" + world.name("account") + R"(","totalAmount":20000,"requestedAt":")" +
          world.at(world.store, "14:00:00") +
          R"(","approvals":[{"method":"VIRTUAL_ACCOUNT","amount":20000,"virtualAccount":{"bankCode":"088",)"
          R"("accountNoToken":"tok_sanity","accountType":"NORMAL","depositor":"홍길동","dueAt":"2099-01-01T00:00:00+09:00"}}]})");
  check.answered("an account to pay into", issued, 201);
  check.has("its status", issued, "status", "WAITING_FOR_DEPOSIT");
  const auto deposit = [&](std::int64_t amount) {
    return world.post(world.store, path_of(issued) + "/deposits",
                      R"({"bankNoticeId":")" + world.name("notice-" + std::to_string(amount)) +
                          R"(","amount":)" + std::to_string(amount) + R"(,"depositedAt":")" +
                          world.at(world.store, "15:00:00") + R"("})");
  };
  check.answered("a deposit of another amount", deposit(19'000), 422, "DEPOSIT_AMOUNT_MISMATCH");
  const auto paid = deposit(20'000);
  check.answered("the deposit", paid, 200);
  check.has("its status then", paid, "status", "DONE");
  check.has("its balance", paid, "balanceAmount", 20'000);
}

// Each line has a key of its own, the body has none.
Answer send_lines(World& world, const std::string& lines) {
  return world.ask({.method = "POST",
                    .target = "/v1/ingest",
                    .api_key = world.store.key,
                    .body = lines,
                    .content_type = "application/x-ndjson"});
}

void bulk(World& world, Check& check) {
  std::string lines;
  for (int i = 0; i < 3; ++i) {
    const auto name = "bulk-" + std::to_string(i);
    lines += R"({"op":"create","idempotencyKey":")" + world.name(name) + R"(","data":)" +
             world.card_body(world.store, name, 1'100 * (i + 1)) + "}\n";
  }
  const auto count = [](const Answer& answer, std::string_view what) {
    std::size_t found = 0;
    for (auto at = answer.body.find(what); at != std::string::npos; at = answer.body.find(what, at + 1))
      ++found;
    return std::to_string(found);
  };
  const auto first = send_lines(world, lines);
  check.answered("three payments in one file", first, 200);
  check.is("of them taken", 3, count(first, "\"status\":201"));
  const auto again = send_lines(world, lines);
  check.is("payments after sending the file again", count(first, "\"pay_"), count(again, "\"pay_"));
  const auto last = world.get(world.store, "/v1/payments?orderId=" + world.name("bulk-2"));
  check.answered("the last of them", last, 200);
  check.has("what was paid", last, "totalAmount", 3'300);
}

bool no_simulator(World& world, Check& check) {
  if (!world.options().simulator.empty()) return false;
  check.skip(
      "no simulated provider was named (--simulator NAME); a real one isn't asked for money to try it out");
  return true;
}

Answer approve(World& world, Check& check, const std::string& order, Answer& created) {
  created =
      world.post(world.store, "/v1/payments",
                 R"({"orderId":")" + world.name(order) + R"(","orderName":"sanity","totalAmount":3000})");
  check.answered("the order", created, 201);
  return world.post(world.store, path_of(created) + "/approve",
                    R"({"method":"CARD","amount":3000,"provider":")" + world.options().simulator +
                        R"(","card":{"issuerCode":"SHINHAN","bin":"45140921","last4":"7890"}})");
}

void provider(World& world, Check& check) {
  if (no_simulator(world, check)) return;
  Answer created;
  const auto declined = approve(world, check, "sim-decline-funds", created);
  check.answered("a card without money", declined, 402, "PROVIDER_DECLINED");
  const auto now = world.get(world.store, path_of(created));
  check.has("what became of the approval", now, "approvals.0.state", "DECLINED");
  check.holds("its status", member(now, "status") != "DONE", "not paid", "DONE");
  // Chance declines some, too.
  auto paid = approve(world, check, "paid", created);
  for (int i = 2; i < 5 && paid.status != 201; ++i)
    paid = approve(world, check, "paid-" + std::to_string(i), created);
  check.answered("a card with money", paid, 201);
  check.has("its status", paid, "status", "DONE");
}

void unknown_outcome(World& world, Check& check) {
  if (no_simulator(world, check)) return;
  Answer created;
  const auto lost = approve(world, check, "sim-lost-after", created);
  // A busy server may have found out before it answers, and says so.
  const bool is_found = lost.status == 201 && member(lost, "status") == "DONE";
  check.holds("what is said while nobody knows", lost.status == 504 || lost.status == 202 || is_found,
              "that it isn't known yet, or that it is paid", std::to_string(lost.status) + " " + lost.body);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(15);
  Answer now = world.get(world.store, path_of(created));
  while (member(now, "inDoubt") != "false" && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    now = world.get(world.store, path_of(created));
  }
  check.has("whether it is still open after 15 s", now, "inDoubt", "false");
  check.has("how it ended", now, "status", "DONE");
  check.has("its balance", now, "balanceAmount", 3'000);
}

constexpr Case kPaymentCases[] = {
    {"pay", "A card payment is recorded, with the right VAT", "카드 결제를 기록하고 부가세가 맞다", &pay},
    {"replay", "The same request sent twice pays once", "같은 요청을 두 번 보내도 한 번만 결제된다", &replay},
    {"key-reused", "Another payment under a used key is refused", "이미 쓴 키로 다른 결제를 하면 거절된다",
     &key_reused},
    {"order-id", "A payment is found by the merchant's order number", "주문번호로 결제를 찾는다", &order_id},
    {"partial-cancel", "A part of a payment is given back", "결제 일부를 취소한다", &partial_cancel},
    {"over-cancel", "Nobody gets back more than was paid", "결제 금액보다 많이 취소할 수 없다", &over_cancel},
    {"full-cancel", "A payment is given back wholly, and only once", "전액 취소는 한 번만 된다",
     &full_cancel},
    {"misspelt", "A misspelt request is refused and says where the mistake is",
     "잘못 쓴 요청은 위치를 알려 주며 거절된다", &misspelt},
    {"card-number", "Card numbers are never taken", "카드번호는 절대 받지 않는다", &card_number},
    {"two-ways", "One payment by card and points together", "카드와 포인트로 함께 결제한다",
     &card_and_points},
    {"virtual-account", "A virtual account waits for exactly its deposit",
     "가상계좌는 정확한 입금을 기다린다", &virtual_account},
    {"bulk", "Many payments are taken in one file, once", "여러 결제를 파일 하나로, 한 번만 받는다", &bulk},
    {"provider", "A provider is asked: declined without money, approved with it",
     "결제사에 승인을 요청한다: 잔액이 없으면 거절, 있으면 승인", &provider},
    {"unknown-outcome", "A payment whose answer got lost is found out about",
     "응답이 사라진 결제의 결과를 찾아낸다", &unknown_outcome},
};

}  // namespace

std::span<const Case> payment_cases() { return kPaymentCases; }

}  // namespace wonjang::sanity
