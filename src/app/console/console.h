// The console's files over HTTP: / leads to /console/, and everything below /console/ is a file of web/dist
// as it was when the program was built, or the page itself, which then reads the path (a view's address can
// be opened, reloaded and sent to somebody).
//
// Files whose name holds a hash of their content are kept for ever by the browser; the page is asked for anew
// each time and answers 304 by its entity tag. The page runs no script and no style but the files here.
//
// Threads: any; it never changes.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "app/http/message.h"

namespace wonjang {

struct ConsoleFile {
  std::string_view name;  // below /console/: "index.html", "app-4f2a91.js"
  std::string_view content_type;
  std::string_view tag;  // an entity tag, quotes and all
  bool hashed = false;   // the name changes with the content
  std::string_view bytes;
  std::string_view gzip;  // empty: it wasn't worth it
};

// Empty in a program that was built without web/dist.
std::span<const ConsoleFile> console_files();

// The answer to `head` out of `files`, or nothing where the path isn't the console's.
std::optional<HttpResponse> console_response(const HttpRequestHead& head,
                                             std::span<const ConsoleFile> files = console_files());

}  // namespace wonjang
