#include "app/service/layout.h"

#include <charconv>
#include <fstream>
#include <iterator>
#include <string_view>

namespace wonjang {
namespace {

constexpr std::string_view kBegin = "wonjang-layout 1\nbooks ";
constexpr std::uint32_t kBooksMax = 64;

}  // namespace

std::string layout_file(const std::string& directory) { return directory + "/layout"; }

std::string layout_of(std::uint32_t books) { return std::string(kBegin) + std::to_string(books) + "\n"; }

Result<std::uint32_t> read_layout(const std::string& directory) {
  const auto path = layout_file(directory);
  std::ifstream file(path);
  if (!file) {
    return not_found(path + " can't be read: is " + directory +
                     " a data directory or a backup of one, and are its disks mounted?");
  }
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::uint32_t books = 0;
  if (text.starts_with(kBegin))
    std::from_chars(text.data() + kBegin.size(), text.data() + text.size(), books);
  if (books == 0 || books > kBooksMax || text != layout_of(books)) {
    return corrupt(path + " doesn't say how many books there are");
  }
  return books;
}

}  // namespace wonjang
