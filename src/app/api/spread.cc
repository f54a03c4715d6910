#include "app/api/spread.h"

#include <algorithm>
#include <array>

namespace wonjang {
namespace {

// A payment's own book answers.
constexpr std::array<std::string_view, 4> kRouted{
    "/v1/payments/{paymentId}", "/v1/payments/{paymentId}/events", "/v1/payments/{paymentId}/proof",
    "/v1/payments/{paymentId}/lifecycle"};
// changes: from the views, and of each payment that is looked back at from its own book.
constexpr std::array<std::string_view, 4> kScattered{"/v1/events", "/v1/in-doubt", "/v1/checkpoints",
                                                     "/v1/totals/{cube}/changes"};

bool is_in(std::span<const std::string_view> paths, const Route& route) {
  return std::ranges::find(paths, route.path) != paths.end();
}

}  // namespace

std::string_view code_of(Spread spread) {
  switch (spread) {
    case Spread::none:
      return "";
    case Spread::views:
      return "views";
    case Spread::routed:
      return "routed";
    case Spread::scattered:
      return "scattered";
  }
  return "";
}

Spread spread_of(const Route& route, std::uint32_t books, bool by_order) {
  if (route.method != "GET") return Spread::none;
  if (is_in(kRouted, route)) return Spread::routed;
  if (is_in(kScattered, route)) return books == 1 ? Spread::routed : Spread::scattered;
  if (route.path == "/v1/payments") return by_order ? Spread::routed : Spread::views;
  return route.part == Part::ledger ? Spread::none : Spread::views;
}

std::string route_text(Spread spread, std::uint32_t books) {
  const std::uint32_t asked = spread == Spread::scattered ? books : spread == Spread::routed ? 1 : 0;
  return std::string(code_of(spread)) + "; books=" + std::to_string(asked);
}

}  // namespace wonjang
