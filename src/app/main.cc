// The program: see cli/commands.cc for what it can do.
#include "app/cli/commands.h"

// Read by jemalloc (docs/adr/0010): what was freed goes back to the system after a second, on a thread of its
// own. Else it stays ten seconds, and longer where nobody allocates any more: up to a third of what the
// server held after a burst. The environment's MALLOC_CONF is read after it; other allocators don't know it.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000";
}

int main(int argc, char** argv) { return wonjang::run_command_line(argc, argv); }
