#include "app/http/response_head.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace wonjang {
namespace {

void append_number(std::string& out, std::uint64_t v) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), v).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

void append_safe(std::string& out, std::string_view text) {
  const auto from = out.size();
  out.append(text);
  for (auto i = from; i < out.size(); ++i) {
    const auto c = static_cast<unsigned char>(out[i]);
    if (c < 0x20 || c == 0x7F) out[i] = ' ';
  }
}

}  // namespace

std::string_view reason_of(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 425:
      return "Too Early";
    case 426:
      return "Upgrade Required";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "";
  }
}

bool has_body(int status, bool is_head_request) {
  return !is_head_request && status >= 200 && status != 204 && status != 304;
}

void append_response_head(std::string& out, const HttpResponse& response,
                          const ResponseHeadOptions& options) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(response.status));
  out.push_back(' ');
  out.append(reason_of(response.status)).append("\r\n");
  if (!options.date.empty()) out.append("Date: ").append(options.date).append("\r\n");
  if (!response.content_type.empty()) {
    out.append("Content-Type: ");
    append_safe(out, response.content_type);
    out.append("\r\n");
  }
  for (const auto& h : response.headers) {
    append_safe(out, h.name);
    out.append(": ");
    append_safe(out, h.value);
    out.append("\r\n");
  }
  if (has_body(response.status, false)) {
    if (options.framing == Framing::content_length) {
      out.append("Content-Length: ");
      append_number(out, options.content_length);
      out.append("\r\n");
    }
    if (options.framing == Framing::chunked) out.append("Transfer-Encoding: chunked\r\n");
  }
  if (!options.keep_alive) out.append("Connection: close\r\n");
  if (options.keep_alive && options.http_1_0) out.append("Connection: keep-alive\r\n");
  out.append("\r\n");
}

std::string http_date(std::int64_t unix_seconds) {
  static constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t when = unix_seconds;
  std::tm parts{};
  gmtime_r(&when, &parts);
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                 kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                                 kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                                 parts.tm_hour, parts.tm_min, parts.tm_sec);
  return std::string(text.data(), static_cast<std::size_t>(size));
}

}  // namespace wonjang
