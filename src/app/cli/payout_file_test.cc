// `wonjang payout file`: whatever happens to the answer, the key that the command said gives the same file.
#include "app/cli/money_test_service.h"

#include <iterator>

namespace wonjang {
namespace {

using testing::HasSubstr;

// That the command said for the case that the file is lost.
std::string key_in(const Said& said) {
  const auto at = said.errors.find("--key ");
  return at == std::string::npos
             ? ""
             : said.errors.substr(at + 6, said.errors.find_first_of(" \n", at + 6) - at - 6);
}

class PayoutFileCommand : public MoneyService {
 protected:
  // A payout of 3 September 2025 is REQUESTED.
  void SetUp() override {
    MoneyService::SetUp();
    if (HasFatalFailure()) return;
    world();
    ASSERT_EQ(ask({"settlement", "run", "2025-09-01"}).exit, kExitOk);
    const auto paid = ask({"payout", "run", "2025-09-03", "-O", "json"});
    ASSERT_THAT(paid.output, HasSubstr(R"("requested":1)")) << paid.errors;
  }
  Said payout_file(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"payout", "file", "2025-09-03"});
    return ask(std::move(more));
  }
};

TEST_F(PayoutFileCommand, a_file_that_couldnt_be_written_is_given_again_by_the_key_it_said) {
  const auto lost = payout_file({"-o", dir_.path() + "/nowhere/payouts.csv"});
  EXPECT_NE(lost.exit, kExitOk);
  EXPECT_THAT(lost.errors, HasSubstr("marked SENT"));
  ASSERT_FALSE(key_in(lost).empty()) << lost.errors;
  const auto other = payout_file();
  EXPECT_NE(other.exit, kExitOk);
  EXPECT_THAT(other.errors, HasSubstr("no payout of 2025-09-03 waits to be sent"));

  const auto path = dir_.path() + "/payouts.csv";
  const auto again = payout_file({"--key", key_in(lost), "-o", path});
  EXPECT_EQ(again.exit, kExitOk) << again.errors;
  std::ifstream in(path, std::ios::binary);
  const std::string written{std::istreambuf_iterator<char>(in), {}};
  EXPECT_THAT(written, HasSubstr(",2025-09-03,KRW,9725,a"));
  EXPECT_EQ(payout_file({"--key", key_in(lost)}).output, written);
}

// A script may say the key itself: then it can be run again whatever happened.
TEST_F(PayoutFileCommand, a_key_of_ones_own_is_taken_and_said) {
  const auto first = payout_file({"--key", "night-2025-09-03"});
  EXPECT_EQ(first.exit, kExitOk) << first.errors;
  EXPECT_EQ(key_in(first), "night-2025-09-03");
  EXPECT_THAT(first.output, HasSubstr("9725"));
  EXPECT_EQ(payout_file({"--key", "night-2025-09-03"}).output, first.output);
}

}  // namespace
}  // namespace wonjang
