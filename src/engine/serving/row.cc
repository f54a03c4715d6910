#include "engine/serving/row.h"

#include <type_traits>

#include "engine/serving/exact.h"

namespace wonjang::serving {
namespace {

constexpr std::uint8_t kRowVersion = 3;
constexpr std::uint8_t kTransactionVersion = 1;

// Writer and Reader have the same member names, so that the fields of a thing are listed once
// (`describe(codec, thing)`) and can't be written in one order and read in another.
class Writer {
 public:
  Writer(std::string& out, Instant base) : out_(out), base_(base) {}

  template <typename T>
  requires(std::is_enum_v<T> || std::is_same_v<T, std::uint32_t> ||
           std::is_same_v<T, std::uint8_t>) void number(const T& v) {
    put_varint(out_, static_cast<std::uint64_t>(v));
  }
  void amount(const std::int64_t& v) { put_varint(out_, zigzag(v)); }
  void flag(const bool& v) { out_.push_back(v ? '\1' : '\0'); }
  void text(std::string_view v) { put_sized(out_, v); }
  // 0: no time. Else the difference to the base, moved by one.
  void time(const Instant& v) {
    if (v.is_zero()) return put_varint(out_, 0);
    put_varint(out_, zigzag(v.us - base_.us) + 1);
  }
  template <typename Tag>
  void id(const Id<Tag>& v) {
    if (v.is_zero()) return out_.push_back('\0');
    out_.push_back('\1');
    put_be64(out_, v.raw().high);
    put_be64(out_, v.raw().low);
  }
  void hash(const std::uint64_t& v) { put_be64(out_, v); }
  template <typename T, typename F>
  void list(const std::vector<T>& items, F&& each) {
    put_varint(out_, items.size());
    for (const auto& item : items) each(item);
  }
  template <typename T, typename F>
  void optional(const std::optional<T>& item, F&& present) {
    flag(item.has_value());
    if (item) present(*item);
  }
  bool ok() const { return true; }

 private:
  std::string& out_;
  Instant base_;
};

class Reader {
 public:
  Reader(std::string_view bytes, Instant base) : in_(bytes), base_(base) {}

  template <typename T>
  void number(T& v) {
    v = static_cast<T>(in_.varint());
  }
  void amount(std::int64_t& v) { v = unzigzag(in_.varint()); }
  void flag(bool& v) { v = in_.u8() != 0; }
  void text(std::string& v) { v = in_.take(in_.varint()); }
  void time(Instant& v) {
    const std::uint64_t stored = in_.varint();
    v = stored == 0 ? Instant() : Instant{base_.us + unzigzag(stored - 1)};
  }
  template <typename Tag>
  void id(Id<Tag>& v) {
    v = {};
    if (in_.u8() == 0) return;
    const auto bytes = in_.take(16);
    if (in_.ok()) v = Id<Tag>(RawId::from_bytes(bytes.data()));
  }
  void hash(std::uint64_t& v) { v = in_.be64(); }
  template <typename T, typename F>
  void list(std::vector<T>& items, F&& each) {
    const std::uint64_t count = in_.varint();
    if (count > in_.remaining()) return fail();  // every item has a byte at least
    items.resize(count);
    for (auto& item : items) each(item);
  }
  template <typename T, typename F>
  void optional(std::optional<T>& item, F&& present) {
    bool has = false;
    flag(has);
    item.reset();
    if (has) present(item.emplace());
  }
  bool ok() const { return in_.ok(); }
  bool done() const { return in_.ok() && in_.at_end(); }
  void fail() { static_cast<void>(in_.take(in_.remaining() + 1)); }

 private:
  ByteReader in_;
  Instant base_;
};

// Passes over what it needn't know: texts stay where they are, times are skipped.
class Glancer {
 public:
  explicit Glancer(std::string_view bytes) : in_(bytes) {}

  template <typename T>
  void number(T& v) {
    v = static_cast<T>(in_.varint());
  }
  void amount(std::int64_t& v) { v = unzigzag(in_.varint()); }
  void flag(bool& v) { v = in_.u8() != 0; }
  void text(std::string_view& v) { v = in_.sized(); }
  void text(const std::string&) { static_cast<void>(in_.sized()); }
  void time(const Instant&) { static_cast<void>(in_.varint()); }
  template <typename T, typename F>
  void list(std::vector<T>& items, F&& each) {
    const std::uint64_t count = in_.varint();
    if (count > in_.remaining()) return static_cast<void>(in_.take(in_.remaining() + 1));
    items.resize(count);
    for (auto& item : items) each(item);
  }
  bool ok() const { return in_.ok(); }

 private:
  ByteReader in_;
};

// What filters and sums ask of a row stands in front, as it follows from the rest.
template <typename Codec, typename H>
void describe_head(Codec& io, H& head) {
  io.number(head.status);
  io.amount(head.amount);
  io.number(head.method);
  io.text(head.issuer);
  io.amount(head.gross);
  io.amount(head.canceled);
}

template <typename Codec, typename Parts>
void describe_parts(Codec& io, Parts& parts) {
  io.amount(parts.supply);
  io.amount(parts.vat);
  io.amount(parts.tax_free);
  io.amount(parts.tax_exempt);
}

template <typename Codec, typename Detail>
void describe_card(Codec& io, Detail& card) {
  io.text(card.issuer_code);
  io.text(card.acquirer_code);
  io.text(card.bin);
  io.text(card.last4);
  io.number(card.card_type);
  io.number(card.owner_type);
  io.number(card.installment_months);
  io.flag(card.is_interest_free);
  io.number(card.interest_payer);
  io.amount(card.used_point);
  io.amount(card.instant_discount);
  io.text(card.card_token);
  io.text(card.three_ds);
}

template <typename Codec>
struct DescribeMethod {
  Codec& io;

  template <typename D>
  void operator()(D& d) const {
    using T = std::remove_const_t<D>;
    if constexpr (std::is_same_v<T, CardDetail>) {
      describe_card(io, d);
    } else if constexpr (std::is_same_v<T, VirtualAccountDetail>) {
      io.text(d.bank_code);
      io.text(d.account_no_token);
      io.number(d.account_type);
      io.text(d.holder);
      io.text(d.depositor);
      io.time(d.due_at);
      io.text(d.refund_account_token);
    } else if constexpr (std::is_same_v<T, TransferDetail>) {
      io.text(d.bank_code);
      io.text(d.account_token);
      io.text(d.transfer_type);
    } else if constexpr (std::is_same_v<T, MobilePhoneDetail>) {
      io.text(d.carrier);
      io.text(d.phone_token);
      io.text(d.billing_month);
      io.flag(d.collected);
    } else if constexpr (std::is_same_v<T, GiftCertificateDetail>) {
      io.number(d.kind);
    } else if constexpr (std::is_same_v<T, EasyPayDetail>) {
      io.text(d.provider);
      io.number(d.funded_by);
      io.amount(d.amount);
      io.amount(d.discount_amount);
      io.optional(d.card, [this](auto& card) { describe_card(io, card); });
    } else {
      io.text(d.issuer);  // points, coupons, cup deposits
    }
  }
};

void describe_method(Writer& io, const MethodDetail& method) {
  io.number(method_of(method));
  std::visit(DescribeMethod<Writer>{io}, method);
}

template <std::size_t I = 0>
bool emplace_method(MethodDetail& method, std::size_t index) {
  if constexpr (I < std::variant_size_v<MethodDetail>) {
    if (index != I) return emplace_method<I + 1>(method, index);
    method.emplace<I>();
    return true;
  }
  return false;
}
void describe_method(Reader& io, MethodDetail& method) {
  std::uint8_t number = 0;
  io.number(number);
  if (!emplace_method(method, static_cast<std::size_t>(number) - 1)) return io.fail();
  std::visit(DescribeMethod<Reader>{io}, method);
}

template <typename Codec, typename P>
void describe_pursuit(Codec& io, P& pursuit) {
  io.number(pursuit.attempts);
  io.time(pursuit.first_asked_at);
  io.time(pursuit.next_attempt_at);
  io.text(pursuit.idempotency_key);
  io.text(pursuit.tenant);
  io.flag(pursuit.gave_up);
}

template <typename Codec, typename A>
void describe_approval(Codec& io, A& approval) {
  io.id(approval.terms.approval);
  io.number(approval.terms.seq);
  describe_method(io, approval.terms.method);
  describe_parts(io, approval.terms.parts);
  io.text(approval.terms.provider);
  io.text(approval.terms.pg_code);
  io.text(approval.terms.van);
  io.number(approval.state);
  io.text(approval.approve_no);
  io.text(approval.network_txn_id);
  io.time(approval.requested_at);
  io.time(approval.approved_at);
  io.time(approval.received_at);
  io.text(approval.failure_code);
  io.text(approval.failure_message);
  describe_parts(io, approval.canceled);
  describe_parts(io, approval.canceling);
  io.amount(approval.money_out);
  io.number(approval.acquisition);
  io.time(approval.acquired_at);
  io.text(approval.slip_no);
  io.text(approval.acquire_batch_id);
  io.time(approval.deposited_at);
  io.amount(approval.deposited_amount);
  io.text(approval.deposited_by);
  io.list(approval.bank_notices,
          [&](auto& v) { io.text(v.id); });  // what is searched: nobody decides by a row
  io.list(approval.incidents, [&](auto& v) { io.text(v); });
  io.optional(approval.pursuit, [&](auto& v) { describe_pursuit(io, v); });
}

template <typename Codec, typename C>
void describe_cancel(Codec& io, C& cancel) {
  io.id(cancel.terms.cancel);
  io.id(cancel.terms.approval);
  io.number(cancel.terms.kind);
  describe_parts(io, cancel.terms.parts);
  io.amount(cancel.terms.easy_pay_discount_amount);
  io.text(cancel.terms.refund_account_token);
  io.number(cancel.terms.requester);
  io.number(cancel.terms.phase);
  io.time(cancel.terms.requested_at);
  io.number(cancel.state);
  io.text(cancel.transaction_key);
  io.text(cancel.reason);
  io.time(cancel.canceled_at);
  io.amount(cancel.balance_after);
  io.text(cancel.failure_code);
  io.text(cancel.failure_message);
  io.optional(cancel.pursuit, [&](auto& v) { describe_pursuit(io, v); });
}

// The texts that filters look into come first.
template <typename Codec, typename T>
void describe_texts(Codec& io, T& terms) {
  io.text(terms.order_name);
  io.text(terms.buyer.name);
}
template <typename Codec, typename M>
void describe_metadata(Codec& io, M& metadata) {
  io.list(metadata, [&](auto& pair) {
    io.text(pair.first);
    io.text(pair.second);
  });
}

template <typename Codec, typename T>
void describe_terms(Codec& io, T& terms) {
  describe_texts(io, terms);
  describe_metadata(io, terms.metadata);
  io.number(terms.type);
  io.number(terms.channel);
  io.text(terms.country);
  io.text(terms.sub_mall_id);
  io.text(terms.store_id);
  describe_parts(io, terms.parts);
  io.flag(terms.use_escrow);
  io.flag(terms.culture_expense);
  io.flag(terms.is_partial_cancelable);
  io.flag(terms.authenticated);
  io.text(terms.customer_key);
  io.time(terms.requested_at);
  io.time(terms.expires_at);
  io.text(terms.external.pg_name);
  io.text(terms.external.payment_key);
  io.text(terms.external.transaction_key);
  io.text(terms.api_version);
  io.text(terms.buyer.phone);
  io.text(terms.buyer.email);
}

template <typename Codec, typename R>
void describe_row(Codec& io, R& row) {
  auto& payment = row.payment;
  describe_terms(io, payment.terms);
  io.number(payment.version);
  io.amount(payment.balance);
  io.text(payment.order_id);
  io.time(payment.created_at);
  io.time(payment.updated_at);
  io.time(payment.approved_at);
  io.number(payment.incidents);
  io.number(payment.contradictions);
  io.list(payment.approvals, [&](auto& v) { describe_approval(io, v); });
  io.list(payment.cancels, [&](auto& v) { describe_cancel(io, v); });
  io.list(row.event_hashes, [&](auto& v) { io.hash(v); });
}

template <typename Codec, typename T>
void describe_transaction(Codec& io, T& transaction) {
  io.number(transaction.kind);
  io.id(transaction.approval);
  io.id(transaction.cancel);
  io.number(transaction.method);
  io.text(transaction.issuer);
  io.number(transaction.channel);
  io.text(transaction.currency);
  io.text(transaction.order_id);
  io.text(transaction.number);
  io.amount(transaction.amount);
  io.amount(transaction.balance_after);
  io.time(transaction.payment_at);
}

Error unreadable(const char* what) {
  return corrupt(std::string("a stored ") + what +
                 " of the serving views can't be read: rebuild the views (`wonjang views rebuild`)");
}

}  // namespace

void encode_row(const Row& row, std::string& out) {
  out.push_back(static_cast<char>(kRowVersion));
  out.append(row.payment.currency.code());
  Writer io(out, time_of(row.payment));
  const PaymentFacts head = facts_of(row.payment, 0, {});
  describe_head(io, head);
  describe_row(io, row);
}

Result<Row> decode_row(const Locator& at, MerchantId merchant, std::string_view bytes) {
  if (bytes.size() < 4 || static_cast<std::uint8_t>(bytes[0]) != kRowVersion) return unreadable("row");
  const auto currency = Currency::parse(bytes.substr(1, 3));
  if (!currency) return unreadable("row");
  Row row;
  Reader io(bytes.substr(4), at.at);
  PaymentFacts head;
  describe_head(io, head);
  describe_row(io, row);
  if (!io.done()) return unreadable("row");
  row.payment.status = head.status;
  row.payment.total = head.amount;
  row.payment.currency = *currency;
  row.payment.id = at.payment;
  row.payment.merchant = merchant;
  return row;
}

Result<RowGlance> glance_row(std::string_view bytes, Glance depth) {
  if (bytes.size() < 4 || static_cast<std::uint8_t>(bytes[0]) != kRowVersion) return unreadable("row");
  RowGlance out;
  out.currency = bytes.substr(1, 3);
  Glancer io(bytes.substr(4));
  describe_head(io, out);
  if (depth != Glance::head) {
    io.text(out.order_name);
    io.text(out.buyer);
  }
  if (depth == Glance::metadata) describe_metadata(io, out.metadata);
  if (!io.ok()) return unreadable("row");
  return out;
}

void encode_transaction(const Transaction& transaction, std::string& out) {
  out.push_back(static_cast<char>(kTransactionVersion));
  Writer io(out, transaction.at);
  describe_transaction(io, transaction);
}

Result<Transaction> decode_transaction(std::string_view key, std::string_view bytes) {
  if (key.size() != 32 || bytes.empty() || static_cast<std::uint8_t>(bytes[0]) != kTransactionVersion) {
    return unreadable("transaction");
  }
  const auto at = read_row_key(key.substr(0, 28));
  Transaction out;
  out.payment = at->payment;
  out.at = at->at;
  out.version = ByteReader(key.substr(28)).be32();
  Reader io(bytes.substr(1), at->at);
  describe_transaction(io, out);
  if (!io.done()) return unreadable("transaction");
  return out;
}

}  // namespace wonjang::serving
