#include "engine/serving/dictionary.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "base/hangul.h"
#include "base/utf8.h"
#include "testing/korean_text.h"
#include "testing/serving_texts.h"

namespace wonjang::serving {
namespace {

constexpr std::uint64_t kSeed = 20261122;
const TextForms& kForms = plain_text_forms();

Pattern pattern(std::u32string_view text) { return *Pattern::parse(kForms, to_utf8(text)); }
std::u32string form_of(std::u32string_view text) { return normal_form(kForms, to_utf8(text)); }

// A text as some client sends it: any of the kinds of names, now and then decomposed.
std::u32string random_text(KoreanNames& names, Rng& rng) {
  switch (rng.below(12)) {
    case 0:
      return names.masked();
    case 1:
      return names.company();
    case 2:
      return names.foreign();
    case 3:
      return names.foreign() + U" " + names.company();
    case 4:
      return std::u32string{names.given_syllable(), U'ㅋ', U'ㅋ', names.surname()};
    case 5:
      return to_code_points(decomposed(names.person()));
    default:
      return names.person();
  }
}

// ---- the oracle: each form looked at character by character ---------------------------------------------

struct Verdict {
  bool found = false;
  bool certain = false;
};

Verdict naive(std::u32string_view wanted, std::u32string_view form) {
  Verdict verdict;
  for (std::size_t at = 0; at + wanted.size() <= form.size(); ++at) {
    std::size_t equal = 0;
    std::size_t by_mask = 0;
    std::size_t by_own_mask = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const char32_t stored = form[at + i];
      if (wanted[i] == U'*') {
        ++by_own_mask;
      } else if (stored == U'*') {
        ++by_mask;
      } else if (stored == wanted[i] ||
                 (stored >= U'가' && stored <= U'힣' &&
                  U"ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"[(stored - U'가') / 588] == wanted[i])) {
        ++equal;
      }
    }
    if (equal == 0 || equal + by_mask + by_own_mask < wanted.size()) continue;
    verdict.found = true;
    verdict.certain = verdict.certain || by_mask == 0;
  }
  return verdict;
}

using Answer = std::map<ValueId, bool>;  // -> possible

Answer naive_answer(const std::set<std::u32string>& forms, const Pattern& wanted) {
  Answer out;
  for (const auto& form : forms) {
    const Verdict verdict = naive(wanted.characters(), form);
    if (verdict.found) out[value_id(TextField::buyer, form)] = !verdict.certain;
  }
  return out;
}

Answer answer_of(const Matches& matches) {
  Answer out;
  for (const Match& match : matches.values) EXPECT_TRUE(out.emplace(match.value, match.possible).second);
  return out;
}

// A part of a form, with some characters turned to initials, masks or others.
std::u32string random_pattern(const std::u32string& form, KoreanNames& names, Rng& rng) {
  const std::size_t size = 1 + rng.below(std::min<std::size_t>(5, form.size()));
  std::u32string out = form.substr(rng.below(form.size() - size + 1), size);
  const auto initials_percent = rng.below(3) * 50;
  for (char32_t& c : out) {
    if (rng.chance(static_cast<std::uint32_t>(initials_percent))) c = initial_or_self(c);
    if (rng.chance(4)) c = kMask;
    if (rng.chance(4)) c = names.given_syllable();
  }
  return out;
}

TEST(Dictionary, it_finds_exactly_what_a_scan_finds) {
  Rng rng(kSeed);
  KoreanNames names(rng);
  for (int round = 0; round < 6; ++round) {
    Dictionary dictionary;
    std::set<std::u32string> forms;
    for (std::size_t left = std::size_t{1} << (round * 2 + 2); left > 0; --left) {
      const auto form = form_of(random_text(names, rng));
      EXPECT_EQ(dictionary.add(TextField::buyer, form, Instant{1}) == Added::now, forms.insert(form).second);
    }
    const std::vector<std::u32string> all(forms.begin(), forms.end());
    for (int i = 0; i < 1500; ++i) {
      const auto text = random_pattern(all[rng.below(all.size())], names, rng);
      const auto wanted = Pattern::parse(kForms, to_utf8(text));
      if (!wanted) continue;  // masks alone
      ASSERT_EQ(answer_of(dictionary.find(TextField::buyer, *wanted)), naive_answer(forms, *wanted))
          << "seed " << kSeed << " pattern " << to_utf8(text);
    }
  }
}

TEST(Dictionary, a_pattern_that_no_form_contains_finds_nothing) {
  Dictionary dictionary;
  EXPECT_TRUE(dictionary.find(TextField::buyer, pattern(U"김")).values.empty());
  dictionary.add(TextField::buyer, U"김민수", Instant{1});
  for (const auto* text : {U"박", U"김수", U"ㅂ", U"ㅂㅁㅅ", U"김민수가", U"ㄲ", U"a"}) {
    EXPECT_TRUE(dictionary.find(TextField::buyer, pattern(text)).values.empty()) << to_utf8(text);
  }
}

TEST(Dictionary, fields_do_not_see_each_other) {
  Dictionary dictionary;
  dictionary.add(TextField::buyer, U"김민수", Instant{1});
  EXPECT_EQ(dictionary.find(TextField::buyer, pattern(U"민수")).values.size(), 1U);
  EXPECT_TRUE(dictionary.find(TextField::product, pattern(U"민수")).values.empty());
  EXPECT_NE(value_id(TextField::buyer, U"김민수"), value_id(TextField::product, U"김민수"));
}

TEST(Dictionary, characters_beyond_the_first_plane_and_the_longest_form_are_found) {
  Dictionary dictionary;
  std::u32string longest;
  while (longest.size() < kFormMax) longest.push_back(longest.size() % 2 == 0 ? U'\U0001F600' : U'나');
  for (int i = 0; i < 100; ++i) {  // over the chunks' ends
    longest[7] = static_cast<char32_t>(U'가' + i);
    ASSERT_EQ(dictionary.add(TextField::product, longest, Instant{1}), Added::now);
  }
  EXPECT_EQ(dictionary.find(TextField::product, pattern(U"나\U0001F600나")).values.size(), 100U);
  const Matches one = dictionary.find(TextField::product, pattern(std::u32string{U'\U0001F600', U'가' + 42}));
  ASSERT_EQ(one.values.size(), 1U);
  longest[7] = U'가' + 42;
  EXPECT_EQ(one.values[0].value, value_id(TextField::product, longest));
}

TEST(Dictionary, the_id_of_a_form_never_changes) {
  EXPECT_EQ(value_id(TextField::buyer, U"김민수"), 46'920'777'333'353ULL);
  EXPECT_LT(value_id(TextField::product, U"아메리카노"), ValueId{1} << 48U);
  EXPECT_EQ(dictionary_key(TextField::product, U"김a"),
            "\x02\xEA\xB9\x80"
            "a");
}

// ---- newest times -----------------------------------------------------------------------------------------

std::int64_t newest_of(const Dictionary& dictionary, std::u32string_view text, Instant from = {}) {
  const auto found = dictionary.find(TextField::buyer, pattern(text), {.from = from});
  return found.values.empty() ? -1 : found.values.at(0).newest_us;
}

TEST(Dictionary, a_value_is_as_new_as_its_newest_payment) {
  Dictionary dictionary;
  EXPECT_EQ(dictionary.add(TextField::buyer, U"김민수", Instant{50}), Added::now);
  EXPECT_EQ(dictionary.add(TextField::buyer, U"김민수", Instant{40}), Added::before);
  EXPECT_EQ(newest_of(dictionary, U"김민수"), 50);
  dictionary.add(TextField::buyer, U"김민수", Instant{60});
  EXPECT_EQ(newest_of(dictionary, U"김민수"), 60);
  dictionary.note(TextField::buyer, value_id(TextField::buyer, U"김민수"), Instant{70});
  dictionary.note(TextField::buyer, value_id(TextField::buyer, U"아무개"), Instant{90});
  EXPECT_EQ(newest_of(dictionary, U"김민수"), 70);
}

TEST(Dictionary, a_scope_leaves_out_values_without_a_payment_in_it) {
  Dictionary dictionary;
  dictionary.add(TextField::buyer, U"김민수", Instant{50});
  dictionary.add(TextField::buyer, U"김*수", Instant{70});
  EXPECT_EQ(dictionary.find(TextField::buyer, pattern(U"김민수"), {.from = Instant{50}}).values.size(), 2U);
  EXPECT_EQ(newest_of(dictionary, U"김민수", Instant{51}), 70);
  EXPECT_EQ(newest_of(dictionary, U"김민수", Instant{71}), -1);
}

class LoadedDictionary : public ::testing::Test {
 protected:
  LoadedDictionary() {
    KvBatch batch;
    for (const auto* form : {U"김민수", U"김*수", U"박"}) put_value(batch, form);
    put_posting(batch, U"김민수", Instant{100});
    put_posting(batch, U"김민수", Instant{300});
    put_posting(batch, U"김*수", Instant{200});
    EXPECT_TRUE(store_->write(batch));
    EXPECT_TRUE(dictionary_.load(*store_->snapshot()));
  }
  static void put_value(KvBatch& batch, std::u32string_view form) {
    batch.put(kDictionary, dictionary_key(TextField::buyer, form), "");
  }
  static void put_posting(KvBatch& batch, std::u32string_view form, Instant at) {
    const Locator where{
        .merchant = 7, .at = at, .payment = PaymentId(RawId{0, static_cast<std::uint64_t>(at.us)})};
    batch.put(kPostings, posting_key(TextField::buyer, value_id(TextField::buyer, form), where),
              std::string("\0\0\0\x07", 4));
  }
  void warm_up(const KvSnapshot& snapshot) {
    WarmPlace place;
    while (!*dictionary_.warm(snapshot, place, 1)) {
    }
  }
  std::unique_ptr<KvStore> store_ = new_memory_store(view_spaces());
  Dictionary dictionary_;
};

TEST_F(LoadedDictionary, every_stored_form_is_found_and_of_unknown_age) {
  const Matches found = dictionary_.find(TextField::buyer, pattern(U"김민수"), {.from = Instant{1'000'000}});
  ASSERT_EQ(found.values.size(), 2U);
  EXPECT_EQ(found.values[0].newest_us, Match::kUnknown);
  EXPECT_EQ(dictionary_.add(TextField::buyer, U"박", Instant{1}), Added::before);
  EXPECT_EQ(newest_of(dictionary_, U"박"), Match::kUnknown);
}

TEST_F(LoadedDictionary, warming_up_learns_the_newest_posting_slice_by_slice) {
  WarmPlace place;
  const auto snapshot = store_->snapshot();
  EXPECT_FALSE(*dictionary_.warm(*snapshot, place, 2));
  EXPECT_TRUE(*dictionary_.warm(*snapshot, place, 2));
  EXPECT_TRUE(*dictionary_.warm(*snapshot, place, 0));
  EXPECT_EQ(newest_of(dictionary_, U"민"), 300);
  EXPECT_EQ(newest_of(dictionary_, U"박"), 0);  // no payment at all
  EXPECT_EQ(newest_of(dictionary_, U"김민수", Instant{301}), -1);
}

// The snapshot that is read for old times doesn't know of payments that came since.
TEST_F(LoadedDictionary, a_payment_that_came_while_warming_up_counts) {
  const auto before = store_->snapshot();
  dictionary_.add(TextField::buyer, U"김민수", Instant{900});
  dictionary_.note(TextField::buyer, value_id(TextField::buyer, U"박"), Instant{800});
  warm_up(*before);
  EXPECT_EQ(newest_of(dictionary_, U"민"), 900);
  EXPECT_EQ(newest_of(dictionary_, U"박"), 800);
}

TEST_F(LoadedDictionary, a_key_that_was_never_written_is_corrupt) {
  for (const std::string& key : {std::string("\x09김"), std::string(1, '\x01'), std::string("\0김", 4)}) {
    const auto store = new_memory_store(view_spaces());
    KvBatch batch;
    batch.put(kDictionary, key, "");
    ASSERT_TRUE(store->write(batch));
    Dictionary other;
    const auto loaded = other.load(*store->snapshot());
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().kind, ErrorKind::corrupt);
  }
}

// ---- bounds -----------------------------------------------------------------------------------------------

std::uint64_t stat(const Dictionary& dictionary, std::string_view name) {
  for (const auto& [each, value] : dictionary.stats()) {
    if (each == name) return value;
  }
  ADD_FAILURE() << "no number " << name;
  return 0;
}

TEST(Dictionary, a_full_field_says_so_in_every_answer) {
  Dictionary dictionary({.values_max = 2});
  EXPECT_EQ(dictionary.add(TextField::buyer, U"가", Instant{1}), Added::now);
  EXPECT_EQ(dictionary.add(TextField::buyer, U"나", Instant{1}), Added::now);
  EXPECT_TRUE(dictionary.find(TextField::buyer, pattern(U"가")).complete);
  EXPECT_EQ(dictionary.add(TextField::buyer, U"다", Instant{1}), Added::full);
  EXPECT_EQ(dictionary.add(TextField::buyer, U"나", Instant{5}), Added::before);
  EXPECT_FALSE(dictionary.find(TextField::buyer, pattern(U"가")).complete);
  EXPECT_TRUE(dictionary.find(TextField::product, pattern(U"가")).complete);
  EXPECT_EQ(stat(dictionary, "dictionary_buyer_refused"), 1U);
  EXPECT_EQ(stat(dictionary, "dictionary_buyer_values"), 2U);
}

ValueId one_of_eight(TextField field, std::u32string_view form) { return value_id(field, form) % 8; }

TEST(Dictionary, forms_that_share_an_id_are_all_found_and_named_once) {
  Rng rng(kSeed);
  KoreanNames names(rng);
  Dictionary dictionary({.id_of = &one_of_eight});
  std::map<std::u32string, std::int64_t> forms;
  std::map<ValueId, std::int64_t> newest;
  for (std::int64_t i = 1; i <= 400; ++i) {
    const auto form = form_of(random_text(names, rng));
    const bool is_new = forms.emplace(form, i).second;
    ASSERT_EQ(dictionary.add(TextField::buyer, form, Instant{i}) == Added::now, is_new);
    newest[one_of_eight(TextField::buyer, form)] = i;
  }
  for (const auto& [form, at] : forms) {
    if (form.size() > kPatternMax) continue;
    const auto wanted = Pattern::parse(kForms, to_utf8(form));
    if (!wanted) continue;
    const auto found = dictionary.find(TextField::buyer, *wanted);
    const auto answer = answer_of(found);  // fails on a value named twice
    ASSERT_TRUE(answer.contains(one_of_eight(TextField::buyer, form))) << to_utf8(form);
    for (const Match& match : found.values) ASSERT_EQ(match.newest_us, newest[match.value]);
  }
}

TEST(Dictionary, a_set_of_values_knows_its_members) {
  Rng rng(kSeed);
  std::vector<Match> matches{{.value = 0}};
  for (int i = 0; i < 1000; ++i) matches.push_back({.value = rng.below(1ULL << 48U)});
  matches.push_back(matches[5]);
  const ValueSet set(matches);
  EXPECT_EQ(set.size(), 1001U);
  for (const Match& match : matches) EXPECT_TRUE(set.contains(match.value));
  std::set<ValueId> members;
  for (const Match& match : matches) members.insert(match.value);
  for (int i = 0; i < 1000; ++i) {
    const ValueId other = rng.below(1ULL << 48U);
    EXPECT_EQ(set.contains(other), members.contains(other));
  }
  EXPECT_FALSE(ValueSet({}).contains(0));
}

// ---- threads ----------------------------------------------------------------------------------------------

// Readers look for names that were added a moment ago: each must be there, and nothing half made.
TEST(Dictionary, readers_find_all_that_was_added_while_the_writer_goes_on) {
  Rng rng(kSeed);
  KoreanNames names(rng);
  std::vector<std::u32string> forms;
  std::map<ValueId, std::u32string> by_id;
  while (forms.size() < 12'000) {
    auto form = form_of(random_text(names, rng));
    if (by_id.emplace(value_id(TextField::buyer, form), form).second) forms.push_back(std::move(form));
  }
  Dictionary dictionary;
  std::atomic<std::size_t> added{0};

  const auto read = [&](std::uint64_t seed) {
    Rng mine(seed);
    std::uint64_t wrong = 0;
    std::uint64_t searches = 0;
    while (added.load(std::memory_order_acquire) < forms.size() || searches < 50) {
      const std::size_t until = added.load(std::memory_order_acquire);
      if (until == 0) continue;
      const std::u32string& form = forms[mine.chance(50) ? until - 1 : mine.below(until)];
      const auto wanted =
          Pattern::parse(kForms, to_utf8(std::u32string_view(form).substr(0, 1 + mine.below(3))));
      if (!wanted) continue;
      const Matches found = dictionary.find(TextField::buyer, *wanted);
      bool there = false;
      for (const Match& match : found.values) {
        const auto known = by_id.find(match.value);
        if (known == by_id.end() || !naive(wanted->characters(), known->second).found) ++wrong;
        there = there || match.value == value_id(TextField::buyer, form);
      }
      if (!there) ++wrong;
      ++searches;
    }
    return wrong;
  };
  std::array<std::uint64_t, 2> wrong{};
  std::thread first([&] { wrong[0] = read(1); });
  std::thread second([&] { wrong[1] = read(2); });
  for (std::size_t i = 0; i < forms.size(); ++i) {
    dictionary.add(TextField::buyer, forms[i], Instant{static_cast<std::int64_t>(i)});
    if (i % 3 == 0)
      dictionary.note(TextField::buyer, value_id(TextField::buyer, forms[i / 2]), Instant{1'000'000});
    added.store(i + 1, std::memory_order_release);
  }
  first.join();
  second.join();
  EXPECT_EQ(wrong[0], 0U);
  EXPECT_EQ(wrong[1], 0U);
}

}  // namespace
}  // namespace wonjang::serving
