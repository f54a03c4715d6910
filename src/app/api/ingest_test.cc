// POST /v1/ingest: a result per line, in order, resumable, held back and never refused for being fast.

#include <sstream>
#include <thread>

#include "app/api/api_test_world.h"

namespace wonjang {
namespace {

class Ingest : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  std::string create(const std::string& key, const std::string& order, std::int64_t amount = 1000) {
    auto data = card_payment(order, amount);
    data.insert(1, R"("merchantId":")" + world_.merchant + "\",");
    return R"({"op":"create","idempotencyKey":")" + key + R"(","data":)" + data + "}\n";
  }
  static std::int64_t status_of(const boost::json::object& line) { return line.at("status").as_int64(); }

  World world_{{.books = GetParam()}, [](ServiceConfig& c) { c.queue_max = 1024; }};
};
INSTANTIATE_TEST_SUITE_P(Books, Ingest, ::testing::Values(1U, 4U));

TEST_P(Ingest, every_line_is_answered_in_order_and_again_as_a_replay) {
  std::string body;
  for (int i = 0; i < 5000; ++i) body += create("k" + std::to_string(i), "o" + std::to_string(i));
  auto feeder = world_.as(world_.ingest_key);
  const auto first = feeder.ingest(body);
  ASSERT_EQ(first.size(), 5000U);
  const auto before = world_.tails();
  const auto again = feeder.ingest(body);
  ASSERT_EQ(again.size(), 5000U);
  for (std::size_t i = 0; i < first.size(); ++i) {
    ASSERT_EQ(first[i].at("line").as_int64(), static_cast<std::int64_t>(i + 1));
    ASSERT_EQ(status_of(first[i]), 201);
    EXPECT_EQ(again[i].at("paymentId"), first[i].at("paymentId"));
    EXPECT_EQ(again[i].at("position"), first[i].at("position"));
    EXPECT_TRUE(again[i].at("replayed").as_bool());
  }
  EXPECT_EQ(world_.tails(), before);
}

TEST_P(Ingest, a_cancel_dated_before_its_approval_is_refused_at_its_line) {
  auto feeder = world_.as(world_.ingest_key);
  const auto made = feeder.ingest(create("a", "o-1"));
  ASSERT_EQ(status_of(made.at(0)), 201);
  const auto before = world_.tails();
  const auto cancel = [&](const std::string& key, const std::string& at) {
    return R"({"op":"cancel","idempotencyKey":")" + key + R"(","merchantId":")" + world_.merchant +
           R"(","orderId":"order-o-1","data":{"amount":100,"reason":"x","canceledAt":")" + at + "\"}}\n";
  };
  const auto lines = feeder.ingest(cancel("early", "2026-11-20T00:00:00Z"));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(status_of(lines[0]), 422);
  const auto& problem = lines[0].at("problem").as_object();
  EXPECT_EQ(problem.at("code").as_string(), "CANCEL_BEFORE_APPROVAL");
  EXPECT_NE(world_.tails(), before) << "it looked at the payment, so it is recorded";
  const auto again = feeder.ingest(cancel("early", "2026-11-20T00:00:00Z"));
  EXPECT_EQ(again.at(0).at("problem").at("code").as_string(), "CANCEL_BEFORE_APPROVAL");
  EXPECT_TRUE(again[0].at("replayed").as_bool());
}

// https://github.com/formancehq/ledger/pull/1633: a duplicate key inside one batch crashed
TEST_P(Ingest, a_key_twice_in_one_body_is_one_payment) {
  const auto lines = world_.as(world_.ingest_key)
                         .ingest(create("same", "o-1") + create("same", "o-1") + create("same", "o-2"));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[1].at("paymentId"), lines[0].at("paymentId"));
  EXPECT_TRUE(lines[1].at("replayed").as_bool());
  EXPECT_EQ(lines[2].at("problem").at("code").as_string(), "KEY_REUSED");
}

TEST_P(Ingest, a_bad_line_is_answered_and_the_rest_goes_on) {
  const auto lines = world_.as(world_.ingest_key)
                         .ingest(create("a", "o-1") + "\n{\"op\":\n" + "  \r\n" + std::string(300'000, 'x') +
                                 "\n" + R"({"op":"create","idempotencyKey":"b","data":{"nope":1}})" + "\n" +
                                 create("c", "o-2") + R"({"op":"fly","idempotencyKey":"d","data":{}})");
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(status_of(lines[0]), 201);
  EXPECT_EQ(lines[1].at("line").as_int64(), 3);
  EXPECT_EQ(status_of(lines[1]), 400);
  EXPECT_EQ(lines[2].at("line").as_int64(), 5);
  EXPECT_EQ(status_of(lines[2]), 413);
  EXPECT_EQ(status_of(lines[3]), 422);
  EXPECT_EQ(status_of(lines[4]), 201);
  EXPECT_EQ(lines[5].at("line").as_int64(), 8);
  EXPECT_EQ(status_of(lines[5]), 422);
}

TEST_P(Ingest, later_lines_find_the_orders_of_earlier_ones) {
  std::string body;
  for (int i = 0; i < 20; ++i) {
    const auto order = "o" + std::to_string(i);
    body += create("k" + std::to_string(i), order);
    body += R"({"op":"cancel","idempotencyKey":"c)" + std::to_string(i) + R"(","merchantId":")" +
            world_.merchant + R"(","orderId":"order-)" + order + R"(","data":{"amount":400,"reason":"x"}})" +
            "\n";
  }
  const auto lines = world_.as(world_.ingest_key).ingest(body);
  ASSERT_EQ(lines.size(), 40U);
  for (const auto& line : lines) EXPECT_EQ(status_of(line), 201) << boost::json::serialize(line);
}

TEST_P(Ingest, cloud_events_are_keyed_by_source_and_id) {
  auto data = card_payment("ce-1");
  data.insert(1, R"("merchantId":")" + world_.merchant + "\",");
  const std::string line =
      R"({"specversion":"1.0","id":"1","source":"/shop","type":"com.wonjang.payment.create","data":)" + data +
      "}\n";
  const auto lines = world_.as(world_.ingest_key).ingest(line + line);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(status_of(lines[0]), 201);
  EXPECT_TRUE(lines[1].at("replayed").as_bool());
}

TEST_P(Ingest, it_goes_on_from_a_line) {
  const auto body = create("a", "o-1") + create("b", "o-2") + create("c", "o-3");
  const auto lines = world_.as(world_.ingest_key).ingest(body, {{"Resume-From-Line", "3"}});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].at("line").as_int64(), 3);
}

TEST_P(Ingest, a_last_line_that_is_too_long_is_answered_without_a_line_end_too) {
  for (const auto size : {256U * 1024U + 1U, 300'000U, 1'000'000U}) {
    const auto lines = world_.as(world_.ingest_key).ingest(create("a", "o-1") + std::string(size, 'x'));
    ASSERT_EQ(lines.size(), 2U) << size;
    EXPECT_EQ(lines[1].at("line").as_int64(), 2);
    EXPECT_EQ(status_of(lines[1]), 413);
  }
}

TEST_P(Ingest, a_skipped_line_that_was_too_long_says_nothing_of_the_next) {
  const auto body = std::string(1'000'000, 'x') + "\n" + create("b", "o-2");
  const auto lines = world_.as(world_.ingest_key).ingest(body, {{"Resume-From-Line", "2"}});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].at("line").as_int64(), 2);
  EXPECT_EQ(status_of(lines[0]), 201) << boost::json::serialize(lines[0]);
}

TEST_P(Ingest, it_is_refused_before_a_byte_is_read) {
  const auto ask = [&](const std::string& key, const TestHeaders& headers) {
    return world_.as(key).send("POST", "/v1/ingest", headers, "{}\n").status;
  };
  EXPECT_EQ(ask("", {{"Content-Type", "application/x-ndjson"}}), 401);
  EXPECT_EQ(ask(world_.merchant_key, {{"Content-Type", "application/x-ndjson"}}), 403);
  EXPECT_EQ(ask(world_.ingest_key, {{"Content-Type", "application/json"}}), 415);
  EXPECT_EQ(ask(world_.ingest_key, {{"Content-Type", "application/x-ndjson"}, {"Idempotency-Key", "k"}}),
            400);
  EXPECT_EQ(ask(world_.ingest_key, {{"Content-Type", "application/x-ndjson"}, {"Resume-From-Line", "0"}}),
            400);
}

// A chunked stream that stays open: send a line, read its result, go on.
class OpenIngest {
 public:
  OpenIngest(World& world, const std::string& key) : client_(world.service->port()) {
    client_.send(
        "POST /v1/ingest HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer " + key +
        "\r\nContent-Type: Application/X-NDJSON ; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n");
  }
  void send_chunk(const std::string& bytes) {
    std::ostringstream size;
    size << std::hex << bytes.size();
    client_.send(size.str() + "\r\n" + bytes + "\r\n");
  }
  std::string result() { return client_.read_until("}\n\r\n"); }
  TestClient& client() { return client_; }

 private:
  TestClient client_;
};

TEST_P(Ingest, a_key_that_is_revoked_ends_an_open_stream) {
  const auto made = world_.as_operator().post("/v1/api-keys", "r", R"({"scopes":["ingest"]})");
  OpenIngest stream(world_, made.text("secret"));
  stream.send_chunk(create("a", "o-1"));
  EXPECT_NE(stream.result().find("\"line\":1,\"status\":201"), std::string::npos);
  const auto revoked = world_.as_operator().post("/v1/api-keys/" + made.text("id") + "/revoke", "rr", "");
  ASSERT_EQ(revoked.status, 200) << revoked.body;
  const auto before = world_.tails();
  stream.send_chunk(create("b", "o-2") + create("c", "o-3"));
  const auto rest = stream.client().read_all();  // the server closes
  EXPECT_NE(rest.find("\"line\":2,\"status\":401"), std::string::npos) << rest;
  EXPECT_NE(rest.find("\"line\":3,\"status\":401"), std::string::npos) << rest;
  EXPECT_TRUE(rest.ends_with("0\r\n\r\n")) << rest;
  EXPECT_EQ(world_.tails(), before);
}

TEST_P(Ingest, a_broken_chunk_is_a_problem_or_the_end_of_an_answer) {
  OpenIngest at_once(world_, world_.ingest_key);
  at_once.client().send("zz\r\n");
  const auto refused = at_once.client().read_answer();
  EXPECT_EQ(refused.status, 400) << refused.head;
  EXPECT_NE(refused.body.find("BAD_PARAMETER"), std::string::npos) << refused.body;
  OpenIngest later(world_, world_.ingest_key);
  later.send_chunk(create("a", "o-1"));
  EXPECT_NE(later.result().find("\"status\":201"), std::string::npos);
  later.client().send("zz\r\n");
  EXPECT_TRUE(later.client().read_all().ends_with("0\r\n\r\n"));
}

TEST_P(Ingest, draining_ends_open_streams_with_what_they_took_answered) {
  OpenIngest silent(world_, world_.ingest_key);
  OpenIngest started(world_, world_.ingest_key);
  started.send_chunk(create("a", "o-1"));
  EXPECT_NE(started.result().find("\"status\":201"), std::string::npos);
  started.send_chunk(create("b", "o-2"));
  EXPECT_NE(started.result().find("\"line\":2"), std::string::npos);
  ASSERT_TRUE(eventually([&] {
    return world_.as_nobody().get("/metrics").body.find("wonjang_http_requests_in_flight 3") !=
           std::string::npos;
  }));
  std::size_t cut_off = 99;
  std::thread drainer([&] { cut_off = world_.service->drain(std::chrono::seconds(5)); });
  EXPECT_TRUE(started.client().read_all().ends_with("0\r\n\r\n"));
  started.client().close();
  const auto refused = silent.client().read_answer();
  silent.client().close();
  drainer.join();
  EXPECT_EQ(cut_off, 0U);
  EXPECT_EQ(refused.status, 503) << refused.head;
  EXPECT_NE(refused.body.find("SHUTTING_DOWN"), std::string::npos) << refused.body;
}

// Their connections would be counted for ever, until nobody is let in.
TEST_P(Ingest, uploads_that_are_cut_off_leave_no_connection_behind) {
  std::string lines;
  for (int i = 0; i < 40; ++i) lines += create("k-" + std::to_string(i), "o-" + std::to_string(i));
  for (int i = 0; i < 30; ++i) {
    TestClient client(world_.service->port());
    client.send("POST /v1/ingest HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer " + world_.ingest_key +
                "\r\nContent-Type: application/x-ndjson\r\nContent-Length: 10000000\r\n\r\n" + lines);
    client.close();
  }
  EXPECT_TRUE(eventually([&] {
    const auto metrics = world_.as_nobody().get("/metrics").body;
    return metrics.find("wonjang_http_connections_open 1\n") != std::string::npos;
  })) << world_.as_nobody().get("/metrics").body;
}

TEST_P(Ingest, an_empty_body_has_an_empty_answer) {
  EXPECT_TRUE(world_.as(world_.ingest_key).ingest("\n").empty());
}

}  // namespace
}  // namespace wonjang
