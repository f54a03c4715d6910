#include "engine/serving/dictionary.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/assert.h"
#include "base/hangul.h"
#include "base/hash64.h"
#include "base/utf8.h"
#include "engine/serving/gram_lists.h"
#include "engine/serving/pattern_plan.h"
#include "engine/serving/value_store.h"

namespace wonjang::serving {
namespace {

constexpr unsigned kIdBits = 48;
// Of a value: its number, with this bit when it is masked.
constexpr std::uint32_t kMaskedBit = 0x8000'0000U;
// Below so many candidates comparing each is cheaper than reading a second list.
constexpr std::size_t kCompareAtOnce = 64;
constexpr std::size_t kWorthReading = 8;

std::string_view name_of(TextField field) {
  switch (field) {
    case TextField::buyer:
      return "buyer";
    case TextField::product:
      return "product";
    case TextField::depositor:
      return "depositor";
    case TextField::metadata:
      return "metadata";
  }
  return "";
}

// From an id to the values that have it: open addressing; the ids themselves stand in the stores. The
// writer's own.
class IdTable {
 public:
  // Calls visit(entry) for each value that may have this id, until it returns true.
  template <typename Visit>
  void visit(ValueId id, Visit visit_one) const {
    for (std::size_t i = slot_of(id); slots_[i & mask()] != 0; ++i) {
      if (visit_one(slots_[i & mask()] - 1)) return;
    }
  }
  // `id_at` gives the id of an entry that was added before.
  template <typename IdAt>
  void add(std::uint32_t entry, ValueId id, IdAt id_at) {
    if ((count_ + 1) * 4 > slots_.size() * 3) grow(id_at);
    put(entry, id);
    ++count_;
  }
  std::size_t bytes() const { return slots_.size() * sizeof(std::uint32_t); }

 private:
  std::size_t mask() const { return slots_.size() - 1; }
  // The id is a hash already.
  std::size_t slot_of(ValueId id) const { return static_cast<std::size_t>(id); }
  void put(std::uint32_t entry, ValueId id) {
    std::size_t i = slot_of(id);
    while (slots_[i & mask()] != 0) ++i;
    slots_[i & mask()] = entry + 1;
  }
  template <typename IdAt>
  void grow(IdAt id_at) {
    std::vector<std::uint32_t> old(slots_.size() * 2, 0);
    old.swap(slots_);
    for (const std::uint32_t slot : old) {
      if (slot != 0) put(slot - 1, id_at(slot - 1));
    }
  }
  std::vector<std::uint32_t> slots_ = std::vector<std::uint32_t>(64, 0);  // entry + 1; 0: free
  std::size_t count_ = 0;
};

}  // namespace

struct Dictionary::Column {
  ValueStore plain;
  ValueStore masked;
  GramLists forms;         // of plain's forms
  GramLists initials;      // of plain's initials, where one is a consonant
  GramLists masked_forms;  // single characters of masked's forms, and of their initials below
  GramLists masked_initials;
  IdTable table;
  std::u32string scratch;  // the writer's
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> table_bytes{0};
  std::atomic<bool> ids_collide{false};  // two forms share an id

  ValueStore& store_of(std::uint32_t entry) { return (entry & kMaskedBit) != 0 ? masked : plain; }
  static std::uint32_t number_of(std::uint32_t entry) { return entry & ~kMaskedBit; }
  ValueId id_at(std::uint32_t entry) { return store_of(entry).id(number_of(entry)); }
  std::int64_t newest_of(ValueId id);
  bool raise(ValueId id, std::u32string_view form, Instant at);
  bool has_room(std::u32string_view form, std::uint32_t values_max);
  void append(std::u32string_view form, ValueId id, std::int64_t newest_us);
  void append_grams(std::u32string_view form, std::uint32_t number);
  void append_unmasked(std::u32string_view form, std::uint32_t number);
  Added add(std::u32string_view form, ValueId id, std::optional<Instant> at, std::uint32_t values_max);

  void find_plain(const Pattern& pattern, std::int64_t from_us, Matches& out) const;
  std::vector<std::uint32_t> masked_candidates(const Pattern& pattern, std::uint32_t size) const;
  void find_masked(const Pattern& pattern, std::int64_t from_us, Matches& out) const;
};

// ---- ids and sets ---------------------------------------------------------------------------------------

ValueId value_id(TextField field, std::u32string_view form) {
  return hash64(to_utf8(form), static_cast<std::uint64_t>(field)) >> (64U - kIdBits);
}

std::string dictionary_key(TextField field, std::u32string_view form) {
  std::string key(1, static_cast<char>(field));
  for (const char32_t c : form) append_utf8(key, c);
  return key;
}

ValueSet::ValueSet(std::span<const Match> matches) {
  std::size_t room = 16;
  while (room < matches.size() * 2) room *= 2;
  mask_ = room - 1;
  slots_.assign(room, 0);  // id + 1; 0: free
  for (const Match& match : matches) {
    std::size_t i = static_cast<std::size_t>(match.value);
    while (slots_[i & mask_] != 0 && slots_[i & mask_] != match.value + 1) ++i;
    size_ += slots_[i & mask_] == 0 ? 1U : 0U;
    slots_[i & mask_] = match.value + 1;
  }
}

bool ValueSet::contains(ValueId value) const {
  for (std::size_t i = static_cast<std::size_t>(value); slots_[i & mask_] != 0; ++i) {
    if (slots_[i & mask_] == value + 1) return true;
  }
  return false;
}

// ---- writing --------------------------------------------------------------------------------------------

Dictionary::Dictionary(DictionaryOptions options) : options_(options) {
  WJ_ASSERT(options_.values_max < kMaskedBit);
  for (auto& each : columns_) each = std::make_unique<Column>();
}
Dictionary::~Dictionary() = default;

Dictionary::Column& Dictionary::column(TextField field) {
  return *columns_[static_cast<std::size_t>(field) - 1];
}
const Dictionary::Column& Dictionary::column(TextField field) const {
  return *columns_[static_cast<std::size_t>(field) - 1];
}

// Of the values with this id, whose postings they share; -1: there is none.
std::int64_t Dictionary::Column::newest_of(ValueId id) {
  std::int64_t newest = -1;
  table.visit(id, [&](std::uint32_t entry) {
    if (id_at(entry) == id) newest = std::max(newest, store_of(entry).newest_us(number_of(entry)));
    return false;
  });
  return newest;
}

// Raises every value with this id. Whether one of them has this form.
bool Dictionary::Column::raise(ValueId id, std::u32string_view form, Instant at) {
  bool found = false;
  table.visit(id, [&](std::uint32_t entry) {
    if (id_at(entry) != id) return false;
    store_of(entry).raise(number_of(entry), at.us);
    if (!found && !form.empty()) {
      store_of(entry).read_form(number_of(entry), scratch);
      found = scratch == form;
    }
    return false;
  });
  return found;
}

bool Dictionary::Column::has_room(std::u32string_view form, std::uint32_t values_max) {
  const ValueStore& store = has_mask(form) ? masked : plain;
  return store.size() < values_max && store.has_room(form.size());
}

void Dictionary::Column::append_grams(std::u32string_view form, std::uint32_t number) {
  for (std::size_t i = 0; i < form.size(); ++i) {
    forms.append(gram_of(form.substr(i, 1)), number);
    if (i + 1 < form.size()) forms.append(gram_of(form.substr(i, 2)), number);
  }
  const std::u32string opening = initials_of(form);
  const std::u32string_view rest = opening;
  for (std::size_t i = 0; i < opening.size(); ++i) {
    bool has_consonant = false;
    for (std::size_t size = 1; size <= kGramMax && i + size <= opening.size(); ++size) {
      has_consonant = has_consonant || hangul::is_consonant(opening[i + size - 1]);
      // No pattern asks for others by their initials.
      if (has_consonant) initials.append(gram_of(rest.substr(i, size)), number);
    }
  }
}

void Dictionary::Column::append_unmasked(std::u32string_view form, std::uint32_t number) {
  for (const char32_t c : form) {
    if (c == kMask) continue;
    const char32_t initial = initial_or_self(c);
    masked_forms.append(gram_of({&c, 1}), number);
    if (hangul::is_consonant(initial)) masked_initials.append(gram_of({&initial, 1}), number);
  }
}

void Dictionary::Column::append(std::u32string_view form, ValueId id, std::int64_t newest_us) {
  const bool is_masked = has_mask(form);
  ValueStore& store = is_masked ? masked : plain;
  const std::uint32_t number = store.append(form, id, newest_us);
  if (is_masked) {
    append_unmasked(form, number);
  } else {
    append_grams(form, number);
  }
  table.add(is_masked ? number | kMaskedBit : number, id,
            [this](std::uint32_t entry) { return id_at(entry); });
  table_bytes.store(table.bytes(), std::memory_order_relaxed);
  store.publish();
}

// `at`: nothing when the value comes from the store.
Added Dictionary::Column::add(std::u32string_view form, ValueId id, std::optional<Instant> at,
                              std::uint32_t values_max) {
  WJ_ASSERT(!form.empty());
  WJ_ASSERT(form.size() <= kFormMax);
  if (raise(id, form, at.value_or(Instant{}))) return Added::before;
  if (!has_room(form, values_max)) {
    refused.fetch_add(1, std::memory_order_release);
    return Added::full;
  }
  const std::int64_t shared = newest_of(id);
  if (shared >= 0) ids_collide.store(true, std::memory_order_release);
  append(form, id, at ? std::max({at->us, shared, std::int64_t{0}}) : ValueStore::kUnknown);
  // An unknown time still keeps count of what came since the load.
  if (at && shared == ValueStore::kUnknown) raise(id, {}, *at);
  return Added::now;
}

Added Dictionary::add(TextField field, std::u32string_view form, ValueId id, Instant at) {
  return column(field).add(form, id, at, options_.values_max);
}

void Dictionary::note(TextField field, ValueId value, Instant at) { column(field).raise(value, {}, at); }

Result<void> Dictionary::load(const KvSnapshot& snapshot) {
  const auto cursor = snapshot.scan(kDictionary, {}, {});
  for (; cursor->valid(); cursor->next()) {
    const std::string_view key = cursor->key();
    const auto field = key.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(key[0]);
    const auto form = key.empty() ? std::u32string() : to_code_points(key.substr(1));
    if (field < 1 || field > kTextFields.size() || form.empty() || form.size() > kFormMax) {
      return corrupt("the views' dictionary holds a key of field " + std::to_string(field) + " with " +
                     std::to_string(form.size()) + " characters, which was never written: rebuild the views");
    }
    const auto text_field = static_cast<TextField>(field);
    column(text_field).add(form, options_.id_of(text_field, form), std::nullopt, options_.values_max);
  }
  return cursor->status();
}

Result<bool> Dictionary::warm(const KvSnapshot& snapshot, WarmPlace& place, std::uint32_t values) {
  const auto cursor = snapshot.scan(kPostings, {}, {});
  for (; place.part < columns_.size() * 2; ++place.part, place.number = 0) {
    const auto field = kTextFields[place.part / 2];
    Column& part = column(field);
    ValueStore& store = place.part % 2 == 0 ? part.plain : part.masked;
    const std::uint32_t size = store.size();
    for (; place.number < size; ++place.number) {
      if (store.newest_us(place.number) != ValueStore::kUnknown) continue;
      if (values-- == 0) return false;
      const std::string prefix = posting_prefix(field, store.id(place.number));
      cursor->seek(prefix);
      WJ_CHECK(cursor->status());
      std::int64_t newest_us = 0;
      if (cursor->valid() && cursor->key().starts_with(prefix)) {
        const auto at = read_hint(cursor->key(), cursor->value());
        if (!at) return corrupt("the views' postings hold a row of a wrong size: rebuild the views");
        newest_us = at->at.us;
      }
      store.learn(place.number, newest_us);
    }
  }
  return true;
}

// ---- reading --------------------------------------------------------------------------------------------

namespace {

void emit(const ValueStore& store, std::uint32_t number, bool possible, std::int64_t from_us, Matches& out) {
  const std::int64_t newest_us = store.newest_us(number);
  if (newest_us >= from_us) out.values.push_back({store.id(number), newest_us, possible});
}

}  // namespace

void Dictionary::Column::find_plain(const Pattern& pattern, std::int64_t from_us, Matches& out) const {
  // Before any list is looked at: all that is in it up to here is complete.
  const std::uint32_t size = plain.size();
  if (size == 0) return;
  const PatternPlan plan = plan_of(pattern, forms, initials);
  if (plan.nothing) return;
  if (plan.first.count > kExaminedMax) {
    out.complete = false;
    return;
  }

  std::vector<std::uint32_t> candidates;
  plan.first.lists->read(plan.first.gram, size, candidates);
  out.examined += candidates.size();
  if (!plan.exact && plan.second.lists != nullptr && candidates.size() > kCompareAtOnce &&
      plan.second.count < candidates.size() * kWorthReading) {
    std::vector<std::uint32_t> others;
    plan.second.lists->read(plan.second.gram, size, others);
    out.examined += others.size();
    const auto end = std::set_intersection(candidates.begin(), candidates.end(), others.begin(), others.end(),
                                           candidates.begin());
    candidates.erase(end, candidates.end());
  }

  if (plan.exact) {
    out.values.reserve(candidates.size());
    for (const std::uint32_t number : candidates) emit(plain, number, false, from_us, out);
    return;
  }
  std::u32string form;
  for (const std::uint32_t number : candidates) {
    plain.read_form(number, form);
    if (matches(pattern, form)) emit(plain, number, false, from_us, out);
  }
  out.examined += candidates.size();
}

// Those that have a character of the pattern: a match needs one in common.
std::vector<std::uint32_t> Dictionary::Column::masked_candidates(const Pattern& pattern,
                                                                 std::uint32_t size) const {
  std::vector<std::uint32_t> out;
  std::u32string wanted(pattern.characters());
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  for (const char32_t c : wanted) {
    if (c == kMask) continue;
    const GramLists& lists = hangul::is_consonant(c) ? masked_initials : masked_forms;
    lists.read(gram_of({&c, 1}), size, out);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void Dictionary::Column::find_masked(const Pattern& pattern, std::int64_t from_us, Matches& out) const {
  const std::uint32_t size = masked.size();
  if (size == 0) return;
  const auto candidates = masked_candidates(pattern, size);
  if (candidates.size() > kExaminedMax) {
    out.complete = false;
    return;
  }
  std::u32string form;
  for (const std::uint32_t number : candidates) {
    bool possible = false;
    masked.read_form(number, form);
    if (matches(pattern, form, &possible)) emit(masked, number, possible, from_us, out);
  }
  out.examined += candidates.size();
}

namespace {

// Two forms with one id share their postings: the value is named once, certain if one of them is.
void keep_each_value_once(std::vector<Match>& values) {
  std::sort(values.begin(), values.end(), [](const Match& a, const Match& b) {
    return a.value != b.value ? a.value < b.value : a.possible < b.possible;
  });
  const auto same = [](const Match& a, const Match& b) { return a.value == b.value; };
  values.erase(std::unique(values.begin(), values.end(), same), values.end());
}

}  // namespace

Matches Dictionary::find(TextField field, const Pattern& pattern, const Scope& scope) const {
  const Column& part = column(field);
  Matches out;
  out.complete = part.refused.load(std::memory_order_acquire) == 0;
  part.find_plain(pattern, scope.from.us, out);
  part.find_masked(pattern, scope.from.us, out);
  out.ids_shared = part.ids_collide.load(std::memory_order_acquire);
  if (out.ids_shared) keep_each_value_once(out.values);
  return out;
}

std::vector<std::pair<std::string, std::uint64_t>> Dictionary::stats() const {
  std::vector<std::pair<std::string, std::uint64_t>> out;
  for (const TextField field : kTextFields) {
    const Column& part = column(field);
    const std::string prefix = "dictionary_" + std::string(name_of(field)) + "_";
    out.emplace_back(prefix + "values", part.plain.size());
    out.emplace_back(prefix + "masked_values", part.masked.size());
    out.emplace_back(prefix + "refused", part.refused.load(std::memory_order_relaxed));
    out.emplace_back(prefix + "bytes", part.plain.bytes() + part.masked.bytes() + part.forms.bytes() +
                                           part.initials.bytes() + part.masked_forms.bytes() +
                                           part.masked_initials.bytes() +
                                           part.table_bytes.load(std::memory_order_relaxed));
  }
  return out;
}

}  // namespace wonjang::serving
