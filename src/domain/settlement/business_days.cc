#include <chrono>

#include "base/assert.h"
#include "domain/settlement/calendar.h"

namespace wonjang::settlement {
namespace {

constexpr int kSaturday = 6;

std::chrono::sys_days sys_day(BusinessDate date) {
  return std::chrono::sys_days(std::chrono::days(date.days));
}

}  // namespace

BusinessDays::BusinessDays(const Calendar& calendar) : from_(calendar.from) {
  WJ_ASSERT(!fault_of(calendar));
  open_.reserve(static_cast<std::size_t>(calendar.until.days - calendar.from.days));
  for (BusinessDate date = calendar.from; date < calendar.until; ++date.days) {
    open_.push_back(weekday_of(date) < kSaturday);
  }
  for (const auto& day : calendar.closed) open_[static_cast<std::size_t>(day.date.days - from_.days)] = false;
}

std::optional<bool> BusinessDays::is_business_day(BusinessDate date) const {
  const std::int64_t index = std::int64_t{date.days} - from_.days;
  if (index < 0 || index >= static_cast<std::int64_t>(open_.size())) return std::nullopt;
  return open_[static_cast<std::size_t>(index)];
}

std::optional<BusinessDate> BusinessDays::on_or_after(BusinessDate date) const {
  for (;; ++date.days) {
    const auto open = is_business_day(date);
    if (!open) return std::nullopt;
    if (*open) return date;
  }
}

std::optional<BusinessDate> BusinessDays::on_or_before(BusinessDate date) const {
  for (;; --date.days) {
    const auto open = is_business_day(date);
    if (!open) return std::nullopt;
    if (*open) return date;
  }
}

std::optional<BusinessDate> BusinessDays::plus(BusinessDate date, std::uint32_t n) const {
  if (!is_business_day(date)) return std::nullopt;
  for (; n > 0; --n) {
    const auto next = on_or_after({date.days + 1});
    if (!next) return std::nullopt;
    date = *next;
  }
  return date;
}

int weekday_of(BusinessDate date) {
  return static_cast<int>(std::chrono::weekday(sys_day(date)).iso_encoding());
}

BusinessDate month_end_of(BusinessDate date) {
  const std::chrono::year_month_day day(sys_day(date));
  const std::chrono::sys_days end = day.year() / day.month() / std::chrono::last;
  return {static_cast<std::int32_t>(end.time_since_epoch().count())};
}

}  // namespace wonjang::settlement
