#include "verify/event.h"

#include <array>
#include <ctime>
#include <limits>
#include <utility>

#include "verify/text.h"

namespace verify {
namespace {

constexpr std::pair<std::uint64_t, std::string_view> kTypes[] = {
    {32, "payment.created"},          {33, "payment.authenticated"},
    {34, "payment.expired"},          {35, "payment.failed"},
    {40, "approval.requested"},       {41, "approval.approved"},
    {42, "approval.declined"},        {43, "approval.unknown"},
    {48, "virtual_account.issued"},   {49, "deposit.confirmed"},
    {50, "deposit.reversed"},         {56, "cancel.requested"},
    {57, "cancel.succeeded"},         {58, "cancel.failed"},
    {59, "cancel.unknown"},           {64, "provider.asked"},
    {65, "network_cancel.requested"}, {66, "network_cancel.confirmed"},
    {72, "acquisition.updated"},      {80, "command.refused"},
    {81, "incident.opened"},          {96, "merchant.registered"},
    {97, "merchant.closed"},          {98, "api_key.created"},
    {99, "api_key.revoked"},
};

constexpr std::uint64_t kVersion = 4;
constexpr std::uint64_t kFirstBody = 32;

std::uint64_t take_varint(std::string_view& bytes) {
  std::uint64_t out = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes[0]);
    bytes.remove_prefix(1);
    out |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) return out;
  }
  throw NotValid("the event's bytes are no protobuf message");
}

std::string_view take_sized(std::string_view& bytes) {
  const std::uint64_t size = take_varint(bytes);
  if (size > bytes.size()) throw NotValid("the event's bytes are no protobuf message");
  const std::string_view out = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return out;
}

// 26 characters of Crockford base32 for 16 bytes, the first carries three bits.
std::string id_text(std::string_view prefix, std::string_view bytes) {
  if (bytes.size() != 16) throw NotValid("the event has an id that isn't 16 bytes");
  constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::string out(prefix);
  for (int shift = 125; shift >= 0; shift -= 5) {
    unsigned value = 0;
    for (int bit = shift + 4; bit >= shift; --bit) {
      const auto byte =
          bit >= 128 ? 0U : static_cast<unsigned char>(bytes[static_cast<std::size_t>(15 - bit / 8)]);
      value = value * 2 + ((byte >> static_cast<unsigned>(bit % 8)) & 1U);
    }
    out += kAlphabet[value];
  }
  return out;
}

std::string time_text(std::uint64_t microseconds) {
  if (microseconds > std::numeric_limits<std::int64_t>::max()) return "-";
  const auto seconds = static_cast<std::time_t>(microseconds / 1'000'000);
  std::tm parts{};
  std::array<char, 64> out{};
  if (gmtime_r(&seconds, &parts) == nullptr ||
      std::strftime(out.data(), out.size(), "%Y-%m-%dT%H:%M:%S", &parts) == 0) {
    return "-";
  }
  const std::string fraction = std::to_string(1'000'000 + microseconds % 1'000'000);
  return out.data() + ("." + fraction.substr(1)) + "Z";
}

std::string type_text(std::uint64_t field) {
  for (const auto& [number, name] : kTypes) {
    if (number == field) return std::string(name);
  }
  return "kind " + std::to_string(field) + ", newer than this program";
}

}  // namespace

EventFacts facts_of(std::string_view event) {
  EventFacts out;
  std::uint64_t last = 0;
  while (!event.empty()) {
    const std::uint64_t tag = take_varint(event);
    const std::uint64_t field = tag >> 3U;
    if (field <= last) throw NotValid("the event's fields aren't in rising order");
    last = field;
    std::uint64_t number = 0;
    std::string_view bytes;
    switch (tag & 7U) {
      case 0:
        number = take_varint(event);
        break;
      case 2:
        bytes = take_sized(event);
        break;
      default:
        throw NotValid("the event has a field of a wire type that events don't use");
    }
    if (field == 1 && number != 1) throw NotValid("the event's format version isn't 1");
    if (field == 2) out.id = id_text("evt_", bytes);
    if (field == 3) out.payment = id_text("pay_", bytes);
    if (field == kVersion) out.version = number;
    if (field == 8) out.occurred_at = time_text(number);
    if (field == 9) out.recorded_at = time_text(number);
    if (field >= kFirstBody) out.type = type_text(field);
  }
  if (out.id.empty() || out.payment.empty() || out.type.empty())
    throw NotValid("the event has no id, no payment or no kind");
  return out;
}

}  // namespace verify
