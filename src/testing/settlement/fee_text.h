// Items, fee terms and lines as short texts, for golden tables:
//   34000 check months=3 payer=merchant points=500 tier=SMALL base=2.35% fixed=60 vat=NONE
//   order=INCLUSIVE_FIRST ...
// Words of an item: its amount, a method (card, transfer, virtual_account, mobile_phone; card when none), a
// card type (credit, check, gift; credit for cards when none), issuer=, months=, payer= (buyer, card_company,
// merchant), points=. Words of the terms: tier=, vat=, order=, rounding= by their codes, the last three with
// a method before them (transfer.vat=) for that one alone; keep or keep=METHOD; rules in their order:
//   base=2.5%  steps=0:3%,50000:2.5%  pref=SMALL.credit:0.4%,MID_1:1%  fixed=100  min=50  max=3000
//   inst=2-12:0.5%  free=2-6:2.1%  point=1%        each may end in @METHOD or @CARDTYPE or @issuer:CODE
// A rule is named by its word, the second one of a kind base2 and so on. Without words: VAT added,
// SUPPLY_FIRST, HALF_UP, GENERAL. An unknown word throws std::invalid_argument.
#pragma once

#include <string>
#include <string_view>

#include "domain/settlement/fee.h"

namespace wonjang::settlement {

struct FeeCase {
  Item item;
  Contract contract;
};
FeeCase parse_fee_case(std::string_view words);
// Changes the terms of `contract`; rules named here stand for all the rules that were there.
void apply_terms(std::string_view words, Contract& contract);

// "BASE base+fixed 860, INSTALLMENT inst 60: fee 920 = 836 + 84, net 33080".
std::string text_of(const SettlementLine& line);

}  // namespace wonjang::settlement
