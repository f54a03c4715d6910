#include "app/console/console.h"

#include <algorithm>
#include <string>

namespace wonjang {
namespace {

constexpr std::string_view kRoot = "/console/";
constexpr std::string_view kPage = "index.html";

// No source of script, style, picture or data but this server, and no page of another around this one.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'";

constexpr std::string_view kNoConsole =
    "This program was built without its console: node and npm were absent then. Install them "
    "(apt-get install nodejs npm) and build again with ./run build. The API works meanwhile: /openapi.json\n";

void add_strictness(HttpResponse& response) {
  const auto add = [&](std::string_view name, std::string_view value) {
    response.headers.push_back({std::string(name), std::string(value)});
  };
  add("Content-Security-Policy", kPolicy);
  add("X-Content-Type-Options", "nosniff");
  add("X-Frame-Options", "DENY");
  add("Referrer-Policy", "no-referrer");
  add("Cross-Origin-Opener-Policy", "same-origin");
  add("Cross-Origin-Resource-Policy", "same-origin");
}

bool takes_gzip(std::string_view accepted) {
  while (!accepted.empty()) {
    const auto comma = std::min(accepted.find(','), accepted.size());
    auto one = accepted.substr(0, comma);
    accepted.remove_prefix(std::min(comma + 1, accepted.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (!one.starts_with("gzip")) continue;
    const auto rest = one.substr(4);
    return rest.find("q=0") == std::string_view::npos || rest.find("q=0.") != std::string_view::npos;
  }
  return false;
}

HttpResponse plain(int status, std::string_view text) {
  HttpResponse out;
  out.status = status;
  out.content_type = "text/plain; charset=utf-8";
  out.body = std::string(text);
  add_strictness(out);
  return out;
}

const ConsoleFile* find_file(std::span<const ConsoleFile> files, std::string_view name) {
  const auto found = std::ranges::find(files, name, &ConsoleFile::name);
  return found == files.end() ? nullptr : &*found;
}

HttpResponse file_response(const HttpRequestHead& head, const ConsoleFile& file) {
  HttpResponse out;
  add_strictness(out);
  out.headers.push_back({"ETag", std::string(file.tag)});
  out.headers.push_back({"Vary", "Accept-Encoding"});
  out.headers.push_back({"Cache-Control", file.hashed ? "public, max-age=31536000, immutable" : "no-cache"});
  const auto known = head.header("If-None-Match");
  if (known == "*" || known.find(file.tag) != std::string_view::npos) {
    out.status = 304;
    return out;
  }
  out.content_type = std::string(file.content_type);
  if (!file.gzip.empty() && takes_gzip(head.header("Accept-Encoding"))) {
    out.headers.push_back({"Content-Encoding", "gzip"});
    out.body = std::string(file.gzip);
  } else {
    out.body = std::string(file.bytes);
  }
  return out;
}

}  // namespace

std::optional<HttpResponse> console_response(const HttpRequestHead& head,
                                             std::span<const ConsoleFile> files) {
  const auto path = head.path();
  const bool leads_there = path == "/" || path == kRoot.substr(0, kRoot.size() - 1);
  if (!leads_there && !path.starts_with(kRoot)) return std::nullopt;
  if (head.method() != "GET" && head.method() != "HEAD") {
    auto out = plain(405, "the console is read, not written\n");
    out.headers.push_back({"Allow", "GET, HEAD"});
    return out;
  }
  if (leads_there) {
    auto out = plain(302, "");
    out.headers.push_back({"Location", std::string(kRoot)});
    return out;
  }
  const auto name = path.substr(kRoot.size());
  if (const auto* file = find_file(files, name)) return file_response(head, *file);
  // A file that is gone is gone: the page in its place would be read as script. Files lie flat; a view's
  // address may have dots further down (/console/settlement/lines/stl_....1.7).
  const bool is_file = name.find('/') == std::string_view::npos && name.find('.') != std::string_view::npos;
  if (is_file) return plain(404, "there is no such file of the console\n");
  if (const auto* page = find_file(files, kPage)) return file_response(head, *page);
  return plain(404, kNoConsole);
}

}  // namespace wonjang
