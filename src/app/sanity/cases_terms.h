// Cases about terms that run between those of cases_money.cc: each beside the step that it is
// about.
//
// Threads: none of their own.
#pragma once

#include "app/sanity/cases.h"

namespace wonjang::sanity {

void cycles(World& world, Check& check);         // a day of its own
void canary(World& world, Check& check);         // before the day of `counted` is settled
void canary_report(World& world, Check& check);  // once it is settled
void funds(World& world, Check& check);          // before it is
void hold(World& world, Check& check);           // before it is paid out
void adjustment(World& world, Check& check);     // afterwards
void reconciliation(World& world, Check& check);

// In cases_house.cc and cases_money.cc, for these.
Store open_store(World& world, Check& check, const std::string& what);
bool is_nobodys(World& world, BusinessDate day);  // nothing was ever settled on it, or waits to be
void set_day(Store& store, BusinessDate day);
std::string counted_contract(const World& world, const std::string& ppm);
std::string payout_body(const World& world);
Answer settle(World& world, const std::string& day);  // how the run ended

}  // namespace wonjang::sanity
