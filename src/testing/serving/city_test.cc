#include "testing/serving/city.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "adapters/protobuf/event_codec.h"
#include "base/hash64.h"
#include "domain/registry.h"
#include "testing/serving/peer_rows.h"

namespace wonjang::testing {
namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;
constexpr std::int64_t kDayUs = 24 * kHourUs;

CityOptions small(std::uint64_t seed = 42, std::uint64_t payments = 4'000) {
  CityOptions options;
  options.seed = seed;
  options.payments = payments;
  options.merchants = 60;
  options.people = 2'000;
  options.books = 3;
  return options;
}

struct Seen {
  std::vector<CityUnit> units;
  std::vector<Event> events;
  std::uint64_t hash = 0;
};

Seen see(const CityOptions& options, std::uint32_t units_max = 777) {
  const ProtobufEventCodec codec;
  City city(options, codec);
  Seen out;
  for (std::vector<CityUnit> batch; city.next(units_max, batch);) {
    EXPECT_LE(batch.size(), units_max);
    for (auto& unit : batch) {
      for (const auto& bytes : unit.unit.events) {
        out.hash = hash64(bytes, out.hash + unit.unit.first);
        out.events.push_back(codec.decode(bytes).value());
      }
      out.units.push_back(std::move(unit));
    }
  }
  return out;
}

const Seen& world() {
  static const Seen seen = see(small());
  return seen;
}

std::map<RawId, std::vector<Event>> streams_of(const Seen& seen) {
  std::map<RawId, std::vector<Event>> out;
  for (const auto& event : seen.events) out[event.stream].push_back(event);
  return out;
}

TEST(City, the_same_seed_gives_the_same_bytes_in_any_batch) {
  EXPECT_EQ(see(small(7, 500), 1).hash, see(small(7, 500), 10'000).hash);
  EXPECT_NE(see(small(7, 500)).hash, see(small(8, 500)).hash);
}

TEST(City, every_event_is_what_the_ledger_would_have_written) {
  RegistryState registry;
  for (const auto& [stream, events] : streams_of(world())) {
    if (stream == kRegistryStream) {
      for (const auto& event : events) registry.evolve(event);
      continue;
    }
    Payment payment;
    Instant last;
    for (const auto& event : events) {
      ASSERT_EQ(event.version, payment.version);
      EXPECT_GT(event.recorded_at, last);
      EXPECT_LE(event.occurred_at, event.recorded_at);
      last = event.recorded_at;
      evolve(payment, event);
    }
    EXPECT_EQ(payment.contradictions, 0U);
    EXPECT_TRUE(violations_of(payment).empty()) << violations_of(payment).front();
    EXPECT_EQ(stream.slot(), slot_of(payment.merchant, payment.order_id));
    ASSERT_TRUE(registry.merchant_number(payment.merchant).has_value());
  }
  EXPECT_EQ(registry.merchants().size(), 60U);
}

TEST(City, positions_are_dense_and_recorded_times_rise_in_every_book) {
  std::map<std::uint32_t, Position> tails;
  std::map<std::uint32_t, Instant> last;
  std::set<RawId> known;
  for (const auto& unit : world().units) {
    EXPECT_EQ(unit.unit.first, tails[unit.book]);
    tails[unit.book] = unit.unit.next();
    EXPECT_EQ(unit.book, book_of(unit.unit.stream, 3));
    EXPECT_EQ(unit.unit.first_version == 0, known.insert(unit.unit.stream).second);
    EXPECT_GT(unit.recorded_at, last[unit.book]);
    last[unit.book] = unit.recorded_at;
  }
  EXPECT_EQ(tails.size(), 3U);
  EXPECT_EQ(world().units.front().unit.stream, kRegistryStream);
}

TEST(City, a_life_alone_is_the_same_as_in_the_stream) {
  const ProtobufEventCodec codec;
  const City city(small(), codec);
  const auto streams = streams_of(world());
  std::size_t found = 0;
  for (std::uint64_t n = 0; n < city.lives(); ++n) {
    const Life life = city.life(n);
    if (life.commands.empty()) continue;
    ++found;
    const auto& events = streams.at(life.payment.id.raw());
    std::size_t i = 0;
    for (const auto& command : life.commands) {
      for (auto event : command) {
        ASSERT_LT(i, events.size());
        event.recorded_at = events[i].recorded_at;
        EXPECT_EQ(event, events[i++]);
      }
    }
    EXPECT_EQ(i, events.size());
  }
  EXPECT_EQ(found + 1, streams.size());  // and the registry
}

TEST(City, everything_that_can_happen_happens) {
  std::map<std::string, int> types;
  std::set<Method> methods;
  for (const auto& event : see(small(3, 20'000)).events) {
    ++types[std::string(type_of(event.body))];
    if (const auto* approved = std::get_if<ApprovalApproved>(&event.body))
      methods.insert(method_of(approved->terms.method));
  }
  for (const auto* type : {"payment.created",          "payment.authenticated",
                           "approval.requested",       "approval.approved",
                           "approval.declined",        "approval.unknown",
                           "virtual_account.issued",   "deposit.confirmed",
                           "deposit.reversed",         "payment.expired",
                           "payment.failed",           "cancel.requested",
                           "cancel.succeeded",         "cancel.failed",
                           "cancel.unknown",           "provider.asked",
                           "network_cancel.requested", "network_cancel.confirmed",
                           "acquisition.updated",      "command.refused",
                           "merchant.registered"}) {
    EXPECT_GT(types[type], 0) << type;
  }
  EXPECT_EQ(methods.size(), std::size(kMethods) - 1);  // virtual accounts are deposited
}

TEST(City, shares_are_those_of_the_data_model) {
  const ProtobufEventCodec codec;
  const City city(small(11, 20'000), codec);
  std::uint64_t pathological = 0;
  std::uint64_t rare = 0;
  std::uint64_t canceled = 0;
  std::uint64_t partly = 0;
  std::uint64_t old_cancels = 0;
  for (std::uint64_t n = 0; n < city.lives(); ++n) {
    const Life life = city.life(n);
    if (!life.payment.exists()) continue;
    pathological += life.merchant == city.pathological_merchant();
    rare += life.merchant == city.rare_merchant();
    std::uint64_t succeeded = 0;
    bool in_part = false;
    for (const auto& cancel : life.payment.cancels) {
      if (cancel.state != CancelState::succeeded) continue;
      ++succeeded;
      in_part = in_part || cancel.terms.kind == CancelKind::partial;
      old_cancels += cancel.canceled_at.us - life.payment.terms.requested_at.us > 3 * 365 * kDayUs;
    }
    canceled += succeeded > 0;
    partly += in_part;
  }
  EXPECT_NEAR(static_cast<double>(pathological), 20'000.0 / 3, 700);
  EXPECT_EQ(rare, 10U);
  EXPECT_NEAR(static_cast<double>(canceled), 1'200, 250);
  EXPECT_NEAR(static_cast<double>(partly) / static_cast<double>(canceled), 0.4, 0.1);
  EXPECT_GE(old_cancels, 4U);
}

TEST(City, some_of_it_is_recorded_late) {
  std::uint64_t units = 0;
  std::uint64_t hour = 0;
  std::uint64_t day = 0;
  std::uint64_t month = 0;
  const ProtobufEventCodec codec;
  auto options = small(5, 30'000);
  City city(options, codec);
  for (std::vector<CityUnit> batch; city.next(5'000, batch);) {
    for (const auto& unit : batch) {
      const auto event = codec.decode(unit.unit.events.back()).value();
      const auto late_us = event.recorded_at.us - event.occurred_at.us;
      ++units;
      hour += late_us > kHourUs;
      day += late_us > kDayUs;
      month += late_us > 30 * kDayUs;
    }
  }
  // A late creation makes what follows it late too, and an intent is never late: so not the rates to the
  // digit.
  const auto ppm = [&](std::uint64_t count) { return count * 1'000'000 / units; };
  EXPECT_GT(ppm(hour), 14'000U);
  EXPECT_LT(ppm(hour), 28'000U);
  EXPECT_GT(ppm(day), 1'200U);
  EXPECT_LT(ppm(day), 4'000U);
  EXPECT_GT(ppm(month), 50U);
  EXPECT_LT(ppm(month), 800U);
}

TEST(City, some_payments_of_a_merchant_have_equal_times) {
  const ProtobufEventCodec codec;
  const City city(small(42, 20'000), codec);
  std::set<std::pair<std::uint32_t, Instant>> times;
  std::size_t ties = 0;
  for (std::uint64_t n = 0; n < city.lives(); ++n) {
    const Life life = city.life(n);
    ties += !times.insert({life.merchant, life.payment.terms.requested_at}).second;
  }
  EXPECT_GE(ties, 5U);
}

TEST(City, days_have_a_shape) {
  const ProtobufEventCodec codec;
  const City city(small(9, 20'000), codec);
  std::map<std::int64_t, std::uint64_t> weekdays;
  for (std::uint64_t n = 0; n < city.options().payments; ++n)
    ++weekdays[(business_date_of(city.life(n).payment.terms.requested_at).days + 3) % 7];
  EXPECT_GT(weekdays[4], weekdays[6] * 13 / 10);  // Friday, Sunday
  EXPECT_EQ(weekdays.size(), 7U);
}

TEST(City, peers_get_the_same_payments_as_rows) {
  const ProtobufEventCodec codec;
  const City city(small(42, 300), codec);
  PeerRows rows;
  std::size_t payments = 0;
  std::size_t cancels = 0;
  for (std::uint64_t n = 0; n < city.lives(); ++n) {
    const Life life = city.life(n);
    append_rows(rows, city, n, life);
    payments += life.payment.exists();
    cancels += life.payment.cancels.size();
  }
  const auto lines = [](const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  };
  const auto fields = [](const std::string& text) {
    const auto line = text.substr(0, text.find('\n'));
    return static_cast<std::size_t>(std::count(line.begin(), line.end(), '\t')) + 1;
  };
  EXPECT_EQ(lines(rows.payments), payments);
  EXPECT_EQ(lines(rows.cancels), cancels);
  EXPECT_EQ(fields(rows.payments), payment_columns().size());
  EXPECT_EQ(fields(rows.approvals), approval_columns().size());
  EXPECT_EQ(fields(rows.cancels), cancel_columns().size());
  EXPECT_EQ(fields(rows.acquisitions), acquisition_columns().size());
}

TEST(City, names_are_as_people_write_them) {
  const Names names(42, 100'000);
  std::uint64_t masked = 0;
  std::uint64_t firms = 0;
  std::uint64_t latin = 0;
  std::uint64_t nfd = 0;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const std::string name = names.buyer(i);
    EXPECT_EQ(name, names.buyer(i));
    EXPECT_EQ(names.phone(i).size(), 11U);
    masked += name.find('*') != std::string::npos;
    firms += name.find("(주)") == 0;
    latin += name.find(' ') != std::string::npos;
    nfd += name.find("\xE1\x84") != std::string::npos;  // a leading consonant of its own
  }
  EXPECT_NEAR(static_cast<double>(masked), 950, 150);
  EXPECT_NEAR(static_cast<double>(firms), 400, 80);
  EXPECT_NEAR(static_cast<double>(nfd), 190, 60);
  EXPECT_GT(latin, 300U);
  EXPECT_EQ(decomposed("김A"),
            "\xE1\x84\x80\xE1\x85\xB5\xE1\x86\xB7"
            "A");
}

}  // namespace
}  // namespace wonjang::testing
