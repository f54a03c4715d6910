// An error nobody looked at is money nobody looked for: a Result and an Error can't be dropped.
#include "base/result.h"

namespace wonjang {

Result<int> find();
Result<void> write();

int use() {
#ifdef WJ_MISTAKE
  find();               // no
  write();              // no
  unavailable("full");  // no
#endif
  const auto found = find();
  const auto written = write();
  return found && written ? *found : 0;
}

}  // namespace wonjang
