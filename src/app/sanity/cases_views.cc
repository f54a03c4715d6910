// Finding, adding up, following: a merchant with 10,000, 20,000 and 30,000 paid, of which 5,000 were given
// back.
#include <set>

#include "app/sanity/cases.h"

namespace wonjang::sanity {
namespace {

void list(World& world, Check& check) {
  const auto& store = world.counted;
  const auto buyer = [](const char* name) {
    return R"(,"buyer":{"name":")" + std::string(name) + R"(","phone":"010-0000-0000"})";
  };
  const auto first = world.pay(store, "first", 10'000, buyer("한가람"));
  const auto second = world.pay(store, "second", 20'000, buyer("김솔빛"));
  const auto third = world.pay(store, "third", 30'000, buyer("이누리"));
  check.answered("the payments", third, 201);
  world.first_paid = member(first, "id");
  world.second_paid = member(second, "id");
  world.third_paid = member(third, "id");
  const auto canceled = world.post(
      store, "/v1/payments/" + world.third_paid + "/cancels",
      R"({"amount":5000,"reason":"sanity","canceledAt":")" + world.at(store, "11:00:00") + R"("})");
  check.answered("the cancel", canceled, 201);
  const auto listed = world.get_fresh(store, "/v1/payments?" + store.period());
  check.answered("the list", listed, 200);
  check.is("payments in it", 3, std::to_string(count_of(listed, "payments")));
  check.has("their number in the total", listed, "totals.0.count", 3);
  check.has("paid", listed, "totals.0.grossAmount", 60'000);
  check.has("given back", listed, "totals.0.canceledAmount", 5'000);
  check.has("left", listed, "totals.0.netAmount", 55'000);
}

void filter(World& world, Check& check) {
  const auto listed =
      world.get_fresh(world.counted, "/v1/payments?status=PARTIAL_CANCELED&" + world.counted.period());
  check.answered("the list", listed, 200);
  check.is("payments in it", 1, std::to_string(count_of(listed, "payments")));
  check.has("which one", listed, "payments.0.id", world.third_paid);
  check.has("left of it", listed, "totals.0.netAmount", 25'000);
}

void paging(World& world, Check& check) {
  const auto target = "/v1/payments?limit=2&" + world.counted.period();
  const auto first = world.get_fresh(world.counted, target);
  check.answered("the first page", first, 200);
  check.is("payments on it", 2, std::to_string(count_of(first, "payments")));
  const auto second = world.get(world.counted, target + "&after=" + member(first, "nextCursor"));
  check.answered("the second page", second, 200);
  std::set<std::string> ids;
  for (const auto& [page, count] : {std::pair(&first, 2), std::pair(&second, 1)}) {
    for (int i = 0; i < count; ++i) ids.insert(member(*page, "payments." + std::to_string(i) + ".id"));
  }
  check.holds("payments on both pages",
              ids == std::set{world.first_paid, world.second_paid, world.third_paid},
              "each of the three once", std::to_string(ids.size()) + " different ones");
  check.has("whether there is more", second, "hasMore", "false");
}

void totals(World& world, Check& check) {
  const auto answer =
      world.get_fresh(world.counted, "/v1/totals/merchant_day?by=day&" + world.counted.period());
  check.answered("the totals by day", answer, 200);
  check.is("days with money", 1, std::to_string(count_of(answer, "rows")));
  check.has("the day", answer, "rows.0.bucket", world.counted.day);
  check.has("paid", answer, "rows.0.grossAmount", 60'000);
  check.has("given back", answer, "rows.0.canceledAmount", 5'000);
  check.has("left", answer, "rows.0.netAmount", 55'000);
}

void transactions(World& world, Check& check) {
  const auto listed = world.get_fresh(world.counted, "/v1/transactions?" + world.counted.period());
  check.answered("the movements of money", listed, 200);
  check.is("how many there are", 4, std::to_string(count_of(listed, "transactions")));
  check.has("their sum", listed, "totals.0.netAmount", 55'000);
}

// `text` is percent-encoded.
void expect_found(World& world, Check& check, const std::string& text, std::int64_t count,
                  const std::string& first) {
  const auto found = world.get_fresh(world.counted, "/v1/search?q=" + text + "&" + world.counted.period());
  check.answered("the search", found, 200);
  check.is("payments found", count, std::to_string(count_of(found, "payments")));
  if (!first.empty()) check.has("which one", found, "payments.0.id", first);
}

void two_syllables(World& world, Check& check) {
  expect_found(world, check, "%EA%B3%A8%EB%8F%99", 3, {});                // 골동 of 골동품 시계
  expect_found(world, check, "%EA%B0%80%EB%9E%8C", 1, world.first_paid);  // 가람 of 한가람
}

void initials(World& world, Check& check) {
  expect_found(world, check, "%E3%84%B1%E3%84%B7%E3%85%8D", 3, {});                 // ㄱㄷㅍ of 골동품
  expect_found(world, check, "%E3%84%B1%E3%85%85%E3%85%82", 1, world.second_paid);  // ㄱㅅㅂ of 김솔빛
}

void timeline(World& world, Check& check) {
  const auto life = world.get_fresh(world.counted, "/v1/payments/" + world.third_paid + "/lifecycle");
  check.answered("what happened to it", life, 200);
  const auto steps = count_of(life, "steps");
  check.holds("steps", steps >= 3, "at least three", std::to_string(steps));
  if (steps == 0) return;
  check.has("the first one", life, "steps.0.type", "payment.created");
  const auto last = "steps." + std::to_string(steps - 1);
  check.has("the last one", life, last + ".type", "cancel.succeeded");
  check.has("left after it", life, last + ".balanceAmount", 25'000);
  check.has("its status", life, "payment.status", "PARTIAL_CANCELED");
}

void own_only(World& world, Check& check) {
  const auto target = "/v1/payments/" + world.first_paid;
  check.answered("the merchant's own payment", world.get(world.counted, target), 200);
  check.answered("another merchant asks for it", world.get(world.stranger, target), 404);
  check.answered("another merchant asks for its life", world.get(world.stranger, target + "/lifecycle"), 404);
  const auto listed = world.get_fresh(world.stranger, "/v1/payments?" + world.counted.period());
  check.answered("the other merchant's list", listed, 200);
  check.is("payments in it", 0, std::to_string(count_of(listed, "payments")));
  const auto found = world.get(world.stranger, "/v1/search?q=%EA%B3%A8%EB%8F%99&" + world.counted.period());
  check.is("payments the other one finds", 0, std::to_string(count_of(found, "payments")));
}

void event_feed(World& world, Check& check) {
  const auto now = world.get(world.stranger, "/v1/events?after=now");
  check.answered("where the feed stands", now, 200);
  const auto paid = world.pay(world.stranger, "feed", 2'000);
  check.answered("the payment", paid, 201);
  // Pages of others' events are empty ones here.
  auto page = now;
  for (int i = 0; i < 100 && count_of(page, "events") == 0; ++i)
    page = world.get(world.stranger, "/v1/events?after=" + member(page, "nextCursor"));
  check.answered("what came since", page, 200);
  check.has("what came first", page, "events.0.type", "com.wonjang.payment.created");
  check.holds("whose it is", page.body.find(member(paid, "id")) != std::string::npos,
              "the payment " + member(paid, "id"), page.body);
}

void proof(World& world, Check& check) {
  const auto proven = world.get(world.counted, "/v1/payments/" + world.third_paid + "/proof");
  check.answered("the proof", proven, 200);
  check.holds("whose it is", proven.body.find(world.third_paid) != std::string::npos, world.third_paid,
              proven.body);
  const auto heads = world.get(world.counted, "/v1/checkpoints");
  check.answered("the signed heads", heads, 200);
  if (check.failed()) return;
  bool is_valid = false;
  for (std::size_t i = 0; i < count_of(heads, "checkpoints") && !is_valid; ++i) {
    const auto key = member(heads, "checkpoints." + std::to_string(i) + ".verifierKey");
    const auto verdict = world.options().verify ? world.options().verify(key, proven.body) : std::nullopt;
    if (!verdict)
      return check.skip("the proof is there, but wonjang-verify, which checks it, isn't beside wonjang");
    is_valid = *verdict;
  }
  check.holds("what wonjang-verify says to it", is_valid, "valid", "not valid");
}

constexpr Case kViewCases[] = {
    {"list", "The list's total is right to the won", "목록의 합계가 1원까지 맞다", &list},
    {"filter", "The list shows what is asked for, with its own total",
     "조건에 맞는 결제만 보이고 합계도 맞다", &filter},
    {"paging", "Page by page, every payment comes once", "쪽을 넘겨도 모든 결제가 한 번씩 나온다", &paging},
    {"totals", "The total of the day agrees with the list", "일별 합계가 목록과 같다", &totals},
    {"transactions", "Approvals and cancels stand one by one and add up",
     "승인과 취소가 건별로 보이고 합이 맞다", &transactions},
    {"search", "Two syllables find a payment", "두 글자로 결제를 찾는다", &two_syllables},
    {"initials", "Initial consonants find it, too", "초성으로도 찾는다", &initials},
    {"timeline", "The life of a payment shows every step", "결제의 모든 이력이 순서대로 보인다", &timeline},
    {"own-only", "A merchant sees its own payments and nobody else's", "가맹점은 자기 결제만 본다",
     &own_only},
    {"event-feed", "Other systems hear of every payment", "다른 시스템에 모든 결제가 전달된다", &event_feed},
    {"proof", "A proof shows that a payment is in the book", "결제가 장부에 있음을 증명한다", &proof},
};

}  // namespace

std::span<const Case> view_cases() { return kViewCases; }

}  // namespace wonjang::sanity
