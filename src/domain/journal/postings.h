// postings(event): the double-entry lines of one event. Pure and total: every kind of event has its answer,
// most have none (an empty list). Per currency debits equal credits; the sum of each is the amount that
// moved.
//
// Payments' events need what the payment's money stood at before (a network cancel undoes money only when
// there was some): PaymentMoney. House events need nothing.
//
// Threads: any.
#pragma once

#include <string>
#include <vector>

#include "domain/event.h"
#include "domain/journal/accounts.h"
#include "domain/journal/movement.h"

namespace wonjang::journal {

struct Posting {
  Account account{};
  Currency currency;
  std::int64_t debit = 0;  // >= 0, one of the two is 0
  std::int64_t credit = 0;
  friend bool operator==(const Posting&, const Posting&) = default;
};

// Of a payment's event: `movement` is what fold() said, `before` what stood before it.
std::vector<Posting> postings(const Event& event, const PaymentMoney& before,
                              const std::optional<Movement>& movement);
// Of a house event (settlement/events.h); an event of a payment, the registry or an aside gives none.
std::vector<Posting> postings(const Event& event);

// Who has the money of an approval by this method, or owes it to us.
Account place_of_money(Method method);

// Debits minus credits per currency are all zero.
bool is_balanced(const std::vector<Posting>& postings);

}  // namespace wonjang::journal
