// The end of a run: what was paid is given back and settled, so that no plan of a later day shows it;
// merchants are closed, keys revoked.
//
// Threads: one owner; blocks.
#pragma once

#include <string>

#include "app/sanity/world.h"

namespace wonjang::sanity {

// What couldn't be tidied up, each behind it "; "; empty: nothing.
std::string tidy_up(World& world);

}  // namespace wonjang::sanity
