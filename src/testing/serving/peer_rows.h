// PeerRows: the city's world as plain tables, for other engines to load: payments, approvals, cancels,
// acquisitions and movements of money, as they are at the world's end, one row a line, fields parted by tabs,
// times in microseconds since 1970 (0: none), texts as they are (no tab or newline is in any).
//
//   payments      no id merchant organisation method issuer status channel currency amount gross canceled
//                 balance buyer phone product order_id requested_at approved_at version
//   approvals     payment_no seq id method issuer approve_no state amount approved_at
//   cancels       payment_no seq id approval_id amount state transaction_key canceled_at
//   acquisitions  payment_no approval_seq acquirer state acquired_at slip_no
//   movements     payment_no payment_id version merchant kind method currency amount at day
//
// Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domain/method.h"
#include "domain/money_move.h"
#include "testing/serving/city.h"

namespace wonjang::testing {

struct PeerRows {
  std::string payments;  // lines with their newline
  std::string approvals;
  std::string cancels;
  std::string acquisitions;
  std::string movements;
};

// One movement of money of a life: what its event, folded with those before it, took or gave back.
struct LifeMovement {
  std::uint32_t version = 0;  // of the event
  MoneyMove move;
  Method method{};  // of its approval
};
std::vector<LifeMovement> movements_of(const Life& life);

// Appends the rows of one life; nothing when the world ended before it was created.
void append_rows(PeerRows& out, const City& city, std::uint64_t number, const Life& life);

// The names of the columns, in order; for CREATE TABLE and headers.
std::vector<std::string> payment_columns();
std::vector<std::string> approval_columns();
std::vector<std::string> cancel_columns();
std::vector<std::string> acquisition_columns();
std::vector<std::string> movement_columns();

}  // namespace wonjang::testing
