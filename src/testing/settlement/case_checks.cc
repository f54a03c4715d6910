#include "testing/settlement/case_checks.h"

#include <algorithm>
#include <array>

#include "base/int128.h"
#include "testing/settlement/fee_text.h"
#include "testing/settlement/plain_calculator.h"

namespace wonjang::settlement {
namespace {

using Sums = std::array<int128, 6>;  // by FeeType

struct Total {
  Sums fees{};
  int128 fee = 0;
  int128 supply = 0;
  int128 vat = 0;
  friend bool operator==(const Total&, const Total&) = default;
};

void add(Total& total, const SettlementLine& line) {
  for (const auto& fee : line.fees) total.fees.at(static_cast<std::size_t>(fee.type)) += fee.amount;
  total.fee += line.fee;
  total.supply += line.fee_supply;
  total.vat += line.fee_vat;
}

Total total_of(const plain::Charge& charge, int sign) {
  Total total;
  for (const auto& fee : charge.fees)
    total.fees.at(static_cast<std::size_t>(fee.type)) += sign * std::stoll(fee.amount);
  total.fee = sign * std::stoll(charge.fee);
  total.supply = sign * std::stoll(charge.supply);
  total.vat = sign * std::stoll(charge.vat);
  return total;
}

std::string text_of(const Total& total) {
  return "fee " + std::to_string(static_cast<std::int64_t>(total.fee)) + " = " +
         std::to_string(static_cast<std::int64_t>(total.supply)) + " + " +
         std::to_string(static_cast<std::int64_t>(total.vat));
}

// Everything in its approval that the plain calculator would say, under terms that hold from the start.
struct Return {
  std::int64_t amount = 0;
  LineKind kind = LineKind::cancel;
};
struct Expected {
  plain::Charge charged;
  std::vector<plain::Returned> returned;
};
Expected expected_of(const Item& approval, const Contract& contract, const std::vector<Return>& returns) {
  Expected out;
  out.charged = plain::charge_of(approval, contract.fees, contract.tier);
  if (!out.charged.refused.empty()) return out;
  for (const auto& one : returns) {
    const auto digits = plain::digits_of(one.amount);
    const bool keeps = plain::keeps_fee(contract.fees, approval.method, one.kind);
    auto back =
        plain::given_back(out.charged, plain::digits_of(approval.amount), out.returned, digits, keeps);
    out.returned.push_back({digits, std::move(back)});
  }
  return out;
}

class Checker {
 public:
  Checker(const Case& c, const Calendar& calendar, const BusinessDays& days, Tally& tally, std::string* told)
      : case_(c), calendar_(calendar), days_(days), tally_(tally), told_(told), contract_(c.contract) {}

  std::optional<std::string> run() {
    ++tally_.cases;
    const auto fault = fault_of(case_.contract);
    if (!must(!fault, "a case's contract can be used: " + fault.value_or(""))) return broken_;
    if (!approve()) return broken_;
    full_cancel_is_the_negative();
    any_order_ends_at_zero();
    if (auto date = broken_date(case_, settled_.front(), calendar_, days_, tally_)) must(false, *date);
    for (const auto& step : case_.steps) {
      if (broken_) break;
      if (step.change) {
        change(*step.change);
      } else {
        give_back(step);
      }
    }
    if (!broken_ && left() == 0) ends_at_zero(settled_);
    return broken_;
  }

 private:
  bool must(bool holds, const std::string& what) {
    if (!holds && !broken_) broken_ = what;
    return holds;
  }
  void tell(const SettlementLine& line) {
    if (told_ == nullptr) return;
    *told_ += "  version " + std::to_string(line.item.key.version) + " seq " +
              std::to_string(line.item.key.seq) + ": " + settlement::text_of(line) + "\n";
  }
  std::int64_t left() const { return balance_.amount_left; }

  // False: there is nothing to go on with.
  bool approve() {
    auto made = settle_approval(case_.approval, contract_);
    const auto expected = plain::charge_of(case_.approval, contract_.fees, contract_.tier);
    if (const auto* refused = std::get_if<CannotSettle>(&made)) {
      must(refused->code == expected.refused,
           "refused with " + refused->code + ", plainly " + expected.refused);
      must(!refused->detail.empty(), "a refusal says why");
      ++(refused->code == "NO_RATE" ? tally_.no_rate : tally_.overflow);
      return false;
    }
    const auto& line = std::get<SettlementLine>(made);
    if (!must(expected.refused.empty(), "settled, but plainly " + expected.refused)) return false;
    must(line.gross == case_.approval.amount, "gross is the amount");
    tally_.of_method += plain::agreed_for(case_.approval, contract_.fees) == contract_.fees ? 0 : 1;
    must(line.fees.size() == expected.fees.size(), "as many fee lines as plainly");
    for (std::size_t i = 0; !broken_ && i < line.fees.size(); ++i) {
      must(line.fees[i].type == expected.fees[i].type, "fee lines in the order of composition");
      must(!line.fees[i].rule.empty(), "a fee line names its rule");
    }
    settled_.push_back(line);
    balance_ = balance_of(line, contract_);
    check_line(line, contract_);
    agrees_plainly("the approval");
    return !broken_;
  }

  void give_back(const Step& step) {
    const Item item = return_item(step.give_back, step.kind);
    Item too_much = item;
    too_much.amount = left();
    if (!__builtin_add_overflow(too_much.amount, 1, &too_much.amount)) {
      const auto refused = settle_return(too_much, balance_);
      const auto* why = std::get_if<CannotSettle>(&refused);
      must(why != nullptr && why->code == "RETURN_EXCEEDS_APPROVAL",
           "a return of more than is left is refused");
    }
    auto made = settle_return(item, balance_);
    const auto* line = std::get_if<SettlementLine>(&made);
    if (!must(line != nullptr, "a return of what is left settles")) return;
    must(line->gross == -item.amount, "gross of a return is minus its amount");
    ++tally_.returns;
    const bool keeps = balance_.on_cancel == FeeOnCancel::keep;
    if (keeps && step.kind == LineKind::cancel) {
      ++tally_.kept;
      must(line->fee == 0 && line->fee_vat == 0, "with KEEP no fee comes back with a cancel");
    }
    if (keeps && step.kind == LineKind::reversal && item.amount == balance_.amount_left) {
      ++tally_.undone;
      must(-line->fee == fee_left() && -line->fee_vat == balance_.vat_left,
           "what is undone gives back all that is left of the fee, also with KEEP");
    }
    check_line(*line, contract_);
    must(computed(*line, other_contract()), "a return is the same whatever today's contract says");
    balance_ = balance_after(balance_, *line);
    returns_.push_back({item.amount, step.kind});
    settled_.push_back(*line);
    agrees_plainly("a return");
  }

  void change(const Contract& to) {
    auto made = settle_adjustments(settled_, balance_, to);
    const auto expected = expected_of(case_.approval, to, returns_);
    if (const auto* refused = std::get_if<CannotSettle>(&made)) {
      must(refused->code == expected.charged.refused,
           "an adjustment refused with " + refused->code + ", plainly " + expected.charged.refused);
      ++tally_.unchanged;
      return;
    }
    if (!must(expected.charged.refused.empty(), "adjusted, but plainly " + expected.charged.refused)) return;
    auto& adjusted = std::get<Adjusted>(made);
    if (adjusted.lines.empty()) ++tally_.unchanged;
    tally_.adjustments += adjusted.lines.size();
    for (const auto& line : adjusted.lines) {
      must(line.gross == 0, "gross of an adjustment is 0");
      must(line.item.kind == LineKind::adjustment, "an adjustment says so");
      check_line(line, to);
      must(std::none_of(settled_.begin(), settled_.end(),
                        [&](const SettlementLine& other) { return other.item.key == line.item.key; }),
           "an adjustment has a key of its own");
      settled_.push_back(line);
    }
    contract_ = to;
    balance_ = adjusted.balance;
    must(balance_ == balance_from_the_start(),
         "the balance after adjusting is that of the same movements under the terms");
    agrees_plainly("an adjustment");
  }

  // As though the contract had held for the approval and its returns.
  LineBalance balance_from_the_start() {
    auto approval = settle_approval(case_.approval, contract_);
    LineBalance balance = balance_of(std::get<SettlementLine>(approval), contract_);
    for (const auto& one : returns_) {
      auto back = settle_return(return_item(one.amount, one.kind), balance);
      const auto* line = std::get_if<SettlementLine>(&back);
      if (!must(line != nullptr, "the same returns settle under other terms")) break;
      balance = balance_after(balance, *line);
    }
    return balance;
  }

  void check_line(const SettlementLine& line, const Contract& contract) {
    tell(line);
    int128 fees = 0;
    for (const auto& fee : line.fees) fees += fee.amount;
    must(fees == line.fee, "the fee lines add up to the fee");
    must(static_cast<int128>(line.fee_supply) + line.fee_vat == line.fee, "supply and VAT add up to the fee");
    must(static_cast<int128>(line.gross) - line.fee == line.net, "net is gross less fee");
    must(computed(line, contract), "a line computed again is equal");
    check_explanation(line, contract);
  }
  // Its values are the line's, and each sentence ends with its value.
  void check_explanation(const SettlementLine& line, const Contract& contract) {
    int128 fees = 0;
    std::int64_t vat = 0;
    std::int64_t net = 0;
    for (const auto& step : explain(line, contract)) {
      if (step.rule == "vat") {
        vat = step.value;
      } else if (step.rule == "net") {
        net = step.value;
      } else {
        fees += step.value;
      }
      std::string last = step.formula.substr(step.formula.rfind(' ') + 1);
      last.erase(std::remove(last.begin(), last.end(), ','), last.end());
      must(last == std::to_string(step.value), "an explanation ends with its value: " + step.formula);
    }
    must(fees == line.fee && vat == line.fee_vat && net == line.net,
         "an explanation's numbers are the line's");
  }
  bool computed(const SettlementLine& line, const Contract& contract) {
    const auto again = computed_again(line, contract);
    const auto* made = std::get_if<SettlementLine>(&again);
    return made != nullptr && *made == line;
  }

  // Each movement so far: its line and its adjustments, beside the plain calculator.
  void agrees_plainly(const std::string& after) {
    const auto expected = expected_of(case_.approval, contract_, returns_);
    expect_total(case_.approval.key.version, total_of(expected.charged, 1), after);
    for (std::size_t i = 0; i < returns_.size(); ++i) {
      expect_total(version_of_return(i), total_of(expected.returned[i].back, -1), after);
    }
  }
  void expect_total(std::uint32_t version, const Total& expected, const std::string& after) {
    Total is;
    for (const auto& line : settled_) {
      if (line.item.key.version == version) add(is, line);
    }
    must(is == expected, "after " + after + ", version " + std::to_string(version) + " stands at " +
                             text_of(is) + ", plainly " + text_of(expected));
  }

  void full_cancel_is_the_negative() {
    const auto& line = settled_.front();
    if (balance_.on_cancel == FeeOnCancel::keep) return;
    auto made = settle_return(return_item(line.gross, LineKind::cancel), balance_);
    const auto* back = std::get_if<SettlementLine>(&made);
    if (!must(back != nullptr, "a full cancel settles")) return;
    must(back->gross == -line.gross && back->net == -line.net && back->fee == -line.fee &&
             back->fee_vat == -line.fee_vat && back->fee_supply == -line.fee_supply,
         "a full cancel is the exact negative");
    Total sum;
    add(sum, line);
    add(sum, *back);
    must(sum == Total{}, "a full cancel is the exact negative, fee type by fee type");
  }

  // The case's returns, the other way round and the largest first, and then the rest.
  void any_order_ends_at_zero() {
    std::vector<std::int64_t> amounts;
    std::int64_t rest = case_.approval.amount;
    for (const auto& step : case_.steps) {
      if (step.give_back > 0) amounts.push_back(step.give_back);
      rest -= step.give_back;
    }
    if (rest > 0) amounts.push_back(rest);
    std::reverse(amounts.begin(), amounts.end());
    ends_at_zero_in(amounts);
    std::sort(amounts.begin(), amounts.end(), std::greater<>());
    ends_at_zero_in(amounts);
  }
  void ends_at_zero_in(const std::vector<std::int64_t>& amounts) {
    std::vector<SettlementLine> lines = {settled_.front()};
    LineBalance balance = balance_;
    for (const auto amount : amounts) {
      auto made = settle_return(return_item(amount, LineKind::cancel), balance);
      const auto* line = std::get_if<SettlementLine>(&made);
      if (!must(line != nullptr, "returns settle in any order")) return;
      must(line->fee <= 0 && line->fee_vat <= 0 && line->fee_supply <= 0, "a return charges nothing");
      balance = balance_after(balance, *line);
      lines.push_back(*line);
    }
    ends_at_zero(lines);
    if (balance.on_cancel == FeeOnCancel::keep) return;
    must(balance.amount_left == 0 && balance.vat_left == 0, "nothing is left of amount and VAT");
    for (const auto fee_left : balance.fees_left) must(fee_left == 0, "nothing is left of a fee");
  }

  void ends_at_zero(const std::vector<SettlementLine>& lines) {
    ++tally_.emptied;
    int128 gross = 0;
    int128 net = 0;
    Total total;
    for (const auto& line : lines) {
      gross += line.gross;
      net += line.net;
      add(total, line);
    }
    must(gross == 0, "an emptied approval's gross is zero");
    if (balance_.on_cancel == FeeOnCancel::keep) {
      must(net == -total.fee, "with KEEP the fee is what remains");
      return;
    }
    must(net == 0, "an emptied approval's net is zero");
    must(total == Total{}, "an emptied approval's fees are zero, type by type, supply and VAT");
  }

  int128 fee_left() const {
    int128 sum = 0;
    for (const auto left : balance_.fees_left) sum += left;
    return sum;
  }
  std::uint32_t version_of_return(std::size_t i) const {
    return case_.approval.key.version + 1 + static_cast<std::uint32_t>(i);
  }
  Item return_item(std::int64_t amount, LineKind kind) const {
    Item item = case_.approval;
    item.kind = kind;
    item.amount = amount;
    item.of_version = case_.approval.key.version;
    item.key.version = version_of_return(returns_.size());
    return item;
  }
  Contract other_contract() const {
    Contract other = contract_;
    for (auto& rule : other.fees.rules) rule.rate_ppm = kRateMaxPpm - rule.rate_ppm;
    other.fees.vat = VatTreatment::none;
    other.fees.by_method.clear();
    other.fees.on_cancel = {{0, FeeOnCancel::keep}};
    return other;
  }

  const Case& case_;
  const Calendar& calendar_;
  const BusinessDays& days_;
  Tally& tally_;
  std::string* told_;
  std::optional<std::string> broken_;
  Contract contract_;  // whose terms hold
  LineBalance balance_;
  std::vector<SettlementLine> settled_;
  std::vector<Return> returns_;
};

}  // namespace

std::optional<std::string> broken_promise(const Case& c, const Calendar& calendar, const BusinessDays& days,
                                          Tally& tally, std::string* told) {
  return Checker(c, calendar, days, tally, told).run();
}

}  // namespace wonjang::settlement
