#include "app/api/spread.h"

namespace wonjang {

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
  switch (route.asks) {
    case Asks::no_book:
      return route.part == Part::ledger ? Spread::none : Spread::views;
    case Asks::its_book:
      return Spread::routed;
    case Asks::order_book:
      return by_order ? Spread::routed : Spread::views;
    case Asks::every_book:
      return books == 1 ? Spread::routed : Spread::scattered;
  }
  return Spread::none;
}

std::string route_text(Spread spread, std::uint32_t books) {
  const std::uint32_t asked = spread == Spread::scattered ? books : spread == Spread::routed ? 1 : 0;
  return std::string(code_of(spread)) + "; books=" + std::to_string(asked);
}

}  // namespace wonjang
