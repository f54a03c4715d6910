// Redate: after a new calendar version is approved, lines that no payout covers yet and whose payout day it
// moves get the new day, by further events. What was paid out, or stands in a payout, stays. Done again it
// finds nothing. Lines of a manual cycle follow no calendar: they have no day until a payout run gives them
// its own (payout_run.h), and keep that.
//
// Threads: any; redate() is a job (JobGate).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/money/contract_book.h"
#include "engine/money/job_gate.h"
#include "engine/money/line_source.h"
#include "engine/money/run_ports.h"

namespace wonjang::money {

struct Moving {
  const Due& due;  // whose
  const LineSummary& line;
  BusinessDate to;
};

// Hears of each line that `calendar` moves, by merchant and currency; `beyond` of those whose new day it
// doesn't cover. Errors: those of the reader, the source and the callback.
Result<void> each_moving(const MoneyReader& reader, LineSource& source, const UsableCalendar& calendar,
                         const std::function<Result<void>(const Moving&)>& each,
                         const std::function<void(const LineSummary&)>& beyond);

// Lines of (merchant, currency) that have no payout day. False ends the scan. Errors: those of the reader and
// the callback.
Result<void> each_undated(const MoneyReader& reader, const Due& whose,
                          const std::function<Result<bool>(const LineSummary&)>& each);

// Gathers new days of lines into chunks and appends them. Lines come by merchant; chunks are numbered on from
// what the first reader of a merchant shows, so one of these writes all that a job re-dates.
class RedatedChunks {
 public:
  // `calendar` empty: no calendar said so, a person did.
  RedatedChunks(const MoneyPorts& ports, const JobOwner& owner, std::string calendar, std::uint32_t version)
      : ports_(ports),
        owner_(owner),
        today_(business_date_of(ports.clock.now())),
        calendar_(std::move(calendar)),
        version_(version) {}

  // Errors: invalid (no stream for it), those of the reader and the sink.
  Result<void> add(const MoneyReader& reader, const Due& whose, const settlement::Redated& line);
  Result<void> close(const MoneyReader& reader);

 private:
  const MoneyPorts& ports_;
  const JobOwner& owner_;
  const BusinessDate today_;
  const std::string calendar_;
  const std::uint32_t version_;
  Due of_;
  std::vector<settlement::Redated> lines_;
  std::optional<MerchantNo> next_of_;
  std::uint32_t next_chunk_ = 0;
};

struct RedateOptions {
  std::string calendar;  // code; its newest approved version counts
  JobOwner owner;
  bool dry_run = false;
};
struct RedateReport {
  std::uint32_t calendar_version = 0;
  std::uint64_t merchants = 0;
  std::uint64_t lines = 0;
  std::uint64_t beyond = 0;  // can't be dated: the calendar ends
};

// Errors: not_found (no such calendar), conflict (a job is under way), those of the sink: what was recorded
// stands, and the rest is done by calling it again.
Result<RedateReport> redate(const MoneyPorts& ports, const RedateOptions& options);

}  // namespace wonjang::money
