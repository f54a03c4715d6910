// `wonjang config check|show`.
// Threads: any.
#pragma once

#include "app/config/config.h"

namespace wonjang {

int run_config_check(const ConfigSources& sources);
int run_config_show(const ConfigSources& sources, bool with_origin);

}  // namespace wonjang
