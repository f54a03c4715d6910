#include "engine/serving/cell_walk.h"

#include <limits>

#include "base/assert.h"
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

namespace {

constexpr std::string_view kShorten = "shorten the period (`from`, `until`)";
constexpr std::string_view kWithoutTotals = " or ask for the list without totals (`totals`)";

std::string name_a_key(const CubeSpec& cube, bool is_of_all) {
  if (!is_of_all || cube.key == CubeKey::none) return {};
  if (cube.key == CubeKey::merchant) return ", name a merchant (`merchantId`)";
  return ", name an organisation (`organisation`)";
}

std::string read_less(const CubeSpec& cube, Asker asker, bool is_of_all) {
  switch (asker) {
    case Asker::totals:
      return std::string(kShorten) + name_a_key(cube, is_of_all) + " or ask a cube with a coarser grain";
    case Asker::list:
      return std::string(kShorten) + name_a_key(cube, is_of_all) + std::string(kWithoutTotals);
    case Asker::top:
      return "let the period begin and end with a month (`from`, `until`), or shorten it";
    case Asker::today:
      return "ask for fewer minutes (`minutes`) or name a merchant (`merchantId`)";
  }
  WJ_ASSERT(false);
}

std::string_view cells_setting(Asker asker) {
  return asker == Asker::top ? "serving.top_cells_max" : "serving.totals_cells_max";
}

}  // namespace

Narrow too_many_cells(const CubeSpec& cube, const Ceilings& most, bool is_of_all) {
  return {"more than " + std::to_string(most.cells) + " cells of `" + cube.name + "` would be read (`" +
              std::string(cells_setting(most.asker)) + "`): " + read_less(cube, most.asker, is_of_all),
          most.cells};
}

Narrow too_many_rows(const CubeSpec& cube, const Ceilings& most) {
  return {"the answer would have more than " + std::to_string(most.rows) + " rows of `" + cube.name +
              "` (`serving.totals_rows_max`): " + std::string(kShorten) +
              ", ask for a coarser grain (`by`) or group by less (`groupBy`)",
          most.rows};
}

Narrow saturated_cell(const CubeSpec& cube, const CellKey& key, Asker asker) {
  const std::string_view moving = cube.source == CubeSource::payments ? "`status`" : "`kind`";
  const std::string ask_otherwise =
      asker == Asker::list
          ? "leave out `method`, `issuer` and " + std::string(moving) +
                ", end the period before it (`from`, `until`)" + std::string(kWithoutTotals)
          : "ask without filtering or grouping (`groupBy`) by anything but currency, or leave "
            "this cell out of the question";
  return {describe_cell(cube, cell_key(cube, key)) + " has had more than " +
              std::to_string(Cell::kGroupsMax) +
              " groups and tells them apart no longer: its sums are known by currency alone. Either " +
              ask_otherwise +
              "; or whoever runs the server takes the dimension of so many values out of the cube, "
              "which rebuilds it",
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
