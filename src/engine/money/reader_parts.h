// What the parts of MoneyReader share.
//
// Threads: one at a time, as the snapshot.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "engine/money/coverage.h"
#include "engine/money/money_reader.h"
#include "engine/money/money_spaces.h"
#include "engine/money/stored.h"

namespace wonjang::money {

// Calls `each(key, value)`, a Result<bool>, for the keys in [from, until), until it gives false.
template <typename Each>
Result<void> scan(const KvSnapshot& snapshot, KvSpace space, std::string_view from, std::string_view until,
                  Each&& each) {
  const auto cursor = snapshot.scan(space, from, until);
  for (; cursor->valid(); cursor->next()) {
    WJ_TRY(const bool go_on, each(cursor->key(), cursor->value()));
    if (!go_on) return {};
  }
  return cursor->status();
}
template <typename Each>
Result<void> scan(const KvSnapshot& snapshot, KvSpace space, const Key& prefix, Each&& each) {
  return scan(snapshot, space, prefix.bytes(), after_prefix(prefix.bytes()), std::forward<Each>(each));
}

// As scan() of a prefix, behind the place `after`: what a key has behind the prefix.
template <typename Each>
Result<void> scan_after(const KvSnapshot& snapshot, KvSpace space, const Key& prefix, std::string_view after,
                        Each&& each) {
  std::string from = prefix.bytes();
  if (!after.empty()) from.append(after).push_back('\0');
  return scan(snapshot, space, from, after_prefix(prefix.bytes()), std::forward<Each>(each));
}
inline std::string_view place_in(const Key& prefix, std::string_view key) {
  return key.substr(prefix.bytes().size());
}

// A page of what stands under `prefix`: `read(key, value)` gives a Result<std::optional<T>>, nothing for what
// isn't wanted.
template <typename T, typename Read>
Result<Paged<T>> page_of(const KvSnapshot& snapshot, KvSpace space, const Key& prefix, std::string_view after,
                         std::size_t count_max, Read&& read) {
  Paged<T> out;
  out.place = after;
  std::size_t looked = 0;
  WJ_CHECK(scan_after(snapshot, space, prefix, after,
                      [&](std::string_view key, std::string_view value) -> Result<bool> {
                        out.has_more = out.items.size() == count_max || looked == kLookedMax;
                        if (out.has_more) return false;
                        ++looked;
                        WJ_TRY(std::optional<T> one, read(key, value));
                        if (one) out.items.push_back(*std::move(one));
                        out.place = place_in(prefix, key);
                        return true;
                      }));
  return out;
}

// The value under `key`, decoded; nothing when there is none.
template <typename T>
Result<std::optional<T>> find(const KvSnapshot& snapshot, KvSpace space, const Key& key, const char* what) {
  WJ_TRY(const auto bytes, snapshot.get(space, key.bytes()));
  if (!bytes) return std::optional<T>();
  WJ_TRY(auto value, decoded<T>(*bytes, what));
  return std::optional<T>(std::move(value));
}

Error bad_key(KvSpace space, std::string_view key);

// Merchants' ids by number, each read once.
class MerchantIds {
 public:
  explicit MerchantIds(const KvSnapshot& snapshot) : snapshot_(snapshot) {}
  // Errors: corrupt (not there), unavailable.
  Result<MerchantId> of(MerchantNo number);

 private:
  const KvSnapshot& snapshot_;
  std::unordered_map<MerchantNo, MerchantId> ids_;
};

// Makes summaries of stored lines.
class LineSummaries {
 public:
  explicit LineSummaries(const KvSnapshot& snapshot) : snapshot_(snapshot), coverage_(snapshot) {}

  // Errors of all: corrupt, unavailable.
  Result<LineSummary> of(BusinessDate run, MerchantNo merchant, const LineKey& key, std::string_view stored);
  // Of the key; nothing: there is no such line.
  Result<std::optional<LineSummary>> find(const LineKey& key);
  // Of keys of `lines`, all of which are there; in order.
  Result<std::vector<LineSummary>> of_keys(const std::vector<std::string>& keys);

 private:
  const KvSnapshot& snapshot_;
  Coverage coverage_;
};

}  // namespace wonjang::money
