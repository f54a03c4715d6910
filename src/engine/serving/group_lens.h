// GroupLens: which groups of a cell a question lets through and what it tells apart, read where a cube's
// packed dimensions have it: a byte each of method, status, kind and channel, then sized issuer and
// organisation (cube.h).
//
// Threads: one owner; the query outlives it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "engine/serving/cube.h"
#include "engine/serving/totals_reader.h"

namespace wonjang::serving {

class GroupLens {
 public:
  GroupLens(const CubeSpec& cube, const TotalsQuery& query)
      : issuers_(query.issuers),
        organisations_(query.organisations),
        has_issuer_(cube.inner.has(Dimension::issuer)),
        has_organisation_(cube.inner.has(Dimension::organisation)),
        shows_issuer_(query.group_by.has(Dimension::issuer)),
        shows_organisation_(query.group_by.has(Dimension::organisation)) {
    take_byte(cube, query, Dimension::method, query.methods);
    take_byte(cube, query, Dimension::status, query.statuses);
    take_byte(cube, query, Dimension::kind, query.kinds);
    take_byte(cube, query, Dimension::channel, query.channels);
    reads_texts_ = shows_issuer_ || shows_organisation_ || !issuers_.empty() ||
                   (has_organisation_ && !organisations_.empty());
  }

  // False: these are no dimensions of the cube. Otherwise passes() and append_shown() are about them.
  bool read(std::string_view dims) {
    if (dims.size() < bytes_) return false;
    dims_ = dims;
    issuer_ = organisation_ = {};
    if (!reads_texts_) return true;
    ByteReader in(dims.substr(bytes_));
    if (has_issuer_) issuer_ = in.sized();
    if (has_organisation_) organisation_ = in.sized();
    return in.ok() && in.at_end();
  }

  bool passes() const {
    for (const auto& [at, wanted] : filters_) {
      if (!wanted[static_cast<std::uint8_t>(dims_[at])]) return false;
    }
    return (issuers_.empty() || holds(issuers_, issuer_)) &&
           (!has_organisation_ || organisations_.empty() || holds(organisations_, organisation_));
  }

  // The same bytes for groups of one row.
  void append_shown(std::string& out) const {
    for (const auto& [at, dimension] : shown_) out.push_back(dims_[at]);
    if (shows_issuer_) put_sized(out, issuer_);
    if (shows_organisation_) put_sized(out, organisation_);
  }
  GroupDims shown() const {
    GroupDims out;
    for (const auto& [at, dimension] : shown_) out.*dimension = static_cast<std::uint8_t>(dims_[at]);
    if (shows_issuer_) out.issuer = issuer_;
    if (shows_organisation_) out.organisation = organisation_;
    return out;
  }

 private:
  struct Filter {
    std::size_t at;
    std::array<bool, 256> wanted;
  };
  struct Shown {
    std::size_t at;
    std::uint8_t GroupDims::*dimension;
  };

  static bool holds(const std::vector<std::string>& list, std::string_view value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  }
  static std::uint8_t GroupDims::*member_of(Dimension d) {
    return d == Dimension::method   ? &GroupDims::method
           : d == Dimension::status ? &GroupDims::status
           : d == Dimension::kind   ? &GroupDims::kind
                                    : &GroupDims::channel;
  }
  void take_byte(const CubeSpec& cube, const TotalsQuery& query, Dimension d,
                 const std::vector<std::uint8_t>& wanted) {
    if (!cube.inner.has(d)) return;
    const std::size_t at = bytes_++;
    if (query.group_by.has(d)) shown_.push_back({at, member_of(d)});
    if (wanted.empty()) return;
    filters_.push_back({at, {}});
    for (const auto value : wanted) filters_.back().wanted[value] = true;
  }

  const std::vector<std::string>& issuers_;
  const std::vector<std::string>& organisations_;
  const bool has_issuer_;
  const bool has_organisation_;
  const bool shows_issuer_;
  const bool shows_organisation_;
  bool reads_texts_ = false;
  std::size_t bytes_ = 0;
  std::vector<Filter> filters_;
  std::vector<Shown> shown_;
  std::string_view dims_;
  std::string_view issuer_;
  std::string_view organisation_;
};

}  // namespace wonjang::serving
