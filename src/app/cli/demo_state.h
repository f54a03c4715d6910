// What `wonjang demo` remembers beside its ledger, in DATA_DIR/demo.json (mode 0600: it holds two keys):
// which city it is and how far it came, so that the next start goes on instead of beginning again.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "domain/time.h"

namespace wonjang {

struct DemoState {
  std::uint64_t seed = 1;
  std::uint64_t payments = 0;
  std::uint32_t merchants = 0;
  Instant now;               // when the city began: its history ends here
  bool is_fed = false;       // the whole history is in the ledger
  bool is_told = false;      // what the last days left open is there: canary, hold, file, waiting change
  std::string first_key;     // an operator's, who proposes changes
  std::string second_key;    // another's, who decides them
  std::string merchant_key;  // of the marketplace
  BusinessDate paid_until;   // up to which payouts were run
};

// Nothing: there is none. Errors: invalid (it can't be read).
Result<std::optional<DemoState>> read_demo_state(const std::string& data_dir);
// Errors: unavailable.
Result<void> write_demo_state(const std::string& data_dir, const DemoState& state);

}  // namespace wonjang
