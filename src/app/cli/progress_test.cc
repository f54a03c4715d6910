// What is shown of long work on a terminal, and that nothing of it is shown elsewhere.
#include "app/cli/progress.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "app/cli/money_test_service.h"

namespace wonjang {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

// As long as it lives standard error is a terminal, and what is written there is read back.
class ErrorsOnTerminal {
 public:
  ErrorsOnTerminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    EXPECT_TRUE(master_ >= 0 && ::grantpt(master_) == 0 && ::unlockpt(master_) == 0);
    const int terminal = ::open(::ptsname(master_), O_RDWR | O_NOCTTY);
    EXPECT_GE(terminal, 0);
    std::fflush(stderr);
    before_ = ::dup(STDERR_FILENO);
    ::dup2(terminal, STDERR_FILENO);
    ::close(terminal);
    reader_ = std::thread([this] { read_all(); });
  }
  ~ErrorsOnTerminal() { end(); }
  ErrorsOnTerminal(const ErrorsOnTerminal&) = delete;
  ErrorsOnTerminal& operator=(const ErrorsOnTerminal&) = delete;

  bool has_any() const { return any_; }
  // All that was written; standard error is what it was before.
  std::string end() {
    if (!reader_.joinable()) return text_;
    std::fflush(stderr);
    ::dup2(before_, STDERR_FILENO);  // nobody has the terminal open any more: the reader comes to its end
    ::close(before_);
    reader_.join();
    ::close(master_);
    return text_;
  }

 private:
  void read_all() {
    std::array<char, 512> part{};
    for (;;) {
      const auto size = ::read(master_, part.data(), part.size());
      if (size <= 0) return;
      text_.append(part.data(), static_cast<std::size_t>(size));
      any_ = true;
    }
  }

  int master_ = -1;
  int before_ = -1;
  std::string text_;
  std::atomic<bool> any_{false};
  std::thread reader_;
};

// In place of a server: one connection, `answers` one after the other, the last one again and again.
class StandIn {
 public:
  explicit StandIn(std::vector<std::string> answers) : answers_(std::move(answers)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~StandIn() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  StandIn(const StandIn&) = delete;
  StandIn& operator=(const StandIn&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  void serve() {
    const int peer = ::accept(listener_, nullptr, nullptr);
    if (peer < 0) return;
    std::string in;
    std::array<char, 4096> part{};
    for (std::size_t next = 0;;) {
      const auto size = ::read(peer, part.data(), part.size());
      if (size <= 0) break;
      in.append(part.data(), static_cast<std::size_t>(size));
      if (!is_whole(in)) continue;
      in.clear();
      const auto& body = answers_.at(std::min(next++, answers_.size() - 1));
      const auto out = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                       std::to_string(body.size()) + "\r\n\r\n" + body;
      if (::write(peer, out.data(), out.size()) != static_cast<ssize_t>(out.size())) break;
    }
    ::close(peer);
  }
  // Heads here write `Content-Length` as they like.
  static bool is_whole(const std::string& in) {
    const auto head = in.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    auto names = in.substr(0, head);
    for (auto& c : names) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const auto at = names.find("content-length:");
    const auto body = at == std::string::npos ? 0UL : std::strtoul(names.c_str() + at + 15, nullptr, 10);
    return in.size() >= head + 4 + body;
  }

  const std::vector<std::string> answers_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

std::string run_of(const char* state, int done) {
  return R"({"date":"2025-09-01","state":")" + std::string(state) +
         R"(","progress":{"stage":"read","done":)" + std::to_string(done) + R"(,"total":1000000,"lines":)" +
         std::to_string(done) + R"(,"failed":0}})";
}

class RunProgress : public testing::Test {
 protected:
  RunProgress() {
    std::ofstream(key_) << "wonjang_live_x";
    std::filesystem::permissions(key_, std::filesystem::perms(0600));
  }
  // The command's looks are 200 ms from each other: three of them while the run is under way.
  Said settle(const std::vector<std::string>& more = {}) {
    StandIn server({R"({"date":"2025-09-01"})", run_of("RUNNING", 0), run_of("RUNNING", 250'000),
                    run_of("RUNNING", 250'000), run_of("COMPLETED", 1'000'000)});
    std::vector<std::string> words{"settlement", "run",        "2025-09-01", "--url",
                                   server.url(), "--key-file", key_};
    words.insert(words.end(), more.begin(), more.end());
    return say(words);
  }
  // The same with a terminal for standard error.
  Said settle_on_terminal(const std::vector<std::string>& more = {}) {
    StandIn server({R"({"date":"2025-09-01"})", run_of("RUNNING", 0), run_of("RUNNING", 250'000),
                    run_of("RUNNING", 250'000), run_of("COMPLETED", 1'000'000)});
    std::vector<const char*> argv{"wonjang",    "settlement", "run",  "2025-09-01",
                                  "--key-file", key_.c_str(), "--url"};
    const auto url = server.url();
    argv.push_back(url.c_str());
    for (const auto& word : more) argv.push_back(word.c_str());
    Said out;
    testing::internal::CaptureStdout();
    ErrorsOnTerminal terminal;
    out.exit = run_command_line(static_cast<int>(argv.size()), argv.data());
    out.errors = terminal.end();
    out.output = testing::internal::GetCapturedStdout();
    return out;
  }

  const TempDir dir_;
  const std::string key_ = dir_ / "key";
};

TEST(ProgressLine, on_a_terminal_it_is_one_line_that_is_rewritten) {
  ErrorsOnTerminal terminal;
  {
    Progress progress("settling 2025-09-01", "items");
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!terminal.has_any() && std::chrono::steady_clock::now() < until) progress.at(250, 1'000);
    progress.at(1'000, 1'000);
  }
  const auto shown = terminal.end();
  EXPECT_THAT(shown, HasSubstr("\rsettling 2025-09-01 [######..................] 25.00 %  "));
  EXPECT_THAT(shown, HasSubstr("[########################] 100.00 %  "));
  EXPECT_THAT(shown, HasSubstr(" items/s  0 s left"));
  EXPECT_EQ(std::count(shown.begin(), shown.end(), '\n'), 1) << shown;
  EXPECT_THAT(shown, EndsWith("\n"));
}

TEST_F(RunProgress, a_settlement_run_draws_its_bar_on_a_terminal) {
  const auto said = settle_on_terminal();
  EXPECT_EQ(said.exit, kExitOk) << said.errors;
  EXPECT_THAT(said.errors, HasSubstr("\rsettling 2025-09-01 [######..................] 25.00 %"));
  EXPECT_THAT(said.errors, HasSubstr("[########################] 100.00 %"));
  EXPECT_THAT(said.output, HasSubstr("run for 2025-09-01: COMPLETED"));
  EXPECT_THAT(said.output, HasSubstr("items 1000000 of 1000000, lines 1000000, failed 0"));
  EXPECT_THAT(said.output, Not(HasSubstr("####")));
}

TEST_F(RunProgress, nothing_is_drawn_where_there_is_no_terminal_nor_into_json) {
  const auto said = settle();
  EXPECT_EQ(said.exit, kExitOk) << said.errors;
  EXPECT_THAT(said.output, HasSubstr("COMPLETED"));
  EXPECT_EQ(said.errors, "");
  const auto piped = settle({"-O", "json"});
  EXPECT_EQ(piped.errors, "");
  for (const auto& json : {piped, settle_on_terminal({"-O", "json"})}) {
    EXPECT_EQ(json.exit, kExitOk) << json.errors;
    boost::system::error_code error;
    const auto run = boost::json::parse(json.output, error);
    ASSERT_FALSE(error) << json.output;
    EXPECT_EQ(run.at("state").as_string(), "COMPLETED");
  }
}

}  // namespace
}  // namespace wonjang
