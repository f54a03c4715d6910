#include "app/http/http_mailbox.h"

#include <utility>

#include "app/http/http_worker.h"

namespace wonjang {

void refuse(Mail& mail) {
  auto* step = std::get_if<std::unique_ptr<StreamStep>>(&mail.what);
  if (step == nullptr) return;
  if ((*step)->read) (*step)->read(unavailable("the connection is gone"));
  if ((*step)->write) (*step)->write(unavailable("the connection is gone"));
}

void HttpMailbox::complete(Ticket ticket, HttpResponse response) noexcept {
  // Answered on the connection's own thread: no letter, no lock.
  if (HttpWorker::current() == owner_) return owner_->answer(ticket, std::move(response));
  push({ticket, std::move(response)});
}

void HttpMailbox::abandon(Ticket ticket) noexcept {
  if (HttpWorker::current() == owner_) return owner_->answer_abandoned(ticket);
  push({ticket, Abandoned{}});
}

void HttpMailbox::push(Mail mail) {
  {
    const MutexLock lock(mutex_);
    if (!closed_) {
      mail_.push_back(std::move(mail));
      if (!woken_) {
        woken_ = true;
        wake_();
      }
      return;
    }
  }
  refuse(mail);
}

void HttpMailbox::take(std::vector<Mail>& out) {
  const MutexLock lock(mutex_);
  std::swap(out, mail_);
  woken_ = false;
}

void HttpMailbox::close() {
  std::vector<Mail> rest;
  {
    const MutexLock lock(mutex_);
    closed_ = true;
    std::swap(rest, mail_);
  }
  for (auto& mail : rest) refuse(mail);
}

HttpStreamHandle::~HttpStreamHandle() { send({StreamStep::Kind::abandon, {}, {}, {}, {}}); }

void HttpStreamHandle::send(StreamStep step) {
  mailbox_->push({ticket_, std::make_unique<StreamStep>(std::move(step))});
}
void HttpStreamHandle::read_some(ReadCallback callback) {
  send({StreamStep::Kind::read, {}, {}, std::move(callback), {}});
}
void HttpStreamHandle::start(HttpResponse head) {
  send({StreamStep::Kind::start, std::move(head), {}, {}, {}});
}
void HttpStreamHandle::write_some(std::string bytes, WriteCallback callback) {
  send({StreamStep::Kind::write, {}, std::move(bytes), {}, std::move(callback)});
}
void HttpStreamHandle::finish() { send({StreamStep::Kind::finish, {}, {}, {}, {}}); }
void HttpStreamHandle::respond(HttpResponse response) {
  send({StreamStep::Kind::respond, std::move(response), {}, {}, {}});
}

}  // namespace wonjang
