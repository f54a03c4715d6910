#include "engine/ledger/key_gate.h"

#include <iterator>
#include <utility>

namespace wonjang {

class KeyGate::Ticket final : public Completion {
 public:
  Ticket(KeyGate& gate, const Request& request)
      : gate_(gate), key_(request.key->key), completion_(request.completion), tag_(request.tag) {}

  void complete(std::uint64_t, Answer answer) override {
    if (completion_ != nullptr) completion_->complete(tag_, std::move(answer));
  }
  // Comes once, after complete(): only now may the next request with this key go on, and this ticket end.
  void flush() override {
    const std::unique_ptr<Ticket> self(this);
    if (completion_ != nullptr) completion_->flush();
    gate_.release(key_);
  }

 private:
  KeyGate& gate_;
  Hash128 key_;
  Completion* completion_;
  std::uint64_t tag_;
};

void KeyGate::submit(std::vector<Request> requests) {
  std::size_t going = 0;
  for (Request& request : requests) {
    if (waits(request)) continue;
    if (&requests[going] != &request) requests[going] = std::move(request);
    ++going;
  }
  requests.resize(going);
  if (going > 0) let_through(std::move(requests));
}

// If somebody holds its key, it is taken away.
bool KeyGate::waits(Request& request) {
  if (!request.key) return false;
  auto& shard = shard_of(request.key->key);
  const std::lock_guard lock(shard.mutex);
  const auto [place, is_first] = shard.held.try_emplace(request.key->key);
  if (!is_first) place->second.push_back(std::move(request));
  return !is_first;
}

// A request that fails at once releases the next one from within pass_(): taken in turn here, not one inside
// the other, since thousands may wait for one key.
void KeyGate::let_through(std::vector<Request> requests) {
  struct Turn {
    KeyGate* gate = nullptr;
    std::vector<Request>* waiting = nullptr;
  };
  static thread_local Turn turn;
  for (Request& request : requests) {
    if (request.key) request.completion = new Ticket(*this, request);
  }
  if (turn.gate == this) {
    std::move(requests.begin(), requests.end(), std::back_inserter(*turn.waiting));
    return;
  }
  std::vector<Request> waiting;
  const Turn outer = std::exchange(turn, {this, &waiting});
  while (!requests.empty()) {
    pass_(std::move(requests));
    requests = std::exchange(waiting, {});
  }
  turn = outer;
}

void KeyGate::release(const Hash128& key) {
  auto& shard = shard_of(key);
  std::vector<Request> next;
  {
    const std::lock_guard lock(shard.mutex);
    const auto place = shard.held.find(key);
    if (place->second.empty()) {
      shard.held.erase(place);
      return;
    }
    next.push_back(std::move(place->second.front()));
    place->second.pop_front();
  }
  let_through(std::move(next));
}

}  // namespace wonjang
