// libFuzzer: bodies and ingest lines from arbitrary bytes; the first byte says which parser. The properties:
// what is refused says why, a pointer each, at most kFieldErrorsMax; what is taken has a fingerprint and is
// rendered as JSON again; and the same bytes give the same result.
#include <cstdlib>
#include <string>

#include "app/api/json/commands.h"
#include "app/api/json/ingest.h"
#include "app/api/json/json_document.h"
#include "app/api/json/pan_guard.h"
#include "app/api/json/problem.h"

namespace wonjang {
namespace {

const PaymentId kPayment(RawId{0x019A'0000'0001'1230ULL, 8});
const ParseContext kTenant{MerchantId(RawId{0x019A'0000'0000'1230ULL, 7})};

void require(bool condition) {
  if (!condition) std::abort();
}

void check_errors(const FieldErrors& errors) {
  require(!errors.empty() && errors.size() <= kFieldErrorsMax);
  for (const auto& error : errors)
    require(!error.code.empty() && !error.message.empty() && !holds_pan(error.pointer));
  JsonDocument document;
  require(!document.parse(field_problem(errors).body).has_value());
}

template <typename Parse>
void check_twice(Parse parse) {
  const auto first = parse();
  const auto again = parse();
  require(first.index() == again.index());
  if (const auto* errors = std::get_if<FieldErrors>(&first)) {
    check_errors(*errors);
    require(*errors == std::get<FieldErrors>(again));
  }
}

void check_line(std::string_view line) {
  const auto parsed = parse_ingest_line(line, kTenant);
  if (const auto* refusal = std::get_if<IngestRefusal>(&parsed)) {
    check_errors(refusal->errors);
    return;
  }
  const auto& ingest = std::get<ParsedIngest>(parsed);
  require(!ingest.key.empty());
  const bool creates = std::holds_alternative<CreatePayment>(ingest.parsed.command);
  require(creates == (ingest.target.payment.is_zero() && ingest.target.order_id.empty()));
}

}  // namespace
}  // namespace wonjang

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wonjang;
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 10) {
    case 0:
      check_line(body);
      break;
    case 1:
      check_twice([&] { return parse_approve(body, kPayment); });
      break;
    case 2:
      check_twice([&] { return parse_cancel(body, kPayment); });
      break;
    case 3:
      check_twice([&] { return parse_deposit(body, kPayment); });
      break;
    case 4:
      check_twice([&] { return parse_deposit_reversal(body, kPayment); });
      break;
    case 5:
      check_twice([&] { return parse_acquisition(body, kPayment); });
      break;
    case 6:
      check_twice([&] { return parse_merchant(body); });
      break;
    case 7:
      check_twice([&] { return parse_api_key(body, kTenant); });
      break;
    case 8:
      check_twice([&] { return parse_record_approval(body, kPayment); });
      break;
    default:
      check_twice([&] { return parse_create(body, kTenant); });
      break;
  }
  return 0;
}
