// The answers of bench/view_queries.h once more, by looking at every payment of the world as it is at its
// end: no index, no view, no code of engine/serving but the normal form of texts. For worlds that are too
// large for the oracle (testing/serving/oracle.h), which keeps them all.
#pragma once

#include <string>
#include <vector>

#include "ports/text_forms.h"
#include "testing/serving/city.h"

namespace wonjang::bench {

// The lines of ask_all(), in any order. Prints how far it is.
std::vector<std::string> answers_by_looking(const testing::City& city, const TextForms& forms);

}  // namespace wonjang::bench
