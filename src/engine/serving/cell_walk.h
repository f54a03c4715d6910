// CellWalk: reads the cells of one cube within keys and buckets, in the order of their keys, with one cursor,
// and counts what it reads. Bounded: more cells than allowed, or more rows than an answer may have, end it
// with what to narrow.
//
// Threads: one owner; the snapshot is the caller's.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "engine/serving/cube.h"
#include "engine/serving/queries.h"
#include "ports/kv_store.h"

namespace wonjang::serving {

using Stop = std::optional<Narrow>;

// Of a cube's grain.
struct Buckets {
  std::int32_t from;
  std::int32_t until;
  bool is_empty() const { return from >= until; }
};

// The keys of one part of the answer, [from, until).
struct Part {
  std::string from;
  std::string until;
};

std::string cell_key(const CubeSpec& cube, const CellKey& key);
// Where the cells of `keys` (empty: of all keys) and `buckets` lie, in order.
std::vector<Part> parts_of(const CubeSpec& cube, std::span<const CellKey> keys, Buckets buckets);
// How many parts there would be, before they are made.
std::uint64_t parts_count(const CubeSpec& cube, std::span<const CellKey> keys, Buckets buckets);

// Of a cell: it was of use; it is a late one that isn't; it makes more rows than an answer may have; it is
// saturated (cell.h) and what it no longer tells apart was asked for.
enum class Seen : std::uint8_t { used, passed, one_row_too_many, saturated };

struct Ceilings {
  std::uint64_t cells = 0;
  std::uint64_t rows = 0;
  std::uint64_t cells_before = 0;  // of `cells`, read for the same answer already
  Asker asker = Asker::totals;
};

// What to narrow, in the parameters that the asker takes. `is_of_all`: no key was named.
Narrow too_many_cells(const CubeSpec& cube, const Ceilings& most, bool is_of_all);
Narrow too_many_rows(const CubeSpec& cube, const Ceilings& most);
Narrow saturated_cell(const CubeSpec& cube, const CellKey& key, Asker asker);

// Walks the cells of one space within parts and buckets, and counts what it reads.
class CellWalk {
 public:
  CellWalk(const CubeSpec& cube, const KvSnapshot& stored, Ceilings most, Reading& reading)
      : cube_(cube), stored_(stored), most_(most), reading_(reading) {}

  // visit(key, rest of the key, cell bytes) -> Result<Seen>. Behind cells that were passed `past` says where
  // to go on.
  template <typename Visit, typename Past>
  Result<Stop> over(KvSpace space, std::span<const CellKey> keys, Buckets buckets, Visit visit, Past past) {
    if (buckets.is_empty()) return Stop();
    is_of_all_ = keys.empty();
    if (most_.cells_before + parts_count(cube_, keys, buckets) > most_.cells) return Stop(too_many_cells());
    // One cursor for all parts: going on is cheaper than beginning.
    const auto parts = parts_of(cube_, keys, buckets);
    const auto cursor = stored_.scan(space, parts.front().from, parts.back().until);
    ++reading_.seeks;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (i > 0 && cursor->valid() && cursor->key() < parts[i].from) {
        ++reading_.seeks;
        cursor->seek(parts[i].from);
      }
      WJ_TRY(auto stop, over_part(*cursor, parts[i], buckets, visit, past));
      if (stop) return stop;
    }
    WJ_CHECK(cursor->status());
    return Stop();
  }

 private:
  // Passing over a few keys is cheaper than seeking.
  static constexpr unsigned kPassedBeforeSeek = 4;

  template <typename Visit, typename Past>
  Result<Stop> over_part(KvCursor& cursor, const Part& part, Buckets buckets, Visit& visit, Past& past) {
    const auto is_within = [&](std::string_view key) { return part.until.empty() || key < part.until; };
    for (unsigned passed = 0; cursor.valid();) {
      const auto stored_key = cursor.key();
      if (!is_within(stored_key)) break;
      if (most_.cells_before + ++reading_.rows_read > most_.cells) return Stop(too_many_cells());
      std::string_view rest;
      auto key = read_cell_key(cube_, stored_key, rest);
      if (!key) return corrupt("totals: a key of cube `" + cube_.name + "`: " + to_hex(stored_key));
      std::optional<std::string> go_on;
      if (key->bucket < buckets.from || key->bucket >= buckets.until) {
        go_on = into_period(*std::move(key), buckets);
      } else {
        WJ_TRY(const Seen seen, visit(*key, rest, cursor.value()));
        if (seen == Seen::one_row_too_many) return Stop(too_many_rows(cube_, most_));
        if (seen == Seen::saturated) return Stop(saturated_cell(cube_, *key, most_.asker));
        if (seen == Seen::used) passed = 0;
        if (seen == Seen::passed && ++passed > kPassedBeforeSeek) go_on = past(*key);
      }
      if (go_on) {
        ++reading_.seeks;
        cursor.seek(*go_on);
        passed = 0;
      } else {
        cursor.next();
      }
    }
    return Stop();
  }

  // All keys of a cube are walked, and this one's bucket isn't asked for: where its period begins, or behind
  // all that can still be its own.
  std::string into_period(CellKey key, Buckets buckets) const;
  Narrow too_many_cells() const { return serving::too_many_cells(cube_, most_, is_of_all_); }

  const CubeSpec& cube_;
  const KvSnapshot& stored_;
  const Ceilings most_;
  Reading& reading_;
  bool is_of_all_ = false;
};

}  // namespace wonjang::serving
