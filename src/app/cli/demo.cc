#include "app/cli/demo.h"

#include "app/cli/exit.h"

namespace wonjang {
int run_demo(const DemoOptions&) { return kExitFailed; }
}  // namespace wonjang
