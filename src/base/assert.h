// WJ_ASSERT(condition): a bug stops the process, in release too. One condition each, before a write and
// after a read. Never for input from outside: that is a Refusal or an Error.
#pragma once

namespace wonjang {

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace wonjang

#define WJ_ASSERT(condition) \
  (static_cast<bool>(condition) ? void(0) : ::wonjang::assertion_failed(#condition, __FILE__, __LINE__))
