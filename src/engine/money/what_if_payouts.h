// What a proposed contract would do to the merchant's next payout beside moving its lines (what_if.h): what
// is kept back is released or withheld, and the account that it goes to is another.
//
// Threads: any.
#pragma once

#include "engine/money/contract_book.h"
#include "engine/money/what_if_moves.h"

namespace wonjang::money {

// `then` is `now` with `proposed` in it. Its next payout: the first business day, from today and from the
// day on which `proposed` holds on, that has none yet and for which something is due; when nothing is due at
// all, the first such day. Of the lines that stand, without those that payout runs would leave out (a manual
// cycle's). Nothing is told of a merchant whom we owe nothing.
// Errors: those of the reader.
Result<void> changed_payout(const MoneyReader& reader, const ContractBook& now, const ContractBook& then,
                            const settlement::Contract& proposed, MerchantNo number, BusinessDate today,
                            Moves& moves);

}  // namespace wonjang::money
