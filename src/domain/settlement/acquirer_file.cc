#include "domain/settlement/acquirer_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>

#include "domain/settlement/csv.h"

namespace wonjang::settlement {
namespace {

enum Column : std::size_t { kNumber, kAmount, kDate, kFee, kPaidOn, kCardTail, kColumns };
constexpr std::array<std::string_view, kColumns> kNames = {"number", "amount",  "date",
                                                           "fee",    "paid_on", "card_tail"};
constexpr std::size_t kRequired = 3;
constexpr std::size_t kNumberMax = 64;

using Layout = std::array<std::optional<std::size_t>, kColumns>;

std::string names() {
  std::string out;
  for (const auto name : kNames) out.append(out.empty() ? "" : ", ").append(name);
  return out;
}

// Where each column stands; a sentence when the header can't be used.
std::string read_header(const std::vector<std::string>& fields, Layout& layout) {
  for (std::size_t at = 0; at < fields.size(); ++at) {
    const auto found = std::find(kNames.begin(), kNames.end(), fields[at]);
    if (found == kNames.end()) return "there is no column `" + fields[at] + "`; columns are " + names();
    auto& place = layout[static_cast<std::size_t>(found - kNames.begin())];
    if (place) return "the column `" + fields[at] + "` stands twice";
    place = at;
  }
  for (std::size_t column = 0; column < kRequired; ++column) {
    if (!layout[column])
      return "the column `" + std::string(kNames[column]) + "` is missing; columns are " + names();
  }
  return {};
}

std::optional<std::int64_t> read_amount(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  if (error != std::errc() || end != text.data() + text.size() || out > kMost || out < -kMost)
    return std::nullopt;
  return out;
}

class RowReader {
 public:
  RowReader(const Layout& layout, const std::vector<std::string>& fields)
      : layout_(layout), fields_(fields) {}

  // A sentence when the line can't be used.
  std::string read(FileRow& row) {
    row.their_key = text(kNumber);
    if (row.their_key.empty() || row.their_key.size() > kNumberMax)
      return "`number` must have 1 to 64 characters";
    const auto amount = read_amount(text(kAmount));
    if (!amount || *amount == 0)
      return "`amount` must be a whole number of minor units other than 0: no separators";
    row.amount = *amount;
    const auto date = parse_business_date(text(kDate));
    if (!date) return "`date` must be YYYY-MM-DD";
    row.date = *date;
    return read_optional(row);
  }

 private:
  std::string read_optional(FileRow& row) {
    if (const auto& fee = text(kFee); !fee.empty()) {
      const auto amount = read_amount(fee);
      if (!amount) return "`fee` must be a whole number of minor units";
      row.fee = *amount;
      if (auto what = fault_of_fee(row); !what.empty()) return what;
    }
    if (const auto& paid = text(kPaidOn); !paid.empty()) {
      const auto date = parse_business_date(paid);
      if (!date) return "`paid_on` must be YYYY-MM-DD or empty";
      row.paid_on = *date;
    }
    row.card_tail = text(kCardTail);
    if (!row.card_tail.empty() &&
        (row.card_tail.size() != 4 || row.card_tail.find_first_not_of("0123456789") != std::string::npos)) {
      return "`card_tail` must be the last 4 digits: more of a card's number isn't taken";
    }
    return {};
  }
  // It is booked as it is said: a column that slipped must not become money.
  static std::string fault_of_fee(const FileRow& row) {
    if (row.fee == 0) return {};
    if ((row.fee < 0) != (row.amount < 0)) {
      return "`fee` must have the sign of `amount`: positive is what they kept, negative what they gave back "
             "of it with a return";
    }
    if (std::abs(row.fee) <= std::abs(row.amount)) return {};
    return "the `fee` of " + std::to_string(row.fee) + " is more than the `amount` of " +
           std::to_string(row.amount) + ": see that the columns are the right ones";
  }
  const std::string& text(Column column) const {
    static const std::string kNone;
    return layout_[column] ? fields_[*layout_[column]] : kNone;
  }

  const Layout& layout_;
  const std::vector<std::string>& fields_;
};

}  // namespace

AcquirerFile parse_acquirer_file(std::string_view text) {
  AcquirerFile out;
  CsvReader csv(text);
  const auto fault = [&](std::string what) { out.faults.push_back({csv.line_no(), std::move(what)}); };
  Layout layout;
  const auto header = csv.next();
  if (!header) {
    out.faults.push_back({1, "the file is empty; its first line names the columns: " + names()});
    return out;
  }
  if (auto what = csv.fault().empty() ? read_header(*header, layout) : csv.fault(); !what.empty()) {
    fault(std::move(what));
    return out;
  }
  while (out.faults.size() < kFileFaultsMax) {
    const auto fields = csv.next();
    if (!fields) break;
    FileRow row;
    row.line_no = csv.line_no();
    if (!csv.fault().empty()) {
      fault(csv.fault());
    } else if (fields->size() != header->size()) {
      fault("the line has " + std::to_string(fields->size()) + " fields, the header " +
            std::to_string(header->size()));
    } else if (auto what = RowReader(layout, *fields).read(row); !what.empty()) {
      fault(std::move(what));
    } else if (out.rows.size() == kFileRowsMax) {
      fault("a file has at most " + std::to_string(kFileRowsMax) + " rows: send it in parts");
      break;
    } else {
      out.rows.push_back(std::move(row));
    }
  }
  if (!out.faults.empty()) out.rows.clear();
  if (out.faults.empty() && out.rows.empty()) out.faults.push_back({1, "the file has a header and no rows"});
  return out;
}

}  // namespace wonjang::settlement
