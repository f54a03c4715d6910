#include "app/service/online_backup.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "app/api/secrets.h"
#include "app/service/backup_files.h"
#include "app/service/service.h"

namespace wonjang {

namespace fs = std::filesystem;

namespace {

BackupMade made_of(const std::vector<BackupHead>& heads, bool was_there) {
  BackupMade out;
  out.was_there = was_there;
  for (const auto& head : heads) out.books.push_back({head.size, head.root});
  return out;
}

Error under_way(const std::string& name, Instant since) {
  return conflict(
      "the backup `" + name + "` is under way since " + to_rfc3339(since) +
      ", and one is made at a time. Wait for its end (asked for again by its name, it is answered "
      "as it is), then send this request again");
}

}  // namespace

OnlineBackup::OnlineBackup(std::string data_dir, std::string root, const Ledger& ledger)
    : data_dir_(std::move(data_dir)), root_(std::move(root)), ledger_(ledger) {}

OnlineBackup::~OnlineBackup() { stop(); }

void OnlineBackup::stop() {
  std::thread last;
  {
    const MutexLock lock(mutex_);
    stopped_ = true;
    last = std::move(thread_);
  }
  if (last.joinable()) last.join();
}

void OnlineBackup::make(std::string name, std::function<void(Result<BackupMade>)> done) {
  auto refused = [&]() -> std::optional<Error> {
    const MutexLock lock(mutex_);
    if (stopped_) return unavailable("the server stops");
    if (!busy_with_.empty()) return under_way(busy_with_, busy_since_);
    if (thread_.joinable()) thread_.join();  // it has given its answer
    busy_with_ = name;
    busy_since_ = ledger_.ports().clock.now();
    thread_ = std::thread([this, name, done] {
      auto made = run(name);
      {
        const MutexLock inner(mutex_);
        busy_with_.clear();
      }
      done(std::move(made));
    });
    return std::nullopt;
  }();
  if (refused) done(*std::move(refused));
}

Result<BackupMade> OnlineBackup::run(const std::string& name) const {
  const auto target = fs::path(root_) / name;
  std::error_code error;
  if (fs::exists(target, error)) {
    WJ_TRY(const auto heads, read_manifest(target.string()));
    return made_of(heads, /*was_there=*/true);
  }
  WJ_CHECK(make_private_directory(root_));
  const auto partial = fs::path(root_) / (name + ".partial");
  fs::remove_all(partial, error);  // of a copy that a crash cut short
  auto made = copy_to(partial.string());
  if (!made) {
    fs::remove_all(partial, error);
    return made;
  }
  fs::rename(partial, target, error);
  if (error) return unavailable("can't name the backup " + target.string() + ": " + error.message());
  WJ_CHECK(sync_path(root_));  // "made" is answered to somebody who may delete what it was made of
  return made;
}

Result<BackupMade> OnlineBackup::copy_to(const std::string& directory) const {
  WJ_CHECK(make_private_directory(directory));
  std::vector<BackupHead> heads(ledger_.books());
  for (std::uint32_t i = ledger_.books(); i-- > 0;) {
    WJ_CHECK(
        ledger_.with_book(i, [&](const Book& book) { return book.backup(book_directory(directory, i)); }));
    // Of the copy, not of the book, which has gone on meanwhile; and proof that the copy can be opened.
    WJ_TRY(const auto copy, open_stored_book(directory, i));
    WJ_TRY(heads[i], head_of(*copy));
  }
  WJ_CHECK(copy_rest(data_dir_, directory));
  WJ_CHECK(write_manifest(directory, heads));
  return made_of(heads, /*was_there=*/false);
}

}  // namespace wonjang
