#include "engine/serving/pattern_plan.h"

#include <algorithm>
#include <string_view>

#include "base/hangul.h"

namespace wonjang::serving {
namespace {

constexpr std::size_t kFormGramMax = 2;

bool is_consonant(char32_t c) { return hangul::is_consonant(c); }

class PatternPlanner {
 public:
  void offer(const GramLists& lists, std::u32string_view gram, bool exact) {
    const PlannedList list{&lists, gram_of(gram), lists.count(gram_of(gram))};
    if (list.count == 0) plan_.nothing = true;
    if (plan_.first.lists == nullptr || list.count < plan_.first.count ||
        (exact && list.count == plan_.first.count)) {
      plan_.second = plan_.first;
      plan_.first = list;
      plan_.exact = exact;
    } else if (plan_.second.lists == nullptr || list.count < plan_.second.count) {
      plan_.second = list;
    }
  }
  const PatternPlan& plan() const { return plan_; }

 private:
  PatternPlan plan_;
};

}  // namespace

PatternPlan plan_of(const Pattern& pattern, const GramLists& forms, const GramLists& initials) {
  const std::u32string_view wanted = pattern.characters();
  const std::u32string opening = initials_of(wanted);
  PatternPlanner planner;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    for (std::size_t size = 1; size <= kGramMax && i + size <= wanted.size(); ++size) {
      const auto part = wanted.substr(i, size);
      if (has_mask(part)) break;
      if (std::none_of(part.begin(), part.end(), is_consonant)) {
        if (size <= kFormGramMax) planner.offer(forms, part, part.size() == wanted.size());
      } else {
        const bool has_syllable = std::any_of(part.begin(), part.end(), hangul::is_syllable);
        planner.offer(initials, std::u32string_view(opening).substr(i, size),
                      part.size() == wanted.size() && !has_syllable);
      }
    }
  }
  return planner.plan();
}

}  // namespace wonjang::serving
