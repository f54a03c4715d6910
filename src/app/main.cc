// The program: see cli/commands.cc for what it can do.
#include "app/cli/commands.h"

int main(int argc, char** argv) { return wonjang::run_command_line(argc, argv); }
