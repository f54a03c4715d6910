// The money side on bad days: its store can't be written.
#include "app/money/money_side.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <limits>

#include "adapters/memory/memory_places.h"
#include "testing/faulty_kv.h"
#include "testing/ledger_rig.h"

namespace wonjang {
namespace {

using testing::LedgerRig;

// Stores that can be told to refuse what is written from now on.
class FillingPlaces final : public KvPlaces {
 public:
  Result<std::unique_ptr<KvStore>> open(const std::string& name,
                                        std::span<const KvSpaceOptions> spaces) override {
    WJ_TRY(auto store, inner_.open(name, spaces));
    auto faulty = std::make_unique<FaultyKv>(std::move(store));
    newest_ = faulty.get();
    return std::unique_ptr<KvStore>(std::move(faulty));
  }
  Result<std::vector<std::string>> names() const override { return inner_.names(); }
  Result<void> remove(const std::string& name) override { return inner_.remove(name); }

  void fill_up() { newest_->refuse_writes(std::numeric_limits<std::uint32_t>::max()); }

 private:
  MemoryPlaces inner_;
  FaultyKv* newest_ = nullptr;
};

class FullStore : public ::testing::Test {
 protected:
  FullStore() {
    auto opened = MoneySide::open({}, *rig_.ledger,
                                  {rig_.clock, rig_.codec, rig_.digest, places_,
                                   [](MerchantId) { return std::optional<std::uint32_t>(0); }});
    EXPECT_TRUE(opened) << opened.error().message;
    side_ = *std::move(opened);
    places_.fill_up();
    Request registration;
    registration.command = RegistryCommand(RegisterMerchant{"shop", "A shop", {}});
    registration.actor = {ActorKind::admin, "test"};
    EXPECT_EQ(ask(*rig_.ledger, std::move(registration)).kind, AnswerKind::done);
    side_->log().committed();
  }
  bool has_failed() const { return side_->runner().status().attempts > 0; }

  LedgerRig rig_;
  FillingPlaces places_;
  std::unique_ptr<MoneySide> side_;
};

template <typename Done>
bool soon(Done done) {
  for (int i = 0; i < 2'000; ++i) {
    if (done()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

TEST_F(FullStore, a_question_hears_of_it_after_some_seconds) {
  ASSERT_TRUE(soon([&] { return has_failed(); }));
  auto asked = std::async(std::launch::async, [&] { return side_->newest(); });
  rig_.clock.advance_ms(6'000);
  const auto answer = asked.get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::unavailable);
  EXPECT_NE(answer.error().message.find("can't be written"), std::string::npos) << answer.error().message;
}

TEST_F(FullStore, a_stop_waits_for_nobody_who_waits_for_it) {
  ASSERT_TRUE(soon([&] { return has_failed(); }));
  std::promise<ErrorKind> heard;
  ASSERT_TRUE(side_->questions().add({"a question", "one", [&](bool) {
                                        const auto answer = side_->newest();
                                        heard.set_value(answer ? ErrorKind::invalid : answer.error().kind);
                                      }}));
  ASSERT_TRUE(soon([&] { return side_->questions().under_way().has_value(); }));
  auto stopped = std::async(std::launch::async, [&] { side_->stop(); });
  ASSERT_EQ(stopped.wait_for(std::chrono::seconds(5)), std::future_status::ready);
  EXPECT_EQ(heard.get_future().get(), ErrorKind::unavailable);
}

}  // namespace
}  // namespace wonjang
