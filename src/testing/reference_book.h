// ReferenceBook: the second opinion. A small, plain model of the ledger, written from the rules alone: maps,
// names instead of ids, one payment at a time. It shares no code with decide() and evolve(), so that both
// would have to be wrong in the same way. The simulator tells it every request in the order in which the
// writer took it, and compares what both say.
//
//   book.begin();                                   // a batch
//   const auto verdict = book.apply(request, now, reply);
//   durable ? book.commit() : book.roll_back();     // as the disk fared
//
// Approvals and cancels are named by their place in their payment (the first is 0). `reply` is what the
// ledger rendered for this request: the model doesn't know the words, it remembers them, to tell what every
// repeat must hear.
//
// Threads: one owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace wonjang::testing {

struct RefParts {
  std::int64_t supply = 0;
  std::int64_t vat = 0;
  std::int64_t tax_free = 0;
  std::int64_t tax_exempt = 0;
  std::int64_t sum() const { return supply + vat + tax_free + tax_exempt; }
  friend bool operator==(const RefParts&, const RefParts&) = default;
};

enum class RefMethod : std::uint8_t { card, account, gift, point };
enum class RefStatus : std::uint8_t {
  ready,
  in_progress,
  waiting,
  done,
  partly_canceled,
  canceled,
  aborted,
  expired
};
enum class RefApprovalState : std::uint8_t { asked, unknown, reversing, waiting, live, declined, reversed };
enum class RefCancelState : std::uint8_t { asked, unknown, succeeded, failed };
enum class RefSlip : std::uint8_t { none, ready, requested, completed, cancel_requested, canceled };
enum class RefOutcome : std::uint8_t { yes, no, unknown };
enum class RefOperation : std::uint8_t {
  create,
  authenticate,
  fail,
  expire,
  record_approval,
  begin_approval,
  settle_approval,
  confirm_deposit,
  reverse_deposit,
  cancel,
  settle_cancel,
  acquisition,
  note_answer,
  begin_network_cancel,
  settle_network_cancel,
  open_incident,
};

constexpr std::size_t kNoPlace = SIZE_MAX;

struct RefApprovalWish {
  RefMethod method = RefMethod::card;
  std::int64_t amount = 0;
  bool waits = false;       // an account without a deposit
  std::int64_t due_us = 0;  // of the account; 0 = none
  bool has_refund_account = false;
  std::int64_t approved_us = 0;  // 0 = now
};

struct RefRequest {
  RefOperation operation = RefOperation::create;
  std::string tenant;
  std::string key;            // empty: the house's own command
  std::string content;        // what the fingerprint covers
  std::string payment;        // its name; empty: nobody has heard of it
  std::string only_merchant;  // a payment of another one looks as if it weren't there; empty = any
  std::string order;          // create: merchant and order id
  std::int64_t amount = 0;
  bool whole_amount = false;  // cancel: everything that is left
  std::int64_t tax_free = 0;
  std::int64_t tax_exempt = 0;
  std::optional<std::int64_t> expected_left;
  bool partly_cancelable = true;
  std::int64_t requested_us = 0;  // 0 = now
  std::int64_t expires_us = 0;
  std::vector<RefApprovalWish> approvals;
  std::size_t approval = kNoPlace;  // kNoPlace: unknown to the model; see has_approval
  bool has_approval = false;        // one is named
  std::size_t cancel = kNoPlace;
  RefOutcome outcome = RefOutcome::unknown;
  bool never_sent = false;  // settle_cancel: nothing left the house
  std::string approve_no;
  bool known_to_network = true;  // settle_network_cancel; false = no usable answer
  std::string notice;
  std::int64_t at_us = 0;    // deposit; 0 = now
  bool waits_again = false;  // reverse_deposit
  RefSlip slip = RefSlip::none;
  bool hands_over = false;  // open_incident: to people
};

enum class RefVerdict : std::uint8_t {
  accepted,     // booked
  already,      // accepted, nothing to book
  refused,      // booked as a refusal, frozen under its key
  turned_away,  // refused, nothing booked, the key stays free
  replayed,
  open,
  reused,
};
const char* name_of(RefVerdict verdict);

struct RefReply {
  std::uint16_t status = 0;
  std::string body;
  friend bool operator==(const RefReply&, const RefReply&) = default;
};

struct RefApproval {
  RefMethod method = RefMethod::card;
  RefParts parts;
  RefParts canceled;
  RefParts canceling;
  RefApprovalState state = RefApprovalState::asked;
  bool through_provider = false;
  bool has_refund_account = false;
  bool was_approved = false;
  std::string approve_no;
  std::string key;  // whose answer is open
  bool given_up = false;
  std::int64_t due_us = 0;
  std::int64_t approved_us = 0;
  RefSlip slip = RefSlip::none;
  // The bank's notices by id, deposits and reversals apart: what each said, and when.
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> deposits_told;
  std::map<std::string, std::pair<bool, std::int64_t>> reversals_told;

  bool is_held() const { return state == RefApprovalState::live || state == RefApprovalState::waiting; }
  bool is_in_doubt() const {
    return state == RefApprovalState::asked || state == RefApprovalState::unknown ||
           state == RefApprovalState::reversing;
  }
  RefParts left() const;
};

struct RefCancel {
  std::size_t approval = 0;
  RefParts parts;
  RefCancelState state = RefCancelState::asked;
  std::string key;
  bool is_in_doubt() const { return state == RefCancelState::asked || state == RefCancelState::unknown; }
};

struct RefPayment {
  std::string merchant;
  RefStatus status = RefStatus::ready;
  RefParts parts;
  std::int64_t balance = 0;
  bool partly_cancelable = true;
  std::int64_t requested_us = 0;
  std::int64_t expires_us = 0;
  std::vector<RefApproval> approvals;
  std::vector<RefCancel> cancels;

  std::int64_t total() const { return parts.sum(); }
  std::int64_t live() const;
  bool is_paid() const { return status == RefStatus::done || status == RefStatus::partly_canceled; }
  bool is_over() const {
    return status == RefStatus::canceled || status == RefStatus::aborted || status == RefStatus::expired;
  }
};

struct RefKey {
  std::string content;
  std::string payment;
  bool final = false;
  RefReply reply;
};

class ReferenceBook {
 public:
  using Keys = std::map<std::pair<std::string, std::string>, RefKey>;  // (tenant, key)

  void begin();
  RefVerdict apply(const RefRequest& request, std::int64_t now_us, const RefReply& reply);
  void commit();
  void roll_back();

  const std::map<std::string, RefPayment>& payments() const { return payments_; }  // by name
  const Keys& keys() const { return keys_; }
  const RefPayment* find(const std::string& name) const;
  // What a repeat of this key must hear, once it is final.
  const RefKey* find_key(const std::string& tenant, const std::string& key) const;

 private:
  struct Ruling;

  void touch(const std::string& payment);
  void touch_key(const std::pair<std::string, std::string>& key);
  bool is_visible(const RefRequest& request) const;
  RefVerdict create(const RefRequest& request, std::int64_t now_us);
  RefVerdict change(RefPayment& payment, const RefRequest& request, std::int64_t now_us);
  void remember(const RefRequest& request, RefVerdict verdict, const RefReply& reply);

  std::map<std::string, RefPayment> payments_;
  Keys keys_;
  std::map<std::string, std::optional<RefPayment>> payments_before_;
  std::map<std::pair<std::string, std::string>, std::optional<RefKey>> keys_before_;
};

}  // namespace wonjang::testing
