// kill -9 in the middle of folding: a child process folds a city into a store on disk, batch by batch, and
// dies at some moment; the next one goes on where the disk stands. In the end the views are what one clean
// fold gives, and what the log says.
//
// The child is this binary again, with one disabled test of it. It says after each batch that it lives, by a
// byte, so that the parent needn't wait for a time to pass.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "adapters/rocksdb/rocks_places.h"
#include "testing/temp_dir.h"
#include "testing/views/views_world.h"

namespace wonjang::testing {
namespace {

constexpr const char* kDirectory = "WONJANG_TEST_VIEWS_DIRECTORY";
constexpr const char* kSeed = "WONJANG_TEST_VIEWS_SEED";
constexpr const char* kStart = "WONJANG_TEST_VIEWS_START";

CityOptions city_of(std::uint64_t seed) {
  return {.seed = seed, .payments = 250, .merchants = 15, .books = 2, .late_month_ppm = 2'000};
}

projection::RunnerOptions options_of(std::uint64_t start) {
  Rng rng(start);
  projection::RunnerOptions options;
  options.own_thread = false;
  options.batch_units = static_cast<std::uint32_t>(5 + rng.below(40));
  options.flush_bytes = rng.chance(50) ? 1 : 200'000;
  options.bulk_lag_events = rng.chance(30) ? 100 : 1'000'000;
  options.bulk_lag_changes = rng.chance(30) ? 1'000 : 1'000'000;
  options.bulk_units = options.building_units = 60;
  options.bulk_changes_min = 1;
  return options;
}

RocksKvOptions store_options() {
  RocksKvOptions out;
  out.shared = RocksShared::make({});
  return out;
}

TEST(ViewsChild, DISABLED_folds_until_it_is_killed) {
  ASSERT_NE(std::getenv(kDirectory), nullptr);
  ViewsWorld world(city_of(std::strtoull(std::getenv(kSeed), nullptr, 10)));
  const auto places = RocksPlaces::open(std::getenv(kDirectory), store_options());
  ASSERT_TRUE(places) << places.error().message;
  ManualClock clock;
  projection::Runner runner(world.log(), world.factory(), **places, clock,
                            options_of(std::strtoull(std::getenv(kStart), nullptr, 10)));
  const auto started = runner.start();
  ASSERT_TRUE(started) << started.error().message;
  ASSERT_EQ(runner.status().rebuilt_because, "");
  constexpr int kSigns = 3;  // the pipe's end here
  for (;;) {
    const auto stepped = runner.step();
    ASSERT_NE(stepped, projection::Stepped::stopped) << runner.status().stopped_because;
    ASSERT_NE(stepped, projection::Stepped::waiting) << runner.status().last_error;
    const char byte = stepped == projection::Stepped::worked ? '+' : '.';
    ASSERT_EQ(::write(kSigns, &byte, 1), 1);
    if (stepped == projection::Stepped::idle) return;
  }
}

struct Child {
  pid_t pid = -1;
  int from = -1;
};

// NAME=value, of an environment.
std::string setting(const char* name, const std::string& value) {
  std::string out(name);
  out.push_back('=');
  out.append(value);
  return out;
}

Child start_child(const std::string& directory, std::uint64_t seed, std::uint64_t start) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const std::string dir = setting(kDirectory, directory);
  const std::string seed_text = setting(kSeed, std::to_string(seed));
  const std::string start_text = setting(kStart, std::to_string(start));
  // The parent's own too: a sanitizer's settings stand there, its suppressions among them.
  std::vector<char*> environment;
  for (char** one = environ; *one != nullptr; ++one) environment.push_back(*one);
  for (const auto* one : {&dir, &seed_text, &start_text})
    environment.push_back(const_cast<char*>(one->c_str()));
  environment.push_back(nullptr);
  Child out{::fork(), ends[0]};
  if (out.pid == 0) {
    if (ends[1] != 3) {
      ::dup2(ends[1], 3);
      ::close(ends[1]);
    }
    if (ends[0] != 3) ::close(ends[0]);
    const char* const arguments[] = {"views_proof_tests", "--gtest_filter=ViewsChild.*",
                                     "--gtest_also_run_disabled_tests", "--gtest_brief=1", nullptr};
    ::execve("/proc/self/exe", const_cast<char* const*>(arguments), environment.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  return out;
}

// Reads `batches` signs of life, then kills. False: it came to the end before.
bool kill_after(const Child& child, std::uint64_t batches) {
  bool is_done = false;
  for (std::uint64_t i = 0; i < batches && !is_done; ++i) {
    char byte = 0;
    const auto size = ::read(child.from, &byte, 1);
    is_done = size != 1 || byte == '.';
  }
  if (!is_done) ::kill(child.pid, SIGKILL);
  int status = 0;
  EXPECT_EQ(::waitpid(child.pid, &status, 0), child.pid);
  ::close(child.from);
  const bool ended_well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  EXPECT_TRUE(!is_done || ended_well) << "the child failed: see above";
  return !is_done;
}

// Opened again and caught up, the store holds what one clean fold gives, and what the log says.
void expect_whole(const std::string& directory, std::uint64_t seed) {
  ViewsWorld world(city_of(seed));
  const auto places = RocksPlaces::open(directory, store_options());
  ASSERT_TRUE(places) << places.error().message;
  ManualClock clock;
  projection::Runner runner(world.log(), world.factory(), **places, clock, options_of(0));
  ASSERT_TRUE(runner.start());
  EXPECT_EQ(runner.status().rebuilt_because, "");
  while (runner.step() == projection::Stepped::worked) {
  }
  const auto view = runner.view();
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_TRUE(projection::equal(view->seen, world.log().end()));

  MemoryPlaces clean;
  world.fold_clean(clean);
  const auto difference =
      projection::compare(*view->snapshot, *world.clean().snapshot, serving::view_spaces());
  ASSERT_TRUE(difference) << difference.error().message;
  EXPECT_FALSE(*difference) << projection::describe(**difference);
  const auto report = world.verify(*view);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->ok()) << report->differences.front().what;
  EXPECT_EQ(report->payments, world.oracle()->payments_count());
}

TEST(Views, killed_in_the_middle_of_folding_they_become_what_a_clean_fold_gives) {
  constexpr std::uint64_t kKills = 30;
  const auto seed = world_seeds(1, 1).front();
  Rng rng(seed);
  auto directory = std::make_unique<TempDir>(TempDir::Kind::quick);
  std::uint64_t kills = 0;
  for (std::uint64_t start = 0; kills < kKills; ++start) {
    ASSERT_LT(start, kKills * 3) << "it comes to the end too often";
    const auto child = start_child(directory->path(), seed, start);
    if (kill_after(child, 1 + rng.below(20))) {
      ++kills;
    } else {  // all is folded: look at it, and begin again
      expect_whole(directory->path(), seed);
      directory = std::make_unique<TempDir>(TempDir::Kind::quick);
    }
    ASSERT_FALSE(::testing::Test::HasFailure());
  }
  expect_whole(directory->path(), seed);
}

}  // namespace
}  // namespace wonjang::testing
