// For tests of commands of the money side: a service with one merchant, and the command line as it is typed.
//
// Threads: one.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/api/log.h"
#include "app/cli/api_client.h"
#include "app/cli/commands.h"
#include "app/cli/exit.h"
#include "app/cli/merchants.h"
#include "app/service/service.h"
#include "testing/temp_dir.h"

namespace wonjang {

struct Said {
  int exit = -1;
  std::string output;
  std::string errors;
};

inline Said say(const std::vector<std::string>& words) {
  std::vector<const char*> argv{"wonjang"};
  for (const auto& word : words) argv.push_back(word.c_str());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Said out;
  out.exit = run_command_line(static_cast<int>(argv.size()), argv.data());
  out.output = testing::internal::GetCapturedStdout();
  out.errors = testing::internal::GetCapturedStderr();
  return out;
}

class MoneyService : public testing::Test {
 protected:
  void SetUp() override {
    start_log(LogLevel::off);
    ServiceConfig config;
    config.data_dir = data_dir_;
    config.books = 1;
    config.listen_port = 0;
    config.disk_reserve_bytes = 1 << 20U;
    config.money_nice = 0;
    config.settlement_four_eyes = false;
    auto opened = Service::open(config);
    ASSERT_TRUE(opened) << opened.error().message;
    service_ = *std::move(opened);
    ASSERT_TRUE(service_->start());
    const auto made = client().post("/v1/merchants", "m", R"({"code":"shop","name":"Shop"})");
    ASSERT_TRUE(made && made->status == 201);
    merchant_ = json_text_member(made->body, "id");
  }

  std::string key_file() const { return operator_key_file(data_dir_); }
  ApiClient client() const { return ApiClient({"127.0.0.1", service_->port()}, *read_key_file(key_file())); }
  // A command sees what the one before it wrote, as a person does who types them.
  Said ask(std::vector<std::string> words) const {
    wait_until_folded();
    words.insert(words.end(),
                 {"--url", "http://127.0.0.1:" + std::to_string(service_->port()), "--key-file", key_file()});
    return say(words);
  }
  void wait_until_folded() const {
    for (int i = 0; i < 6000; ++i) {
      const auto metrics = client().get("/metrics");
      if (metrics && metrics->body.find("\nwonjang_money_lag_events 0\n") != std::string::npos) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ADD_FAILURE() << "the money side doesn't catch up";
  }
  std::string file(const std::string& name, const std::string& content) const {
    auto path = dir_ / name;
    std::ofstream(path) << content;
    return path;
  }
  std::string contract_file() const {
    return file("contract.json",
                R"({"merchantId":")" + merchant_ +
                    R"(","validFrom":"2020-01-01","calendar":"KR","payoutAccount":"a","fees":)"
                    R"({"rules":[{"name":"card","kind":"BASE_RATE","ratePpm":25000}]}})");
  }
  // A calendar, a contract, and a sale of 10,000 on 1 September 2025.
  void world() {
    ASSERT_EQ(ask({"calendar", "import", "--shipped", "KR"}).exit, kExitOk);
    ASSERT_EQ(ask({"contract", "propose", contract_file()}).exit, kExitOk);
    const auto sold = client().post(
        "/v1/payments", "p",
        R"({"merchantId":")" + merchant_ +
            R"(","orderId":"order-1","totalAmount":10000,"approvals":[{"method":"CARD","amount":10000,)"
            R"("approvedAt":"2025-09-01T10:00:00+09:00","approveNo":"12345678","card":{"issuerCode":"11"}}]})");
    ASSERT_TRUE(sold && sold->status == 201) << (sold ? sold->body : "no answer");
  }

  const TempDir dir_;
  const std::string data_dir_ = dir_.path() + "/data";
  std::unique_ptr<Service> service_;
  std::string merchant_;
};

}  // namespace wonjang
