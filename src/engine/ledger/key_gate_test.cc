// One request per key at a time: who goes on, who waits, and that those who came together go on together.
#include "engine/ledger/key_gate.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <set>

#include "testing/faulty_book.h"
#include "testing/ledger_rig.h"
#include "testing/writer_rig.h"

namespace wonjang {
namespace {

using testing::Collector;
using testing::Gathered;
using testing::LedgerRig;
using testing::merchant_of;
using testing::paid_command;

struct GateRig {
  static constexpr int kNone = 0;
  // Those whose keys are `keys`; their tags count on.
  void submit(const std::vector<int>& keys) {
    std::vector<Request> requests;
    for (const int key : keys) {
      auto& request = requests.emplace_back();
      if (key != kNone) {
        request.key.emplace();
        std::memcpy(request.key->key.data(), &key, sizeof key);
      }
      request.completion = &collector;
      request.tag = next_tag++;
    }
    gate.submit(std::move(requests));
  }
  // Answers the one at `place` of those that went on.
  void answer(std::size_t place) {
    Completion* const completion = passed.at(place).completion;
    completion->complete(passed.at(place).tag, Answer());
    completion->flush();
  }
  std::vector<std::uint64_t> passed_tags() const {
    std::vector<std::uint64_t> out;
    for (const auto& request : passed) out.push_back(request.tag);
    return out;
  }

  Collector collector;
  std::uint64_t next_tag = 0;
  std::vector<Request> passed;
  std::vector<std::size_t> together;  // how many, each time
  KeyGate gate{[this](std::vector<Request> requests) {
    together.push_back(requests.size());
    for (auto& request : requests) passed.push_back(std::move(request));
  }};
};

using Tags = std::vector<std::uint64_t>;

TEST(KeyGate, requests_with_other_keys_go_on_together_and_in_order) {
  GateRig rig;
  rig.submit({1, 2, 3});
  rig.submit({4});
  EXPECT_EQ(rig.passed_tags(), (Tags{0, 1, 2, 3}));
  EXPECT_EQ(rig.together, (std::vector<std::size_t>{3, 1}));
  for (std::size_t i = 0; i < 4; ++i) rig.answer(i);
  EXPECT_EQ(rig.collector.answers.size(), 4U);
}

TEST(KeyGate, who_has_the_same_key_waits_for_the_answer_of_the_one_before) {
  GateRig rig;
  rig.submit({1, 2, 1});
  rig.submit({1, 3});
  EXPECT_EQ(rig.passed_tags(), (Tags{0, 1, 4}));
  rig.answer(1);
  EXPECT_EQ(rig.passed_tags(), (Tags{0, 1, 4})) << "another key's";
  rig.answer(0);
  EXPECT_EQ(rig.passed_tags(), (Tags{0, 1, 4, 2}));
  rig.answer(3);
  EXPECT_EQ(rig.passed_tags(), (Tags{0, 1, 4, 2, 3}));
  rig.answer(4);
  rig.answer(2);
  EXPECT_EQ(rig.collector.answers.size(), 5U);
  rig.submit({1});
  EXPECT_EQ(rig.passed.size(), 6U) << "nobody holds it any more";
  rig.answer(5);
}

TEST(KeyGate, who_has_no_key_waits_for_nobody) {
  GateRig rig;
  rig.submit({1, GateRig::kNone, 1, GateRig::kNone});
  EXPECT_EQ(rig.passed_tags(), (Tags{0, 1, 3}));
  for (std::size_t i = 0; i < 4; ++i) rig.answer(i);
  EXPECT_EQ(rig.passed_tags(), (Tags{0, 1, 3, 2}));
  EXPECT_EQ(rig.collector.answers.size(), 4U);
}

// Each fails as soon as it may go on, and so lets the next one go: one after the other, not one inside the
// other.
TEST(KeyGate, thousands_may_wait_for_a_key_and_fail_at_once) {
  constexpr std::size_t kCount = 100'000;
  Collector collector;
  std::vector<Request> first;
  bool fails = false;
  std::size_t depth = 0;
  std::size_t deepest = 0;
  KeyGate gate([&](std::vector<Request> requests) {
    deepest = std::max(deepest, ++depth);
    for (auto& request : requests) {
      if (!fails) {
        first.push_back(std::move(request));
        continue;
      }
      request.completion->complete(request.tag, Answer());
      request.completion->flush();
    }
    --depth;
  });
  std::vector<Request> requests(kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    requests[i].key.emplace();
    requests[i].completion = &collector;
    requests[i].tag = i;
  }
  gate.submit(std::move(requests));
  ASSERT_EQ(first.size(), 1U);
  fails = true;
  first[0].completion->complete(first[0].tag, Answer());
  first[0].completion->flush();
  EXPECT_EQ(collector.answers.size(), kCount);
  EXPECT_EQ(deepest, 1U);
}

// ---- the way through it to the books ----

struct BooksRig : LedgerRig {
  BooksRig() : LedgerRig(/*books=*/4) {}
  ~BooksRig() { close(); }
  // Creates under the keys of `numbers`, all in one call; by number.
  std::map<std::uint64_t, Answer> create_all(const std::string& prefix,
                                             const std::set<std::uint64_t>& numbers) {
    std::vector<Request> requests;
    for (const auto number : numbers) {
      const auto text = std::to_string(number);
      requests.push_back(
          request(PaymentId(), paid_command(merchant_of(1), prefix + text, 10), "key-" + text));
      requests.back().completion = &gathered;
      requests.back().tag = number;
    }
    ledger->submit(std::move(requests));
    return gathered.take(numbers.size());
  }
  static std::set<std::uint64_t> up_to(std::uint64_t count) {
    std::set<std::uint64_t> out;
    for (std::uint64_t i = 0; i < count; ++i) out.insert(out.end(), i);
    return out;
  }

  Gathered gathered;
};

// The same keys for other orders: most of these live in another book than the answer.
TEST(KeyGate, many_keys_at_once_find_the_books_that_know_them) {
  for (const std::uint64_t count : {3U, 200U}) {
    BooksRig rig;
    const auto first = rig.create_all("a-", BooksRig::up_to(count));
    const auto events = rig.events();
    const auto again = rig.create_all("b-", BooksRig::up_to(2 * count));
    for (const auto& [number, answer] : again) {
      if (number >= count) {
        EXPECT_EQ(answer.kind, AnswerKind::done) << number;
        continue;
      }
      EXPECT_EQ(answer.kind, AnswerKind::replayed) << number;
      EXPECT_EQ(answer.payment_id, first.at(number).payment_id) << number;
      EXPECT_EQ(answer.reply.body, first.at(number).reply.body) << number;
    }
    EXPECT_EQ(rig.events(), 2 * events);
    EXPECT_EQ(rig.difference(), "");
  }
}

TEST(KeyGate, a_book_that_can_not_be_asked_fails_those_keys_alone) {
  constexpr std::uint64_t kCount = 200;
  constexpr std::uint32_t kFails = 7;
  BooksRig rig;
  std::vector<FaultyBook*> books;
  rig.wrap = [&](std::unique_ptr<Book> book) -> std::unique_ptr<Book> {
    auto faulty = std::make_unique<FaultyBook>(std::move(book));
    books.push_back(faulty.get());
    return faulty;
  };
  rig.restart();
  books.at(2)->fail_lookups(kFails);
  std::set<std::uint64_t> failed;
  for (const auto& [number, answer] : rig.create_all("a-", BooksRig::up_to(kCount))) {
    if (answer.kind == AnswerKind::done) continue;
    ASSERT_EQ(answer.kind, AnswerKind::failed) << number;
    EXPECT_EQ(answer.error->kind, ErrorKind::unavailable) << number;
    failed.insert(number);
  }
  EXPECT_EQ(failed.size(), kFails);
  for (const auto& [number, answer] : rig.create_all("a-", failed))
    EXPECT_EQ(answer.kind, AnswerKind::done) << number;
  EXPECT_EQ(rig.events(), 2 * kCount);
  EXPECT_EQ(rig.difference(), "");
}

}  // namespace
}  // namespace wonjang
