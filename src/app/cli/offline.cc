#include "app/cli/offline.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "adapters/openssl/digest.h"
#include "adapters/protobuf/event_codec.h"
#include "adapters/rocksdb/rocks_book.h"
#include "adapters/system/system_clock.h"
#include "app/api/json/stored_replies.h"
#include "app/api/secrets.h"
#include "app/cli/exit.h"
#include "app/cli/money_offline.h"
#include "app/cli/progress.h"
#include "app/cli/views_offline.h"
#include "app/service/backup_files.h"
#include "app/service/layout.h"
#include "app/service/service.h"
#include "domain/ids.h"
#include "engine/ledger/book_place.h"
#include "engine/ledger/check.h"
#include "engine/ledger/head.h"

namespace wonjang {
namespace {

namespace fs = std::filesystem;
using Number = unsigned long long;

// A layout with a flipped digit is one of fewer books, and the others would be in no check and no backup.
Result<void> expect_no_more_books(const std::string& data_dir, std::uint32_t count) {
  std::error_code error;
  for (std::uint32_t book = count; book < kSlots; ++book) {
    const auto directory = book_directory(data_dir, book);
    if (!fs::exists(directory, error)) continue;
    return corrupt(
        directory + " is there, and " + layout_file(data_dir) + " says that there are " +
        std::to_string(count) +
        " books: take the layout from the newest backup of this ledger, or what isn't this ledger's "
        "out of its directory");
  }
  return {};
}

// As many as its layout says, all of them: a disk that isn't mounted tonight must not leave half a ledger.
Result<std::uint32_t> books_in(const std::string& data_dir) {
  WJ_TRY(const auto layout, read_layout(data_dir));
  const auto count = layout.books;
  for (std::uint32_t book = 0; book < count; ++book) {
    const auto directory = book_directory(data_dir, book);
    std::error_code error;
    if (fs::is_directory(directory, error)) continue;
    return corrupt(directory + " is missing, and " + layout_file(data_dir) + " says that there are " +
                   std::to_string(count) + " books: mount its disk, or restore a backup");
  }
  WJ_CHECK(expect_no_more_books(data_dir, count));
  return count;
}

std::string hex_of(const Hash256& hash) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const auto byte : hash) {
    const auto value = static_cast<unsigned char>(byte);
    out.push_back(kDigits[value >> 4U]);
    out.push_back(kDigits[value & 15U]);
  }
  return out;
}

struct Tools {
  SystemClock clock;
  OpensslDigest digest;
  ProtobufEventCodec codec;
  Ports ports{clock, digest, codec};
};

Result<CheckReport> check_book(const Book& book, const BookPlace& place) {
  const Tools tools;
  Progress progress("check book-" + std::to_string(place.index), "events");
  auto report = check(
      book, tools.ports, [&](Position at, Position tail) { progress.at(at, tail); }, &api_stored_replies(),
      place);
  if (!report) return in_directory(std::move(report).error(), "book-" + std::to_string(place.index));
  return report;
}

// What an opening left out of its log, this one or an earlier one.
std::uint64_t left_out_of(const Book& book) {
  for (const auto& [name, value] : book.stats()) {
    if (name == "log_tail_dropped_bytes") return value;
  }
  return 0;
}

void print_left_out(std::uint32_t book, const std::string& directory, std::uint64_t bytes) {
  if (bytes == 0) return;
  std::fprintf(
      stderr,
      "wonjang: book-%u: the last record of its log couldn't be read and was left out (%llu bytes; "
      "%s/left-out "
      "says where): a write that was cut short and never answered, as after a power cut, unless the disk "
      "damaged it within a second of its answer. Compare what was answered last with the ledger, then "
      "remove that file\n",
      book, static_cast<Number>(bytes), directory.c_str());
}

void print_check(std::uint32_t book, const CheckReport& r, bool json) {
  const auto root = hex_of(r.root);
  if (json) {
    const std::string difference = json_text(r.difference);
    std::printf(
        R"({"book":%u,"ok":%s,"events":%llu,"units":%llu,"payments":%llu,"idempotencyKeys":%llu,"treeNodes":%llu,)"
        R"("root":"%s","countsCompared":%s,"difference":"%s"})"
        "\n",
        book, r.ok() ? "true" : "false", static_cast<Number>(r.events), static_cast<Number>(r.units),
        static_cast<Number>(r.payments), static_cast<Number>(r.idempotency_keys),
        static_cast<Number>(r.tree_nodes), root.c_str(), r.counts_compared ? "true" : "false",
        difference.c_str());
    return;
  }
  std::printf("book-%u: %s, %llu events, %llu payments, %llu idempotency keys, tree head %s\n", book,
              r.ok() ? "as derived from its events" : "DIFFERENT", static_cast<Number>(r.events),
              static_cast<Number>(r.payments), static_cast<Number>(r.idempotency_keys), root.c_str());
  if (!r.ok()) std::printf("  first difference: %s\n", r.difference.c_str());
}

using Books = std::vector<std::unique_ptr<Book>>;

Result<Books> open_books(const std::string& data_dir) {
  WJ_TRY(const auto count, books_in(data_dir));
  Books out;
  for (std::uint32_t i = 0; i < count; ++i) {
    WJ_TRY(auto book, open_stored_book(data_dir, i));
    out.push_back(std::move(book));
  }
  return out;
}

std::vector<const Book*> pointers_to(const Books& books) {
  std::vector<const Book*> out;
  for (const auto& book : books) out.push_back(book.get());
  return out;
}

// The restores that a ledger has behind it fit its books.
Result<void> check_layout_of(const std::string& data_dir, const Books& books) {
  WJ_TRY(const auto layout, read_layout(data_dir));
  Positions tails;
  for (const auto& book : books) tails.of.push_back(book->tail());
  return check_sizes(layout.epochs, tails);
}

// All books, and the views and the money side of them where there are any; true when none differs.
Result<bool> check_all(const CheckOptions& options) {
  const auto& [data_dir, json, cubes] = options;
  WJ_TRY(const auto books, open_books(data_dir));
  WJ_CHECK(check_layout_of(data_dir, books));
  bool all_good = true;
  for (std::uint32_t i = 0; i < books.size(); ++i) {
    WJ_TRY(const auto report, check_book(*books[i], {i, static_cast<std::uint32_t>(books.size())}));
    print_check(i, report, json);
    print_left_out(i, book_directory(data_dir, i), left_out_of(*books[i]));
    all_good = all_good && report.ok();
  }
  WJ_TRY(const auto views,
         verify_views_of({.data_dir = data_dir, .json = json, .cubes = cubes}, pointers_to(books)));
  WJ_TRY(const auto money, check_money_of(data_dir, pointers_to(books), json));
  return all_good && views.value_or(true) && money.value_or(true);
}

Result<void> must_be_empty(const std::string& directory) {
  std::error_code error;
  if (!fs::exists(directory, error) || fs::is_empty(directory, error)) return {};
  return conflict(directory + " isn't empty; nothing was written. Give a directory that doesn't exist yet");
}

Result<void> back_up(const std::string& data_dir, const std::string& to) {
  WJ_TRY(const auto books, open_books(data_dir));
  const auto count = static_cast<std::uint32_t>(books.size());
  for (std::uint32_t i = 0; i < count; ++i) WJ_CHECK(check_place(*books[i], {i, count}));
  WJ_CHECK(must_be_empty(to));
  WJ_CHECK(make_private_directory(to));
  std::vector<BackupHead> heads;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Book& book = *books[i];
    WJ_CHECK(book.backup(book_directory(to, i)));
    WJ_TRY(auto head, head_of(book));
    std::printf("book-%u: %llu events, tree head %s\n", i, static_cast<Number>(head.size), head.root.c_str());
    print_left_out(i, book_directory(data_dir, i), left_out_of(book));
    heads.push_back(std::move(head));
  }
  WJ_CHECK(copy_rest(data_dir, to));
  // Last: a backup without a manifest is none.
  return write_manifest(to, heads);
}

// All that there is in `to`: the views only where they can be built as the server would.
Result<bool> check_restored(const RestoreOptions& options) {
  CheckOptions check{.data_dir = options.to, .json = options.json};
  if (options.cubes) {
    check.cubes = *options.cubes;
    WJ_TRY(const auto books, open_books(options.to));
    WJ_CHECK(build_views_of({.data_dir = options.to, .cubes = *options.cubes}, pointers_to(books)));
  }
  return check_all(check);
}

Result<bool> restore(const RestoreOptions& options) {
  const auto& from = options.from;
  const auto& to = options.to;
  WJ_TRY(const auto heads, read_manifest(from));
  WJ_CHECK(check_files(from));
  WJ_TRY(const auto books, books_in(from));
  if (books != heads.size()) {
    return corrupt("the manifest of " + from + " names " + std::to_string(heads.size()) +
                   " books, its layout " + std::to_string(books) +
                   ": one of the two was cut off. Restore another backup");
  }
  WJ_CHECK(must_be_empty(to));
  WJ_CHECK(make_private_directory(to));
  for (std::uint32_t i = 0; i < heads.size(); ++i) {
    WJ_TRY(const auto source,
           open_stored_book(from, i));  // not a copy of files: the backup is read and proven readable
    WJ_CHECK(source->backup(book_directory(to, i)));
  }
  WJ_CHECK(copy_secrets(from, to));
  bool all_good = true;
  for (std::uint32_t i = 0; all_good && i < heads.size(); ++i) {
    WJ_TRY(const auto book, open_stored_book(to, i));
    WJ_TRY(const auto head, head_of(*book));
    if (head == heads[i]) continue;
    std::printf("book-%u: the manifest says %llu events, tree head %s; restored were %llu, %s\n", i,
                static_cast<Number>(heads[i].size), heads[i].root.c_str(), static_cast<Number>(head.size),
                head.root.c_str());
    all_good = false;
  }
  // Last, and only now: what isn't the backup has no layout, so it isn't served.
  if (!all_good) return false;
  const SystemClock clock;
  WJ_TRY(const auto layout, layout_of_restored(from, heads, clock.now()));
  WJ_CHECK(write_layout(to, layout));
  return check_restored(options);
}

// A book is open to one process at a time.
std::string_view next_of(const Error& error) {
  return error.kind == ErrorKind::unavailable &&
                 error.message.find("another process has") != std::string::npos
             ? "stop its server; of a running one --url makes backups and verifies views"
             : "";
}

int differences(const Result<bool>& good) {
  if (!good) return fail(good.error(), next_of(good.error()));
  return *good ? kExitOk : kExitDifferences;
}

}  // namespace

std::string json_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c == '\n' ? ' ' : c);
  }
  return out;
}

int run_check(const CheckOptions& options) { return differences(check_all(options)); }

int run_verify_views(const VerifyViewsOptions& options) {
  const auto books = open_books(options.data_dir);
  if (!books) return fail(books.error());
  const auto compared = verify_views_of(options, pointers_to(*books));
  if (!compared) return fail(compared.error());
  if (!*compared) return kExitFailed;
  return **compared ? kExitOk : kExitDifferences;
}

int run_backup(const std::string& data_dir, const std::string& to) {
  const auto done = back_up(data_dir, to);
  return done ? kExitOk : fail(done.error(), next_of(done.error()));
}

int run_restore(const RestoreOptions& options) {
  const auto good = restore(options);
  if (good && !*good)
    std::fprintf(
        stderr,
        "wonjang: what stands in %s isn't what was backed up: don't serve it. Restore another backup, and "
        "keep this one to look at\n",
        options.to.c_str());
  return differences(good);
}

}  // namespace wonjang
