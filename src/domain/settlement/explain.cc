#include <algorithm>

#include "domain/settlement/fee_math.h"
#include "domain/settlement/fee_rules.h"
#include "domain/settlement/terms_for.h"

namespace wonjang::settlement {
namespace {

std::string with_separators(const std::string& digits) {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

// value / 10^scale, exactly: as many decimals as it has, at least `decimals_min`.
std::string decimal(int128 value, int scale, int decimals_min) {
  const bool negative = value < 0;
  auto rest = static_cast<uint128>(negative ? -value : value);
  std::string digits;
  for (; rest > 0; rest /= 10) digits += static_cast<char>('0' + static_cast<int>(rest % 10));
  while (digits.size() <= static_cast<std::size_t>(scale)) digits += '0';
  std::reverse(digits.begin(), digits.end());
  const std::size_t whole = digits.size() - static_cast<std::size_t>(scale);
  std::string fraction = digits.substr(whole);
  while (fraction.size() > static_cast<std::size_t>(decimals_min) && fraction.back() == '0')
    fraction.pop_back();
  std::string out = (negative ? "-" : "") + with_separators(digits.substr(0, whole));
  if (!fraction.empty()) out += "." + fraction;
  return out;
}

std::string percent(std::int64_t ppm) { return decimal(ppm, 4, 2) + " %"; }

class Explainer {
 public:
  Explainer(const SettlementLine& line, const Contract& contract)
      : line_(line),
        contract_(contract),
        by_(charging_for(contract.fees, line.item)),
        exponent_(contract.currency.exponent()) {}

  std::vector<ExplainStep> steps() {
    switch (line_.item.kind) {
      case LineKind::approval:
        charged_lines(0);
        vat_of_total();
        break;
      case LineKind::cancel:
      case LineKind::reversal:
        returned_lines(0);
        vat_of_return();
        break;
      case LineKind::adjustment:
        adjusted_lines();
        break;
      case LineKind::unknown:
        break;
    }
    net();
    return std::move(steps_);
  }

 private:
  std::string money(int128 minor) const { return decimal(minor, exponent_, exponent_); }
  std::string exact(int128 millionths) const { return decimal(millionths, 6 + exponent_, exponent_); }
  void add(std::string rule, std::string formula, std::int64_t value) {
    steps_.push_back({std::move(rule), std::move(formula), value, {}});
  }

  // From the exact fee to what is charged; ends with that number. `so_far` ends with the exact fee.
  std::string charged(std::string so_far, int128 fee, std::int64_t amount) const {
    const bool is_whole = fee % kMillion == 0;
    if (by_.vat != VatTreatment::added) return is_whole ? so_far : so_far + ", rounded " + money(amount);
    if (by_.order == FeeOrder::inclusive_first) {
      so_far += "; with VAT " + decimal(fee * 11, 7 + exponent_, exponent_);
      return fee * 11 % (kMillion * 10) == 0 ? so_far : so_far + ", rounded " + money(amount);
    }
    const std::int64_t supply = rounded(fee, kMillion, by_.rounding).value_or(0);
    const std::int64_t vat = divide(supply, 10, by_.rounding);
    if (!is_whole) so_far += ", rounded " + money(supply);
    so_far += "; VAT " + decimal(supply, 1 + exponent_, exponent_);
    if (supply % 10 != 0) so_far += ", rounded " + money(vat);
    return so_far + "; with VAT " + money(amount);
  }

  std::string base_formula(const FeeLine& fee, const ChosenRules& chosen) const {
    const BaseFee base = base_fee_of(line_.item, chosen);
    std::string text = money(fee.base) + " x " + percent(fee.rate_ppm);
    if (chosen.fixed != nullptr) text += " + " + money(fee.fixed);
    text += " = " + exact(base.unclamped);
    if (base.raised) text += "; at least " + money(chosen.minimum->amount);
    if (base.lowered) text += "; at most " + money(chosen.maximum->amount);
    return charged(std::move(text), base.exact, fee.amount);
  }

  // What of the movement, beside its amount, brought the line about.
  std::string why_charged(const FeeLine& fee) const {
    if (fee.type != FeeType::installment_discount) return {};
    return std::to_string(line_.item.months) + " months, interest paid by the " +
           (line_.item.interest_payer == InterestPayer::merchant ? "merchant" : "house") + ": ";
  }

  void charged_lines(std::size_t first) {
    const ChosenRules chosen = choose(line_.item, contract_.fees, contract_.tier);
    for (std::size_t i = first; i < line_.fees.size(); ++i) {
      const auto& fee = line_.fees[i];
      if (fee.type == FeeType::base && chosen.rate == nullptr) {
        add(fee.rule, "the contract beside the line has no rate for it", fee.amount);
      } else if (fee.type == FeeType::base) {
        add(fee.rule, base_formula(fee, chosen), fee.amount);
      } else {
        const int128 product = static_cast<int128>(fee.base) * fee.rate_ppm;
        add(fee.rule,
            why_charged(fee) +
                charged(money(fee.base) + " x " + percent(fee.rate_ppm) + " = " + exact(product), product,
                        fee.amount),
            fee.amount);
      }
    }
  }

  // "gives back 1,375 x 20,000 / 50,000, rounded: -550". `value` is zero or negative.
  std::string given_back(std::int64_t whole, std::int64_t value) const {
    const LineBalance& before = *line_.before;
    const std::int64_t amount = line_.item.amount;
    if (amount == before.amount_left) {
      return "gives back the rest of " + money(whole) + ": " + money(value);
    }
    const std::int64_t share = divide(static_cast<int128>(whole) * amount, before.amount, Rounding::half_up);
    std::string text =
        "gives back " + money(whole) + " x " + money(amount) + " / " + money(before.amount) + ", rounded";
    if (share != -value) text += " " + money(share) + ", held to what is left";
    return text + ": " + money(value);
  }

  void returned_lines(std::size_t first) {
    if (!line_.before || line_.before->on_cancel == FeeOnCancel::keep) {
      add("keep", "the fee isn't given back: " + money(0), 0);
      return;
    }
    const auto& wholes = line_.before->fees;
    for (std::size_t i = first; i < line_.fees.size(); ++i) {
      const auto& fee = line_.fees[i];
      const auto whole =
          std::find_if(wholes.begin(), wholes.end(), [&](const FeeLine& w) { return w.type == fee.type; });
      if (whole == wholes.end()) continue;
      add(std::string(code_of(fee.type)), given_back(whole->amount, fee.amount), fee.amount);
    }
  }

  void vat_of_total() {
    const bool has_none = by_.vat == VatTreatment::none;
    add("vat",
        agreed() + (has_none ? "no VAT: " : money(line_.fee) + " / 11, rounded: ") + money(line_.fee_vat),
        line_.fee_vat);
  }
  // By which of the contract's terms VAT and rounding are, when they aren't its own.
  std::string agreed() const {
    const auto* own = own_fees_for(contract_.fees, line_.item);
    return own == nullptr ? std::string() : "by " + own->name + ": ";
  }

  void vat_of_return() {
    if (!line_.before || line_.before->on_cancel == FeeOnCancel::keep) return add("vat", money(0), 0);
    add("vat", given_back(line_.before->vat, line_.fee_vat), line_.fee_vat);
  }

  void adjusted_lines() {
    std::size_t taken_back = 0;
    for (; taken_back < line_.fees.size() && line_.fees[taken_back].rule == kTakenBack; ++taken_back) {
      const auto& fee = line_.fees[taken_back];
      add(fee.rule, std::string(code_of(fee.type)) + " so far, taken back: " + money(fee.amount), fee.amount);
    }
    if (line_.item.of_version == 0) {
      charged_lines(taken_back);
    } else {
      returned_lines(taken_back);
    }
    const int128 vat_now = static_cast<int128>(line_.fee_vat) + line_.fee_vat_before;
    add("vat",
        (line_.item.of_version == 0 ? agreed() : "") + money(vat_now) + " now, " +
            money(line_.fee_vat_before) + " so far: " + money(line_.fee_vat),
        line_.fee_vat);
  }

  void net() {
    const std::string fee = line_.fee < 0 ? "(" + money(line_.fee) + ")" : money(line_.fee);
    add("net", money(line_.gross) + " - " + fee + " = " + money(line_.net), line_.net);
  }

  const SettlementLine& line_;
  const Contract& contract_;
  const Charging by_;
  const int exponent_;
  std::vector<ExplainStep> steps_;
};

}  // namespace

std::vector<ExplainStep> explain(const SettlementLine& line, const Contract& contract) {
  return Explainer(line, contract).steps();
}

}  // namespace wonjang::settlement
