// `wonjang payout file`: whatever happens to the answer, the key that the command said gives the same file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "app/cli/api_client.h"
#include "app/cli/commands.h"
#include "app/cli/exit.h"
#include "app/cli/merchants.h"
#include "app/service/service.h"
#include "testing/temp_dir.h"

namespace wonjang {
namespace {

using testing::HasSubstr;

struct Spoken {
  int exit = -1;
  std::string output;
  std::string errors;
  // That it said for the case that the file is lost.
  std::string key() const {
    const auto at = errors.find("--key ");
    return at == std::string::npos ? "" : errors.substr(at + 6, errors.find_first_of(" \n", at + 6) - at - 6);
  }
};

Spoken speak(const std::vector<std::string>& words) {
  std::vector<const char*> argv{"wonjang"};
  for (const auto& word : words) argv.push_back(word.c_str());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Spoken out;
  out.exit = run_command_line(static_cast<int>(argv.size()), argv.data());
  out.output = testing::internal::GetCapturedStdout();
  out.errors = testing::internal::GetCapturedStderr();
  return out;
}

class PayoutFileCommand : public testing::Test {
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
    requested();
  }
  // A sale of 1 September 2025, its payout of the 3rd REQUESTED.
  void requested() {
    ApiClient client({"127.0.0.1", service_->port()}, *read_key_file(operator_key_file(data_dir_)));
    const auto made = client.post("/v1/merchants", "m", R"({"code":"shop","name":"Shop"})");
    ASSERT_TRUE(made && made->status == 201);
    const std::string merchant(json_text_member(made->body, "id"));
    const auto contract = dir_.path() + "/contract.json";
    std::ofstream(contract) << R"({"merchantId":")" << merchant
                            << R"(","validFrom":"2020-01-01","calendar":"KR","payoutAccount":"a","fees":)"
                               R"({"rules":[{"name":"card","kind":"BASE_RATE","ratePpm":25000}]}})";
    ASSERT_EQ(ask({"calendar", "import", "--shipped", "KR"}).exit, kExitOk);
    ASSERT_EQ(ask({"contract", "propose", contract}).exit, kExitOk);
    const auto sold = client.post(
        "/v1/payments", "p",
        R"({"merchantId":")" + merchant +
            R"(","orderId":"order-1","totalAmount":10000,"approvals":[{"method":"CARD","amount":10000,)"
            R"("approvedAt":"2025-09-01T10:00:00+09:00","approveNo":"1","card":{"issuerCode":"11"}}]})");
    ASSERT_TRUE(sold && sold->status == 201) << (sold ? sold->body : "no answer");
    ASSERT_EQ(ask({"settlement", "run", "2025-09-01"}).exit, kExitOk);
    const auto paid = ask({"payout", "run", "2025-09-03", "-O", "json"});
    ASSERT_THAT(paid.output, HasSubstr(R"("requested":1)")) << paid.errors;
  }
  Spoken ask(std::vector<std::string> words) {
    words.insert(words.end(), {"--url", "http://127.0.0.1:" + std::to_string(service_->port()), "--key-file",
                               operator_key_file(data_dir_)});
    return speak(words);
  }
  Spoken file(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"payout", "file", "2025-09-03"});
    return ask(std::move(more));
  }

  const TempDir dir_;
  const std::string data_dir_ = dir_.path() + "/data";
  std::unique_ptr<Service> service_;
};

TEST_F(PayoutFileCommand, a_file_that_couldnt_be_written_is_given_again_by_the_key_it_said) {
  const auto lost = file({"-o", dir_.path() + "/nowhere/payouts.csv"});
  EXPECT_NE(lost.exit, kExitOk);
  EXPECT_THAT(lost.errors, HasSubstr("marked SENT"));
  ASSERT_FALSE(lost.key().empty()) << lost.errors;
  const auto other = file();
  EXPECT_NE(other.exit, kExitOk);
  EXPECT_THAT(other.errors, HasSubstr("no payout of 2025-09-03 waits to be sent"));

  const auto path = dir_.path() + "/payouts.csv";
  const auto again = file({"--key", lost.key(), "-o", path});
  EXPECT_EQ(again.exit, kExitOk) << again.errors;
  std::ifstream in(path, std::ios::binary);
  const std::string written{std::istreambuf_iterator<char>(in), {}};
  EXPECT_THAT(written, HasSubstr(",2025-09-03,KRW,9725,a"));
  EXPECT_EQ(file({"--key", lost.key()}).output, written);
}

// A script may say the key itself: then it can be run again whatever happened.
TEST_F(PayoutFileCommand, a_key_of_ones_own_is_taken_and_said) {
  const auto first = file({"--key", "night-2025-09-03"});
  EXPECT_EQ(first.exit, kExitOk) << first.errors;
  EXPECT_EQ(first.key(), "night-2025-09-03");
  EXPECT_THAT(first.output, HasSubstr("9725"));
  EXPECT_EQ(file({"--key", "night-2025-09-03"}).output, first.output);
}

}  // namespace
}  // namespace wonjang
