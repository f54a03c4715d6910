// How long one body takes: parse, fingerprint, render. A program, not a test: `api_json_timing` prints
// microseconds.
#include <cstdio>
#include <ctime>
#include <string>
#include <utility>

#include "adapters/openssl/digest.h"
#include "app/api/json/commands.h"
#include "app/api/json/event_json.h"
#include "app/api/json/ingest.h"
#include "app/api/json/payment_json.h"

namespace wonjang {
namespace {

constexpr int kRounds = 200'000;

constexpr std::string_view kBody =
    R"({"orderId":"order-20261122-000123","orderName":"아메리카노 2잔 외 1건","currency":"KRW","totalAmount":11000,)"
    R"("taxFreeAmount":0,"channel":"ONLINE","customerKey":"cus_8fj2k1","requestedAt":"2026-11-22T10:30:00.123+09:00",)"
    R"("approvals":[{"method":"CARD","amount":11000,"approveNo":"30012345","approvedAt":"2026-11-22T10:30:02.456+09:00",)"
    R"("networkTxnId":"txn-9912837465","card":{"issuerCode":"11","acquirerCode":"31","bin":"457972","last4":"1234",)"
    R"("cardType":"CREDIT","ownerType":"PERSONAL","installmentMonths":3}}]})";

template <typename Work>
void report(const char* name, Work work) {
  for (int i = 0; i < kRounds / 10; ++i) work();
  const std::clock_t start = std::clock();  // this process's own time: others may be busy beside it
  for (int i = 0; i < kRounds; ++i) work();
  const double spent = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  std::printf("%-36s %6.2f us\n", name, spent * 1e6 / kRounds);
}

Payment sample() {
  const ParseContext context{MerchantId(RawId{0x019A'0000'0000'1230ULL, 7})};
  auto parsed = std::get<ParsedCommand>(parse_create(kBody, context));
  const auto& create = std::get<CreatePayment>(parsed.command);
  Payment payment;
  payment.id = PaymentId(RawId{0x019A'0000'0001'1230ULL, 8});
  payment.merchant = create.merchant;
  payment.order_id = create.order_id;
  payment.terms = create.terms;
  payment.terms.parts = {10000, 1000, 0, 0};
  payment.total = payment.balance = create.total;
  payment.status = PaymentStatus::done;
  payment.created_at = payment.updated_at = payment.approved_at = create.terms.requested_at;
  Approval approval;
  approval.terms.approval = ApprovalId(RawId{0x019A'0000'0001'1230ULL, 9});
  approval.terms.seq = 1;
  approval.terms.method = create.approvals[0].method;
  approval.terms.parts = payment.terms.parts;
  approval.state = ApprovalState::approved;
  approval.approve_no = create.approvals[0].approve_no;
  approval.approved_at = approval.received_at = create.approvals[0].approved_at;
  payment.approvals.push_back(std::move(approval));
  return payment;
}

int run() {
  const ParseContext context{MerchantId(RawId{0x019A'0000'0000'1230ULL, 7})};
  const OpensslDigest digest;
  std::size_t used = 0;
  std::printf("body of %zu bytes, %d rounds\n", kBody.size(), kRounds);
  report("parse a create with one approval", [&] { used += parse_create(kBody, context).index(); });
  report("parse and fingerprint", [&] {
    auto parsed = parse_create(kBody, context);
    used += std::get<ParsedCommand>(parsed).canonical.fingerprint(digest)[0];
  });
  const std::string line = R"({"op":"create","idempotencyKey":"k-1","data":)" + std::string(kBody) + "}";
  report("parse an ingest line", [&] { used += parse_ingest_line(line, context).index(); });
  const auto payment = sample();
  std::string out;
  report("render a payment", [&] {
    out.clear();
    append_payment_json(out, payment);
    used += out.size();
  });
  std::printf("rendered %zu bytes\n", out.size());
  Event event;
  event.stream = payment.id.raw();
  event.id = EventId(RawId{1, 2});
  event.merchant = payment.merchant;
  event.order_id = payment.order_id;
  event.body = ApprovalApproved{payment.approvals[0].terms, "30012345", "txn", payment.approved_at, {}};
  report("render an event", [&] {
    out.clear();
    append_event_json(out, event, "p1");
    used += out.size();
  });
  return used == 0 ? 1 : 0;
}

}  // namespace
}  // namespace wonjang

int main() { return wonjang::run(); }
