#include "domain/settlement/csv.h"
#include "engine/money/funds.h"
#include "engine/money/journal_spaces.h"

namespace wonjang::money {
namespace {

// Every row has every column of its format; what a row doesn't say is empty.
struct ReportRow {
  std::string record;
  std::string currency = {};
  std::string merchant = {};
  std::string kind = {};
  std::string institution = {};
  std::string approved_unpaid = {};
  std::string required = {};
  std::string own = {};
  std::string share = {};
  std::string held = {};
  std::string gap = {};
  std::string unassigned = {};
  std::string rows_required = {};
  std::string rows_gap = {};
};
class Report {
 public:
  Report(const FundsPosition& position, const std::string& place, FundsFormat format)
      : position_(position), place_(place), has_gaps_(format == FundsFormat::v2) {
    std::vector<std::string> names = {"record",      "as_of",           "known_at",        "ledger_position",
                                      "ratio_ppm",   "currency",        "merchant_id",     "kind",
                                      "institution", "approved_unpaid", "required_amount", "held_amount",
                                      "gap"};
    if (has_gaps_)
      names.insert(names.end(),
                   {"held_own", "held_share", "unassigned", "merchants_required", "merchants_gap", "format"});
    settlement::append_csv(out_, names);
  }
  void add(const ReportRow& row) {
    std::vector<std::string> fields = {row.record,
                                       to_text(position_.as_of),
                                       to_text(position_.known_at),
                                       place_,
                                       position_.ratio ? std::to_string(position_.ratio->ratio_ppm) : "",
                                       row.currency,
                                       row.merchant,
                                       row.kind,
                                       row.institution,
                                       row.approved_unpaid,
                                       row.required,
                                       row.held,
                                       row.gap};
    if (has_gaps_)
      fields.insert(fields.end(), {row.own, row.share, row.unassigned, row.rows_required, row.rows_gap, "2"});
    settlement::append_csv(out_, fields);
  }
  bool has_gaps() const { return has_gaps_; }
  std::string take() { return std::move(out_); }

 private:
  const FundsPosition& position_;
  const std::string& place_;
  const bool has_gaps_;
  std::string out_;
};

ReportRow row_of(const FundsTotal& total) {
  return {.record = "TOTAL",
          .currency = std::string(total.currency.code()),
          .approved_unpaid = text_of(total.approved_unpaid),
          .required = text_of(total.required),
          .held = text_of(total.held),
          .gap = text_of(total.gap),
          .unassigned = text_of(total.unassigned),
          .rows_required = text_of(total.rows_required),
          .rows_gap = text_of(total.rows_gap)};
}

ReportRow row_of(const settlement::FundsHeld& held) {
  return {.record = "HELD",
          .currency = std::string(held.currency.code()),
          .merchant = held.merchant.is_zero() ? "" : held.merchant.text(),
          .kind = held.kind,
          .institution = held.institution,
          .held = std::to_string(held.amount)};
}

ReportRow row_of(const FundsRow& row, bool has_gaps) {
  ReportRow out = {.record = "MERCHANT",
                   .currency = std::string(row.currency.code()),
                   .merchant = row.merchant.text(),
                   .approved_unpaid = text_of(row.approved_unpaid),
                   .required = text_of(row.required)};
  if (!has_gaps) return out;  // format 1 has the columns, and nothing in them
  out.held = text_of(row.held());
  out.gap = text_of(row.gap);
  out.own = text_of(row.own);
  out.share = text_of(row.share);
  return out;
}

}  // namespace

std::string funds_report(const FundsPosition& position, const std::string& place, FundsFormat format) {
  Report report(position, place, format);
  report.add({.record = "REPORT"});
  for (const auto& total : position.totals) report.add(row_of(total));
  for (const auto& held : position.held) report.add(row_of(held));
  for (const auto& row : position.rows) report.add(row_of(row, report.has_gaps()));
  return report.take();
}

}  // namespace wonjang::money
