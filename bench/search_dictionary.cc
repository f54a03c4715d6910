// search_dictionary: how long the dictionary takes to say which distinct names contain a pattern, how long it
// takes to load, and what it weighs. Names are made by testing/korean_text.h, 2 % of them masked.
//
//   bench_search_dictionary [--names N] [--searches N]
//
// Times are CPU time of the one thread that works. Prints the time to load (sorted keys handed over one by
// one, as a store does), resident memory, and for each kind of pattern p50, p99 and the slowest of its
// searches, the matches and the numbers examined.
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <unordered_map>
#include <vector>

#include "adapters/memory/plain_text_forms.h"
#include "base/utf8.h"
#include "engine/serving/dictionary.h"
#include "options.h"
#include "testing/korean_text.h"

namespace {

using namespace wonjang;
using namespace wonjang::serving;

// Of this thread's own work: a neighbour on the same core doesn't count.
double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double resident_mb() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  file >> all >> resident;
  return static_cast<double>(resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))) / 1e6;
}

// The space `dictionary`, as sorted keys.
class Keys final : public KvSnapshot {
 public:
  explicit Keys(const std::vector<std::string>& keys) : keys_(keys) {}
  Result<std::optional<std::string>> get(KvSpace, std::string_view) const override {
    return unavailable("not here");
  }
  Result<std::vector<std::optional<std::string>>> get_many(KvSpace,
                                                           std::span<const std::string>) const override {
    return unavailable("not here");
  }
  std::unique_ptr<KvCursor> scan(KvSpace, std::string_view, std::string_view) const override {
    return std::make_unique<Cursor>(keys_);
  }
  std::unique_ptr<KvCursor> scan_back(KvSpace, std::string_view, std::string_view) const override {
    return nullptr;  // nobody asks
  }

 private:
  class Cursor final : public KvCursor {
   public:
    explicit Cursor(const std::vector<std::string>& keys) : keys_(keys) {}
    bool valid() const override { return at_ < keys_.size(); }
    void next() override { ++at_; }
    void seek(std::string_view) override {}
    std::string_view key() const override { return keys_[at_]; }
    std::string_view value() const override { return {}; }
    Result<void> status() const override { return {}; }

   private:
    const std::vector<std::string>& keys_;
    std::size_t at_ = 0;
  };
  const std::vector<std::string>& keys_;
};

std::vector<std::string> distinct_keys(std::size_t count, const TextForms& forms) {
  Rng rng(42);
  KoreanNames names(rng);
  std::vector<std::string> keys;
  while (keys.size() < count) {
    for (std::size_t left = count - keys.size() + count / 50; left > 0; --left) {
      const auto text = rng.chance(2) ? names.masked() : names.person();
      keys.push_back(dictionary_key(TextField::buyer, normal_form(forms, to_utf8(text))));
    }
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  }
  while (keys.size() > count) keys.erase(keys.begin() + static_cast<std::ptrdiff_t>(rng.below(keys.size())));
  return keys;
}

struct Kind {
  std::string name;
  std::vector<std::u32string> patterns;
};

// All parts of `size` characters, most frequent first.
std::vector<std::u32string> parts_by_frequency(const std::vector<std::string>& keys, std::size_t size,
                                               bool initials) {
  std::unordered_map<std::u32string, std::uint32_t> counts;
  for (const std::string& key : keys) {
    auto form = to_code_points(std::string_view(key).substr(1));
    if (has_mask(form)) continue;
    if (initials) form = initials_of(form);
    for (std::size_t i = 0; i + size <= form.size(); ++i) ++counts[form.substr(i, size)];
  }
  std::vector<std::pair<std::uint32_t, std::u32string>> sorted;
  for (auto& [part, count] : counts) sorted.emplace_back(count, part);
  std::sort(sorted.rbegin(), sorted.rend());
  std::vector<std::u32string> out;
  for (auto& [count, part] : sorted) out.push_back(std::move(part));
  return out;
}

std::vector<std::u32string> slice(const std::vector<std::u32string>& all, std::size_t from_percent,
                                  std::size_t size) {
  const std::size_t from = std::min(all.size() * from_percent / 100, all.size() - std::min(size, all.size()));
  return {all.begin() + static_cast<std::ptrdiff_t>(from),
          all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), from + size))};
}

std::vector<std::u32string> mixed(std::vector<std::u32string> parts) {
  for (auto& part : parts) {
    for (std::size_t i = 1; i < part.size(); ++i) part[i] = initial_or_self(part[i]);
  }
  return parts;
}

std::vector<Kind> kinds(const std::vector<std::string>& keys) {
  const auto one = parts_by_frequency(keys, 1, false);
  const auto two = parts_by_frequency(keys, 2, false);
  const auto three = parts_by_frequency(keys, 3, false);
  const auto two_initials = parts_by_frequency(keys, 2, true);
  const auto three_initials = parts_by_frequency(keys, 3, true);
  return {{"1 syllable, the 20 commonest", slice(one, 0, 20)},
          {"1 syllable, middle", slice(one, 40, 50)},
          {"2 syllables, the 50 commonest", slice(two, 0, 50)},
          {"2 syllables, middle", slice(two, 30, 200)},
          {"2 syllables, rarest", slice(two, 100, 200)},
          {"3 syllables", slice(three, 50, 200)},
          {"1 initial", slice(parts_by_frequency(keys, 1, true), 0, 14)},
          {"2 initials, the 20 commonest", slice(two_initials, 0, 20)},
          {"3 initials, the 50 commonest", slice(three_initials, 0, 50)},
          {"3 initials, middle", slice(three_initials, 50, 200)},
          {"syllable and 2 initials", mixed(slice(three, 20, 200))}};
}

void measure(const Dictionary& dictionary, const TextForms& forms, const Kind& kind, std::size_t searches) {
  std::vector<Pattern> patterns;
  for (const auto& text : kind.patterns) {
    auto parsed = Pattern::parse(forms, to_utf8(text));
    if (parsed) patterns.push_back(*std::move(parsed));
  }
  std::vector<double> times;
  std::uint64_t found = 0;
  std::uint64_t examined = 0;
  for (std::size_t i = 0; i < searches; ++i) {
    const auto start = cpu_ms();
    const Matches matches = dictionary.find(TextField::buyer, patterns[i % patterns.size()]);
    times.push_back(cpu_ms() - start);
    found += matches.values.size();
    examined += matches.examined;
  }
  std::sort(times.begin(), times.end());
  std::printf("%-30s p50 %8.3f ms  p99 %8.3f ms  max %8.3f ms  matches %8llu  examined %8llu\n",
              kind.name.c_str(), times[times.size() / 2], times[times.size() * 99 / 100], times.back(),
              static_cast<unsigned long long>(found / searches),
              static_cast<unsigned long long>(examined / searches));
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t count = 1'900'000;
  std::uint64_t searches = 1'000;
  bench::Options("Searches in the dictionary of names, which is in memory")
      .count("--names", count, "Names that are drawn")
      .count("--searches", searches, "Searches of each kind")
      .parse(argc, argv);
  const PlainTextForms forms;
  const auto keys = distinct_keys(count, forms);
  const double before_mb = resident_mb();
  Dictionary dictionary;
  const auto start = cpu_ms();
  const auto loaded = dictionary.load(Keys(keys));
  const double load_ms = cpu_ms() - start;
  if (!loaded) {
    std::fprintf(stderr, "%s\n", loaded.error().message.c_str());
    return 1;
  }
  std::printf("%zu distinct names loaded in %.0f ms, resident %.1f MB more\n", keys.size(), load_ms,
              resident_mb() - before_mb);
  for (const auto& [name, value] : dictionary.stats()) {
    if (name.starts_with("dictionary_buyer_"))
      std::printf("  %s %llu\n", name.c_str(), static_cast<unsigned long long>(value));
  }
  for (const Kind& kind : kinds(keys)) measure(dictionary, forms, kind, searches);

  Dictionary shuffled;
  std::vector<std::u32string> texts;
  for (const std::string& key : keys) texts.push_back(to_code_points(std::string_view(key).substr(1)));
  Rng rng(7);
  for (std::size_t i = texts.size(); i > 1; --i) std::swap(texts[i - 1], texts[rng.below(i)]);
  const auto add_start = cpu_ms();
  for (const auto& text : texts) shuffled.add(TextField::buyer, text, Instant{1});
  const double add_ms = cpu_ms() - add_start;
  std::printf("added one by one in no order: %.0f ms, %.2f us each\n", add_ms,
              add_ms * 1000 / static_cast<double>(texts.size()));
  for (const Kind& kind : kinds(keys)) measure(shuffled, forms, kind, searches);
  for (const auto& [name, value] : shuffled.stats()) {
    if (name == "dictionary_buyer_bytes")
      std::printf("  %s %llu\n", name.c_str(), static_cast<unsigned long long>(value));
  }
  return 0;
}
