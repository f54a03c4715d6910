#include "engine/serving/cell_walk.h"

#include <limits>

#include "engine/serving/cell.h"
#include "engine/serving/spaces.h"

namespace wonjang::serving {
namespace {

std::string cube_prefix(const CubeSpec& cube) {
  return {static_cast<char>(cube.id >> 8U), static_cast<char>(cube.id & 0xFFU)};
}

// Smallest first key of a bucket, whatever the cube's key: for cubes with bucket_first.
std::string bucket_prefix(const CubeSpec& cube, std::int32_t bucket) {
  std::string out = cube_prefix(cube);
  append_ordered(out, bucket);
  return out;
}

}  // namespace

std::string cell_key(const CubeSpec& cube, const CellKey& key) {
  std::string out;
  append_cell_key(out, cube, key.merchant, key.organisation, key.bucket);
  return out;
}

std::vector<Part> parts_of(const CubeSpec& cube, std::span<const CellKey> keys, Buckets buckets) {
  std::vector<Part> parts;
  if (keys.empty() && cube.order == CubeOrder::key_first) {
    return {{cube_prefix(cube), after_prefix(cube_prefix(cube))}};
  }
  if (keys.empty()) return {{bucket_prefix(cube, buckets.from), bucket_prefix(cube, buckets.until)}};
  if (cube.order == CubeOrder::key_first) {
    for (const auto& [merchant, organisation, none] : keys) {
      parts.push_back({cell_key(cube, {merchant, organisation, buckets.from}),
                       cell_key(cube, {merchant, organisation, buckets.until})});
    }
    return parts;
  }
  for (auto bucket = buckets.from; bucket < buckets.until; ++bucket) {
    for (const auto& [merchant, organisation, none] : keys) {
      std::string key = cell_key(cube, {merchant, organisation, bucket});
      std::string end = after_prefix(key);
      parts.push_back({std::move(key), std::move(end)});
    }
  }
  return parts;
}

std::uint64_t parts_count(const CubeSpec& cube, std::span<const CellKey> keys, Buckets buckets) {
  if (keys.empty() || buckets.is_empty()) return 1;
  if (cube.order == CubeOrder::key_first) return keys.size();
  return keys.size() * static_cast<std::uint64_t>(std::int64_t{buckets.until} - buckets.from);
}

Narrow too_many_cells(const CubeSpec& cube, std::uint64_t cells_max) {
  return {"more than " + std::to_string(cells_max) + " cells of `" + cube.name +
              "` would be read; shorten the period" +
              (cube.key == CubeKey::none ? "" : ", name a " + std::string(code_of(cube.key))) +
              " or ask a cube with a coarser grain",
          cells_max};
}

Narrow too_many_rows(const CubeSpec& cube, std::uint64_t rows_max) {
  return {"the answer would have more than " + std::to_string(rows_max) + " rows of `" + cube.name +
              "`; shorten the period, ask for a coarser grain (`by`) or group by less",
          rows_max};
}

Narrow saturated_cell(const CubeSpec& cube, const CellKey& key) {
  return {describe_cell(cube, cell_key(cube, key)) + " has had more than " +
              std::to_string(Cell::kGroupsMax) +
              " groups and tells them apart no longer: its sums are known by currency alone; ask without "
              "filtering or grouping by anything but currency, leave this cell out of the question, or take "
              "the dimension of so many values out of the cube, which rebuilds it",
          Cell::kGroupsMax};
}

std::string CellWalk::into_period(CellKey key, Buckets buckets) const {
  if (key.bucket < buckets.from) {
    key.bucket = buckets.from;
    return cell_key(cube_, key);
  }
  key.bucket = std::numeric_limits<std::int32_t>::max();
  return after_prefix(cell_key(cube_, key));
}

}  // namespace wonjang::serving
