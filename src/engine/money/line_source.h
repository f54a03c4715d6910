// LineSource: whole lines, with their snapshots, read from the log by their places. The projection keeps only
// what lists and sums need.
//
// Lines that stand beside each other in the log share a read: the newest chunks are kept decoded.
//
// Threads: one at a time.
#pragma once

#include <list>
#include <memory>

#include "engine/money/money_reader.h"
#include "ports/event_codec.h"
#include "ports/event_log.h"

namespace wonjang::money {

// A line within its event. Copies share the event.
class WholeLine {
 public:
  // REQUIRES: event holds LinesRecorded, index lies within its lines, the line's contract within its
  // contracts
  WholeLine(std::shared_ptr<const Event> event, std::uint32_t index)
      : event_(std::move(event)), index_(index) {}

  const Event& event() const { return *event_; }
  const settlement::LinesRecorded& chunk() const { return std::get<settlement::LinesRecorded>(event_->body); }
  const settlement::SettlementLine& line() const { return chunk().lines[index_]; }
  const settlement::Contract& contract() const { return chunk().contracts[line().contract]; }

 private:
  std::shared_ptr<const Event> event_;
  std::uint32_t index_;
};

class LineSource {
 public:
  LineSource(const EventLog& log, const EventCodec& codec) : log_(log), codec_(codec) {}

  // Errors: corrupt (another line stands there), those of the log and the codec.
  Result<WholeLine> line(const LineSummary& summary);
  Result<WholeLine> line(const LinePlace& place, const LineKey& key);
  // What re-dated it last. REQUIRES: summary.redated_at. Errors: corrupt (another event stands there), those
  // of the log and the codec.
  struct Redating {
    std::string calendar;  // empty: no calendar said so, a person did
    std::uint32_t version = 0;
    BusinessDate from;
    BusinessDate to;
  };
  Result<Redating> redating(const LineSummary& summary);

 private:
  static constexpr std::size_t kChunksKept = 32;
  struct Kept {
    std::uint32_t book;
    Position position;
    std::shared_ptr<const Event> event;
  };
  Result<std::shared_ptr<const Event>> chunk(std::uint32_t book, Position position);

  const EventLog& log_;
  const EventCodec& codec_;
  std::list<Kept> kept_;  // the newest used first
};

}  // namespace wonjang::money
