#include "app/e2e/server.h"

#include <charconv>
#include <csignal>

namespace wonjang::e2e {
namespace {

std::string make_key(Client& house, const std::string& name, const std::string& body) {
  const auto made = house.post("/v1/api-keys", name, body);
  EXPECT_TRUE(made && made->status == 201) << (made ? made->body : "no answer");
  return made ? made->text("secret") : std::string();
}

}  // namespace

bool Server::try_start(const std::vector<std::string>& more, std::uint64_t file_bytes_max) {
  std::vector<std::string> arguments{wonjang_program(), "serve",
                                     "--data-dir",      data_dir_,
                                     "--port",          "0",
                                     "--books",         std::to_string(options_.books),
                                     "--set",           "ledger.memory=64MiB",
                                     "--set",           "log.level=warn"};
  // A test's disk needs no half gigabyte of reserve.
  arguments.insert(arguments.end(), {"--set", "ledger.disk_reserve=1MiB"});
  arguments.insert(arguments.end(), options_.arguments.begin(), options_.arguments.end());
  arguments.insert(arguments.end(), more.begin(), more.end());
  process_ = std::make_unique<Process>(
      std::move(arguments), ProcessOptions{.log_file = log_file(), .file_bytes_max = file_bytes_max});
  const auto line = process_->read_line("listening on ");
  const auto colon = line.rfind(':');
  if (colon == std::string::npos) return false;
  std::from_chars(line.data() + colon + 1, line.data() + line.size(), port_);
  return true;
}

bool Server::start(const std::vector<std::string>& more, std::uint64_t file_bytes_max) {
  if (try_start(more, file_bytes_max)) return true;
  process_->signal(SIGKILL);
  process_->wait();
  ADD_FAILURE() << "serve doesn't come up: " << log();
  return false;
}

void Server::kill() {
  process_->signal(SIGKILL);
  EXPECT_EQ(process_->wait(), -SIGKILL) << log();
}

int Server::stop() {
  process_->signal(SIGTERM);
  return process_->wait().value_or(-1);
}

Client Server::house() const {
  auto key = text_of_file(key_file());
  std::erase(key, '\n');
  return client(key);
}

Shop open_shop(const Server& server, const std::string& code) {
  auto house = server.house();
  Shop out;
  const auto made = house.post("/v1/merchants", code, R"({"code":")" + code + R"(","name":"Shop"})");
  EXPECT_TRUE(made && made->status == 201) << (made ? made->body : "no answer");
  if (!made) return out;
  out.merchant = made->text("id");
  out.key =
      make_key(house, code + "-key", R"({"merchantId":")" + out.merchant + R"(","scopes":["merchant"]})");
  out.ingest_key = make_key(house, code + "-ingest-key", R"({"scopes":["ingest"]})");
  return out;
}

std::string card_payment(const std::string& order, std::int64_t amount, const std::string& merchant) {
  const auto a = std::to_string(amount);
  return "{" + (merchant.empty() ? std::string() : R"("merchantId":")" + merchant + "\",") +
         R"("orderId":"order-)" + order + R"(","orderName":"test","totalAmount":)" + a +
         R"(,"approvals":[{"method":"CARD","amount":)" + a +
         R"(,"approvedAt":"2026-11-22T10:00:00+09:00","approveNo":"00012345",)"
         R"("card":{"issuerCode":"11","bin":"123456","last4":"7890"}}]})";
}

std::string bare_payment(const std::string& order, std::int64_t amount) {
  return R"({"orderId":"order-)" + order + R"(","totalAmount":)" + std::to_string(amount) + "}";
}

std::string expect_checked(const std::string& data_dir) {
  const auto checked = run({wonjang_program(), "check", "--data-dir", data_dir, "-O", "ndjson"});
  EXPECT_EQ(checked.exit, 0) << checked.output << checked.errors;
  return checked.output;
}

std::vector<boost::json::object> read_feed(Client client, std::string cursor) {
  std::vector<boost::json::object> out;
  for (;;) {
    const auto page = client.get("/v1/events?limit=1000" + (cursor.empty() ? "" : "&after=" + cursor));
    EXPECT_TRUE(page && page->status == 200) << (page ? page->body : "no answer");
    if (!page || page->status != 200) return out;
    auto json = page->json();
    for (auto& event : json.at("events").as_array()) out.push_back(std::move(event.as_object()));
    cursor = json.at("nextCursor").as_string();
    if (!json.at("hasMore").as_bool()) return out;
  }
}

}  // namespace wonjang::e2e
