// A case as a person reads it: everything that went in.
#include <string>

#include "testing/settlement/cases.h"

namespace wonjang::settlement {
namespace {

std::string text_of(const FeeRule& rule) {
  std::string out = "  " + rule.name + ": kind " + std::to_string(static_cast<int>(rule.kind)) + ", " +
                    std::to_string(rule.rate_ppm) + " ppm, amount " + std::to_string(rule.amount);
  for (const auto& step : rule.steps) {
    out += ", from " + std::to_string(step.from) + " " + std::to_string(step.rate_ppm) + " ppm";
  }
  for (const auto& rate : rule.by_tier) {
    out += ", tier " + std::to_string(static_cast<int>(rate.tier)) + " " +
           std::string(code_of(rate.card_type)) + " " + std::to_string(rate.rate_ppm) + " ppm";
  }
  return out + ", months " + std::to_string(rule.applies.months_min) + "-" +
         std::to_string(rule.applies.months_max) + "\n";
}

std::string text_of(const Contract& contract) {
  std::string out = "terms: calendar " + contract.calendar + ", tier " +
                    std::to_string(static_cast<int>(contract.tier)) + ", VAT " +
                    std::to_string(static_cast<int>(contract.fees.vat)) + ", order " +
                    std::to_string(static_cast<int>(contract.fees.order)) + ", rounding " +
                    std::to_string(static_cast<int>(contract.fees.rounding)) + ", on cancel";
  for (const auto& rule : contract.fees.on_cancel) {
    out += " " + std::to_string(rule.method) + ":" + std::to_string(static_cast<int>(rule.fee));
  }
  out += "\n";
  for (const auto& rule : contract.fees.rules) out += text_of(rule);
  for (const auto& own : contract.fees.by_method) {
    out += "  " + own.name + ": method " + std::to_string(own.method) + ", issuer \"" + own.issuer +
           "\", VAT " + std::to_string(static_cast<int>(own.vat)) + ", order " +
           std::to_string(static_cast<int>(own.order)) + ", rounding " +
           (own.rounding ? std::to_string(static_cast<int>(*own.rounding)) : "as above") + "\n";
  }
  return out;
}

}  // namespace

std::string text_of(const Case& c) {
  const auto& item = c.approval;
  std::string out = "case " + std::to_string(c.number) + " of seed " + std::to_string(c.seed) +
                    " (alone: WJ_CASES_SEED=" + std::to_string(c.seed) +
                    " WJ_CASE=" + std::to_string(c.number) + " settlement_cases)\n";
  out += "approval: " + std::to_string(item.amount) + " by " +
         std::string(code_of(static_cast<Method>(item.method))) + " " + std::string(code_of(item.card_type)) +
         ", issuer " + item.issuer + ", " + std::to_string(item.months) + " months, interest " +
         std::string(code_of(item.interest_payer)) + ", points " + std::to_string(item.used_point) + "\n";
  out += text_of(c.contract);
  for (const auto& step : c.steps) {
    out +=
        step.change ? "changed " + text_of(*step.change) : "return " + std::to_string(step.give_back) + "\n";
  }
  return out;
}

}  // namespace wonjang::settlement
