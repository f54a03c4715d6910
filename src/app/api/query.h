// Query parameters, strictly: percent-decoded, each at most once unless it is said to be a list, unknown ones
// refused by name. A '+' is a blank in free texts (q, contains, name, metadata.) and a plus everywhere else.
// Threads: a value; one owner.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wonjang {

class Query {
 public:
  explicit Query(std::string_view text) : text_(text) {}

  // Nothing when all is well, else a sentence about the first thing wrong.
  // `lists` of `known` may be given more than once. One of `known` that ends in a dot stands for every name
  // that goes on behind it, percent-decoded and given as often as one likes.
  std::optional<std::string> parse(std::span<const std::string_view> known,
                                   std::span<const std::string_view> lists = {});
  std::optional<std::string> parse(std::initializer_list<std::string_view> known) {
    return parse(std::span(known.begin(), known.size()));
  }

  std::optional<std::string_view> find(std::string_view name) const;
  // A list's values in order, those in one parameter separated by commas.
  std::vector<std::string_view> find_all(std::string_view name) const;
  // Every parameter as it was given.
  const std::vector<std::pair<std::string, std::string>>& all() const { return values_; }
  // Name behind the dot and value of each parameter of such a family, in order.
  std::vector<std::pair<std::string_view, std::string_view>> find_family(std::string_view prefix) const;
  // In [least, most]; absent: `otherwise`. Nothing: not such a number.
  std::optional<std::int64_t> number(std::string_view name, std::int64_t least, std::int64_t most,
                                     std::int64_t otherwise) const;

 private:
  std::string_view text_;
  std::vector<std::pair<std::string, std::string>> values_;
};

// Percent-decoding, '+' stays '+'. Nothing: a broken escape or a control character.
std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace wonjang
