#include "app/api/session_door.h"

#include <algorithm>

#include "adapters/openssl/crypto.h"

namespace wonjang {
namespace {

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

bool only_reads(std::string_view method) { return method == "GET" || method == "HEAD"; }

}  // namespace

std::string_view session_token_of(const HttpRequestHead& head) {
  if (head.count("Cookie") != 1) return {};
  std::string_view found;
  auto rest = head.header("Cookie");
  while (!rest.empty()) {
    const auto end = std::min(rest.find(';'), rest.size());
    const auto pair = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != kSessionCookie) continue;
    if (!found.empty()) return {};
    found = pair.substr(equals + 1);
  }
  return found;
}

bool is_own_origin(const HttpRequestHead& head, bool must_say) {
  const auto site = head.header("Sec-Fetch-Site");
  if (!site.empty() && site != "same-origin" && site != "none") return false;
  if (head.count("Origin") == 0) return !must_say;
  if (head.count("Origin") > 1) return false;
  // The scheme is not compared: in front of this server somebody else may end TLS.
  const auto origin = head.header("Origin");
  const auto host = origin.find("://");
  return host != std::string_view::npos && origin.substr(host + 3) == head.header("Host");
}

SessionAdmission admit_by_session(const HttpRequestHead& head, Sessions& sessions,
                                  const Authenticator& authenticator, Instant now) {
  const auto token = session_token_of(head);
  const bool writes = !only_reads(head.method());
  if (!is_own_origin(head, writes)) {
    return {nullptr, true,
            "a session serves the pages of this server alone; another program sends an API key"};
  }
  const auto session = sessions.see(token, now, head.header("X-Background").empty());
  if (!session) return {nullptr, false, "the session has ended; sign in again"};
  if (authenticator.standing_of(session->caller->key) != AuthFailure::none) {
    sessions.close(token);
    return {nullptr, false, "the API key of this session was revoked or has expired; sign in with another"};
  }
  if (writes && !constant_time_equal(head.header("X-CSRF-Token"), session->csrf)) {
    return {nullptr, true, "send the session's csrfToken in the header X-CSRF-Token"};
  }
  return {session->caller, false, {}};
}

std::string session_cookie(std::string_view token, bool is_tls) {
  std::string out(kSessionCookie);
  out.append("=").append(token).append("; Path=/; HttpOnly; SameSite=Strict");
  if (is_tls) out.append("; Secure");
  if (token.empty()) out.append("; Max-Age=0");
  return out;
}

}  // namespace wonjang
