// The detail blocks of payment methods: which belongs to which method, and how each is read. For the .cc
// files of this folder only.
#pragma once

#include <string_view>

#include "app/api/json/parse_parts.h"

namespace wonjang {

struct MethodBlock {
  std::string_view name;
  bool required;  // the method says nothing without it
  MethodDetail (*read)(const JsonNode& node, Violations& violations);
};
const MethodBlock& block_of(Method method);

// The method's detail with nothing in it where there is no block.
MethodDetail read_detail(Method method, const JsonNode* block, Violations& violations);
void add_method(CanonicalRequest& canonical, const MethodDetail& detail);

}  // namespace wonjang
