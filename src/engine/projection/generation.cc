#include "engine/projection/generation.h"

#include <algorithm>
#include <charconv>

namespace wonjang::projection {
namespace {

constexpr std::string_view kPrefix = "generation_";
constexpr std::size_t kDigits = 10;

std::string name_of(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(kPrefix) + std::string(kDigits - std::min(kDigits, digits.size()), '0') + digits;
}

std::optional<std::uint64_t> number_of(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

// The unit in front of `mark.next` is the one that was folded last.
Result<bool> is_same_history(const EventLog& log, std::uint32_t book, const BookMark& mark) {
  if (mark.next == 0) return true;
  WJ_TRY(const auto units, log.read(book, mark.next - 1, /*units_max=*/1, /*bytes_max=*/1));
  return !units.empty() && units[0].next() == mark.next && mark_of(units[0]) == mark.last_unit;
}

}  // namespace

Result<std::shared_ptr<Generation>> Generation::open(KvPlaces& places, std::uint64_t number,
                                                     std::span<const KvSpaceOptions> spaces) {
  const std::shared_ptr<Generation> out(new Generation(places, number));
  WJ_TRY(out->store_, places.open(name_of(number), spaces));
  return out;
}

Result<std::shared_ptr<Generation>> Generation::create(KvPlaces& places, const Projection& projection,
                                                       std::uint32_t books) {
  WJ_TRY(const auto numbers, generations_in(places));
  WJ_TRY(auto out, open(places, numbers.empty() ? 1 : numbers.front() + 1, projection.spaces()));
  const Meta meta{.name = std::string(projection.name()),
                  .version = projection.version(),
                  .complete = false,
                  .books = std::vector<BookMark>(books)};
  KvBatch batch;
  batch.put(kProjectionMetaSpace, kMetaKey, encode(meta));
  WJ_CHECK(out->store_->write(batch));
  // A crash before the first batch is flushed leaves an empty generation, not one that looks damaged.
  WJ_CHECK(out->store_->flush());
  return out;
}

Generation::~Generation() {
  store_.reset();
  // What can't be removed now is removed by the next start.
  if (given_up_.load()) (void)places_.remove(name_of(number_));
}

Result<std::optional<Meta>> Generation::meta() const {
  WJ_TRY(const auto bytes, store_->snapshot()->get(kProjectionMetaSpace, kMetaKey));
  return bytes ? decode_meta(*bytes) : std::nullopt;
}

std::shared_ptr<const KvSnapshot> snapshot_of(const std::shared_ptr<Generation>& generation) {
  auto snapshot = generation->store().snapshot();
  return {snapshot.release(), [generation](const KvSnapshot* last) { delete last; }};
}

Result<std::vector<std::uint64_t>> generations_in(const KvPlaces& places) {
  WJ_TRY(const auto names, places.names());
  std::vector<std::uint64_t> out;
  for (const std::string& name : names) {
    if (const auto number = number_of(name)) out.push_back(*number);
  }
  std::sort(out.rbegin(), out.rend());
  return out;
}

void remove_others(KvPlaces& places, std::uint64_t kept) {
  const auto numbers = generations_in(places);
  if (!numbers) return;
  for (const std::uint64_t number : *numbers) {
    if (number != kept) (void)places.remove(name_of(number));
  }
}

std::optional<std::string> ahead_of_log(const Meta& meta, const EventLog& log) {
  const auto tails = log.tails();
  for (std::uint32_t book = 0; book < meta.books.size(); ++book) {
    const Position tail = book < tails.size() ? tails[book] : 0;
    if (meta.books[book].next <= tail) continue;
    return "has folded book " + std::to_string(book) + " up to " + std::to_string(meta.books[book].next) +
           ", which ends at " + std::to_string(tail);
  }
  return std::nullopt;
}

Result<std::optional<std::string>> why_unusable(const std::optional<Meta>& meta, const Projection& projection,
                                                const EventLog& log) {
  using Reason = std::optional<std::string>;
  if (!meta) return Reason("its record is missing or damaged");
  if (meta->name != projection.name()) return Reason("it is of the projection '" + meta->name + "'");
  if (meta->version != projection.version()) {
    return Reason("it is of version '" + meta->version + "', the program has '" + projection.version() + "'");
  }
  if (const auto ahead = ahead_of_log(*meta, log))
    return Reason("it " + *ahead + ": the log was restored from a backup");
  for (std::uint32_t book = 0; book < meta->books.size(); ++book) {
    WJ_TRY(const bool same, is_same_history(log, book, meta->books[book]));
    if (!same) {
      return Reason("it has folded another history of book " + std::to_string(book) +
                    ": the log was restored from a backup and went on");
    }
  }
  return Reason();
}

}  // namespace wonjang::projection
