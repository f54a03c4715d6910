// AcquirerFile: what a card company or bank says it took or paid, row by row, as a CSV with a header line.
// Columns in any order, by these names (others are refused, so that a mistyped one isn't silently nothing):
//
//   number     approval or slip number, as they say                       required
//   amount     minor units of the file's currency, negative for a return  required
//   date       YYYY-MM-DD of the movement                                 required
//   fee        what they kept, minor units; of a return what they gave    optional, 0
//              back, negative; never more than the amount
//   paid_on    YYYY-MM-DD                                                  optional
//   card_tail  last 4 digits                                               optional
//
// RFC 4180 quoting; LF or CRLF; a byte order mark is skipped. A file with one bad line is refused whole: half
// a file booked is worse than none.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain/settlement/events.h"

namespace wonjang::settlement {

constexpr std::size_t kFileRowsMax = 200'000;
constexpr std::size_t kFileFaultsMax = 20;

struct FileFault {
  std::uint32_t line_no = 0;  // 1 is the header
  std::string what;           // what, why, what next
};
struct AcquirerFile {
  std::vector<FileRow> rows;      // empty when there are faults
  std::vector<FileFault> faults;  // the first kFileFaultsMax
};
AcquirerFile parse_acquirer_file(std::string_view text);

}  // namespace wonjang::settlement
