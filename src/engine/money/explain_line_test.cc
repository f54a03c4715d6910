#include "engine/money/explain_line.h"

#include "engine/money/redate.h"
#include "testing/money_rig.h"

namespace wonjang::money {
namespace {

const BusinessDate kExplainDay = day("2026-11-18");  // Wednesday, paid on Friday the 20th

class ExplainLine : public ::testing::Test {
 protected:
  void close(std::uint32_t version, std::initializer_list<const char*> days) {
    std::vector<settlement::ClosedDay> closed;
    for (const auto* one : days) closed.push_back({day(one), settlement::DayKind::temporary, "declared"});
    rig_.approve(MoneyRig::calendar(version, closed));
  }
  void redate_all() {
    const auto done = redate(rig_.ports(), {"KR", rig_.owner(), false});
    EXPECT_TRUE(done) << done.error().message;
  }
  std::string told(PaymentId payment) {
    LineSource source(rig_.log, rig_.codec);
    const auto explained = explain_line(rig_.reader(), source, MoneyRig::line_of(payment));
    if (!explained || !*explained) return "no line";
    EXPECT_TRUE((*explained)->recomputed) << (*explained)->why_not_recomputed;
    std::string out;
    for (const auto& step : (*explained)->steps) {
      if (step.rule == "payout date") out = step.formula;
    }
    return out;
  }

  MoneyRig rig_;
};

// Found by audit: every later version that gives the same day was said to have moved the line, also one that
// was approved when the line had long been paid.
TEST_F(ExplainLine, names_the_calendar_version_that_moved_it_and_no_later_one) {
  const auto payment = rig_.sell(rig_.shop(), 10'000, kExplainDay);
  rig_.must_run(kExplainDay);
  close(2, {"2026-11-20"});
  redate_all();
  const auto moved = told(payment);
  EXPECT_EQ(moved, "calendar KR version 2 moved it from 2026-11-20 to 2026-11-23");

  close(3, {"2026-11-20", "2026-12-24"});

  EXPECT_EQ(told(payment), moved);
  redate_all();
  EXPECT_EQ(told(payment), moved);
}

TEST_F(ExplainLine, moved_twice_it_says_both_days) {
  const auto payment = rig_.sell(rig_.shop(), 10'000, kExplainDay);
  rig_.must_run(kExplainDay);
  close(2, {"2026-11-20"});
  redate_all();
  close(3, {"2026-11-20", "2026-11-23"});
  redate_all();

  EXPECT_EQ(told(payment),
            "calendar KR version 3 moved it from 2026-11-23 to 2026-11-24; earlier versions had moved it "
            "there from 2026-11-20");
}

TEST_F(ExplainLine, what_stands_where_the_redating_should_is_told_apart) {
  const auto payment = rig_.sell(rig_.shop(), 10'000, kExplainDay);
  rig_.must_run(kExplainDay);
  auto line = rig_.line(MoneyRig::line_of(payment));
  line.redated_at = line.place.position;
  LineSource source(rig_.log, rig_.codec);

  const auto wrong = source.redating(line);

  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, ErrorKind::corrupt);
}

}  // namespace
}  // namespace wonjang::money
