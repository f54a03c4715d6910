// Derived: everything that the views must hold of one payment, worked out from its history in the log alone:
// one payment at a time, its events in order, no batches, no state kept between payments. Views (views.h)
// reaches the same by increments; verification (verify_views.h) compares the two.
//
// Threads: values and pure functions; the ports are read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "domain/event.h"
#include "engine/serving/facts.h"
#include "engine/serving/merchant_directory.h"
#include "engine/serving/spaces.h"
#include "ports/event_codec.h"
#include "ports/event_log.h"
#include "ports/text_forms.h"

namespace wonjang::serving {

// A payment's events as they stand: of several with one version the one that the log delivered first.
struct History {
  Position created_at = 0;    // of the unit that begins it
  std::vector<Event> events;  // versions 0, 1, 2 ... up to the first gap
  std::vector<std::uint64_t> hashes;
  std::vector<std::pair<std::uint32_t, std::string>> waiting;  // versions behind the gap, and their bytes
};

// Of what stands before `until` in the stream's book. Empty: the log has nothing of it.
// Errors: those of the log; corrupt (bytes that are no event).
Result<History> history_of(const EventLog& log, const EventCodec& codec, PaymentId payment, Position until);

struct Record {
  KvSpace space = 0;
  std::string key;
  std::string value;
  friend bool operator==(const Record&, const Record&) = default;
};

template <typename Facts>
struct Recorded {
  Facts facts;
  BusinessDate day;  // on which the event was recorded that made them
};

struct Derived {
  Locator at;
  PaymentFacts facts;  // as they are now
  // Of rows, locators, timeline, amounts, transactions, ids, dictionary and postings; by space and key, each
  // once.
  std::vector<Record> records;
  std::vector<Recorded<PaymentFacts>> states;  // after each event
  std::vector<Recorded<TransactionFacts>> movements;
};

// Errors: corrupt (no such merchant), those of the log. REQUIRES: there are events
Result<Derived> derive(const History& history, const MerchantDirectory& merchants, const TextForms& forms);

}  // namespace wonjang::serving
