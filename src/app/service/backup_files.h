// What a backup is on disk: book-0, book-1 ..., secrets/, layout, operator.key as in a data directory, and
// last of all `manifest`. Without a manifest it is none. Text: how many events each book has and its tree
// head, and the SHA-256 of every other file; the last line says that it is whole:
//
//   wonjang-backup 2
//   book 0 size 1234 root <64 hex digits>
//   file <64 hex digits> secrets/token-key
//   end
//
// Before that was version 1, with books alone: it is read, and nothing is known of its files.
//
// A ledger restored from it gets its layout last of all, in one step and with one epoch more (layout.h):
// books without a layout aren't served, so no restore that was cut short is, and none without its epoch.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/service/layout.h"
#include "base/result.h"
#include "ports/book.h"

namespace wonjang {

struct BackupHead {
  std::uint64_t size = 0;
  std::string root;  // hex
  friend bool operator==(const BackupHead&, const BackupHead&) = default;
};

// Errors: those of the book; corrupt.
Result<BackupHead> head_of(const Book& book);
// Says of which of several books it is, where the message doesn't.
Error in_directory(Error error, const std::string& directory);
// A book of a data directory or a backup. Errors: of RocksBook::open.
Result<std::unique_ptr<Book>> open_stored_book(const std::string& directory, std::uint32_t book);

// secrets/, operator.key: everything but the books, layout and manifest, synced: a backup whose keys are lost
// with the power opens to nobody. Errors: unavailable.
Result<void> copy_secrets(const std::string& from, const std::string& to);
// These, and layout.
Result<void> copy_rest(const std::string& from, const std::string& to);

// The layout that the ledger restored from this backup gets: the id of its epoch is drawn here.
// Errors: not_found, corrupt (of another number of books, or of larger ones, than the manifest says),
// unavailable.
Result<Layout> layout_of_restored(const std::string& backup, const std::vector<BackupHead>& heads,
                                  Instant at);

// REQUIRES: every other file is there
Result<void> write_manifest(const std::string& directory, const std::vector<BackupHead>& heads);
// Whoever serves a backup writes into it, and nothing restores it any more. Errors: invalid.
Result<void> check_is_no_backup(const std::string& directory);
// Errors: not_found (no backup), corrupt.
Result<std::vector<BackupHead>> read_manifest(const std::string& directory);
// Every file beside the books is the one that was backed up, none is missing, none was added.
// Errors: not_found, corrupt (names the file), unavailable.
Result<void> check_files(const std::string& directory);

}  // namespace wonjang
