// The money side over real HTTP: four eyes, strict bodies, what a merchant may see, repeated requests, and
// the alarm when the numbers don't add up.
#include <tuple>

#include "app/api/money_api_world.h"
#include "domain/settlement/events.h"
#include "engine/ledger/ask.h"

namespace wonjang {
namespace {

namespace json = boost::json;

TEST_F(MoneyApi, who_proposes_a_change_does_not_approve_it) {
  auto house = world_.as(world_.make_key(R"({"scopes":["operator"]})", "first"));
  const auto proposed = house.post("/v1/changes", "one", contract(world_.merchant));
  ASSERT_EQ(proposed.status, 201) << proposed.body;
  EXPECT_EQ(proposed.text("status"), "PROPOSED");
  const auto path = "/v1/changes/" + proposed.text("changeId");
  const auto own = house.post(path + "/decisions", "own", R"({"decision":"APPROVE"})");
  EXPECT_EQ(own.status, 403);
  EXPECT_EQ(own.code(), "FOUR_EYES");
  auto other = world_.as(second_key());
  const auto decided = other.post(path + "/decisions", "other", R"({"decision":"APPROVE","note":"seen"})");
  ASSERT_EQ(decided.status, 200) << decided.body;
  position_ = decided.header("Ledger-Position");
  const auto late = other.post(path + "/decisions", "late", R"({"decision":"REJECT"})");
  EXPECT_EQ(late.code(), "ALREADY_DECIDED");
  const auto replayed = other.post(path + "/decisions", "other", R"({"decision":"APPROVE","note":"seen"})");
  EXPECT_EQ(replayed.status, 200);
  EXPECT_EQ(replayed.body, decided.body) << "the same request under its key hears the same";
  EXPECT_EQ(decided.text("proposedBy"), proposed.text("proposedBy")) << decided.body;
  EXPECT_FALSE(decided.text("proposedBy").empty());
  EXPECT_NE(decided.text("decidedBy"), decided.text("proposedBy"));
  EXPECT_EQ(decided.text("proposedAt"), proposed.text("proposedAt"));
  const auto contracts = look(house, "/v1/contracts?merchant=" + world_.merchant);
  ASSERT_EQ(contracts.json().at("items").as_array().size(), 1U) << contracts.body;
  EXPECT_EQ(contracts.json().at("items").at(0).at("version").as_int64(), 1);
}

TEST_F(MoneyApi, changes_are_counted_and_merchants_found_by_their_business_number) {
  auto house = world_.as(world_.make_key(R"({"scopes":["operator"]})", "teller"));
  house.post("/v1/changes", "one", contract(world_.merchant, R"(,"businessNumber":"1234567890")"));
  const auto second = house.post("/v1/changes", "two", contract(world_.merchant));
  position_ = second.header("Ledger-Position");
  const auto list = look(house, "/v1/changes?status=PROPOSED&limit=1&count=true").json();
  EXPECT_EQ(list.at("count").as_int64(), 2);
  EXPECT_EQ(list.at("items").as_array().size(), 1U);
  EXPECT_EQ(house.get("/v1/changes?count=maybe").code(), "BAD_PARAMETER");
  const auto cursor = std::string(list.at("nextCursor").as_string());
  for (const std::string more : {"&limit=2", "&limit=3", "&limit=1000", "&limit=1&cursor="}) {
    const auto page = look(house, "/v1/changes?status=PROPOSED&count=true" + more +
                                      (more.ends_with("cursor=") ? cursor : std::string()));
    EXPECT_EQ(page.json().at("count").as_int64(), 2) << more << page.body;
  }

  const auto found = [&](const std::string& text) {
    const auto answer = house.get("/v1/merchants?contains=" + text);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.json().at("merchants").as_array().size();
  };
  EXPECT_EQ(found("34-567"), 0U) << "a proposal is no contract";
  approve(contract(world_.merchant, R"(,"businessNumber":"1234567890")"), "approved");
  look(house, "/v1/contracts");
  EXPECT_EQ(found("34-567"), 1U);
  EXPECT_EQ(found("34-568"), 0U);
}

// Found by review: the proposer's key makes a second one and approves with it.
TEST_F(MoneyApi, keys_that_one_person_can_have_made_do_not_approve_each_others_changes) {
  const std::string operators = R"({"scopes":["operator"]})";
  const auto made_by = [&](const std::string& maker, const char* name) {
    const auto made = world_.as(maker).post("/v1/api-keys", name, operators);
    EXPECT_EQ(made.status, 201) << made.body;
    return made.text("secret");
  };
  const std::string anna = world_.make_key(operators, "anna");
  const std::string ben = world_.make_key(operators, "ben");
  const std::string annas = made_by(anna, "annas");
  const std::string annas_too = made_by(anna, "annas-too");
  const std::string annas_own = made_by(annas, "annas-own");
  const auto proposed_by = [&](const std::string& key, const std::string& name) {
    const auto proposed = world_.as(key).post("/v1/changes", name, contract(world_.merchant));
    EXPECT_EQ(proposed.status, 201) << proposed.body;
    return "/v1/changes/" + proposed.text("changeId") + "/decisions";
  };
  const auto decide = [&](const std::string& key, const std::string& path, const std::string& name,
                          const std::string& what) {
    return world_.as(key).post(path, name, R"({"decision":")" + what + "\"}");
  };
  int n = 0;
  const auto refused = [&](const std::string& proposer, const std::string& decider) {
    const auto name = "refused-" + std::to_string(++n);
    const auto path = proposed_by(proposer, name);
    const auto answer = decide(decider, path, "d-" + name, "APPROVE");
    EXPECT_EQ(answer.code(), "FOUR_EYES") << n << " " << answer.body;
    EXPECT_EQ(decide(decider, path, "r-" + name, "REJECT").status, 200) << "a no needs no second person";
  };
  refused(anna, annas);
  refused(annas, anna);
  refused(anna, annas_own);
  refused(annas, annas_too);
  refused(annas_own, annas_too);
  refused(world_.operator_key, anna);
  refused(anna, world_.operator_key);
  EXPECT_EQ(decide(ben, proposed_by(anna, "fine"), "d-fine", "APPROVE").status, 200)
      << "what the first key made is two people's";
  EXPECT_EQ(decide(annas_own, proposed_by(ben, "fine-too"), "d-fine-too", "APPROVE").status, 200);
}

// Found by audit: who proposed a change sent the other's decision again under that one's idempotency key, and
// heard 200 APPROVED.
TEST_F(MoneyApi, a_decision_under_anothers_key_is_not_heard_as_ones_own) {
  auto anna = world_.as(world_.make_key(R"({"scopes":["operator"]})", "anna"));
  auto ben = world_.as(world_.make_key(R"({"scopes":["operator"]})", "ben"));
  const auto proposed = anna.post("/v1/changes", "p", contract(world_.merchant));
  ASSERT_EQ(proposed.status, 201) << proposed.body;
  const auto path = "/v1/changes/" + proposed.text("changeId") + "/decisions";
  const std::string yes = R"({"decision":"APPROVE"})";
  const auto decided = ben.post(path, "d", yes);
  ASSERT_EQ(decided.status, 200) << decided.body;

  const auto annas = anna.post(path, "d", yes);
  const auto again = ben.post(path, "d", yes);

  EXPECT_EQ(annas.code(), "ALREADY_DECIDED") << annas.body;
  EXPECT_NE(annas.text("detail").find(decided.text("decidedBy")), std::string::npos) << annas.body;
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(again.body, decided.body) << "his own, sent twice";
}

TEST_F(MoneyApi, a_merchant_sees_its_own_contracts_and_nothing_of_the_house) {
  approve(contract(world_.merchant), "mine");
  approve(contract(world_.other), "others");
  auto shop = world_.as_merchant();
  const auto own = look(shop, "/v1/contracts");
  ASSERT_EQ(own.json().at("items").as_array().size(), 1U) << own.body;
  EXPECT_EQ(own.json().at("items").at(0).at("merchantId").as_string(), world_.merchant);
  EXPECT_EQ(shop.get("/v1/contracts?merchant=" + world_.other).status, 404);
  for (const char* path :
       {"/v1/journal", "/v1/trial-balance", "/v1/changes", "/v1/settlement/runs", "/v1/funds", "/v1/breaks",
        "/v1/acquirer-files", "/v1/settlement/plans/2026-11-22"}) {
    EXPECT_EQ(shop.get(path).status, 403) << path;
  }
}

TEST_F(MoneyApi, bodies_are_read_strictly_with_pointers) {
  auto house = world_.as_operator();
  const auto errors_of = [&](const std::string& body) {
    const auto answer = house.post("/v1/changes", "bad", body);
    EXPECT_EQ(answer.status, 422) << answer.body;
    std::vector<std::string> out;
    const auto object = answer.json();
    if (const auto* errors = object.if_contains("errors"))
      for (const auto& error : errors->as_array()) out.emplace_back(error.at("pointer").as_string());
    return out;
  };
  using Pointers = std::vector<std::string>;
  EXPECT_EQ(errors_of(R"({"kind":"HOLD"})"), Pointers{"/hold"});
  EXPECT_EQ(errors_of(R"({"kind":"NOTHING"})"), Pointers{"/kind"});
  EXPECT_EQ(
      errors_of(
          R"({"kind":"HOLD","contract":{},"hold":{"merchantId":"x","placed":true,"from":"2026-13-01"}})"),
      (Pointers{"/contract", "/hold/merchantId", "/hold/from"}));
  EXPECT_EQ(errors_of(contract(world_.merchant, R"(,"feees":1)")), Pointers{"/contract/feees"});
  EXPECT_EQ(errors_of(contract(world_.merchant, R"(,"validUntil":"2019-01-01")")),
            Pointers{"/contract/validUntil"});
  EXPECT_EQ(errors_of(R"({"kind":"CALENDAR","calendar":{"text":"nonsense"}})"), Pointers{"/calendar/text"});
  EXPECT_EQ(errors_of(R"({"kind":"CALENDAR","calendar":{"shipped":"XX"}})"), Pointers{"/calendar/shipped"});
  const auto unknown = house.post("/v1/changes", "bad-merchant", contract("mch_01K800000128R000000000000A"));
  EXPECT_EQ(unknown.code(), "MERCHANT_UNKNOWN") << unknown.body;
  EXPECT_EQ(house.get("/v1/journal?acount=2100").status, 400);
  EXPECT_EQ(house.get("/v1/journal?account=9999").status, 400);
  EXPECT_EQ(house.get("/v1/settlement/plans/yesterday").status, 400);
  EXPECT_EQ(house.post("/v1/settlement/runs", "future", R"({"date":"2150-01-01"})").code(), "CANNOT_RUN");
}

TEST_F(MoneyApi, a_calendar_comes_in_versions_and_shows_what_they_changed) {
  approve(R"({"kind":"CALENDAR","calendar":{"shipped":"KR"}})", "v1");
  auto house = world_.as_operator();
  const auto first = look(house, "/v1/calendars/KR");
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(first.json().at("version").as_int64(), 1);
  auto text = first.text("text");
  text += "2030-12-30 temporary one more\n";
  json::object calendar;
  calendar["text"] = text;
  json::object body;
  body["kind"] = "CALENDAR";
  body["calendar"] = calendar;
  approve(json::serialize(body), "v2");
  const auto differences = look(house, "/v1/calendars/KR/differences?from=1");
  ASSERT_EQ(differences.json().at("items").as_array().size(), 1U) << differences.body;
  EXPECT_EQ(differences.json().at("items").at(0).at("date").as_string(), "2030-12-30");
  EXPECT_EQ(look(house, "/v1/calendars").json().at("items").as_array().size(), 2U);
}

// A view that shows a year needn't fetch twenty.
TEST_F(MoneyApi, of_a_calendar_the_days_asked_for_come_alone) {
  approve(R"({"kind":"CALENDAR","calendar":{"shipped":"KR"}})", "v1");
  auto house = world_.as_operator();
  const auto whole = look(house, "/v1/calendars/KR");
  const auto days_of = [](const TestAnswer& answer) {
    std::vector<std::string> out;
    const auto json = answer.json();
    for (const auto& day : json.at("closed").as_array()) out.emplace_back(day.at("date").as_string());
    return out;
  };
  const auto all_days = days_of(whole);
  const auto expected = [&](const std::string& from, const std::string& until) {
    std::vector<std::string> out;
    for (const auto& day : all_days) {
      if (day >= from && day < until) out.push_back(day);
    }
    return out;
  };
  const std::string covered_from = whole.text("from");
  const std::string covered_until = whole.text("until");
  const std::tuple<std::string, std::string, std::string> rows[] = {
      {"year=2026", "2026-01-01", "2027-01-01"},
      {"from=2026-01-01&until=2026-01-02", "2026-01-01", "2026-01-02"},
      {"from=2025-12-25", "2025-12-25", covered_until},
      {"until=2013-01-01", covered_from, "2013-01-01"},
      {"from=1970-01-01&until=2900-01-01", covered_from, covered_until},
  };
  for (const auto& [query, from, until] : rows) {
    const auto part = look(house, "/v1/calendars/KR?" + query);
    ASSERT_EQ(part.status, 200) << part.body;
    EXPECT_EQ(days_of(part), expected(from, until)) << query;
    EXPECT_FALSE(days_of(part).empty()) << query;
    EXPECT_EQ(part.json().at("shown").at("from").as_string(), from) << query;
    EXPECT_EQ(part.json().at("shown").at("until").as_string(), until) << query;
    EXPECT_EQ(part.text("until"), covered_until);
    EXPECT_EQ(part.json().at("days").as_int64(), static_cast<std::int64_t>(all_days.size()));
    EXPECT_FALSE(part.json().contains("text"));
  }
}

// An empty list would read as a year without holidays.
TEST_F(MoneyApi, days_that_a_calendar_does_not_cover_are_refused) {
  approve(R"({"kind":"CALENDAR","calendar":{"shipped":"KR"}})", "v1");
  auto house = world_.as_operator();
  const auto refused = [&](const std::string& query) {
    const auto answer = look(house, "/v1/calendars/KR?" + query);
    EXPECT_EQ(answer.code(), "BAD_PARAMETER") << query;
    return answer.text("detail");
  };
  EXPECT_NE(refused("year=2900").find("calendar KR version 1 covers 2"), std::string::npos);
  EXPECT_NE(refused("until=1999-01-01").find("nobody knows"), std::string::npos);
  EXPECT_NE(refused("year=2026&from=2026-01-01").find("leave from and until out"), std::string::npos);
  EXPECT_NE(refused("from=2026-02-01&until=2026-02-01").find("half-open"), std::string::npos);
  for (const auto* wrong : {"year=26", "year=twenty", "year=3000", "from=yesterday", "until=2026-02-30"})
    refused(wrong);
}

TEST_F(MoneyApi, a_repeated_start_of_a_run_hears_of_that_run) {
  approve(R"({"kind":"CALENDAR","calendar":{"shipped":"KR"}})", "v1");
  approve(contract(world_.merchant), "contract");
  auto shop = world_.as_merchant();
  EXPECT_EQ(shop.post("/v1/payments", "pay", card_payment("abc123", 10'000)).status, 201);
  auto house = world_.as_operator();
  const auto begun = house.post("/v1/settlement/runs", "run", R"({"date":"2026-11-22"})");
  ASSERT_EQ(begun.status, 202) << begun.body;
  const auto again = house.post("/v1/settlement/runs", "run", R"({"date":"2026-11-22"})");
  EXPECT_EQ(again.status, 202) << again.body;
  EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
  EXPECT_EQ(house.post("/v1/settlement/runs", "run", R"({"date":"2026-11-21"})").code(), "KEY_REUSED");
  TestAnswer run;
  for (int i = 0; i < 2'000; ++i) {
    run = house.get("/v1/settlement/runs/2026-11-22");
    if (run.text("state") != "RUNNING" && run.text("state") != "NEVER") break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(run.text("state"), "COMPLETED") << run.body;
  const auto lines = shop.get("/v1/settlement/runs/2026-11-22/lines");
  ASSERT_EQ(lines.json().at("items").as_array().size(), 1U) << lines.body;
  const auto line = lines.json().at("items").at(0).as_object();
  EXPECT_EQ(line.at("fee").as_int64(), 275);  // 250 and its VAT
  auto stranger = world_.as_other();
  EXPECT_EQ(stranger.get("/v1/settlement/lines/" + std::string(line.at("lineId").as_string())).status, 404);
  EXPECT_TRUE(stranger.get("/v1/settlement/runs/2026-11-22/lines").json().at("items").as_array().empty());
}

TEST_F(MoneyApi, a_posting_names_its_account_in_both_languages) {
  auto shop = world_.as_merchant();
  const auto paid = shop.post("/v1/payments", "pay", card_payment("abc123", 10'000));
  ASSERT_EQ(paid.status, 201) << paid.body;
  position_ = paid.header("Ledger-Position");
  auto house = world_.as_operator();
  const auto journal = look(house, "/v1/journal?account=1110");
  const auto page = journal.json();
  ASSERT_EQ(page.at("items").as_array().size(), 1U) << journal.body;
  for (const auto& posting : page.at("items").at(0).at("postings").as_array()) {
    EXPECT_FALSE(posting.at("name").as_string().empty()) << journal.body;
    EXPECT_NE(posting.at("nameKo").as_string(), posting.at("name").as_string()) << journal.body;
  }
}

// The alarm, set off on purpose: a payout's end that no payout ever began contradicts the log.
TEST_F(MoneyApi, numbers_that_do_not_add_up_stop_the_money_side_and_are_said_aloud) {
  auto house = world_.as_operator();
  EXPECT_EQ(house.get("/readyz?verbose").text("money"), "live");
  settlement::PayoutUpdated wrong;
  const auto stream = settlement::payout_stream(MerchantId(RawId{0x019A'0000'0000'1230ULL, 7}), 0,
                                                BusinessDate{20'000}, Currency());
  ASSERT_TRUE(stream);
  wrong.payout = settlement::PayoutId(*stream);
  wrong.date = BusinessDate{20'000};
  wrong.state = settlement::PayoutState::paid;
  wrong.amount = 1'000;
  Request request;
  RecordFacts facts;
  facts.stream = *stream;
  facts.bodies.emplace_back(wrong);
  request.command = std::move(facts);
  request.actor = {ActorKind::system, "a test"};
  ASSERT_EQ(ask(world_.service->ledger(), std::move(request)).kind, AnswerKind::done);
  std::string said;
  for (int i = 0; i < 2'000; ++i) {
    said = house.get("/readyz?verbose").text("money");
    if (said.starts_with("stopped")) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_TRUE(said.starts_with("stopped")) << said;
  EXPECT_NE(house.get("/metrics").body.find("money_stopped 1"), std::string::npos);
  const auto balance = house.get("/v1/trial-balance");
  EXPECT_TRUE(balance.json().at("seen").at("stopped").as_bool()) << balance.body;
  EXPECT_EQ(house.get("/v1/settlement/plans/2026-11-22").status, 503);
  auto shop = world_.as_merchant();
  EXPECT_EQ(shop.post("/v1/payments", "pay", card_payment("abc123", 10'000)).status, 201)
      << "payments are taken";
}

}  // namespace
}  // namespace wonjang
