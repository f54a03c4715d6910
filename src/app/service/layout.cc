#include "app/service/layout.h"

#include <charconv>
#include <fstream>
#include <iterator>
#include <utility>

#include "app/api/secrets.h"
#include "base/bytes.h"

namespace wonjang {
namespace {

constexpr std::uint32_t kBooksMax = 64;

// Takes what stands in front of `end`; nothing when it isn't there.
std::optional<std::string_view> take_until(std::string_view& text, char end) {
  const auto at = text.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const auto out = text.substr(0, at);
  text.remove_prefix(at + 1);
  return out;
}

template <typename Number>
std::optional<Number> number_in(std::string_view digits) {
  Number out = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return out;
}

std::string line_of(const Restored& restored) {
  std::string id;
  put_be32(id, restored.epoch);
  std::string out = "restored " + to_hex(id) + " at " + to_rfc3339(restored.at) + " sizes";
  for (const auto size : restored.sizes.of) out += " " + std::to_string(size);
  return out + "\n";
}

// "restored EPOCH at TIME sizes N N N"
std::optional<Restored> restored_in(std::string_view line) {
  const auto word = take_until(line, ' ');
  const auto hex = take_until(line, ' ');
  const auto at = take_until(line, ' ');
  const auto time = take_until(line, ' ');
  if (!word || !hex || !at || !time || *word != "restored" || *at != "at") return std::nullopt;
  const auto id = from_hex(*hex);
  const auto when = parse_rfc3339(*time);
  if (!id || id->size() != sizeof(EpochId) || !when) return std::nullopt;
  Restored out;
  out.epoch = ByteReader(*id).be32();
  out.at = *when;
  std::string rest(line);
  rest.push_back(' ');
  std::string_view sizes = rest;
  if (take_until(sizes, ' ') != "sizes") return std::nullopt;
  while (const auto digits = take_until(sizes, ' ')) {
    const auto size = number_in<Position>(*digits);
    if (!size) return std::nullopt;
    out.sizes.of.push_back(*size);
  }
  return out;
}

std::optional<Layout> read_lines(std::string_view text) {
  if (!take_until(text, '\n'))
    return std::nullopt;  // the version: text_of() says whether it is the right one
  auto books = take_until(text, '\n');
  if (!books || take_until(*books, ' ') != "books") return std::nullopt;
  const auto count = number_in<std::uint32_t>(*books);
  if (!count || *count == 0 || *count > kBooksMax) return std::nullopt;
  Layout out{*count, {}};
  while (const auto line = take_until(text, '\n')) {
    auto restored = restored_in(*line);
    if (!restored || restored->sizes.of.size() != out.books || !out.epochs.may_follow(*restored))
      return std::nullopt;
    out.epochs.add(*std::move(restored));
  }
  return out;
}

}  // namespace

std::string text_of(const Layout& layout) {
  std::string out = layout.epochs.restores().empty() ? "wonjang-layout 1\n" : "wonjang-layout 2\n";
  out += "books " + std::to_string(layout.books) + "\n";
  for (const auto& restored : layout.epochs.restores()) out += line_of(restored);
  return out;
}

std::optional<Layout> parse_layout(std::string_view text) {
  auto found = read_lines(text);
  if (!found || text_of(*found) != text) return std::nullopt;
  return found;
}

std::string layout_file(const std::string& directory) { return directory + "/layout"; }

Result<Layout> read_layout(const std::string& directory) {
  const auto path = layout_file(directory);
  std::ifstream file(path);
  if (!file) {
    return not_found(path + " can't be read: is " + directory +
                     " a data directory or a backup of one, and are its disks mounted?");
  }
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto found = parse_layout(text);
  if (!found) {
    return corrupt(
        path +
        " isn't a layout that this program wrote or knows: take the file from the newest backup of "
        "this ledger, or restore that backup");
  }
  return *std::move(found);
}

Result<void> write_layout(const std::string& directory, const Layout& layout) {
  return write_private_file(layout_file(directory), text_of(layout));
}

Result<void> check_sizes(const Epochs& epochs, const Positions& tails) {
  if (epochs.restores().empty()) return {};
  const auto& newest = epochs.restores().back();
  for (std::uint32_t book = 0; book < newest.sizes.of.size(); ++book) {
    const auto tail = book < tails.of.size() ? tails.of[book] : 0;
    if (tail >= newest.sizes.of[book]) continue;
    return corrupt("book-" + std::to_string(book) + " has " + std::to_string(tail) +
                   " events, fewer than the " + std::to_string(newest.sizes.of[book]) +
                   " that it was restored with at " + to_rfc3339(newest.at) +
                   ": an older copy stands in its place. Restore a backup into a new directory");
  }
  return {};
}

}  // namespace wonjang
