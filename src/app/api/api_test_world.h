// For the tests of the API: a whole service on a free port, talked to over real HTTP. A world has an
// operator's key, two merchants with a key each, and a simulated provider "default".
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/api/json/stored_replies.h"
#include "app/http/http_test_client.h"
#include "app/service/service.h"
#include "base/rng.h"
#include "engine/ledger/check.h"
#include "engine/ledger/ledger.h"

namespace wonjang {

struct TestAnswer {
  int status = 0;
  std::string head;
  std::string body;

  std::string header(std::string_view name) const {
    const auto at = head.find("\r\n" + std::string(name) + ": ");
    if (at == std::string::npos) return {};
    const auto from = at + name.size() + 4;
    return head.substr(from, head.find("\r\n", from) - from);
  }
  boost::json::object json() const {
    boost::system::error_code error;
    auto value = boost::json::parse(body, error);
    return !error && value.is_object() ? value.as_object() : boost::json::object();
  }
  std::string text(std::string_view name) const {
    const auto object = json();
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
  }
  std::string code() const { return text("code"); }
};

// Sees what was asked and every answer to it; null: nobody looks (openapi_answers_test.cc does).
inline void (*look_at_answer)(const std::string& request, const TestAnswer& answer) = nullptr;

using TestHeaders = std::vector<std::pair<std::string, std::string>>;

// A keep-alive connection of its own per asker.
class Asker {
 public:
  Asker(std::uint16_t port, std::string key) : port_(port), key_(std::move(key)) {}

  TestAnswer get(const std::string& target, const TestHeaders& headers = {}) {
    return send("GET", target, headers, "");
  }
  TestAnswer post(const std::string& target, const std::string& idempotency_key, const std::string& body,
                  TestHeaders headers = {}) {
    if (!idempotency_key.empty()) headers.push_back({"Idempotency-Key", idempotency_key});
    if (!body.empty()) headers.push_back({"Content-Type", "application/json"});
    return send("POST", target, headers, body);
  }
  TestAnswer send(const std::string& method, const std::string& target, const TestHeaders& headers,
                  const std::string& body) {
    std::string out = method + " " + target + " HTTP/1.1\r\nHost: test\r\n";
    if (!key_.empty()) out += "Authorization: Bearer " + key_ + "\r\n";
    for (const auto& [name, value] : headers) out += name + ": " + value + "\r\n";
    if (!body.empty() || method == "POST") out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    out += "\r\n" + body;
    return exchange(out, method != "HEAD");
  }
  // NDJSON in one go; the lines of the answer.
  std::vector<boost::json::object> ingest(const std::string& lines, const TestHeaders& headers = {});
  TestAnswer exchange(const std::string& bytes, bool with_body = true) {
    if (!client_) client_ = std::make_unique<TestClient>(port_);
    client_->send(bytes);
    auto raw = client_->read_answer(with_body);
    if (raw.status != 0 && raw.head.find("Connection: close") != std::string::npos) client_.reset();
    if (raw.status == 0) client_.reset();
    TestAnswer answer{raw.status, std::move(raw.head), std::move(raw.body)};
    if (look_at_answer != nullptr && answer.status != 0) look_at_answer(bytes, answer);
    return answer;
  }

 private:
  std::uint16_t port_;
  std::string key_;
  std::unique_ptr<TestClient> client_;
};

inline std::vector<boost::json::object> Asker::ingest(const std::string& lines, const TestHeaders& headers) {
  TestClient client(port_);
  std::string out =
      "POST /v1/ingest HTTP/1.1\r\nHost: test\r\nConnection: close\r\nAuthorization: Bearer " + key_ +
      "\r\nContent-Type: application/x-ndjson\r\nContent-Length: " + std::to_string(lines.size()) + "\r\n";
  for (const auto& [name, value] : headers) out += name + ": " + value + "\r\n";
  out += "\r\n";
  // Read while writing: a large body and its answer don't fit the kernel's buffers.
  std::thread sender([&] {
    client.send(out);
    client.send(lines);
  });
  const auto raw = client.read_all();
  sender.join();
  std::vector<boost::json::object> found;
  auto rest = std::string_view(raw);
  rest.remove_prefix(std::min(rest.size(), rest.find("\r\n\r\n") + 4));
  std::string body;
  while (!rest.empty()) {  // chunked
    const auto end = rest.find("\r\n");
    const auto size = std::stoul(std::string(rest.substr(0, end)), nullptr, 16);
    if (size == 0) break;
    body.append(rest.substr(end + 2, size));
    rest.remove_prefix(end + 2 + size + 2);
  }
  for (std::size_t from = 0; from < body.size();) {
    const auto end = body.find('\n', from);
    found.push_back(boost::json::parse(body.substr(from, end - from)).as_object());
    from = end + 1;
  }
  return found;
}

struct WorldOptions {
  std::uint32_t books = 1;
  bool on_disk = false;
  std::string profile = "perfect";
};

class World {
 public:
  explicit World(const WorldOptions& options = {}, const std::function<void(ServiceConfig&)>& change = {},
                 Service::WrapBook wrap_book = {})
      : wrap(std::move(wrap_book)) {
    config.in_memory = !options.on_disk;
    config.books = options.books;
    config.listen_port = 0;
    config.seed = 42;
    config.disk_reserve_bytes = 1 << 20;
    config.serving_nice =
        0;  // tests that look at once run beside builds that leave nothing to who stands back
    config.providers = {{"default", "sim", options.profile, 7}};
    config.provider_call_ms = 300;
    config.settle_margin_ms = 1'000;
    config.resolver_call_ms = 300;
    config.resolver_poll_ms = 20;
    config.resolver_delay_ms_first = 50;
    config.position_wait_ms = 100;
    config.provider_workers = 4;
    config.resolver_workers = 2;
    config.log_level = LogLevel::off;
    if (options.on_disk) {
      directory =
          std::filesystem::temp_directory_path() / ("wonjang_api_test_" + std::to_string(::getpid()) + "_" +
                                                    std::to_string(reinterpret_cast<std::uintptr_t>(this)));
      std::filesystem::remove_all(directory);
      config.data_dir = directory.string();
    }
    if (change) change(config);
    open();
    operator_key = service->operator_key();
    if (!operator_key.empty()) make_merchants();
  }
  ~World() {
    if (service && !wrap) expect_sound_books();
    service.reset();
    if (!directory.empty()) std::filesystem::remove_all(directory);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void open() {
    auto opened = Service::open(config, wrap);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    service = std::move(opened).value();
    const auto started = service->start();
    EXPECT_TRUE(started) << (started ? "" : started.error().message);
  }
  void restart() {
    service->drain(std::chrono::seconds(5));
    service.reset();
    ++config.seed;  // a new process has new randomness
    open();
  }

  Asker as(const std::string& key) const { return {service->port(), key}; }
  Asker as_operator() const { return as(operator_key); }
  Asker as_merchant() const { return as(merchant_key); }
  Asker as_other() const { return as(other_key); }
  Asker as_nobody() const { return as(""); }

  // Whatever a test did, all that is stored follows from the events, the answers under their keys too.
  void expect_sound_books() const {
    auto& ledger = service->ledger();
    for (std::uint32_t number = 0; number < ledger.books(); ++number) {
      const auto looked = ledger.with_book(number, [&](const Book& book) -> Result<void> {
        WJ_TRY(const auto report, check(book, ledger.ports(), {}, &api_stored_replies()));
        EXPECT_EQ(report.difference, "") << "book " << number;
        return {};
      });
      // A book that the test closed or broke can't be looked at.
      if (looked) continue;
      EXPECT_EQ(looked.error().kind, ErrorKind::unavailable) << looked.error().message;
    }
  }

  // How much is in the books: what changed nothing leaves it as it is.
  std::vector<std::uint64_t> tails() const {
    std::vector<std::uint64_t> out;
    for (std::uint32_t book = 0; book < service->ledger().books(); ++book) {
      const auto looked = service->ledger().with_book(book, [&](const Book& b) {
        out.push_back(b.tail());
        return Result<void>();
      });
      EXPECT_TRUE(looked);
    }
    return out;
  }

  std::string make_key(const std::string& body, const std::string& idempotency_key) {
    const auto made = as_operator().post("/v1/api-keys", idempotency_key, body);
    EXPECT_EQ(made.status, 201) << made.body;
    return made.text("secret");
  }

  ServiceConfig config;
  Service::WrapBook wrap;
  std::filesystem::path directory;
  std::unique_ptr<Service> service;
  std::string operator_key;
  std::string merchant;
  std::string merchant_key;
  std::string other;
  std::string other_key;
  std::string ingest_key;

 private:
  void make_merchants() {
    auto house = as_operator();
    const auto first = house.post("/v1/merchants", "m-1", R"({"code":"shop","name":"Shop"})");
    EXPECT_EQ(first.status, 201) << first.head << first.body;
    merchant = first.text("id");
    other = house.post("/v1/merchants", "m-2", R"({"code":"other","name":"Other"})").text("id");
    merchant_key = make_key(R"({"merchantId":")" + merchant + R"(","scopes":["merchant"]})", "k-1");
    other_key = make_key(R"({"merchantId":")" + other + R"(","scopes":["merchant"]})", "k-2");
    ingest_key = make_key(R"({"scopes":["ingest"]})", "k-3");
  }
};

// A recorded card payment of the order "order-<order>".
inline std::string card_payment(const std::string& order, std::int64_t amount = 1000) {
  const auto a = std::to_string(amount);
  return R"({"orderId":"order-)" + order + R"(","orderName":"test","totalAmount":)" + a +
         R"(,"approvals":[{"method":"CARD","amount":)" + a +
         R"(,"approvedAt":"2026-11-22T10:00:00+09:00","approveNo":"00012345",)"
         R"("card":{"issuerCode":"11","bin":"123456","last4":"7890"}}]})";
}
// An approval of it at the provider.
inline const char* const kApprove = R"({"method":"CARD","amount":1000,"card":{"issuerCode":"11"}})";
inline std::string bare_payment(const std::string& order, std::int64_t amount = 1000) {
  return R"({"orderId":"order-)" + order + R"(","totalAmount":)" + std::to_string(amount) + "}";
}

}  // namespace wonjang
