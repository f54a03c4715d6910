#include "adapters/rocksdb/rocks_status.h"

#include <gtest/gtest.h>
#include <rocksdb/status.h>

namespace wonjang::rocks {
namespace {

using rocksdb::Status;

TEST(ToError, says_what_the_caller_can_do) {
  const struct {
    Status status;
    ErrorKind reading;
    ErrorKind writing;
  } cases[] = {
      {Status::NotFound(), ErrorKind::not_found, ErrorKind::in_doubt},
      {Status::Corruption("x"), ErrorKind::corrupt, ErrorKind::corrupt},
      {Status::NotSupported(), ErrorKind::invalid, ErrorKind::in_doubt},
      {Status::InvalidArgument(), ErrorKind::invalid, ErrorKind::in_doubt},
      {Status::IOError("x"), ErrorKind::unavailable, ErrorKind::in_doubt},
      {Status::NoSpace(), ErrorKind::unavailable, ErrorKind::in_doubt},
      {Status::SpaceLimit(), ErrorKind::unavailable, ErrorKind::in_doubt},
      {Status::PathNotFound(), ErrorKind::unavailable, ErrorKind::in_doubt},
      {Status::MergeInProgress(), ErrorKind::unavailable, ErrorKind::in_doubt},
      {Status::Incomplete(), ErrorKind::unavailable, ErrorKind::in_doubt},
      {Status::ShutdownInProgress(), ErrorKind::unavailable, ErrorKind::in_doubt},
      {Status::TimedOut(), ErrorKind::unavailable, ErrorKind::in_doubt},
      {Status::Aborted(), ErrorKind::unavailable, ErrorKind::in_doubt},
      {Status::Busy(), ErrorKind::unavailable, ErrorKind::in_doubt},
      {Status::Expired(), ErrorKind::unavailable, ErrorKind::in_doubt},
      {Status::TryAgain(), ErrorKind::unavailable, ErrorKind::in_doubt},
      {Status::CompactionTooLarge(), ErrorKind::unavailable, ErrorKind::in_doubt},
      {Status::ColumnFamilyDropped(), ErrorKind::invalid, ErrorKind::in_doubt},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(to_error(each.status, Doing::reading).kind, each.reading) << each.status.ToString();
    EXPECT_EQ(to_error(each.status, Doing::opening).kind, each.reading) << each.status.ToString();
    EXPECT_EQ(to_error(each.status, Doing::writing).kind, each.writing) << each.status.ToString();
  }
}

// `unavailable` is for what passes by itself: whoever hears it doesn't open the book again.
TEST(BackgroundError, only_a_full_disk_is_waited_for) {
  const struct {
    Status status;
    ErrorKind kind;
  } cases[] = {
      {Status(Status::NoSpace(), Status::Severity::kSoftError), ErrorKind::unavailable},
      {Status(Status::NoSpace(), Status::Severity::kHardError), ErrorKind::unavailable},
      {Status(Status::SpaceLimit(), Status::Severity::kHardError), ErrorKind::unavailable},
      {Status(Status::NoSpace(), Status::Severity::kFatalError), ErrorKind::in_doubt},
      {Status(Status::SpaceLimit(), Status::Severity::kUnrecoverableError), ErrorKind::in_doubt},
      {Status(Status::IOError("x"), Status::Severity::kSoftError), ErrorKind::in_doubt},
      {Status(Status::IOError("x"), Status::Severity::kFatalError), ErrorKind::in_doubt},
      {Status(Status::Corruption("x"), Status::Severity::kUnrecoverableError), ErrorKind::corrupt},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(background_error(each.status).kind, each.kind) << each.status.ToString();
  }
}

TEST(ToError, names_a_full_disk_and_a_held_lock) {
  EXPECT_NE(to_error(Status::NoSpace(), Doing::reading).message.find("no space left"), std::string::npos);
  const auto held = Status::IOError("lock hold by current process, acquire time 1", "book/LOCK");
  EXPECT_EQ(to_error(held, Doing::opening).message, "another process has this book open");
}

}  // namespace
}  // namespace wonjang::rocks
