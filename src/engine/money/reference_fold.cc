#include "engine/money/reference_fold.h"

namespace wonjang::money {

using settlement::ChangeDecided;
using settlement::ChangeProposed;

RawId subject_of(const settlement::Reference& reference) {
  if (const auto* contract = std::get_if<settlement::Contract>(&reference)) return contract->merchant.raw();
  if (const auto* hold = std::get_if<settlement::Hold>(&reference)) return hold->merchant.raw();
  return {};
}

Result<ChangeStored> ReferenceFold::change_of(const Event& event, const std::string& key) {
  ChangeStored change;
  WJ_TRY(const auto* const bytes, context_.rows.get(kHouse, key));
  if (bytes != nullptr) {
    WJ_TRY(change, decoded<ChangeStored>(*bytes, "a change"));
  }
  if (change.version == event.version && !change.decided) return change;
  return corrupt(
      "the change " + settlement::ChangeId(event.stream).text() + " goes on with event " +
      std::to_string(event.version) + " where it " +
      (change.decided ? "is decided already" : "has " + std::to_string(change.version) + " events") +
      "; the projection money stops here: run `wonjang check` on the ledger");
}

Result<void> ReferenceFold::take(const Event& event, const ChangeProposed& body) {
  const auto key = Key(Table::change).id(event.stream).bytes();
  WJ_TRY(auto change, change_of(event, key));
  change.proposed = body;
  change.proposed_by = event.actor;
  change.proposed_at = event.recorded_at;
  change.version += 1;
  context_.rows.put(kHouse, key, encoded(change));
  // A proposal that was changed before its decision keeps its place.
  if (event.version > 0) return {};
  const auto newest_first = ~static_cast<std::uint64_t>(event.recorded_at.us);
  context_.rows.put_blind(kHouse, Key(Table::change_by_time).wide(newest_first).id(event.stream).bytes(), {});
  return {};
}

Result<void> ReferenceFold::take(const Event& event, const ChangeDecided& body) {
  const auto key = Key(Table::change).id(event.stream).bytes();
  WJ_TRY(auto change, change_of(event, key));
  if (change.version == 0) {
    return corrupt(
        "the change " + settlement::ChangeId(event.stream).text() +
        " is decided, but nobody proposed it; the projection money stops here: run `wonjang check` on "
        "the ledger");
  }
  change.decided = body;
  change.decided_by = event.actor;
  change.decided_at = event.recorded_at;
  change.version += 1;
  context_.rows.put(kHouse, key, encoded(change));
  if (!body.approved) return {};
  context_.rows.put_blind(kHouse,
                          Key(Table::reference)
                              .number(static_cast<std::uint32_t>(body.reference.index()))
                              .id(subject_of(body.reference))
                              .wide(static_cast<std::uint64_t>(event.recorded_at.us))
                              .id(event.stream)
                              .bytes(),
                          encoded(body.reference));
  return {};
}

}  // namespace wonjang::money
