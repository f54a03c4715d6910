// Who is on hold. A hold counts from its day on, until a change releases it from a day on. Money that is sent
// today for another day is held when the merchant is on hold on either of the two: on the day it is for, or
// on the day of the act.
//
// Threads: values.
#pragma once

#include <set>

#include "engine/money/money_reader.h"

namespace wonjang::money {

// The merchants to whom nothing may go out today for `date`. Errors: those of the reader.
Result<std::set<MerchantId>> on_hold(const MoneyReader& reader, BusinessDate date, BusinessDate today);

}  // namespace wonjang::money
