#include "testing/sim/audit.h"

#include <limits>
#include <map>
#include <set>

namespace wonjang::testing {
namespace {

constexpr auto kAll = std::numeric_limits<std::uint32_t>::max();

class Audit {
 public:
  Audit(World& world, SimulatedProvider& provider) : world_(world), provider_(provider) {}

  AuditCounts run() {
    world_.check_all();
    for (std::uint32_t i = 0; i < world_.books(); ++i) read_book(i);
    compare_payments();
    compare_keys();
    compare_with_provider();
    return counts_;
  }

 private:
  struct KeySeen {
    std::uint32_t book = 0;
    std::uint32_t finals = 0;
  };

  void read_book(std::uint32_t index) {
    const auto units = world_.book(index).read(0, kAll, SIZE_MAX);
    if (!units) throw SimFailure("reading book " + std::to_string(index) + ": " + units.error().message);
    for (const auto& unit : *units) {
      counts_.events += unit.events.size();
      if (unit.first_version == 0 && is_payment_stream(unit.stream)) streams_.push_back(unit.stream);
      if (!unit.idempotency) continue;
      const auto [seen, first] = keys_.try_emplace(unit.idempotency->key, KeySeen{index, 0});
      if (!first && seen->second.book != index) throw SimFailure("a key stands in two books");
      if (unit.idempotency->final) ++seen->second.finals;
    }
  }

  void compare_payments() {
    std::map<std::string, std::int64_t> booked;
    std::map<std::string, std::int64_t> expected;
    std::set<std::string> known;
    for (const auto& stream : streams_) {
      const Payment payment = world_.state_of(PaymentId(stream)).payment;
      const std::string name = merchant_name(payment.merchant) + "/" + payment.order_id;
      const auto* model = world_.model.find(name);
      if (model == nullptr) throw SimFailure("payment " + name + " is booked, and nobody was told so");
      if (!known.insert(name).second) throw SimFailure("payment " + name + " is booked twice");
      const auto found = difference(*model, payment);
      if (!found.empty()) throw SimFailure("payment " + name + ": " + found);
      for (const auto& broken : violations_of(payment))
        throw SimFailure("payment " + name + " breaks " + broken);
      if (model->is_paid()) expected[merchant_name(payment.merchant)] += model->balance;
      const bool is_paid =
          payment.status == PaymentStatus::done || payment.status == PaymentStatus::partial_canceled;
      if (is_paid) booked[merchant_name(payment.merchant)] += payment.balance;
      compare_doubt(name, payment);
      note_references(payment);
    }
    for (const auto& [name, payment] : world_.model.payments()) {
      if (!known.contains(name)) throw SimFailure("payment " + name + " was acknowledged and is gone");
    }
    if (booked != expected) throw SimFailure("the sums of money per merchant differ");
    counts_.payments = known.size();
  }

  // In doubt at the end is only what people were asked to look at.
  void compare_doubt(const std::string& name, const Payment& payment) {
    if (!payment.in_doubt()) return;
    const auto waits = [](const auto& item) { return item.is_in_doubt() && !item.pursuit->gave_up; };
    for (const auto& approval : payment.approvals) {
      if (waits(approval))
        throw SimFailure("approval " + approval.terms.approval.text() + " of " + name +
                         " is in doubt for ever");
    }
    for (const auto& cancel : payment.cancels) {
      if (waits(cancel))
        throw SimFailure("cancel " + cancel.terms.cancel.text() + " of " + name + " is in doubt for ever");
    }
    if (payment.incidents == 0) throw SimFailure("payment " + name + " was given up without an incident");
    ++counts_.handed_over;
  }

  void compare_keys() {
    std::size_t stored = 0;
    for (const auto& [id, known] : world_.model.keys()) {
      const std::string name = id.first + " '" + id.second + "'";
      const auto hash = world_.key(tenant_id(id.first), id.second, known.content).key;
      const auto seen = keys_.find(hash);
      if (seen == keys_.end()) throw SimFailure("key " + name + " was acknowledged and is gone");
      ++stored;
      if (seen->second.finals != (known.final ? 1U : 0U)) {
        throw SimFailure("key " + name + " has " + std::to_string(seen->second.finals) + " final answers");
      }
      const auto found = world_.book(seen->second.book).find_idempotency(hash);
      if (!found || !*found) throw SimFailure("key " + name + " isn't found");
      const auto& entry = (*found)->entry;
      if (known.final && (entry.status != known.reply.status || entry.reply != known.reply.body)) {
        throw SimFailure("key " + name + " keeps '" + entry.reply + "', answered was '" + known.reply.body +
                         "'");
      }
    }
    if (stored != keys_.size()) {
      throw SimFailure(std::to_string(keys_.size() - stored) + " keys are booked, and nobody was told so");
    }
  }

  static MerchantId tenant_id(const std::string& name) {
    return name == "house" ? MerchantId() : merchant_of(std::stoull(name.substr(1)));
  }

  void note_references(const Payment& payment) {
    for (const auto& approval : payment.approvals) {
      if (approval.terms.provider.empty()) continue;
      const auto held = approval.is_live() ? approval.amount() - approval.canceled.total().value_or(0) : 0;
      // What people look at may differ: that is why they look.
      const bool is_open = !approval.incidents.empty() || (approval.pursuit && approval.pursuit->gave_up);
      references_[approval.terms.approval.text()] = {merchant_name(payment.merchant) + "/" + payment.order_id,
                                                     held, is_open};
    }
    for (const auto& cancel : payment.cancels) {
      if (cancel.pursuit && cancel.pursuit->gave_up) references_[cancel.terms.approval.text()].is_open = true;
    }
  }

  void compare_with_provider() {
    for (const auto& broken : provider_.violations(world_.clock.now()))
      throw SimFailure("provider: " + broken);
    for (const auto& truth : provider_.truth(world_.clock.now())) {
      if (truth.is_cancel()) continue;
      const auto found = references_.find(truth.reference);
      const auto captured = truth.captured_minor();
      if (found == references_.end()) {
        if (captured != 0)
          throw SimFailure("the provider took money under " + truth.reference +
                           ", which the books don't know");
        continue;
      }
      if (found->second.is_open || captured == found->second.held) continue;
      throw SimFailure(found->second.payment + " under " + truth.reference + " the provider holds " +
                       std::to_string(captured) + ", the books " + std::to_string(found->second.held));
    }
    for (const auto& [reference, booked] : references_) {
      if (booked.held == 0 || booked.is_open || provider_.truth_of(reference, world_.clock.now())) continue;
      throw SimFailure("the books hold " + std::to_string(booked.held) + " under " + reference +
                       ", the provider knows nothing");
    }
  }

  struct Booked {
    std::string payment;
    std::int64_t held = 0;
    bool is_open = false;
  };

  World& world_;
  SimulatedProvider& provider_;
  AuditCounts counts_;
  std::vector<RawId> streams_;
  std::map<Hash128, KeySeen> keys_;
  std::map<std::string, Booked> references_;
};

}  // namespace

AuditCounts audit(World& world, SimulatedProvider& provider) { return Audit(world, provider).run(); }

}  // namespace wonjang::testing
