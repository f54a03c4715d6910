#include "app/cli/config_command.h"

#include <cstdio>

#include "app/cli/exit.h"

namespace wonjang {

int run_config_check(const ConfigSources& sources) {
  const auto config = load_config(sources);
  if (!config) return fail(config.error());
  if (const auto valid = config->service.validate(); !valid)
    return fail(valid.error(), "wonjang config show --origin");
  std::printf("the configuration is good\n");
  return kExitOk;
}

int run_config_show(const ConfigSources& sources, bool with_origin) {
  const auto config = load_config(sources);
  if (!config) return fail(config.error());
  for (const auto& row : show_config(*config)) {
    const auto line = row.key + " = " + row.value;
    if (with_origin) {
      std::printf("%-48s # %s\n", line.c_str(), row.origin.c_str());
    } else {
      std::printf("%-48s # %.*s\n", line.c_str(), static_cast<int>(row.help.size()), row.help.data());
    }
  }
  return kExitOk;
}

}  // namespace wonjang
