// `wonjang demo` as it ships, small: fed, settled, shown, stopped, and gone on with. What it prints to be
// pasted is pasted.
#include <boost/json.hpp>
#include <csignal>
#include <cstdlib>
#include <regex>
#include <string>
#include <vector>

#include "app/e2e/client.h"
#include "app/e2e/process.h"
#include "app/e2e/server.h"
#include "testing/temp_dir.h"

namespace wonjang::e2e {
namespace {

constexpr std::chrono::seconds kOfTheWholeCity{120};

std::vector<std::string> demo(const std::string& city, std::vector<std::string> more) {
  std::vector<std::string> out{wonjang_program(), "demo", "--data-dir", city, "--port", "0"};
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

// The number before `words` in a line of what was said; -1: there is none.
long long number_before(const std::string& said, const std::string& words) {
  std::smatch found;
  const bool is_there = std::regex_search(said, found, std::regex("([0-9]+) " + words));
  return is_there ? std::atoll(found[1].str().c_str()) : -1;
}

std::string pasted(const std::string& curl_line) { return run({"/bin/sh", "-c", curl_line}).output; }

// Days that were settled within the last year, and that all of them ended well.
std::size_t settled_days(Client& house) {
  const auto runs = house.get("/v1/settlement/runs");
  EXPECT_TRUE(runs && runs->status == 200) << (runs ? runs->body : "no answer");
  if (!runs || runs->status != 200) return 0;
  const auto answer = runs->json();
  const auto& items = answer.at("items").as_array();
  for (const auto& one : items)
    EXPECT_TRUE(one.at("state").as_string().starts_with("COMPLETED")) << boost::json::serialize(one);
  return items.size();
}

TEST(DemoOfTheProgram, a_small_city_is_fed_settled_and_shown_and_another_start_goes_on_with_it) {
  const TempDir dir;
  const auto city = dir / "city";
  {
    Process process(demo(city, {"--payments", "1500"}), {.log_file = dir / "log"});
    const auto console = process.read_line("console   http://127.0.0.1:", kOfTheWholeCity);
    ASSERT_NE(console, "") << text_of_file(dir / "log");
    const auto port = static_cast<std::uint16_t>(
        std::atoi(console.substr(console.rfind(':', console.find("/console/")) + 1).c_str()));
    const auto payment = process.read_line("curl -s http://127.0.0.1:");
    const auto order = process.read_line("curl -s 'http://127.0.0.1:");
    const auto events = process.read_line("curl -s 'http://127.0.0.1:");
    EXPECT_NE(pasted(payment).find(R"("orderId":"my-order-1")"), std::string::npos) << payment;
    EXPECT_NE(pasted(order).find(R"("status":"DONE")"), std::string::npos) << order;
    EXPECT_NE(pasted(events).find("com.wonjang.payment.created"), std::string::npos) << events;

    const auto settled = process.read_line("days settled, ", kOfTheWholeCity);
    EXPECT_GT(number_before(settled, "days settled"), 300) << text_of_file(dir / "log");
    EXPECT_GT(number_before(settled, "lines"), 1'000) << settled;
    EXPECT_GT(number_before(settled, "payouts"), 100) << settled;
    EXPECT_NE(process.read_line("Worth a look: search 골동"), "");
    EXPECT_NE(process.read_line("Light traffic goes on"), "");
    auto key = text_of_file(city + "/operator.key");
    std::erase(key, '\n');
    Client house(port, key);
    EXPECT_GT(settled_days(house), 100U);
    const auto balance = house.get("/v1/trial-balance");
    EXPECT_TRUE(balance && balance->json().at("isBalanced").as_bool()) << (balance ? balance->body : "");

    process.signal(SIGINT);
    EXPECT_EQ(process.wait(), 0) << text_of_file(dir / "log");
    const auto said = process.read_all();
    EXPECT_EQ(number_before(said, "payments of 40 merchants"), 1500) << said;
    EXPECT_EQ(number_before(said, "refused"), 0) << said;
    EXPECT_NE(said.find("stopped; the city stays in " + city), std::string::npos) << said;
  }
  expect_checked(city);

  Process again(demo(city, {}), {.log_file = dir / "log"});
  EXPECT_NE(again.read_line("The city of before goes on: 1500 payments", kOfTheWholeCity), "");
  EXPECT_EQ(number_before(again.read_line("days settled, ", kOfTheWholeCity), "days settled"), 0);
  again.signal(SIGINT);
  EXPECT_EQ(again.wait(), 0) << text_of_file(dir / "log");

  const auto other = run(demo(city, {"--payments", "600"}));
  EXPECT_EQ(other.exit, 2) << other.output;
  EXPECT_NE(other.errors.find("leave --payments out to go on with it"), std::string::npos) << other.errors;
}

}  // namespace
}  // namespace wonjang::e2e
