// A moment and a market's day are two things, and neither is a number.
#include "domain/time.h"

namespace wonjang {

void settle_on(BusinessDate date);

void use(Instant now) {
#ifdef WJ_MISTAKE
  settle_on(now);                                 // no
  settle_on(20'000);                              // no
  const bool late = now > business_date_of(now);  // no
#endif
  settle_on(business_date_of(now));
}

}  // namespace wonjang
