#include "app/api/sessions.h"

#include <algorithm>
#include <cstring>

#include "adapters/openssl/crypto.h"
#include "base/bytes.h"

namespace wonjang {
namespace {

std::string random_token() { return to_hex(random_bytes(Sessions::kTokenSize / 2)); }

}  // namespace

std::size_t Sessions::HashOfHash::operator()(const Hash256& h) const noexcept {
  std::size_t out;
  std::memcpy(&out, h.data(), sizeof out);
  return out;
}

Instant Sessions::end_of(const Session& session) const {
  return std::min(session.used_at.plus_ms(times_.idle_ms), session.began_at.plus_ms(times_.life_ms));
}

OpenedSession Sessions::open(std::shared_ptr<const Caller> caller, Instant now) {
  OpenedSession out{random_token(), random_token(), {}};
  const Session session{std::move(caller), out.csrf, now, now};
  out.expires_at = end_of(session);
  const auto name = digest_.sha256(out.token);
  const MutexLock lock(mutex_);
  if (sessions_.size() >= kSessionsMax) make_room(now);
  sessions_.emplace(name, session);
  return out;
}

std::optional<LiveSession> Sessions::see(std::string_view token, Instant now, bool in_use) {
  if (token.size() != kTokenSize) return std::nullopt;
  const auto name = digest_.sha256(token);
  const MutexLock lock(mutex_);
  const auto found = sessions_.find(name);
  if (found == sessions_.end()) return std::nullopt;
  auto& session = found->second;
  if (end_of(session) <= now) {
    sessions_.erase(found);
    return std::nullopt;
  }
  if (in_use) session.used_at = std::max(session.used_at, now);
  return LiveSession{session.caller, session.csrf, end_of(session)};
}

void Sessions::close(std::string_view token) {
  const auto name = digest_.sha256(token);
  const MutexLock lock(mutex_);
  sessions_.erase(name);
}

std::size_t Sessions::size() const {
  const MutexLock lock(mutex_);
  return sessions_.size();
}

void Sessions::make_room(Instant now) {
  std::erase_if(sessions_, [&](const auto& one) { return end_of(one.second) <= now; });
  if (sessions_.size() < kSessionsMax) return;
  sessions_.erase(std::ranges::min_element(
      sessions_, [](const auto& a, const auto& b) { return a.second.used_at < b.second.used_at; }));
}

}  // namespace wonjang
