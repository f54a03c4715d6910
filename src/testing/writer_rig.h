// One BookWriter on a memory disk, without threads, and what it answered. Header-only; as
// testing/ledger_rig.h.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "engine/ledger/beside.h"
#include "engine/ledger/book_writer.h"
#include "testing/ledger_rig.h"

namespace wonjang::testing {

// Does what it is given when somebody waits for it, as late as it can be: what is decided beside a step sees
// nothing of it.
class BesideLater final : public Beside {
 public:
  void start(std::function<void()> task) override {
    WJ_ASSERT(!task_);
    task_ = std::move(task);
  }
  void wait() override {
    if (const auto task = std::exchange(task_, nullptr)) task();
  }

 private:
  std::function<void()> task_;
};

// Collects answers, by tag.
class Collector final : public Completion {
 public:
  void complete(std::uint64_t tag, Answer answer) override { answers[tag] = std::move(answer); }
  std::map<std::uint64_t, Answer> answers;
};

struct WriterRig {
  WriterRig() : book(MemoryBook::open(disk).value()), writer(0, ports, Rng(7)) {
    WJ_ASSERT(writer.open(*book).has_value());
  }
  Request create(std::string order, const std::string& key_text, std::int64_t total = 10'000) {
    Request out;
    out.command = paid_command(merchant_of(1), std::move(order), total);
    CanonicalRequest canonical("create");
    canonical.text(std::get<CreatePayment>(std::get<PaymentCommand>(out.command)).order_id).number(total);
    out.key = RequestKey{idempotency_key(digest, merchant_of(1), KeyKind::request, key_text),
                         canonical.fingerprint(digest), key_text};
    out.renderer = &line_renderer();
    out.completion = &collector;
    out.tag = next_tag++;
    return out;
  }
  struct Wish {
    std::string order;
    std::string key;
  };
  // Creates, in one batch, in this order.
  void process(const std::vector<Wish>& wishes) {
    std::vector<Request> batch;
    batch.reserve(wishes.size());
    for (const auto& wish : wishes) batch.push_back(create(wish.order, wish.key));
    writer.process(batch);
  }
  Answer& answer(std::uint64_t tag) { return collector.answers.at(tag); }

  std::shared_ptr<MemoryDisk> disk = std::make_shared<MemoryDisk>();
  ManualClock clock;
  PlainDigest digest;
  ProtobufEventCodec codec;
  Ports ports{clock, digest, codec};
  std::unique_ptr<MemoryBook> book;
  BookWriter writer;
  Collector collector;
  std::uint64_t next_tag = 0;
};

}  // namespace wonjang::testing
