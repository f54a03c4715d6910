// Answers and stream steps on their way from any thread to the thread that owns the connection. They wait in
// one list per worker; only the first one into an empty list wakes the worker, so a batch of answers costs
// one wake-up.
//
// Threads: push() from any. The worker takes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "app/http/message.h"
#include "base/mutex.h"

namespace wonjang {

struct StreamStep {
  enum class Kind : std::uint8_t { read, start, write, finish, respond, abandon };
  Kind kind;
  HttpResponse response;  // start, respond
  std::string bytes;      // write
  HttpStream::ReadCallback read;
  HttpStream::WriteCallback write;
};

struct Abandoned {};

struct Mail {
  ResponseSink::Ticket ticket;
  std::variant<HttpResponse, Abandoned, std::unique_ptr<StreamStep>> what;
};

// Tells the callbacks of a step that its connection is gone.
void refuse(Mail& mail);

class HttpWorker;

class HttpMailbox : public ResponseSink {
 public:
  // `wake` makes the worker call take() soon; called under the lock, must not block.
  HttpMailbox(HttpWorker& owner, std::function<void()> wake) : owner_(&owner), wake_(std::move(wake)) {}

  void complete(Ticket ticket, HttpResponse response) noexcept override;
  void abandon(Ticket ticket) noexcept override;

  void push(Mail mail);
  void take(std::vector<Mail>& out);  // swaps; `out` must be empty
  void close();                       // what comes later is refused; the worker may go

 private:
  Mutex mutex_;
  std::vector<Mail> mail_ WJ_GUARDED_BY(mutex_);
  bool woken_ WJ_GUARDED_BY(mutex_) = false;
  bool closed_ WJ_GUARDED_BY(mutex_) = false;
  HttpWorker* const owner_;  // compared with the calling thread's worker; used only on that thread
  const std::function<void()> wake_;
};

// The HttpStream a handler holds: every call is a letter to the connection.
class HttpStreamHandle : public HttpStream {
 public:
  HttpStreamHandle(std::shared_ptr<HttpMailbox> mailbox, ResponseSink::Ticket ticket, HttpRequestHead head)
      : mailbox_(std::move(mailbox)), ticket_(ticket), head_(std::move(head)) {}
  ~HttpStreamHandle() override;

  const HttpRequestHead& head() const override { return head_; }
  void read_some(ReadCallback callback) override;
  void start(HttpResponse head) override;
  void write_some(std::string bytes, WriteCallback callback) override;
  void finish() override;
  void respond(HttpResponse response) override;

 private:
  void send(StreamStep step);
  const std::shared_ptr<HttpMailbox> mailbox_;
  const ResponseSink::Ticket ticket_;
  const HttpRequestHead head_;
};

}  // namespace wonjang
