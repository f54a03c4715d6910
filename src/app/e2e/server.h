// Server: `wonjang serve` on a data directory, started and stopped at will, and what every scenario needs of
// it. Threads: one owner; client() from any.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "app/e2e/client.h"
#include "app/e2e/process.h"

namespace wonjang::e2e {

struct ServerOptions {
  std::uint32_t books = 1;
  std::vector<std::string> arguments = {};  // further ones of every start
};

class Server {
 public:
  Server(std::string data_dir, ServerOptions options)
      : data_dir_(std::move(data_dir)), options_(std::move(options)) {}

  // Runs `serve`; false, with the reason as a test failure, if it isn't listening in time.
  bool start(const std::vector<std::string>& more = {}, std::uint64_t file_bytes_max = 0);
  // The same without expecting that it comes up: it listens (true), or it has ended and exit() says how.
  bool try_start(const std::vector<std::string>& more = {}, std::uint64_t file_bytes_max = 0);
  void kill();  // SIGKILL, and it is gone
  int stop();   // SIGTERM; the exit code, -1 if it wouldn't end in time
  Process& process() { return *process_; }

  std::uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  const std::string& data_dir() const { return data_dir_; }
  std::string key_file() const { return data_dir_ + "/operator.key"; }
  std::string log() const { return text_of_file(log_file()); }

  Client client(const std::string& api_key) const { return {port_, api_key}; }
  Client house() const;  // with the first operator's key

 private:
  std::string log_file() const { return data_dir_ + ".log"; }

  const std::string data_dir_;
  const ServerOptions options_;
  std::unique_ptr<Process> process_;
  std::uint16_t port_ = 0;
};

// A merchant and a key of its own, and one that may ingest.
struct Shop {
  std::string merchant;
  std::string key;
  std::string ingest_key;
};
Shop open_shop(const Server& server, const std::string& code = "shop");

// Bodies of POST /v1/payments: a recorded card payment, and an order that wants to be paid. `merchant` may be
// empty.
std::string card_payment(const std::string& order, std::int64_t amount, const std::string& merchant = {});
std::string bare_payment(const std::string& order, std::int64_t amount);

// `wonjang check` says yes to the data directory of a server that doesn't run; gives its output, a JSON
// object per book.
std::string expect_checked(const std::string& data_dir);

// Every event from `cursor` on ("" is the beginning), page by page.
std::vector<boost::json::object> read_feed(Client client, std::string cursor);

}  // namespace wonjang::e2e
