// A ledger for tests: memory disk, manual clock, real codec, one call per command. Header-only; the test's
// target links wj_ledger, wj_memory and wj_protobuf.
#pragma once

#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/memory/manual_clock.h"
#include "adapters/memory/memory_book.h"
#include "adapters/memory/plain_digest.h"
#include "adapters/protobuf/event_codec.h"
#include "engine/ledger/ask.h"
#include "engine/ledger/check.h"
#include "engine/ledger/idempotency.h"
#include "engine/ledger/ledger.h"

namespace wonjang::testing {

// Says what happened in a line, so that replays can be compared byte for byte. In doubt is 504, a refusal
// 422, declined 402.
class LineRenderer final : public Renderer {
 public:
  Reply render(const Outcome& outcome) const override {
    std::string body = outcome.payment.id.text() + " " + std::string(code_of(outcome.payment.status)) + " " +
                       std::to_string(outcome.payment.balance) + " @" + std::to_string(outcome.position);
    if (outcome.refusal != nullptr) return {422, body + " " + std::string(code_of(outcome.refusal->code))};
    for (const auto& event : outcome.events) {
      const bool is_open = std::holds_alternative<ApprovalRequested>(event.body) ||
                           std::holds_alternative<ApprovalUnknown>(event.body) ||
                           std::holds_alternative<NetworkCancelRequested>(event.body) ||
                           std::holds_alternative<CancelRequested>(event.body) ||
                           std::holds_alternative<CancelUnknown>(event.body);
      if (is_open) return {504, body};
      if (std::holds_alternative<ApprovalDeclined>(event.body)) return {402, body};
      if (std::holds_alternative<NetworkCancelConfirmed>(event.body)) return {402, body};
      if (std::holds_alternative<CancelFailed>(event.body)) return {402, body};
    }
    return {201, body};
  }
};

inline const LineRenderer& line_renderer() {
  static const LineRenderer renderer;
  return renderer;
}

inline MerchantId merchant_of(std::uint64_t number) {
  return MerchantId(RawId{0x0190000000000000ULL, number});
}

inline CardDetail a_card() {
  CardDetail card;
  card.issuer_code = "31";
  card.bin = "941010";
  card.last4 = "4242";
  card.card_type = CardType::credit;
  return card;
}

inline ApprovalInput recorded_card(std::int64_t amount, Instant at = {1'700'000'000'000'000}) {
  ApprovalInput input;
  input.method = a_card();
  input.amount = amount;
  input.approve_no = "12345678";
  input.approved_at = at;
  return input;
}

inline CreatePayment create_command(MerchantId merchant, std::string order, std::int64_t total) {
  CreatePayment create;
  create.merchant = merchant;
  create.order_id = std::move(order);
  create.total = total;
  create.terms.order_name = "a thing";
  create.terms.requested_at = {1'700'000'000'000'000};
  return create;
}

// Paid at once, by a card that was approved elsewhere.
inline CreatePayment paid_command(MerchantId merchant, std::string order, std::int64_t total) {
  auto create = create_command(merchant, std::move(order), total);
  create.approvals.push_back(recorded_card(total));
  return create;
}

inline CancelPayment cancel_command(std::optional<std::int64_t> amount = {}) {
  CancelPayment cancel;
  cancel.amount = amount;
  cancel.requester = ActorKind::merchant;
  return cancel;
}

// Answers by tag, of several writers. Outlives the ledger: a flush comes after the last answer.
class Gathered final : public Completion {
 public:
  void complete(std::uint64_t tag, Answer answer) override {
    const std::lock_guard lock(mutex_);
    answers_[tag] = std::move(answer);
  }
  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return answers_.size();
  }
  // When there are so many.
  std::map<std::uint64_t, Answer> take(std::size_t count) {
    while (size() < count) std::this_thread::yield();
    const std::lock_guard lock(mutex_);
    return std::exchange(answers_, {});
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Answer> answers_;
};

struct LedgerRig {
  explicit LedgerRig(std::uint32_t books = 1, std::uint64_t seed = 42) {
    options.books = books;
    options.reopen_delay_ms_first = 1;
    options.seed = seed;
    open();
  }
  ~LedgerRig() { close(); }

  void open() {
    ++options.seed;  // a new process has new randomness
    ledger = std::make_unique<Ledger>(
        options, ports,
        [this](std::uint32_t index) -> Result<std::unique_ptr<Book>> { return open_book(index); });
    const auto started = ledger->start();
    WJ_ASSERT(started.has_value());
  }
  void close() {
    if (ledger) ledger->stop();
    ledger.reset();
  }
  // A new process on the same disk.
  void restart() {
    close();
    open();
  }
  Result<std::unique_ptr<Book>> open_book(std::uint32_t index) {
    auto book = MemoryBook::open(disk, "book-" + std::to_string(index));
    if (!book) return book.error();
    if (wrap) return wrap(*std::move(book));
    return std::unique_ptr<Book>(*std::move(book));
  }

  RequestKey key(std::string text, MerchantId tenant, std::string_view content) const {
    CanonicalRequest canonical("test");
    canonical.text(content);
    return {idempotency_key(digest, tenant, KeyKind::request, text), canonical.fingerprint(digest),
            std::move(text)};
  }

  Request request(PaymentId payment, PaymentCommand command, std::string key_text = {},
                  std::string_view content = "same", MerchantId tenant = merchant_of(1)) const {
    Request out;
    out.payment = payment;
    out.command = std::move(command);
    out.actor = {ActorKind::merchant, "key_test"};
    out.renderer = &line_renderer();
    out.want_payment = true;
    if (!key_text.empty()) out.key = key(std::move(key_text), tenant, content);
    return out;
  }

  Answer run(PaymentId payment, PaymentCommand command, std::string key_text = {},
             std::string_view content = "same", MerchantId tenant = merchant_of(1)) const {
    return ask(*ledger, request(payment, std::move(command), std::move(key_text), content, tenant));
  }
  Answer create(CreatePayment command, std::string key_text, std::string_view content = "same") const {
    return run(PaymentId(), std::move(command), std::move(key_text), content);
  }
  // A paid payment of 10,000 or so.
  PaymentId paid(std::int64_t total = 10'000) {
    const auto number = std::to_string(++orders);
    const auto answer = create(paid_command(merchant_of(1), "order-" + number, total), "create-" + number);
    WJ_ASSERT(answer.kind == AnswerKind::done);
    return answer.payment_id;
  }
  Payment state(PaymentId id) const { return ledger->payment(id).value().value(); }
  std::vector<StoredEvent> events_of(PaymentId id) const {
    return ledger->history(id).value().value().events;
  }

  // The first difference that check() finds in any book, or nothing.
  std::string difference() const {
    for (std::uint32_t book = 0; book < ledger->books(); ++book) {
      std::string found;
      const auto looked = ledger->with_book(book, [&](const Book& b) -> Result<void> {
        WJ_TRY(const auto report, check(b, ports));
        found = report.difference;
        return {};
      });
      if (!looked) return looked.error().message;
      if (!found.empty()) return "book " + std::to_string(book) + ": " + found;
    }
    return "";
  }
  std::uint64_t events() const {
    std::uint64_t sum = 0;
    for (const auto tail : ledger->tails().of) sum += tail;
    return sum;
  }

  std::shared_ptr<MemoryDisk> disk = std::make_shared<MemoryDisk>();
  std::function<std::unique_ptr<Book>(std::unique_ptr<Book>)>
      wrap;  // of every book that is opened from here on
  ManualClock clock;
  PlainDigest digest;
  ProtobufEventCodec codec;
  Ports ports{clock, digest, codec};
  LedgerOptions options;
  std::unique_ptr<Ledger> ledger;
  int orders = 0;
};

}  // namespace wonjang::testing
