// The port TextForms for the engine's tests, which don't see adapters.
// Threads: any.
#pragma once

#include "adapters/memory/plain_text_forms.h"

namespace wonjang {

inline const TextForms& plain_text_forms() {
  static const PlainTextForms forms;
  return forms;
}

}  // namespace wonjang
