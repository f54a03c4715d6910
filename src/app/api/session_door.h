// The cookie as a way in, beside the API key: which session a request belongs to, and whether it may write by
// it. Browsers send a cookie with every request, also with those that another site began; so a write by
// cookie has to show the session's CSRF token and an Origin that is this very server, and nothing by cookie
// is answered that the browser says began elsewhere.
//
// Threads: any; pure but for the session that is looked up.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/api/auth.h"
#include "app/api/sessions.h"
#include "app/http/message.h"

namespace wonjang {

constexpr std::string_view kSessionCookie = "wj_session";

// The token of the cookie; empty without one, or with several: nobody can say which of them was ours.
std::string_view session_token_of(const HttpRequestHead& head);

// Did this server's own page send it? Origin, where it was sent, names the host that was asked.
// `must_say`: an absent Origin is a no.
bool is_own_origin(const HttpRequestHead& head, bool must_say);

struct SessionAdmission {
  std::shared_ptr<const Caller> caller;  // null: refused
  bool forbidden = false;                // 403, else 401
  std::string_view why;                  // of the refusal, one sentence
};

// REQUIRES: `head` has a session cookie and no Authorization.
SessionAdmission admit_by_session(const HttpRequestHead& head, Sessions& sessions,
                                  const Authenticator& authenticator, Instant now);

// Of Set-Cookie. An empty token takes the cookie away.
std::string session_cookie(std::string_view token, bool is_tls);

}  // namespace wonjang
