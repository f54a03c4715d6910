#include "app/api/in_doubt_ages.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace wonjang {
namespace {

constexpr std::uint8_t kKind = static_cast<std::uint8_t>(AlarmKind::in_doubt);

// Payments by number, each with the first times of its questions; answers and counts reads.
class Doubts {
 public:
  void ask(std::uint64_t number, std::vector<std::int64_t> since_us, std::int64_t next_us) {
    auto& payment = payments_[number];
    payment.updated_at = {1'000'000};
    payment.approvals.clear();
    for (const auto us : since_us) {
      Approval approval;
      approval.state = ApprovalState::unknown;
      approval.pursuit.emplace();
      approval.pursuit->first_asked_at = {us};
      payment.approvals.push_back(std::move(approval));
    }
    next_us_[number] = next_us;
  }
  std::int64_t oldest() {
    std::vector<AlarmEntry> alarms;
    for (const auto& [number, at] : next_us_) alarms.push_back({kKind, at, RawId{1, number}});
    std::ranges::sort(alarms);
    reads_ = 0;
    return ages_
        .oldest(alarms,
                [&](PaymentId id) -> Result<std::optional<Payment>> {
                  ++reads_;
                  return std::optional(payments_.at(id.raw().low));
                })
        .us;
  }
  std::size_t reads() const { return reads_; }

 private:
  InDoubtAges ages_;
  std::map<std::uint64_t, Payment> payments_;
  std::map<std::uint64_t, std::int64_t> next_us_;
  std::size_t reads_ = 0;
};

TEST(InDoubtAges, nothing_in_doubt_has_no_age) { EXPECT_EQ(Doubts().oldest(), 0); }

// What has been in doubt for longest is asked about last: a look at those that are due first would miss it.
TEST(InDoubtAges, the_oldest_of_many_is_found_wherever_its_alarm_stands) {
  Doubts doubts;
  doubts.ask(1, {10'000}, /*next_us=*/9'000'000);
  for (std::uint64_t i = 2; i < 2'000; ++i) doubts.ask(i, {500'000}, static_cast<std::int64_t>(600'000 + i));
  EXPECT_EQ(doubts.oldest(), 10'000);
}

TEST(InDoubtAges, what_stands_as_it_stood_is_not_read_again) {
  Doubts doubts;
  for (std::uint64_t i = 1; i < 100; ++i) doubts.ask(i, {static_cast<std::int64_t>(i) * 100}, 600'000);
  EXPECT_EQ(doubts.oldest(), 100);
  EXPECT_EQ(doubts.oldest(), 100);
  EXPECT_EQ(doubts.reads(), 1U) << "the oldest alone, to be sure of it";
  doubts.ask(50, {50}, 700'000);
  EXPECT_EQ(doubts.oldest(), 50);
  EXPECT_EQ(doubts.reads(), 2U);
}

TEST(InDoubtAges, an_answer_that_leaves_the_alarm_of_another_question_counts_at_once) {
  Doubts doubts;
  doubts.ask(1, {100, 300'000}, 600'000);
  doubts.ask(2, {200'000}, 600'000);
  EXPECT_EQ(doubts.oldest(), 100);
  doubts.ask(1, {300'000}, 600'000);
  EXPECT_EQ(doubts.oldest(), 200'000);
}

}  // namespace
}  // namespace wonjang
