// Amounts for people: "10.99" where files and JSON have 1099, the minor units of a currency with cents. Won
// stay as they are.
//
// Threads: any.
#pragma once

#include <boost/json.hpp>
#include <string>

namespace wonjang {

// Every member that is an amount becomes a text, where it or what it lies in says its `currency` and that one
// has a smaller unit. What is no amount (counts, positions, rates) stays.
void show_amounts(boost::json::value& answer);
boost::json::object with_shown_amounts(const boost::json::object& answer);

}  // namespace wonjang
