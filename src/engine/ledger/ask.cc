#include "engine/ledger/ask.h"

#include <future>
#include <utility>

namespace wonjang {
namespace {

class Waiter final : public Completion {
 public:
  void complete(std::uint64_t, Answer answer) override { answer_ = std::move(answer); }
  void flush() override { done_.set_value(); }
  Answer wait() {
    done_.get_future().wait();
    return std::move(answer_);
  }

 private:
  Answer answer_;
  std::promise<void> done_;
};

}  // namespace

Answer ask(Ledger& ledger, Request request) {
  Waiter waiter;
  request.completion = &waiter;
  ledger.submit(std::move(request));
  return waiter.wait();
}

}  // namespace wonjang
