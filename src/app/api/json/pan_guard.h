// The card-number guard: does a text hold something that looks like a primary account number? Wonjang stays
// out of the cardholder-data environment, so such a text is refused wherever it stands, and is never echoed
// or logged.
//
// Found: 13 to 19 digits (of any script, full-width, raised, lowered or in circles) with a known issuer range
// and that brand's length, whose Luhn check digit is right: in one run or in groups, with one to three
// characters between two of them that are neither digit nor letter (blanks and dashes of any script, dots,
// underscores, zero-width ones), and with letters directly before or behind. Groups parted by more than a
// single blank or hyphen have four digits or more (but for the last), or all the same size and the same
// between them.
//
// Kept out of false alarms:
//   - brand and length: Visa 4 (13, 16, 19), Mastercard 51-55 and 2221-2720 (16), Amex 34, 37 (15), Diners
//     300-305, 36, 38, 39 (14), JCB 3528-3589 (16-19), Discover 6011, 644-649, 65 (16-19), UnionPay 62
//     (16-19), Korean domestic 9 (16), Mir 2200-2204 (16-19), RuPay 508 and 8110 (16), Maestro 5018, 5020,
//     5038, 5893, 6304, 6703, 6759-6763 (16). Times (1763780000000, 20261122103045123), phone numbers
//     (010..., 82...) and dates in order ids (2026...) start with none.
//   - ids and hashes: a word of 26 characters that begins with 0 as our own do, a UUID, a word of digits and
//   of
//     a to f alone with several groups of digits.
//   - a candidate starts and ends where a group does: a longer run (zeros before a number, say) is no number,
//     nor are digits with letters between their groups.
// What is left: one in ten of a sender's own 16-digit numbers that start like a card passes Luhn. Such a
// sender must put letters between its digits.
//
// Threads: any.
#pragma once

#include <string_view>

namespace wonjang {

bool holds_pan(std::string_view text);

}  // namespace wonjang
