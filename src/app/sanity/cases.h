// The agreed cases, in the order in which they run: later ones use what earlier ones left behind.
//
// Threads: values.
#pragma once

#include <span>
#include <vector>

#include "app/sanity/check.h"
#include "app/sanity/world.h"

namespace wonjang::sanity {

struct Case {
  const char* name;  // stays the same for ever: scripts and checklists name it
  const char* en;    // what is tried, for people who don't read code
  const char* ko;
  void (*run)(World& world, Check& check);
};

std::span<const Case> house_cases();    // the server itself, keys, merchants
std::span<const Case> payment_cases();  // paying and cancelling
std::span<const Case> method_cases();   // what each way of paying may and may not do
std::span<const Case> view_cases();     // finding, adding up, following
std::span<const Case> keeping_cases();  // what holds when something is lost
std::span<const Case> money_cases();    // contracts, settlement, payouts, accounts
std::vector<const Case*> all_cases();

}  // namespace wonjang::sanity
