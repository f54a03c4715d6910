#include "engine/serving/verify_views.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/bytes.h"
#include "engine/serving/bucket.h"
#include "engine/serving/cell.h"
#include "engine/serving/derived.h"
#include "engine/serving/early_events.h"
#include "engine/serving/group_sums.h"
#include "engine/serving/verify_buckets.h"
#include "engine/serving/verify_parts.h"

namespace wonjang::serving {
namespace {

constexpr std::uint64_t kProgressEvery = 65'536;
constexpr std::size_t kHistoriesKept = 1024;

constexpr std::array kRecordSpaces{kRows, kLocators, kTimeline, kAmounts, kTransactions, kIds, kPostings};
constexpr std::array kSummedSpaces{kTotalsNow, kTotalsLate, kBuckets};

std::uint32_t group_of(PaymentId payment) { return GroupSums::group_of(payment.raw().to_bytes()); }

std::string in_words(const Measures& m) {
  return std::to_string(m.amount.count) + " of " + to_text(m.amount.sum) + ", gross " + to_text(m.gross) +
         ", canceled " + to_text(m.canceled);
}

std::string in_words(const CubeSpec& cube, std::string_view packed, bool is_saturated) {
  if (is_saturated) return std::string(packed.substr(1)) + ", all groups";
  const auto dims = read_dims(cube, packed);
  if (!dims) return "dimensions that can't be read";
  std::string out = dims->currency;
  const auto add = [&](const char* name, std::uint32_t v) {
    if (v != 0) out += std::string(", ") + name + " " + std::to_string(v);
  };
  add("method", dims->method);
  add("status", dims->status);
  add("kind", dims->kind);
  add("channel", dims->channel);
  if (!dims->issuer.empty()) out += ", issuer " + dims->issuer;
  if (!dims->organisation.empty()) out += ", organisation " + dims->organisation;
  return out;
}

// The first group in which two cells differ.
std::string first_difference(const CubeSpec& cube, const Cell& stored, const Cell& derived) {
  static const Measures nothing;
  const auto find = [](const Cell& in, const std::string& dims) -> const Group* {
    for (const auto& group : in.groups()) {
      if (group.dims == dims) return &group;
    }
    return nullptr;
  };
  const auto say = [&](const std::string& dims, const Group* a, const Group* b) {
    return in_words(cube, dims, stored.is_saturated()) + ": the views have " +
           in_words(a != nullptr ? a->sums : nothing) + ", the log gives " +
           in_words(b != nullptr ? b->sums : nothing) +
           (a != nullptr && b != nullptr && a->sums == b->sums ? " (the percentiles differ)" : "");
  };
  for (const auto& group : derived.groups()) {
    const Group* other = find(stored, group.dims);
    if (other == nullptr || !(*other == group)) return say(group.dims, other, &group);
  }
  for (const auto& group : stored.groups()) {
    if (find(derived, group.dims) == nullptr) return say(group.dims, &group, nullptr);
  }
  return "other bytes for the same numbers";
}

class Verification {
 public:
  Verification(const ViewsToVerify& views, const VerifyOptions& options)
      : views_(views),
        log_(views, options),
        cubes_({views.cubes.begin(), views.cubes.end()}),
        differences_(options.differences_max, report_.differences) {
    report_.records.resize(kSpaceCount);
  }

  Result<ViewsReport> run() {
    WJ_CHECK(read_stored());
    WJ_CHECK(walk(VerifyPhase::reading_log, [this](const LogUnit& unit) { return add_up(unit); }));
    WJ_CHECK(compare_dictionary());
    find_unequal();
    if (is_any_unequal_) WJ_CHECK(split());
    WJ_CHECK(compare_set_aside());
    report_.rows_read = report_.records[kRows];
    for (auto& [currency, sums] : sums_) report_.sums.push_back(sums);
    return std::move(report_);
  }

 private:
  using Groups = std::bitset<GroupSums::kGroups>;

  // --- What both sides are read with.

  bool is_full() const { return differences_.is_full(); }
  void differ(KvSpace space, std::string_view key, const std::string& what) {
    differences_.add(space, key, what);
  }

  // Every record of a space, while there is room for differences.
  template <typename Each>
  Result<void> scan(KvSpace space, Each&& each) {
    const auto cursor = views_.snapshot.scan(space, {}, {});
    for (std::uint64_t i = 1; cursor->valid() && !is_full(); cursor->next(), ++i) {
      WJ_CHECK(each(cursor->key(), cursor->value()));
      if (i % kProgressEvery == 0) WJ_CHECK(log_.go_on(VerifyPhase::reading_views, i, 0));
    }
    auto status = cursor->status();
    if (status) return {};
    if (status.error().kind != ErrorKind::corrupt) return status;
    is_unreadable_[space] = true;
    differ(space, {}, "can't be read to its end: " + status.error().message);
    return {};
  }

  template <typename Each>
  Result<void> walk(VerifyPhase phase, Each&& each) {
    return log_.walk(phase, each, [this] { return is_full(); });
  }

  // What a unit gives when it is the one that begins a payment: it is folded whole then.
  Result<std::optional<Derived>> derived_of(const LogUnit& unit) {
    if (unit.unit.first_version != 0) return std::optional<Derived>();
    WJ_TRY(const auto events, log_.history(PaymentId(unit.unit.stream)));
    if (events.events.empty() || events.created_at != unit.unit.first) return std::optional<Derived>();
    WJ_TRY(auto derived, derive(events, log_.merchants(), views_.forms));
    return std::optional<Derived>(std::move(derived));
  }

  bool is_saturated(KvSpace space, const std::string& key) const {
    return !saturated_.empty() && saturated_.contains({space, key});
  }

  // Every cell that a payment's facts have come into: add(space, key, cube, dims, fact, sign). Where the
  // views tell apart currencies alone, so does the log's side: from when on they did depends on how the log
  // was cut.
  template <typename Add>
  void each_cell(const Derived& derived, Add&& add) const {
    const auto add_to = [&](KvSpace space, const std::string& key, const std::string& dims,
                            const CubeSpec& cube, const Fact& fact, int sign) {
      const bool joined = is_saturated(space, key);
      add(space, key, joined ? std::string(currency_of(dims)) : dims, cube, fact, sign);
    };
    const auto count = [&](const Fact& fact, int sign, BusinessDate day) {
      for (const auto& cube : cubes_.cubes()) {
        if (cube.source != fact.source) continue;
        const auto bucket = fact.buckets[static_cast<std::size_t>(cube.grain)];
        std::string dims;
        append_dims(dims, cube, fact);
        std::string key;
        append_cell_key(key, cube, fact.merchant, fact.organisation, bucket);
        add_to(kTotalsNow, key, dims, cube, fact, sign);
        if (!cube.history || day == last_day_of(cube.grain, bucket)) continue;
        append_ordered(key, day.days);
        add_to(kTotalsLate, key, dims, cube, fact, sign);
      }
    };
    const PaymentFacts* before = nullptr;
    for (const auto& [facts, day] : derived.states) {
      if (before != nullptr && *before == facts) continue;
      if (before != nullptr) count(fact_of(*before), -1, day);
      count(fact_of(facts), +1, day);
      before = &facts;
    }
    for (const auto& [facts, day] : derived.movements) count(fact_of(facts), +1, day);
  }

  // --- First: both sides in groups.

  Result<void> read_stored() {
    for (const KvSpace space : kRecordSpaces) {
      WJ_CHECK(scan(space, [&](std::string_view key, std::string_view value) -> Result<void> {
        ++report_.records[space];
        const auto payment = payment_in(space, key);
        if (payment) {
          stored_[space].add(group_of(*payment), record_sum(key, value));
        } else {
          differ(space, key, "a key of " + std::to_string(key.size()) + " bytes is none of this space");
        }
        return {};
      }));
    }
    for (const KvSpace space : {kTotalsNow, kTotalsLate}) {
      WJ_CHECK(scan(space, [&](std::string_view key, std::string_view value) -> Result<void> {
        ++report_.records[space];
        read_cell(space, key, value);
        return {};
      }));
    }
    WJ_CHECK(scan(kBuckets, [&](std::string_view key, std::string_view value) -> Result<void> {
      ++report_.records[kBuckets];
      read_bucket(key, value);
      return {};
    }));
    return read_dictionary();
  }

  // No cell of such a cube gets too many groups: the mark is wrong.
  static bool has_lost_nothing(const CubeSpec& cube, const Cell& cell) {
    return cell.is_saturated() && cube.inner.within({Dimension::currency});
  }

  void read_cell(KvSpace space, std::string_view key, std::string_view value) {
    const CubeSpec* cube = cube_of(key);
    std::string_view rest;
    if (cube == nullptr || !read_cell_key(*cube, key, rest) ||
        rest.size() != (space == kTotalsLate ? 4U : 0U)) {
      return differ(space, key, "the key names no cell of a cube");
    }
    const auto cell = decode_cell(value);
    if (!cell || cell->is_empty() || encode_cell(*cell) != value) {
      return differ(space, key, describe_cell(*cube, key) + ": the cell can't be read");
    }
    if (has_lost_nothing(*cube, *cell)) {
      return differ(space, key,
                    describe_cell(*cube, key) + ": saturated, and there is nothing to tell apart");
    }
    if (cell->is_saturated()) saturated_.emplace(space, key);
    for (const auto& group : cell->groups()) {
      const Measures& m = group.sums;
      const std::array<int128, 5> numbers{m.amount.count, m.amount.sum, m.amount.sumsq, m.gross, m.canceled};
      add_cell(stored_[space], key, group.dims, numbers, +1);
      const CellWeights weights(key, group.dims);
      const auto at = GroupSums::group_of(key);
      group.amounts.for_each([&](std::int32_t bucket, std::int64_t count) {
        stored_[space].add(at, weights.weigh(histogram_number(bucket), count));
      });
    }
  }

  void read_bucket(std::string_view key, std::string_view value) {
    const auto bucket = decode_bucket(value);
    if (key.size() != 6) return differ(kBuckets, key, "a key of another size than a bucket's");
    if (!bucket) return differ(kBuckets, key, bucket_place(key) + ": " + bucket.error().message);
    add_bucket(stored_[kBuckets], key, *bucket);
  }

  Result<void> read_dictionary() {
    WJ_CHECK(scan(kDictionary, [&](std::string_view key, std::string_view value) -> Result<void> {
      ++report_.records[kDictionary];
      if (!value.empty()) differ(kDictionary, key, "the form has a value, and none has one");
      forms_.push_back(hash64(key));
      return {};
    }));
    std::sort(forms_.begin(), forms_.end());
    is_form_used_.resize(forms_.size());
    return {};
  }

  const CubeSpec* cube_of(std::string_view key) const {
    if (key.size() < 2) return nullptr;
    return cubes_.find(static_cast<std::uint16_t>(static_cast<unsigned char>(key[0]) << 8U |
                                                  static_cast<unsigned char>(key[1])));
  }

  static std::uint64_t histogram_number(std::int32_t bucket) {
    return 1'000'000U + static_cast<std::uint64_t>(static_cast<std::int64_t>(bucket));
  }

  static void add_cell(GroupSums& to, std::string_view key, std::string_view dims,
                       const std::array<int128, 5>& numbers, int sign) {
    const CellWeights weights(key, dims);
    uint128 sum = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i) sum += weights.weigh(i, sign * numbers[i]);
    to.add(GroupSums::group_of(key), sum);
  }

  Result<void> add_up(const LogUnit& unit) {
    report_.events += unit.unit.events.size();
    WJ_TRY(const auto derived, derived_of(unit));
    if (!derived) return {};
    ++report_.payments;
    folded_ += derived->states.size();
    Sums& sums = sums_[derived->facts.currency];
    sums.currency = derived->facts.currency;
    ++sums.count;
    sums.gross += derived->facts.gross;
    sums.canceled += derived->facts.canceled;

    const auto group = group_of(derived->at.payment);
    for (const auto& record : derived->records) {
      if (record.space == kDictionary) {
        use_form(record.key);
      } else {
        derived_[record.space].add(group, record_sum(record.key, record.value));
      }
    }
    each_cell(*derived, [&](KvSpace space, const std::string& key, const std::string& dims,
                            const CubeSpec& cube, const Fact& fact, int sign) {
      const int128 amount = fact.amount;
      add_cell(derived_[space], key, dims, {1, amount, amount * amount, fact.gross, fact.canceled}, sign);
      if (!cube.percentiles) return;
      const auto number = histogram_number(Histogram::bucket_of(fact.amount));
      derived_[space].add(GroupSums::group_of(key), CellWeights(key, dims).weigh(number, sign));
    });
    add_bucket(derived_[kBuckets], bucket_key(derived->at), bucket_of_one(*derived));
    return {};
  }

  static Bucket bucket_of_one(const Derived& derived) {
    Bucket out;
    for (const auto& record : derived.records) {
      if (record.space == kRows) out.add(record.key, record.value, derived.facts);
    }
    return out;
  }

  void use_form(const std::string& key) {
    const auto at = std::lower_bound(forms_.begin(), forms_.end(), hash64(key));
    if (at == forms_.end() || *at != hash64(key)) {
      if (is_unreadable_[kDictionary]) return;
      return differ(kDictionary, key, "the form of a text is missing");
    }
    is_form_used_[static_cast<std::size_t>(at - forms_.begin())] = true;
  }

  Result<void> compare_dictionary() {
    if (is_full() || std::find(is_form_used_.begin(), is_form_used_.end(), false) == is_form_used_.end())
      return {};
    return scan(kDictionary, [&](std::string_view key, std::string_view) -> Result<void> {
      const auto at = std::lower_bound(forms_.begin(), forms_.end(), hash64(key));
      if (!is_form_used_[static_cast<std::size_t>(at - forms_.begin())]) {
        differ(kDictionary, key, "a form that no text of the log has");
      }
      return {};
    });
  }

  void find_unequal() {
    const auto compare = [this](KvSpace space) {
      if (is_unreadable_[space] || is_full()) return;
      auto groups = stored_[space].differing(derived_[space]);
      if (groups.size() > kGroupsSplit) {
        report_.groups_not_split += groups.size() - kGroupsSplit;
        groups.resize(kGroupsSplit);
      }
      for (const auto group : groups) unequal_[space].set(group);
      is_any_unequal_ = is_any_unequal_ || !groups.empty();
    };
    for (const KvSpace space : kRecordSpaces) compare(space);
    for (const KvSpace space : kSummedSpaces) compare(space);
  }

  // --- Then: groups that differ, record by record.

  Result<void> split() {
    WJ_CHECK(walk(VerifyPhase::splitting, [this](const LogUnit& unit) -> Result<void> {
      WJ_TRY(const auto derived, derived_of(unit));
      if (!derived) return {};
      collect_sums(*derived);
      return compare_records(*derived);
    }));
    for (const KvSpace space : kRecordSpaces) WJ_CHECK(find_foreign(space));
    WJ_CHECK(compare_cells(kTotalsNow));
    WJ_CHECK(compare_cells(kTotalsLate));
    return compare_buckets();
  }

  void collect_sums(const Derived& derived) {
    each_cell(derived, [&](KvSpace space, const std::string& key, const std::string& dims,
                           const CubeSpec& cube, const Fact& fact, int sign) {
      if (!unequal_[space].test(GroupSums::group_of(key))) return;
      Group& group = cells_[{space, key}].group(dims);
      Measures one;
      bool fits = one.amount.add_value(fact.amount);
      one.gross = fact.gross;
      one.canceled = fact.canceled;
      fits = (sign > 0 ? group.sums.add(one) : group.sums.subtract(one)) && fits;
      if (!fits) differ(space, key, "the sums of the log are beyond the bounds of a cell");
      if (cube.percentiles) group.amounts.add(fact.amount, sign);
    });
    const std::string key = bucket_key(derived.at);
    if (unequal_[kBuckets].test(GroupSums::group_of(key))) buckets_[key].merge(bucket_of_one(derived));
  }

  Result<void> compare_records(const Derived& derived) {
    const auto group = group_of(derived.at.payment);
    for (const auto& record : derived.records) {
      if (record.space == kDictionary || !unequal_[record.space].test(group)) continue;
      WJ_TRY(const auto stored, views_.snapshot.get(record.space, record.key));
      if (!stored) {
        differ(record.space, record.key, "missing in the views");
      } else if (*stored != record.value) {
        differ(record.space, record.key, different(record, *stored));
      }
    }
    return {};
  }

  static std::string different(const Record& record, const std::string& stored) {
    if (record.space != kRows) {
      return "different: the views have " + hex_of_key(stored) + ", the log gives " +
             hex_of_key(record.value);
    }
    return "different: the views have " + row_in_words(record.key, stored) + "; the log gives " +
           row_in_words(record.key, record.value);
  }

  Result<void> find_foreign(KvSpace space) {
    if (unequal_[space].none()) return {};
    std::optional<PaymentId> last;
    std::vector<Record> records;
    return scan(space, [&](std::string_view key, std::string_view) -> Result<void> {
      const auto payment = payment_in(space, key);
      if (!payment || !unequal_[space].test(group_of(*payment))) return {};
      if (last != payment) {
        WJ_TRY(const auto events, log_.history(*payment));
        records.clear();
        if (!events.events.empty()) {
          WJ_TRY(auto derived, derive(events, log_.merchants(), views_.forms));
          records = std::move(derived.records);
        }
        last = payment;
      }
      const bool known = std::any_of(records.begin(), records.end(),
                                     [&](const Record& r) { return r.space == space && r.key == key; });
      if (known) return {};
      differ(space, key, records.empty() ? "not in the log" : "the log gives no such record of this payment");
      return {};
    });
  }

  Result<void> compare_cells(KvSpace space) {
    if (unequal_[space].none()) return {};
    WJ_CHECK(scan(space, [&](std::string_view key, std::string_view value) -> Result<void> {
      const CubeSpec* cube = cube_of(key);
      if (cube == nullptr || !unequal_[space].test(GroupSums::group_of(key))) return {};
      const auto node = cells_.extract({space, std::string(key)});
      Cell derived;
      if (!node.empty()) derived = node.mapped();
      derived.remove_zeros();
      const auto stored = decode_cell(value);
      if (is_saturated(space, std::string(key)) && !derived.saturate()) return {};  // collect_sums() said so
      if (!stored || has_lost_nothing(*cube, *stored) ||
          (!derived.is_empty() && encode_cell(derived) == value))
        return {};  // read_cell() said so
      differ(space, key, describe_cell(*cube, key) + ": " + first_difference(*cube, *stored, derived));
      return {};
    }));
    for (auto& [place, cell] : cells_) {
      cell.remove_zeros();
      if (place.first != space || cell.is_empty()) continue;
      const CubeSpec& cube = *cube_of(place.second);
      differ(space, place.second,
             describe_cell(cube, place.second) + ": missing: " + first_difference(cube, {}, cell));
    }
    return {};
  }

  Result<void> compare_buckets() {
    if (unequal_[kBuckets].none()) return {};
    WJ_CHECK(scan(kBuckets, [&](std::string_view key, std::string_view value) -> Result<void> {
      if (key.size() != 6 || !unequal_[kBuckets].test(GroupSums::group_of(key))) return {};
      const auto node = buckets_.extract(std::string(key));
      const auto stored = decode_bucket(value);
      const Bucket derived = node.empty() ? Bucket() : node.mapped();
      if (!stored || *stored == derived) return {};
      differ(kBuckets, key,
             bucket_place(key) + ": the views have " + bucket_in_words(*stored) + "; the log gives " +
                 bucket_in_words(derived));
      return {};
    }));
    for (const auto& [key, bucket] : buckets_) {
      differ(kBuckets, key, bucket_place(key) + ": missing; the log gives " + bucket_in_words(bucket));
    }
    return {};
  }

  // --- Last: what waits, and what was set aside. A ledger's log has neither: every event of it was folded.

  struct Standing {
    Position position = 0;
    std::uint64_t hash = 0;
  };
  struct Known {
    std::unordered_map<std::uint32_t, Standing> versions;
    std::size_t folded = 0;  // versions below
  };
  using Aside = std::map<std::string, std::string>;

  Result<void> compare_set_aside() {
    if (is_full()) return {};
    Aside pending;
    Aside quarantine;
    if (report_.events != folded_) {
      std::unordered_map<RawId, Known> known;
      WJ_CHECK(walk(VerifyPhase::splitting,
                    [&](const LogUnit& unit) { return judge(unit, known, pending, quarantine); }));
    }
    WJ_CHECK(compare_aside(kPending, pending, "an event that waits for an earlier one"));
    return compare_aside(kQuarantine, quarantine, "an event that contradicts a folded one");
  }

  Result<void> judge(const LogUnit& unit, std::unordered_map<RawId, Known>& known, Aside& pending,
                     Aside& quarantine) {
    if (known.size() > kHistoriesKept) known.clear();
    const auto [at, is_new] = known.try_emplace(unit.unit.stream);
    if (is_new) WJ_CHECK(learn(unit.unit.stream, log_.seen(unit.book), at->second));
    std::uint32_t version = unit.unit.first_version;
    Position position = unit.unit.first;
    for (const auto& bytes : unit.unit.events) {
      const Standing& standing = at->second.versions[version];
      std::string key = event_key(unit.unit.stream, version);
      if (standing.position == position) {
        if (version >= at->second.folded) pending[key] = bytes;
      } else if (standing.hash != hash64(bytes)) {
        put_be64(key, hash64(bytes));
        std::string value;
        put_be32(value, unit.book);
        put_be64(value, position);
        quarantine[key] = value.append(bytes);
      }
      ++version;
      ++position;
    }
    if (pending.size() + quarantine.size() <= kSetAsideMax) return {};
    return unavailable("more than " + std::to_string(kSetAsideMax) +
                       " events of the log wait or contradict others: look at the log before the views");
  }

  Result<void> learn(RawId stream, Position until, Known& out) const {
    WJ_TRY(const auto units, views_.log.load(stream));
    for (const auto& unit : units) {
      if (unit.first >= until) continue;
      std::uint32_t version = unit.first_version;
      for (std::size_t i = 0; i < unit.events.size(); ++i, ++version) {
        out.versions.try_emplace(version, Standing{unit.first + i, hash64(unit.events[i])});
      }
    }
    while (out.versions.contains(static_cast<std::uint32_t>(out.folded))) ++out.folded;
    return {};
  }

  Result<void> compare_aside(KvSpace space, Aside& expected, const char* what) {
    WJ_CHECK(scan(space, [&](std::string_view key, std::string_view value) -> Result<void> {
      ++report_.records[space];
      const auto node = expected.extract(std::string(key));
      if (node.empty()) {
        differ(space, key, std::string("not in the log: ") + what);
      } else if (node.mapped() != value) {
        differ(space, key, std::string("different: ") + what);
      }
      return {};
    }));
    for (const auto& [key, value] : expected)
      differ(space, key, std::string("missing in the views: ") + what);
    return {};
  }

  const ViewsToVerify views_;
  const VerifiedLog log_;
  const CubeSet cubes_;
  ViewsReport report_;
  Differences differences_;

  std::array<GroupSums, kSpaceCount> stored_;
  std::array<GroupSums, kSpaceCount> derived_;
  std::vector<std::uint64_t> forms_;  // hashes of the dictionary's keys, sorted
  std::vector<bool> is_form_used_;
  std::set<std::pair<KvSpace, std::string>> saturated_;  // cells of the views
  std::map<std::string, Sums> sums_;
  std::uint64_t folded_ = 0;
  std::array<bool, kSpaceCount> is_unreadable_{};

  bool is_any_unequal_ = false;
  std::array<Groups, kSpaceCount> unequal_;
  std::map<std::pair<KvSpace, std::string>, Cell> cells_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace

const char* name_of(VerifyPhase phase) {
  switch (phase) {
    case VerifyPhase::reading_views:
      return "reading_views";
    case VerifyPhase::reading_log:
      return "reading_log";
    case VerifyPhase::splitting:
      return "splitting";
  }
  return "unknown";
}

Result<ViewsReport> verify_views(const ViewsToVerify& views, const VerifyOptions& options) {
  if (options.quick) return verify_buckets(views, options);
  return Verification(views, options).run();
}

}  // namespace wonjang::serving
