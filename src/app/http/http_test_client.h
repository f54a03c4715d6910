// For tests: a blocking socket with a deadline, so that a hang is a failure and not a hang.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace wonjang {

class TestClient {
 public:
  explicit TestClient(std::uint16_t port, int receive_buffer = 0) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const timeval timeout{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  ~TestClient() { close(); }
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  bool connected() const { return connected_; }
  int fd() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  void close_sending() { ::shutdown(fd_, SHUT_WR); }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  // What the kernel takes without blocking; 0 when it is full.
  std::size_t send_some(std::string_view bytes) {
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return n > 0 ? static_cast<std::size_t>(n) : 0;
  }

  // Reads until `text` was seen and gives everything up to and including it; what came so far on a close or
  // time-out.
  std::string read_until(std::string_view text) {
    for (;;) {
      if (const auto at = in_.find(text); at != std::string::npos) return take(at + text.size());
      if (!fill()) return take(in_.size());
    }
  }
  std::string read_exactly(std::size_t size) {
    while (in_.size() < size && fill()) {
    }
    return take(std::min(size, in_.size()));
  }
  // All that comes until the peer closes.
  std::string read_all() {
    while (fill()) {
    }
    return take(in_.size());
  }
  bool at_end() { return in_.empty() && !fill(); }

  struct Answer {
    int status = 0;
    std::string head;
    std::string body;
  };
  // One answer framed by Content-Length.
  Answer read_answer(bool with_body = true) {
    Answer out;
    out.head = read_until("\r\n\r\n");
    if (out.head.size() > 12) out.status = std::atoi(out.head.c_str() + 9);
    if (const auto at = out.head.find("Content-Length: "); with_body && at != std::string::npos) {
      out.body = read_exactly(static_cast<std::size_t>(std::atol(out.head.c_str() + at + 16)));
    }
    return out;
  }

 private:
  bool fill() {
    char bytes[4096];
    const auto n = ::recv(fd_, bytes, sizeof bytes, 0);
    if (n > 0) in_.append(bytes, static_cast<std::size_t>(n));
    return n > 0;
  }
  std::string take(std::size_t size) {
    auto out = in_.substr(0, size);
    in_.erase(0, size);
    return out;
  }
  int fd_;
  bool connected_ = false;
  std::string in_;
};

// Polls a condition, at most ten seconds.
inline bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 2000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

}  // namespace wonjang
