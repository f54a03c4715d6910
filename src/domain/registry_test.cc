#include "domain/registry.h"

#include <gtest/gtest.h>

#include <vector>

namespace wonjang {
namespace {

constexpr Instant kRegistered{1'790'000'000'000'000};

// A registry that is told wishes and keeps its stream, as the ledger does.
class Registry {
 public:
  RegistryDecision decide(const RegistryCommand& command) {
    return decide_registry(state_, command, ids_, kRegistered);
  }
  // What was decided becomes events; the first one's merchant.
  MerchantId apply(const RegistryCommand& command) {
    const auto decision = decide(command);
    MerchantId first;
    for (const auto& decided : std::get<std::vector<RegistryDecided>>(decision)) {
      Event event;
      event.stream = kRegistryStream;
      event.version = state_.version();
      event.merchant = decided.merchant;
      event.recorded_at = kRegistered;
      event.body = decided.body;
      state_.evolve(event);
      stream_.push_back(event);
      if (first.is_zero()) first = decided.merchant;
    }
    return first;
  }
  MerchantId add(const std::string& code, const std::string& organisation = "") {
    return apply(RegisterMerchant{code, "name of " + code, {}, organisation});
  }
  // The same stream, folded by somebody else.
  RegistryState folded_again() const {
    RegistryState state;
    for (const auto& event : stream_) state.evolve(event);
    return state;
  }
  const RegistryState& state() const { return state_; }
  RegistryState snapshot() { return state_.share(); }

 private:
  IdMaker ids_{Rng(7)};
  RegistryState state_;
  std::vector<Event> stream_;
};

TEST(Registry, merchants_are_numbered_in_the_order_of_registration_for_ever) {
  Registry registry;
  std::vector<MerchantId> ids;
  for (int i = 0; i < 300; ++i) {
    ids.push_back(registry.add("shop-" + std::to_string(i)));
    if (i % 3 == 0) registry.apply(CloseMerchant{ids.back()});
    if (i % 5 == 0)
      registry.apply(CreateApiKey{.key = ApiKeyId(RawId{1, static_cast<std::uint64_t>(i) + 1}),
                                  .merchant = ids.back(),
                                  .hash = "h",
                                  .scopes = "merchant",
                                  .label = "",
                                  .expires_at = {}});
  }
  const auto again = registry.folded_again();
  for (std::uint32_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(registry.state().merchant_number(ids[i]), i);
    EXPECT_EQ(again.merchant_number(ids[i]), i);
  }
  EXPECT_EQ(again.merchant_number(MerchantId(RawId{1, 1})), std::nullopt);
  EXPECT_EQ(again.merchant_number(MerchantId()), std::nullopt);
}

// Readers hold it while the ledger goes on.
TEST(Registry, a_snapshot_says_what_was_true_when_it_was_taken) {
  Registry registry;
  const auto first = registry.add("shop-1");
  const ApiKeyId key(RawId{1, 1});
  registry.apply(
      CreateApiKey{.key = key, .merchant = first, .hash = "h", .scopes = "", .label = "", .expires_at = {}});
  const auto then = registry.snapshot();
  registry.apply(CloseMerchant{first});
  registry.apply(RevokeApiKey{key});
  const auto second = registry.add("shop-2");

  EXPECT_EQ(then.version(), 2U);
  EXPECT_FALSE(then.find(first)->closed);
  EXPECT_FALSE(then.find(key)->revoked);
  EXPECT_EQ(then.find(second), nullptr);
  EXPECT_EQ(then.find_code("shop-2"), nullptr);
  EXPECT_EQ(then.find_number(1), nullptr);
  EXPECT_EQ(then.merchants().size(), 1U);

  const auto now = registry.snapshot();
  EXPECT_TRUE(now.find(first)->closed);
  EXPECT_TRUE(now.find(key)->revoked);
  EXPECT_EQ(now.find_code("shop-2")->id, second);
  EXPECT_EQ(now.find_number(1)->id, second);
  EXPECT_EQ(now.find_number(2), nullptr);
}

TEST(Registry, a_refused_code_takes_no_number) {
  Registry registry;
  const auto first = registry.add("shop-1");
  EXPECT_TRUE(std::holds_alternative<Refusal>(registry.decide(RegisterMerchant{"shop-1", "another", {}})));
  const auto second = registry.add("shop-2");
  EXPECT_EQ(registry.state().merchant_number(first), 0U);
  EXPECT_EQ(registry.state().merchant_number(second), 1U);
}

TEST(Registry, a_merchant_keeps_its_organisation) {
  Registry registry;
  const auto chain = registry.add("shop-1", "hanbit-mall");
  const auto alone = registry.add("shop-2");
  registry.apply(CloseMerchant{chain});
  EXPECT_EQ(registry.state().find(chain)->organisation, "hanbit-mall");
  EXPECT_TRUE(registry.state().find(chain)->closed);
  EXPECT_EQ(registry.state().find(alone)->organisation, "");
}

// The first key, what it made, what those made.
TEST(Registry, keys_that_may_be_one_persons) {
  RegistryState state;
  const auto id = [](std::uint64_t n) { return ApiKeyId(RawId{1, n}); };
  const auto make = [&](std::uint64_t key, const std::string& actor) {
    Event event;
    event.version = state.version();
    event.actor = {ActorKind::admin, actor};
    event.body = ApiKeyCreated{id(key), "hash", "operator", "label", {}};
    state.evolve(event);
  };
  make(1, "first start");
  make(2, id(1).text());
  make(3, id(1).text());
  make(4, id(2).text());
  make(5, id(2).text());
  make(6, id(4).text());
  make(7, id(3).text());
  EXPECT_EQ(state.find(id(6))->created_by, id(4));
  EXPECT_TRUE(state.find(id(1))->created_by.is_zero());
  const std::pair<std::uint64_t, std::uint64_t> one_hand[] = {{1, 1}, {1, 2}, {1, 6}, {2, 4},
                                                              {2, 6}, {4, 5}, {5, 6}};
  for (const auto& [a, b] : one_hand) {
    EXPECT_TRUE(state.may_be_one_hand(id(a), id(b))) << a << " " << b;
    EXPECT_TRUE(state.may_be_one_hand(id(b), id(a))) << b << " " << a;
  }
  const std::pair<std::uint64_t, std::uint64_t> two_people[] = {{2, 3}, {4, 3}, {6, 7}, {2, 7}, {2, 99}};
  for (const auto& [a, b] : two_people) {
    EXPECT_FALSE(state.may_be_one_hand(id(a), id(b))) << a << " " << b;
    EXPECT_FALSE(state.may_be_one_hand(id(b), id(a))) << b << " " << a;
  }
}

}  // namespace
}  // namespace wonjang
