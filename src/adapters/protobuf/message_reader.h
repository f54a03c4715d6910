// MessageReader: what turning generated messages into domain values needs everywhere. The first thing that
// can't be kept whole is remembered in why(); reading goes on with zeros, so that one check at the end is
// enough.
//
// Threads: one owner.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "base/id.h"
#include "domain/money.h"
#include "domain/time.h"

namespace wonjang {

class MessageReader {
 public:
  const std::string& why() const { return why_; }
  void refuse(const char* what) {
    if (why_.empty()) why_ = what;
  }

  // A field of a later schema would be lost in the domain value: better no answer than half of one.
  template <typename Message>
  void all_known(const Message& m) {
    if (!m.GetReflection()->GetUnknownFields(m).empty()) refuse("has a field that this program doesn't know");
  }
  RawId raw_id(const std::string& bytes) { return bytes.empty() ? RawId{} : raw_id_element(bytes); }
  RawId raw_id_element(const std::string& bytes) {
    if (bytes.size() != 16) {
      refuse("has an id that isn't 16 bytes");
      return {};
    }
    return RawId::from_bytes(bytes.data());
  }
  template <typename IdType>
  IdType id(const std::string& bytes) {
    return IdType(raw_id(bytes));
  }
  template <typename Enum>
  Enum code(int number) {
    using Number = std::underlying_type_t<Enum>;
    if (number < 0 || number > int{std::numeric_limits<Number>::max()}) {
      refuse("has a code number that is too large");
      return {};
    }
    return static_cast<Enum>(number);
  }
  Currency currency(const std::string& code) {
    const auto known = Currency::parse(code);
    if (!known) refuse("has a currency that this program doesn't know");
    return known.value_or(Currency());
  }

 private:
  std::string why_;
};

// The elements of a repeated field, each by `read`.
template <typename List, typename Read>
auto read_all(const List& list, Read&& read) {
  std::vector<std::decay_t<decltype(read(*list.begin()))>> out;
  out.reserve(static_cast<std::size_t>(list.size()));
  for (const auto& element : list) out.push_back(read(element));
  return out;
}

}  // namespace wonjang
