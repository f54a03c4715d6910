#include "engine/money/line_source.h"

#include <algorithm>

namespace wonjang::money {

using settlement::LinesRecorded;

namespace {

std::string place_text(std::uint32_t book, Position position) {
  return "book " + std::to_string(book) + " position " + std::to_string(position);
}

}  // namespace

Result<WholeLine> LineSource::line(const LineSummary& summary) { return line(summary.place, summary.key); }

Result<WholeLine> LineSource::line(const LinePlace& place, const LineKey& key) {
  WJ_TRY(auto event, chunk(place.book, place.position));
  const auto* lines = std::get_if<LinesRecorded>(&event->body);
  if (lines == nullptr || place.index >= lines->lines.size() || lines->lines[place.index].item.key != key ||
      lines->lines[place.index].contract >= lines->contracts.size()) {
    return corrupt("line " + settlement::text_of(key) + " doesn't stand at " +
                   place_text(place.book, place.position) + ": rebuild the projection money");
  }
  return WholeLine(std::move(event), place.index);
}

Result<LineSource::Redating> LineSource::redating(const LineSummary& summary) {
  const auto position = summary.redated_at.value_or(0);
  WJ_TRY(const auto event, chunk(summary.place.book, position));
  if (const auto* body = std::get_if<settlement::LinesRedated>(&event->body)) {
    for (const auto& one : body->lines) {
      if (one.line == summary.key) return Redating{body->calendar, body->calendar_version, one.from, one.to};
    }
  }
  return corrupt("line " + settlement::text_of(summary.key) + " isn't re-dated at " +
                 place_text(summary.place.book, position) + ": rebuild the projection money");
}

Result<std::shared_ptr<const Event>> LineSource::chunk(std::uint32_t book, Position position) {
  const auto known = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) {
    return kept.book == book && kept.position == position;
  });
  if (known != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, known);
    return kept_.front().event;
  }
  WJ_TRY(const auto units, log_.read(book, position, 1, 1));
  if (units.empty() || units[0].first > position || position >= units[0].next()) {
    return corrupt("nothing stands at " + place_text(book, position) + ": rebuild the projection money");
  }
  WJ_TRY(auto event, codec_.decode(units[0].events[static_cast<std::size_t>(position - units[0].first)]));
  kept_.push_front({book, position, std::make_shared<const Event>(std::move(event))});
  if (kept_.size() > kChunksKept) kept_.pop_back();
  return kept_.front().event;
}

}  // namespace wonjang::money
