#include "app/cli/demo_feed.h"

#include <algorithm>

#include "app/cli/api_client.h"

namespace wonjang {
namespace {

constexpr std::uint32_t kLinesMax = 1'000;

}  // namespace

IngestFeed::IngestFeed(const City& city, std::string api_key, What what, std::uint64_t from, std::uint64_t to,
                       Progress& progress)
    : city_(city),
      api_key_(std::move(api_key)),
      what_(what),
      from_(from),
      to_(to),
      next_(from),
      progress_(progress) {}

bool IngestFeed::next_request(unsigned, LoadRequest& request) {
  std::string body;
  const auto begin = next_;
  for (std::uint32_t lines = 0; lines < kLinesMax && next_ < to_; ++next_) {
    const auto size = body.size();
    switch (what_) {
      case What::create:
        city_.append_ingest_create(body, next_);
        break;
      case What::follow_up:
        city_.append_ingest_follow_up(body, next_);
        break;
      case What::reversal:
        city_.append_ingest_reversal(body, next_);
        break;
    }
    lines += body.size() > size ? 1 : 0;
  }
  if (body.empty()) return false;
  request.tag = next_ - begin;
  prepare_request(request.bytes, "POST", "/v1/ingest",
                  {{"Content-Type", "application/x-ndjson"}, {"Authorization", "Bearer " + api_key_}}, body);
  return true;
}

void IngestFeed::on_answer(unsigned, const LoadAnswer& answer) {
  auto rest = answer.response.body();
  if (answer.response.status() != 200 && counts_.first_problem.empty()) counts_.first_problem = rest;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const bool accepted = line.find("\"status\":2") != std::string_view::npos;
    ++(accepted ? counts_.accepted : counts_.refused);
    if (!accepted && counts_.first_problem.empty()) counts_.first_problem = line;
  }
  answered_ += answer.tag;
  progress_.at(answered_, to_ - from_);
}

Result<void> send_feed(std::uint16_t port, LoadCaller& feed, unsigned connections) {
  LoadOptions options;
  options.port = port;
  options.connections = connections;
  options.duration = std::chrono::hours(24);
  options.answer_timeout = std::chrono::minutes(2);
  WJ_TRY(const auto report, run_load(options, feed));
  if (!report.ok())
    return unavailable(std::to_string(report.lost) + " requests of the feed were not answered");
  return {};
}

}  // namespace wonjang
