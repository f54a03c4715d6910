#include "adapters/acquirer/simulated_acquirer.h"

#include <algorithm>
#include <optional>

#include "adapters/acquirer/evidence.h"
#include "adapters/acquirer/wire_codec.h"

namespace wonjang {
namespace {

template <typename Answer>
std::optional<Answer> with_evidence(std::optional<Answer> answer, const std::string& body) {
  answer->evidence = evidence_of(body);
  return answer;
}

}  // namespace

template <typename Submit, typename Read>
auto SimulatedAcquirer::call(Instant deadline, Submit submit, Read read)
    -> Result<typename decltype(read(Instant()))::value_type> {
  const Instant now = clock_.now();
  if (!is_reachable_) return unavailable("the simulated provider does not listen; nothing was sent");
  if (now >= deadline) return unavailable("the deadline had passed before the request was sent");
  WJ_TRY(const Passage passage, submit(now));

  const bool is_silent = passage.loss == Loss::silent;
  const Instant wake = is_silent ? deadline : std::min(passage.answer_at, deadline);
  if (wake > now) sleep_until_(wake);
  if (passage.loss != Loss::none) return in_doubt("the answer was lost; inquire by reference");
  if (passage.answer_at >= deadline) return in_doubt("no answer before the deadline; inquire by reference");
  auto answer = read(clock_.now());
  if (!answer) return in_doubt("an earlier request with this reference is still being decided");
  return *std::move(answer);
}

Result<ApproveAnswer> SimulatedAcquirer::approve(const ApproveRequest& request) {
  return call(
      request.deadline, [&](Instant now) { return provider_.submit(request, now); },
      [&](Instant now) {
        auto answer = provider_.approval(request.reference, now);
        return answer ? with_evidence(answer, encode_answer(request, *answer)) : answer;
      });
}

Result<CancelAnswer> SimulatedAcquirer::cancel(const CancelRequest& request) {
  return call(
      request.deadline, [&](Instant now) { return provider_.submit(request, now); },
      [&](Instant now) {
        auto answer = provider_.cancellation(request.reference, now);
        return answer ? with_evidence(answer, encode_answer(request, *answer)) : answer;
      });
}

Result<InquiryAnswer> SimulatedAcquirer::inquire(const std::string& reference, Instant deadline) {
  return call(
      deadline, [&](Instant now) { return provider_.submit_inquiry(reference, now); },
      [&](Instant now) {
        std::optional<InquiryAnswer> answer = provider_.inquiry(reference, now);
        return with_evidence(answer, encode_answer(reference, *answer));
      });
}

Result<NetworkCancelAnswer> SimulatedAcquirer::network_cancel(const std::string& reference,
                                                              Instant deadline) {
  return call(
      deadline, [&](Instant now) { return provider_.submit_network_cancel(reference, now); },
      [&](Instant now) {
        auto answer = provider_.network_cancellation(reference, now);
        return answer ? with_evidence(answer, encode_answer(reference, *answer)) : answer;
      });
}

}  // namespace wonjang
