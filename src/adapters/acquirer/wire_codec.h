// WireCodec: the JSON bodies of docs/acquirer-protocol.md, in both directions. A body is believed only when
// it is whole, well formed, in bounds and about the reference (and amount) that was asked for; unknown fields
// are ignored. Threads: any (pure functions).
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/acquirer/simulated_provider.h"
#include "base/result.h"
#include "ports/acquirer.h"

namespace wonjang {

constexpr std::size_t kWireBytesMax = 64 * 1024;
constexpr std::size_t kWireReferenceBytesMax = 64;

// 1 to 64 of [A-Za-z0-9_-]: goes into a path as it is.
bool is_wire_reference(std::string_view reference);

// Requests. Of the method only what a provider needs leaves the house; never more of a card than its BIN and
// last four.
std::string encode_request(const ApproveRequest& request);
std::string encode_request(const CancelRequest& request);
std::string encode_network_cancel_request(const std::string& reference);

// Answers. Errors: in_doubt (not a usable answer; the message says which rule it breaks, never what it held).
Result<ApproveAnswer> decode_answer(const ApproveRequest& request, std::string_view body);
Result<CancelAnswer> decode_answer(const CancelRequest& request, std::string_view body);
Result<InquiryAnswer> decode_inquiry_answer(const std::string& reference, std::string_view body);
Result<NetworkCancelAnswer> decode_network_cancel_answer(const std::string& reference, std::string_view body);

// The provider's side. Errors: invalid (what is wrong with the request). Deadline and method detail are left
// out.
Result<ApproveRequest> decode_approve_request(std::string_view body);
Result<CancelRequest> decode_cancel_request(std::string_view body);
Result<std::string> decode_network_cancel_request(std::string_view body);
std::string encode_answer(const ApproveRequest& request, const ApproveAnswer& answer);
std::string encode_answer(const CancelRequest& request, const CancelAnswer& answer);
std::string encode_answer(const std::string& reference, const InquiryAnswer& answer);
std::string encode_answer(const std::string& reference, const NetworkCancelAnswer& answer);
std::string encode_problem(std::string_view code, std::string_view message);
std::string encode_truth(const std::vector<Truth>& rows, const std::map<std::string, std::int64_t>& captured,
                         std::size_t in_flight, const std::vector<std::string>& violations);

}  // namespace wonjang
