#include "app/api/pending_jobs.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "testing/temp_dir.h"

namespace wonjang {
namespace {

PendingJob job_of(std::uint8_t number) {
  PendingJob out;
  out.key.fill(number);
  out.what = "payouts for 2026-11-22";
  out.target = "/v1/payouts/runs?dryRun=false";
  out.content_type = "application/json; charset=utf-8";
  out.key_header = "\"a key\"";
  out.actor = {ActorKind::admin, "key_01M80H523P000Q1SM92P48VHJ4"};
  out.begun_at = Instant{1'000'000 + number};
  out.tries = 2;
  out.body = "{\"date\":\"2026-11-22\"}\n\n\r\nand " + std::string(1, '\0') + " more";
  return out;
}

void expect_same(const PendingJob& a, const PendingJob& b) {
  EXPECT_EQ(encode_pending_job(a), encode_pending_job(b));
  EXPECT_EQ(a.key, b.key);
  EXPECT_EQ(a.what, b.what);
  EXPECT_EQ(a.target, b.target);
  EXPECT_EQ(a.content_type, b.content_type);
  EXPECT_EQ(a.key_header, b.key_header);
  EXPECT_EQ(a.actor, b.actor);
  EXPECT_EQ(a.begun_at.us, b.begun_at.us);
  EXPECT_EQ(a.tries, b.tries);
  EXPECT_EQ(a.fingerprint, b.fingerprint);
  EXPECT_EQ(a.body, b.body);
}

TEST(PendingJobs, what_was_kept_is_read_again_oldest_first) {
  const TempDir directory;
  const PendingJobs jobs(directory / "jobs");
  EXPECT_TRUE(jobs.all().jobs.empty());
  for (const auto number : std::vector<std::uint8_t>{3, 1, 2}) ASSERT_TRUE(jobs.keep(job_of(number)));
  const auto found = jobs.all();
  ASSERT_EQ(found.jobs.size(), 3U);
  EXPECT_TRUE(found.unreadable.empty());
  for (std::size_t i = 0; i < 3; ++i) expect_same(found.jobs[i], job_of(static_cast<std::uint8_t>(i + 1)));

  auto again = job_of(2);
  again.tries = 3;
  ASSERT_TRUE(jobs.keep(again));
  ASSERT_EQ(jobs.count(), 3U);
  EXPECT_EQ(jobs.all().jobs[1].tries, 3U);
  jobs.forget(again.key);
  EXPECT_FALSE(jobs.has(again.key));
  jobs.give_up(job_of(1).key, Instant{77});
  jobs.give_up(job_of(9).key, Instant{77});
  ASSERT_EQ(jobs.all().given_up.size(), 1U);
  EXPECT_EQ(jobs.all().given_up[0].key, job_of(1).key);
  EXPECT_EQ(jobs.all().given_up[0].given_up_at.us, 77);
  ASSERT_EQ(jobs.count(), 1U);
  expect_same(jobs.all().jobs[0], job_of(3));
}

TEST(PendingJobs, a_file_that_is_no_job_is_named_and_left_alone) {
  const TempDir directory;
  const PendingJobs jobs(directory / "jobs");
  ASSERT_TRUE(jobs.keep(job_of(1)));
  const auto whole = encode_pending_job(job_of(1));
  int number = 0;
  for (const auto& text :
       {std::string(), std::string("wonjang-job 1\n\n"), std::string("wonjang-job 2") + whole,
        whole.substr(0, 40), whole /* under another name */}) {
    std::ofstream(directory / ("jobs/" + std::to_string(++number) + ".job")) << text;
  }
  const auto found = jobs.all();
  EXPECT_EQ(found.jobs.size(), 1U);
  EXPECT_EQ(found.unreadable.size(), 5U);
}

TEST(PendingJobs, a_noted_key_is_its_requests) {
  const TempDir directory;
  const PendingJobs jobs(directory / "jobs");
  auto job = job_of(1);
  job.fingerprint.fill(7);
  ASSERT_TRUE(jobs.keep(job));
  expect_same(jobs.all().jobs.at(0), job);
  auto other = job.fingerprint;
  other.fill(8);
  EXPECT_FALSE(jobs.is_of_another(job.key, job.fingerprint));
  EXPECT_TRUE(jobs.is_of_another(job.key, other));
  EXPECT_FALSE(jobs.is_of_another(job_of(2).key, other)) << "nobody's";
  ASSERT_TRUE(jobs.keep(job_of(1)));
  EXPECT_FALSE(jobs.is_of_another(job.key, other)) << "noted by an earlier version, which didn't say";
}

TEST(PendingJobs, a_directory_that_is_none_is_named) {
  const TempDir directory;
  std::ofstream(directory / "jobs") << "a file";
  const PendingJobs jobs(directory / "jobs");
  EXPECT_EQ(jobs.all().unreadable.size(), 1U);
  EXPECT_EQ(jobs.count(), 0U);
  EXPECT_FALSE(jobs.keep(job_of(1)));
}

TEST(PendingJobs, without_a_directory_nothing_is_kept) {
  const PendingJobs jobs("");
  ASSERT_TRUE(jobs.keep(job_of(1)));
  EXPECT_FALSE(jobs.has(job_of(1).key));
  EXPECT_EQ(jobs.count(), 0U);
}

}  // namespace
}  // namespace wonjang
