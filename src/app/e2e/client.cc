#include "app/e2e/client.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <thread>

#include "app/http/chunk_decoder.h"

namespace wonjang::e2e {

boost::json::object Reply::json() const {
  boost::system::error_code error;
  auto value = boost::json::parse(body, error);
  return !error && value.is_object() ? std::move(value.as_object()) : boost::json::object();
}

std::string Reply::text(std::string_view name) const {
  const auto object = json();
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::optional<Reply> Client::get(std::string_view target) {
  return exchange(request("GET", target, {}, {}, 0));
}

std::optional<Reply> Client::post(std::string_view target, std::string_view idempotency_key,
                                  std::string_view body, std::string_view content_type) {
  return exchange(
      request("POST", target, idempotency_key, body.empty() ? "" : content_type, body.size()).append(body));
}

std::vector<boost::json::object> Client::ingest(std::string_view lines) {
  close();
  std::vector<boost::json::object> out;
  if (!connect()) return out;
  const auto head = request("POST", "/v1/ingest", {}, "application/x-ndjson", lines.size());
  // Beside the reading: a large body and its answer don't fit into the kernel's buffers.
  std::thread sender([&] { (void)(send(head) && send(lines)); });
  std::string raw;
  std::array<char, 64 * 1024> buffer;
  ResponseReader whole;
  for (auto state = ResponseReader::State::more; state == ResponseReader::State::more;) {
    const auto n = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (n <= 0) break;
    raw.append(buffer.data(), static_cast<std::size_t>(n));
    state = whole.feed({buffer.data(), static_cast<std::size_t>(n)});
  }
  ::shutdown(fd_, SHUT_RDWR);  // a sender that is stuck comes back
  sender.join();
  close();
  // Also of a broken answer: every whole line was an acknowledgement.
  const auto end_of_head = raw.find("\r\n\r\n");
  const auto head_text = raw.substr(0, std::min(end_of_head, raw.size()));
  if (head_text.find("Transfer-Encoding: chunked") == std::string::npos) return out;
  std::string body;
  ChunkDecoder decoder;
  decoder.feed(std::string_view(raw).substr(end_of_head + 4), body, raw.size());
  for (std::size_t from = 0, end = body.find('\n'); end != std::string::npos;
       from = end + 1, end = body.find('\n', from)) {
    out.push_back(boost::json::parse(std::string_view(body).substr(from, end - from)).as_object());
  }
  return out;
}

bool Client::connect() {
  if (fd_ >= 0) return true;
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{20, 0};
  const int one = 1;
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port_);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return true;
  close();
  return false;
}

void Client::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  reader_.reset();
}

bool Client::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::optional<Reply> Client::exchange(const std::string& request) {
  if (!connect() || !send(request)) {
    close();
    return std::nullopt;
  }
  std::array<char, 64 * 1024> buffer;
  for (;;) {
    const auto n = ::recv(fd_, buffer.data(), buffer.size(), 0);
    const auto state =
        n <= 0 ? ResponseReader::State::broken : reader_.feed({buffer.data(), static_cast<std::size_t>(n)});
    if (state == ResponseReader::State::more) continue;
    if (state == ResponseReader::State::broken) {
      close();
      return std::nullopt;
    }
    Reply out{reader_.status(), std::string(reader_.body()), reader_.find("Idempotent-Replayed").has_value(),
              std::string(reader_.find("Ledger-Position").value_or(""))};
    if (!reader_.keep_alive() || reader_.next() != ResponseReader::State::more) close();
    return out;
  }
}

std::string Client::request(std::string_view method, std::string_view target, std::string_view key,
                            std::string_view content_type, std::size_t body_size) const {
  std::string out;
  out.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: e2e\r\n");
  if (!api_key_.empty()) out.append("Authorization: Bearer ").append(api_key_).append("\r\n");
  if (!key.empty()) out.append("Idempotency-Key: ").append(key).append("\r\n");
  if (!content_type.empty()) out.append("Content-Type: ").append(content_type).append("\r\n");
  if (method != "GET") out.append("Content-Length: ").append(std::to_string(body_size)).append("\r\n");
  return out.append("\r\n");
}

}  // namespace wonjang::e2e
