#include "adapters/rocksdb/tail_note.h"

#include <fcntl.h>
#include <pthread.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "adapters/rocksdb/directories.h"

namespace wonjang::rocks {
namespace {

// Said twice: a flipped bit makes the two differ.
std::string note_text(Position tail) {
  const auto number = std::to_string(tail);
  return "acknowledged up to " + number + "\n" + number + "\n";
}

std::optional<Position> parse_note(std::string_view text) {
  constexpr std::string_view kOpening = "acknowledged up to ";
  if (!text.starts_with(kOpening)) return std::nullopt;
  const auto digits = text.substr(kOpening.size());
  Position tail = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), tail);
  if (error != std::errc() || text != note_text(tail)) return std::nullopt;
  return tail;
}

Error failed_to(const char* doing, const std::string& file) {
  return unavailable(std::string(doing) + " " + file + ": " + std::generic_category().message(errno));
}

}  // namespace

std::string tail_note_file(const std::string& directory) { return directory + "/acknowledged"; }

Result<std::optional<Position>> read_tail_note(const std::string& directory) {
  const auto file = tail_note_file(directory);
  std::error_code error;
  const bool exists = std::filesystem::exists(file, error);
  if (error) return unavailable("look for " + file + ": " + error.message());
  if (!exists) return std::optional<Position>();
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.good() && !in.eof()) return unavailable("read " + file);
  const auto tail = parse_note(text);
  if (!tail) return corrupt(file + " can't be read");
  return tail;
}

Result<void> write_tail_note(const std::string& directory, Position tail) {
  const auto file = tail_note_file(directory);
  const auto made = file + ".new";
  WJ_CHECK(write_synced(made, O_TRUNC, note_text(tail)));
  if (::rename(made.c_str(), file.c_str()) != 0) return failed_to("rename", made);
  return sync_entry(file);
}

Result<void> check_tail_note(const std::string& directory, Position tail) {
  const auto note = read_tail_note(directory);
  if (!note && note.error().kind == ErrorKind::corrupt) return {};
  if (!note) return note.error();
  if (!*note || **note <= tail) return {};
  return corrupt("the book ends at " + std::to_string(tail) + ", but up to " + std::to_string(**note) +
                 " it was acknowledged (" + tail_note_file(directory) +
                 "): events that were acknowledged are missing. Restore the book from a backup; to go on "
                 "without them all the same, remove that file and what was folded of the book (views/ and "
                 "money/ of its data directory), which is built anew");
}

TailNoter::TailNoter(std::string directory, std::function<Position()> tail, std::chrono::microseconds idle,
                     std::function<void(const Error&)> failed)
    : directory_(std::move(directory)), tail_(std::move(tail)), idle_(idle), failed_(std::move(failed)) {
  if (const auto note = read_tail_note(directory_)) written_ = *note;
  thread_ = std::thread([this] { run(); });
}

TailNoter::~TailNoter() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

// Under load it only looks: what is new is what a crash may leave in doubt anyway.
void TailNoter::run() {
  pthread_setname_np(pthread_self(), "tail-note");
  auto seen = tail_();
  for (bool stop = false; !stop;) {
    {
      const MutexLock lock(mutex_);
      stop = wake_.wait_for(mutex_, idle_, [&]() WJ_REQUIRES(mutex_) { return stopping_; });
    }
    const auto now = tail_();
    if ((now == seen || stop) && now != written_) write(now);
    seen = now;
  }
}

void TailNoter::write(Position tail) {
  const auto done = write_tail_note(directory_, tail);
  if (done) written_ = tail;
  if (!done && !failing_) failed_(done.error());
  failing_ = !done;
}

}  // namespace wonjang::rocks
