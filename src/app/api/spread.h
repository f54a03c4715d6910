// Spread: how many of the ledger's books a question asks. What has a key (a payment, an order) is routed to
// the one book that holds it; the views were folded out of all books and ask none; what goes by time over
// everybody's payments is scattered to all of them, and grows with their number. Said in the header
// Ledger-Route of an answer to `Explain: 1` and counted in the metric reads_total.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "app/api/routes.h"

namespace wonjang {

// `none`: no question to the ledger (a write, the registry in memory, health).
enum class Spread : std::uint8_t { none, views, routed, scattered };
inline constexpr std::size_t kSpreads = 4;

// "views", "routed", "scattered"; empty for none.
std::string_view code_of(Spread spread);

// Of one of `books`, scattered is routed. `by_order`: GET /v1/payments?orderId=, which has a key.
Spread spread_of(const Route& route, std::uint32_t books, bool by_order);

// "scattered; books=4"
std::string route_text(Spread spread, std::uint32_t books);

}  // namespace wonjang
