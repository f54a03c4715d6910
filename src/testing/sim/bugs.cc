#include "testing/sim/bugs.h"

#include <string>
#include <utility>
#include <vector>

namespace wonjang::testing {
namespace {

constexpr std::string_view kNames[] = {
    "none",
    "forgets_a_key",
    "forgets_a_claim",
    "forgets_an_alarm",
    "answers_before_write",
    "drops_half_a_batch",
    "reads_stale",
    "forgets_the_answer",
    "skips_the_key_gate",
    "retries_under_new_key",
    "calls_twice",
};

// An append with everything that its spans point to.
struct OwnedBatch {
  explicit OwnedBatch(const AppendBatch& batch)
      : units(batch.units.begin(), batch.units.end()),
        nodes(batch.tree_nodes.begin(), batch.tree_nodes.end()),
        head(batch.head) {}
  AppendBatch view() const { return {units, nodes, head}; }

  std::vector<Unit> units;
  std::vector<TreeNode> nodes;
  std::string head;
};

class BuggyBook final : public Book {
 public:
  BuggyBook(std::unique_ptr<Book> inner, SimBug bug, std::uint64_t seed)
      : inner_(std::move(inner)), bug_(bug), rng_(seed) {}

  Position tail() const override { return unwritten_ ? unwritten_tail_ : inner_->tail() + dropped_; }
  Result<std::string> head() const override { return written().head(); }

  Result<void> append(const AppendBatch& batch) override {
    OwnedBatch copy(batch);
    if (bug_ == SimBug::answers_before_write) {
      if (auto done = write_out(); !done) return done;
      unwritten_tail_ = inner_->tail();
      for (const auto& unit : copy.units) unwritten_tail_ += unit.events.size();
      unwritten_.emplace(std::move(copy));
      return {};
    }
    for (auto& unit : copy.units) forget_something(unit);
    std::uint64_t dropped = 0;
    if (bug_ == SimBug::drops_half_a_batch && copy.units.size() > 1 && rng_.chance(10)) {
      for (std::size_t i = copy.units.size() / 2; i < copy.units.size(); ++i)
        dropped += copy.units[i].events.size();
      copy.units.resize(copy.units.size() / 2);
    }
    auto done = inner_->append(copy.view());
    if (done) dropped_ += dropped;
    return done;
  }

  Result<std::vector<StoredUnit>> load_from(RawId stream, std::uint32_t version) const override {
    auto units = written().load_from(stream, version);
    if (bug_ == SimBug::reads_stale && units && units->size() > 1 && rng_.chance(5)) units->pop_back();
    return units;
  }
  Result<std::optional<FoundIdempotency>> find_idempotency(const Hash128& key) const override {
    auto found = written().find_idempotency(key);
    if (bug_ == SimBug::forgets_the_answer && found && *found && rng_.chance(20))
      (*found)->entry.reply += " again";
    return found;
  }
  Result<std::optional<RawId>> find_claim(const Hash128& claim) const override {
    return written().find_claim(claim);
  }
  Result<std::vector<StoredUnit>> read(Position from, std::uint32_t units_max,
                                       std::size_t bytes_max) const override {
    return written().read(from, units_max, bytes_max);
  }
  Result<std::vector<AlarmEntry>> alarms(std::uint8_t kind, std::int64_t until_us,
                                         std::uint32_t count_max) const override {
    return written().alarms(kind, until_us, count_max);
  }
  Result<std::optional<Hash256>> tree_node(std::uint8_t level, std::uint64_t index) const override {
    return written().tree_node(level, index);
  }
  Result<BookCounts> count() const override { return written().count(); }
  Result<void> backup(const std::string& directory) const override { return written().backup(directory); }
  std::vector<std::pair<std::string, std::uint64_t>> stats() const override { return inner_->stats(); }

 private:
  void forget_something(Unit& unit) {
    if (bug_ == SimBug::forgets_a_key && rng_.chance(10)) unit.idempotency.reset();
    if (bug_ == SimBug::forgets_a_claim && rng_.chance(20)) unit.claim.reset();
    if (bug_ == SimBug::forgets_an_alarm && rng_.chance(20)) unit.alarm_after.reset();
  }
  Result<void> write_out() const {
    if (broken_) return *broken_;
    if (!unwritten_) return {};
    const OwnedBatch batch = *std::move(unwritten_);
    unwritten_.reset();
    auto done = inner_->append(batch.view());
    if (!done) broken_ = done.error();
    return done;
  }
  // Reads write first what was only promised, so that nobody notices... until the process dies.
  const Book& written() const {
    (void)write_out();
    return *inner_;
  }

  std::unique_ptr<Book> inner_;
  const SimBug bug_;
  mutable Rng rng_;
  mutable std::optional<OwnedBatch> unwritten_;
  mutable std::optional<Error> broken_;
  Position unwritten_tail_ = 0;
  std::uint64_t dropped_ = 0;  // events that were promised and never written
};

}  // namespace

std::string_view name_of(SimBug bug) { return kNames[static_cast<std::size_t>(bug)]; }

std::optional<SimBug> parse_sim_bug(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    if (kNames[i] == name) return static_cast<SimBug>(i);
  }
  return std::nullopt;
}

std::unique_ptr<Book> with_bug(std::unique_ptr<Book> inner, SimBug bug, std::uint64_t seed) {
  if (bug == SimBug::none) return inner;
  return std::make_unique<BuggyBook>(std::move(inner), bug, seed);
}

}  // namespace wonjang::testing
