// libFuzzer: files of acquirers. A file has rows or faults, never both; what was read means the same when it
// is written as CSV and read again.
#include <cstdint>
#include <cstdlib>

#include "domain/settlement/acquirer_file.h"
#include "domain/settlement/csv.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wonjang::settlement;
  const auto parsed = parse_acquirer_file({reinterpret_cast<const char*>(data), size});
  if (parsed.rows.empty() == parsed.faults.empty()) std::abort();
  std::string text = "number,amount,date,fee,card_tail\n";
  for (const auto& row : parsed.rows) {
    // A ' before a formula changes the text on purpose: no round trip for those.
    if (csv_guarded(row.their_key) != row.their_key) return 0;
    append_csv(text, {row.their_key, std::to_string(row.amount), wonjang::to_text(row.date),
                      std::to_string(row.fee), row.card_tail});
  }
  if (parsed.rows.empty()) return 0;
  const auto again = parse_acquirer_file(text);
  if (again.rows.size() != parsed.rows.size()) std::abort();
  for (std::size_t i = 0; i < again.rows.size(); ++i) {
    if (again.rows[i].their_key != parsed.rows[i].their_key ||
        again.rows[i].amount != parsed.rows[i].amount || again.rows[i].date != parsed.rows[i].date ||
        again.rows[i].fee != parsed.rows[i].fee) {
      std::abort();
    }
  }
  return 0;
}
