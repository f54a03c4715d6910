#include "domain/method.h"

#include "domain/code_table.h"

namespace wonjang {
namespace {

constexpr CodeRow<Method> kMethodCodes[] = {
    {Method::card, "CARD"},
    {Method::virtual_account, "VIRTUAL_ACCOUNT"},
    {Method::transfer, "TRANSFER"},
    {Method::mobile_phone, "MOBILE_PHONE"},
    {Method::gift_certificate, "GIFT_CERTIFICATE"},
    {Method::easy_pay, "EASY_PAY"},
    {Method::point, "POINT"},
    {Method::coupon, "COUPON"},
    {Method::deposit_cup, "DEPOSIT_CUP"},
};
constexpr CodeRow<CardType> kCardTypes[] = {
    {CardType::unknown, "UNKNOWN"},
    {CardType::credit, "CREDIT"},
    {CardType::check, "CHECK"},
    {CardType::gift, "GIFT"},
};
constexpr CodeRow<OwnerType> kOwnerTypes[] = {
    {OwnerType::unknown, "UNKNOWN"},
    {OwnerType::personal, "PERSONAL"},
    {OwnerType::corporate, "CORPORATE"},
};
constexpr CodeRow<InterestPayer> kInterestPayers[] = {
    {InterestPayer::none, "NONE"},
    {InterestPayer::buyer, "BUYER"},
    {InterestPayer::card_company, "CARD_COMPANY"},
    {InterestPayer::merchant, "MERCHANT"},
};
constexpr CodeRow<AccountType> kAccountTypes[] = {
    {AccountType::unknown, "UNKNOWN"},
    {AccountType::normal, "NORMAL"},
    {AccountType::fixed, "FIXED"},
};
constexpr CodeRow<GiftKind> kGiftKinds[] = {
    {GiftKind::unknown, "UNKNOWN"},
    {GiftKind::culture, "CULTURE"},
    {GiftKind::book, "BOOK"},
    {GiftKind::game, "GAME"},
};
constexpr CodeRow<FundedBy> kFundedBys[] = {
    {FundedBy::unknown, "UNKNOWN"}, {FundedBy::card, "CARD"},     {FundedBy::account, "ACCOUNT"},
    {FundedBy::money, "MONEY"},     {FundedBy::points, "POINTS"},
};

}  // namespace

WJ_CODES(Method, kMethodCodes);
WJ_CODES(CardType, kCardTypes);
WJ_CODES(OwnerType, kOwnerTypes);
WJ_CODES(InterestPayer, kInterestPayers);
WJ_CODES(AccountType, kAccountTypes);
WJ_CODES(GiftKind, kGiftKinds);
WJ_CODES(FundedBy, kFundedBys);

}  // namespace wonjang
