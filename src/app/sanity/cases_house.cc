// The server itself, merchants and keys.
#include "app/sanity/cases_terms.h"

namespace wonjang::sanity {
namespace {

Answer nobody_gets(World& world, const std::string& target, const std::string& key = {}) {
  return world.ask({.method = "GET", .target = target, .api_key = key});
}

void health(World& world, Check& check) {
  check.answered("is it alive", nobody_gets(world, "/livez"), 200);
  check.answered("is it ready", nobody_gets(world, "/readyz"), 200);
}

void metrics(World& world, Check& check) {
  const auto answer = nobody_gets(world, "/metrics");
  check.answered("the figures for monitoring", answer, 200);
  check.holds("the figures", answer.body.find("# TYPE ") != std::string::npos, "lines of Prometheus' format",
              answer.body);
}

void openapi(World& world, Check& check) {
  const auto answer = nobody_gets(world, "/openapi.json");
  check.answered("the API's description", answer, 200);
  check.is("its version", "3.1", member(answer, "openapi").substr(0, 3));
  check.holds("what it describes", member(answer, "paths./v1/payments.post") != "nothing",
              "how to make a payment", "nothing about /v1/payments");
}

}  // namespace

// A merchant of its own with a key of its own.
Store open_store(World& world, Check& check, const std::string& what) {
  Store out;
  out.code = world.name(what);
  const auto made =
      world.house_post("/v1/merchants", R"({"code":")" + out.code + R"(","name":"Sanity )" + what + R"("})");
  check.answered("the new merchant", made, 201);
  out.id = member(made, "id");
  const auto key =
      world.house_post("/v1/api-keys", R"({"scopes":["merchant","ingest"],"label":"sanity","merchantId":")" +
                                           out.id + R"("})");
  check.answered("its key", key, 201);
  out.key = member(key, "secret");
  out.key_id = member(key, "id");
  return out;
}

void set_day(Store& store, BusinessDate day) {
  store.day = to_text(day);
  store.day_after = to_text(BusinessDate{day.days + 1});
}

// A day on which nothing was ever settled and nobody has anything to settle.
bool is_nobodys(World& world, BusinessDate day) {
  const auto plan = world.house_get("/v1/settlement/plans/" + to_text(day));
  return member(plan, "items") == "0" && member(plan, "state") == "NEVER";
}

namespace {

// The first such day from the i-th candidate on, or the last one; `i` is its number. What is paid on a day
// that was settled comes late, and is in the plan of every day after it.
BusinessDate first_free_day(World& world, std::uint32_t& i) {
  while (i + 1 < World::kCandidateDays && !is_nobodys(world, world.candidate_day(i))) ++i;
  return world.candidate_day(i);
}

void merchant(World& world, Check& check) {
  world.store = open_store(world, check, "store");
  world.counted = open_store(world, check, "counted");
  world.stranger = open_store(world, check, "stranger");
  std::uint32_t i = 0;
  set_day(world.store, first_free_day(world, i));
  set_day(world.stranger, world.candidate_day(i));
  set_day(world.counted, first_free_day(world, ++i));
  const auto shown = world.house_get("/v1/merchants/" + world.store.id);
  check.answered("the merchant", shown, 200);
  check.has("its code", shown, "code", world.store.code);
  check.has("its state", shown, "status", "OPEN");
}

void wrong_key(World& world, Check& check) {
  check.answered("without a key", nobody_gets(world, "/v1/payments"), 401, "UNAUTHENTICATED");
  check.answered("with a wrong key", nobody_gets(world, "/v1/payments", "wonjang_live_nobodys"), 401,
                 "UNAUTHENTICATED");
}

void scopes(World& world, Check& check) {
  check.answered("a merchant asks for the house's accounts", world.get(world.store, "/v1/trial-balance"), 403,
                 "FORBIDDEN");
  const auto body = R"({"code":"x","name":"x"})";
  check.answered("a merchant registers another merchant", world.post(world.store, "/v1/merchants", body), 403,
                 "FORBIDDEN");
}

void second_person(World& world, Check& check) {
  const auto first =
      world.house_post("/v1/api-keys", R"({"scopes":["operator"],"label":"sanity, first person"})");
  check.answered("a first person's key", first, 201);
  world.first_key = member(first, "secret");
  world.first_key_id = member(first, "id");
  const auto key =
      world.house_post("/v1/api-keys", R"({"scopes":["operator"],"label":"sanity, second person"})");
  check.answered("a second person's key", key, 201);
  world.second_key = member(key, "secret");
  world.second_key_id = member(key, "id");
  const auto answer = nobody_gets(world, "/v1/merchants?limit=1", world.second_key);
  check.answered("what an operator may see, with it", answer, 200);
}

void session(World& world, Check& check) {
  const auto open = [&](const std::string& key) {
    return world.ask({"POST", "/v1/session", {}, {}, R"({"apiKey":")" + key + R"("})", "application/json"});
  };
  const auto house = open(world.options().operator_key);
  check.answered("signing in to the console", house, 200);
  check.has("who that is", house, "role", "OPERATOR");
  const auto store = open(world.store.key);
  check.has("who the merchant is", store, "role", "MERCHANT");
  check.has("which merchant", store, "merchantId", world.store.id);
}

constexpr Case kCases[] = {
    {"health", "The server is up and takes work", "서버가 살아 있고 일을 받는다", &health},
    {"metrics", "It tells monitoring how it is doing", "모니터링 지표를 내보낸다", &metrics},
    {"openapi", "It describes its own interface", "API 설명서를 제공한다", &openapi},
    {"merchant", "A new merchant is registered and gets a key", "새 가맹점을 등록하고 키를 발급한다",
     &merchant},
    {"wrong-key", "Without a key, or with a wrong one, nobody gets in", "키가 없거나 틀리면 들어올 수 없다",
     &wrong_key},
    {"scopes", "A merchant's key can't do what only the house may", "가맹점 키로는 운영자 일을 할 수 없다",
     &scopes},
    {"second-person", "A second person gets a key to approve changes with",
     "변경을 승인할 두 번째 사람의 키를 만든다", &second_person},
    {"session", "One can sign in to the console", "콘솔에 로그인할 수 있다", &session},
};

}  // namespace

std::span<const Case> house_cases() { return kCases; }

std::vector<const Case*> all_cases() {
  std::vector<const Case*> out;
  for (const auto group :
       {house_cases(), payment_cases(), method_cases(), view_cases(), keeping_cases(), money_cases()}) {
    for (const auto& one : group) out.push_back(&one);
  }
  return out;
}

}  // namespace wonjang::sanity
