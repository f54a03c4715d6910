// The command tree: `wonjang NOUN VERB`. Parses the arguments and runs the one command they name.
// Threads: the main one.
#pragma once

namespace wonjang {

// The exit code, see exit.h.
int run_command_line(int argc, const char* const* argv);

}  // namespace wonjang
