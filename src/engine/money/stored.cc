#include "engine/money/stored.h"

#include "engine/money/archive.h"

namespace wonjang::money {

template <typename T>
void encode(const T& v, std::string& out) {
  Writer(out).put(v);
}
template <typename T>
std::string encoded(const T& v) {
  std::string out;
  encode(v, out);
  return out;
}
template <typename T>
Result<T> decoded(std::string_view bytes, const char* what) {
  T out{};
  Reader in(bytes);
  in.get(out);
  if (in.is_whole()) return out;
  return corrupt(std::string(what) + " of the projection money can't be read: rebuild it");
}

// Made here once: a second of the compiler's time in every file that includes stored.h otherwise.
#define WJ_STORED(T)                            \
  template void encode(const T&, std::string&); \
  template std::string encoded(const T&);       \
  template Result<T> decoded(std::string_view, const char*)

WJ_STORED(std::uint32_t);
WJ_STORED(Instant);
WJ_STORED(BusinessDate);
WJ_STORED(Position);
WJ_STORED(PaymentState);
WJ_STORED(OpenStored);
WJ_STORED(LineStored);
WJ_STORED(LineWhere);
WJ_STORED(DueSum);
WJ_STORED(UnpaidSum);
WJ_STORED(UnpaidNow);
WJ_STORED(Standing);
WJ_STORED(OpenCount);
WJ_STORED(RunSum);
WJ_STORED(PayoutStored);
WJ_STORED(PayoutOfMerchant);
WJ_STORED(RunStored);
WJ_STORED(FailureMark);
WJ_STORED(CanaryRun);
WJ_STORED(ChangeStored);
WJ_STORED(MatchStored);
WJ_STORED(ExpectedStored);
WJ_STORED(MoneyReader::FileNow);
WJ_STORED(MoneyReader::Candidate);
WJ_STORED(settlement::FailedItem);
WJ_STORED(settlement::CanaryDifference);
WJ_STORED(settlement::FileRow);
WJ_STORED(settlement::Reference);

#undef WJ_STORED

}  // namespace wonjang::money
