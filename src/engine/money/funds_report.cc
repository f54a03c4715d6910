#include "domain/settlement/csv.h"
#include "engine/money/funds.h"
#include "engine/money/journal_spaces.h"

namespace wonjang::money {
namespace {

// Every row has every column; what a row doesn't say is empty.
struct ReportRow {
  std::string record;
  std::string currency = {};
  std::string merchant = {};
  std::string kind = {};
  std::string institution = {};
  std::string approved_unpaid = {};
  std::string required = {};
  std::string held = {};
  std::string gap = {};
};

class Report {
 public:
  Report(const FundsPosition& position, const std::string& place) : position_(position), place_(place) {
    settlement::append_csv(
        out_, {"record", "as_of", "known_at", "ledger_position", "ratio_ppm", "currency", "merchant_id",
               "kind", "institution", "approved_unpaid", "required_amount", "held_amount", "gap"});
  }
  void add(const ReportRow& row) {
    settlement::append_csv(
        out_, {row.record, to_text(position_.as_of), to_text(position_.known_at), place_,
               position_.ratio ? std::to_string(position_.ratio->ratio_ppm) : "", row.currency, row.merchant,
               row.kind, row.institution, row.approved_unpaid, row.required, row.held, row.gap});
  }
  std::string take() { return std::move(out_); }

 private:
  const FundsPosition& position_;
  const std::string& place_;
  std::string out_;
};

}  // namespace

std::string funds_report(const FundsPosition& position, const std::string& place) {
  Report report(position, place);
  report.add({.record = "REPORT"});
  for (const auto& total : position.totals) {
    report.add({.record = "TOTAL",
                .currency = std::string(total.currency.code()),
                .approved_unpaid = text_of(total.approved_unpaid),
                .required = text_of(total.required),
                .held = text_of(total.held),
                .gap = text_of(total.gap)});
  }
  for (const auto& held : position.held) {
    report.add({.record = "HELD",
                .currency = std::string(held.currency.code()),
                .kind = held.kind,
                .institution = held.institution,
                .held = std::to_string(held.amount)});
  }
  for (const auto& row : position.rows) {
    report.add({.record = "MERCHANT",
                .currency = std::string(row.currency.code()),
                .merchant = row.merchant.text(),
                .approved_unpaid = text_of(row.approved_unpaid),
                .required = text_of(row.required)});
  }
  return report.take();
}

}  // namespace wonjang::money
