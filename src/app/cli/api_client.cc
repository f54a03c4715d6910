#include "app/cli/api_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>

#include "app/load/http_client.h"

namespace wonjang {
namespace {

constexpr time_t kAnswerSeconds = 60;

}  // namespace

Result<ServerAddress> parse_server_url(std::string_view url) {
  const auto wrong = [&] {
    return invalid("--url is http://ADDRESS:PORT with an IPv4 address or localhost, not " + std::string(url));
  };
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return wrong();
  auto rest = url.substr(kScheme.size());
  while (rest.ends_with('/')) rest.remove_suffix(1);
  const auto colon = rest.find(':');
  if (colon == std::string_view::npos) return wrong();
  ServerAddress out;
  out.host = rest.substr(0, colon) == "localhost" ? "127.0.0.1" : std::string(rest.substr(0, colon));
  const auto digits = rest.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
  in_addr ignored{};
  const bool ok = error == std::errc() && end == digits.data() + digits.size() && out.port != 0 &&
                  ::inet_pton(AF_INET, out.host.c_str(), &ignored) == 1;
  if (!ok) return wrong();
  return out;
}

std::string percent_encoded(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    if (plain) {
      out.push_back(c);
      continue;
    }
    out.push_back('%');
    out.push_back(kDigits[static_cast<unsigned char>(c) >> 4U]);
    out.push_back(kDigits[static_cast<unsigned char>(c) & 15U]);
  }
  return out;
}

Result<std::string> read_key_file(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) {
    return invalid("can't read the key file " + path + ": " + std::strerror(errno) +
                   ". The first operator's key is in the data directory, operator.key");
  }
  if ((about.st_mode & 077U) != 0) return invalid("others can read the key file " + path + ": chmod 600 it");
  std::ifstream file(path);
  std::string key{std::istreambuf_iterator<char>(file), {}};
  std::erase_if(key, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
  if (key.empty()) return invalid("the key file " + path + " is empty");
  return key;
}

ApiClient::ApiClient(ServerAddress server, std::string api_key)
    : server_(std::move(server)), authorization_(api_key.empty() ? "" : "Bearer " + api_key) {}

ApiClient::~ApiClient() { close(); }

void ApiClient::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  reader_.reset();
}

Result<void> ApiClient::connect() {
  close();
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return unavailable(std::string("no socket: ") + std::strerror(errno));
  const timeval patience{kAnswerSeconds, 0};
  const int one = 1;
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(server_.port);
  ::inet_pton(AF_INET, server_.host.c_str(), &to.sin_addr);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return {};
  return unavailable("no connection to " + server_.host + ":" + std::to_string(server_.port) + ": " +
                     std::strerror(errno) + ". Is `wonjang serve` running there?");
}

Result<ApiResponse> ApiClient::exchange(const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const auto n = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return unavailable(std::string("the server closed the connection: ") + std::strerror(errno));
    sent += static_cast<std::size_t>(n);
  }
  std::array<char, 64 * 1024> buffer;
  for (;;) {
    const auto n = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return unavailable(std::string("no answer from the server: ") + std::strerror(errno));
    const auto state = n == 0 ? reader_.end() : reader_.feed({buffer.data(), static_cast<std::size_t>(n)});
    if (state == ResponseReader::State::more) continue;
    if (state == ResponseReader::State::broken) return unavailable("the server closed the connection");
    ApiResponse out{reader_.status(), std::string(reader_.body()),
                    reader_.find("Idempotent-Replayed").has_value(),
                    std::string(reader_.find("Payouts-Held").value_or("")),
                    std::string(reader_.find("Ledger-Position").value_or(""))};
    if (!reader_.keep_alive() || reader_.next() != ResponseReader::State::more) close();
    return out;
  }
}

Result<ApiResponse> ApiClient::call(std::string_view method, std::string_view target, const Headers& headers,
                                    std::string_view body) {
  std::string bytes;
  auto all = headers;
  if (!authorization_.empty()) all.emplace_back("Authorization", authorization_);
  prepare_request(bytes, method, target, all, body);
  if (fd_ >= 0) {
    auto out = exchange(bytes);
    if (out) return out;
  }
  WJ_CHECK(connect());
  auto out = exchange(bytes);
  if (!out) close();
  return out;
}

Result<ApiResponse> ApiClient::get(std::string_view target) { return call("GET", target, {}, {}); }

Result<ApiResponse> ApiClient::put(std::string_view target) { return call("PUT", target, {}, {}); }

Result<ApiResponse> ApiClient::post(std::string_view target, std::string_view idempotency_key,
                                    std::string_view body, std::string_view content_type) {
  Headers headers;
  if (!idempotency_key.empty()) headers.emplace_back("Idempotency-Key", idempotency_key);
  const bool is_file = content_type != "application/json";  // an empty one is one, too
  if (!body.empty() || is_file) headers.emplace_back("Content-Type", content_type);
  return call("POST", target, headers, body);
}

std::string_view json_text_member(std::string_view json, std::string_view name) {
  const auto wanted = "\"" + std::string(name) + "\":\"";
  const auto at = json.find(wanted);
  if (at == std::string_view::npos) return {};
  const auto rest = json.substr(at + wanted.size());
  return rest.substr(0, rest.find('"'));
}

namespace {

namespace json = boost::json;

std::string text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

// Where the API's word for a way out has an option here.
constexpr std::pair<std::string_view, std::string_view> kOptions[] = {
    {"alsoFarAhead", "--also-far-ahead"},
    {"explicitly that it is meant", "--also-on-closed-day"},
    {"whose order", "--merchant mch_..."},
    {"/merchantId", "--merchant mch_..."}};

std::string option_for(std::string_view text) {
  for (const auto& [said, option] : kOptions) {
    if (text.find(said) != std::string_view::npos) return "\n  here it is said with " + std::string(option);
  }
  return {};
}

// Of codes whose hint is for people too; the others' speak of headers and keys, which this program sends.
bool has_hint_for_people(std::string_view code) {
  constexpr std::string_view kCodes[] = {"FOUR_EYES",       "ALREADY_DECIDED", "JOB_UNDER_WAY",
                                         "OUTCOME_UNKNOWN", "STORAGE_FULL",    "INTERNAL"};
  return std::ranges::find(kCodes, code) != std::end(kCodes);
}

// Every wrong field with its place; one alone stands on the line of the code.
std::string fields_text(const json::object& problem, const std::string& message) {
  const auto* errors = problem.if_contains("errors");
  if (errors == nullptr || !errors->is_array() || errors->as_array().empty()) return message;
  const auto& all = errors->as_array();
  const auto one = [](const json::value& error) {
    if (!error.is_object()) return std::string();
    const auto where = text_of(error.as_object(), "pointer");
    return (where.empty() ? "the body" : where) + ": " + text_of(error.as_object(), "message");
  };
  if (all.size() == 1) return one(all.front());
  auto out = std::to_string(all.size()) + " fields are wrong";
  for (const auto& error : all) out += "\n  " + one(error);
  return out;
}

std::string problem_text(const ApiResponse& response) {
  boost::system::error_code error;
  const auto parsed = json::parse(response.body, error);
  const auto* problem = error ? nullptr : parsed.if_object();
  const auto code = problem == nullptr ? std::string() : text_of(*problem, "code");
  if (code.empty()) return "the server answers " + std::to_string(response.status);
  auto text = code + ": " + fields_text(*problem, text_of(*problem, "message"));
  const auto detail = text_of(*problem, "detail");
  if (!detail.empty()) text += " (" + detail + ")";
  if (has_hint_for_people(code)) text += "\n  " + text_of(*problem, "hint");
  return text + option_for(text);
}

}  // namespace

Error problem_error(const ApiResponse& response) {
  auto text = problem_text(response);
  if (response.status == 404) return not_found(std::move(text));
  if (response.status == 409) return conflict(std::move(text));
  if (response.status >= 500 || response.status == 429) return unavailable(std::move(text));
  return {ErrorKind::in_doubt, std::move(text)};  // a plain failure: exit code 1
}

}  // namespace wonjang
