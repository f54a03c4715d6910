#include "app/service/backup_files.h"

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <sstream>
#include <utility>

#include "adapters/openssl/crypto.h"
#include "adapters/openssl/digest.h"
#include "adapters/rocksdb/rocks_book.h"
#include "app/api/secrets.h"
#include "app/service/service.h"
#include "base/bytes.h"
#include "engine/ledger/head.h"

namespace wonjang {

namespace fs = std::filesystem;

namespace {

std::string manifest_of(const std::vector<BackupHead>& heads) {
  std::string out = "wonjang-backup 1\n";
  for (std::size_t i = 0; i < heads.size(); ++i) {
    out += "book " + std::to_string(i) + " size " + std::to_string(heads[i].size) + " root " + heads[i].root +
           "\n";
  }
  return out;
}

// Files before the directory that names them.
Result<void> sync_tree(const fs::path& top) {
  std::error_code error;
  if (fs::is_directory(top, error)) {
    for (fs::directory_iterator entry(top, error), end; !error && entry != end; entry.increment(error)) {
      WJ_CHECK(sync_tree(entry->path()));
    }
  }
  if (error) return unavailable("can't read " + top.string() + ": " + error.message());
  return sync_path(top.string());
}

}  // namespace

Result<BackupHead> head_of(const Book& book) {
  WJ_TRY(const auto bytes, book.head());
  WJ_TRY(const auto head, decode_head(bytes));
  const OpensslDigest digest;
  return BackupHead{head.tree.size(), to_hex(view(head.tree.root(digest)))};
}

Error in_directory(Error error, const std::string& directory) {
  if (error.message.find(directory) == std::string::npos) error.message.insert(0, directory + ": ");
  return error;
}

Result<std::unique_ptr<Book>> open_stored_book(const std::string& directory, std::uint32_t book) {
  RocksBookOptions options;
  options.directory = book_directory(directory, book);
  options.create = false;
  auto opened = RocksBook::open(options, RocksShared::make({}));
  if (!opened) return in_directory(std::move(opened).error(), options.directory);
  return std::unique_ptr<Book>(*std::move(opened));
}

namespace {

Result<void> copy_named(const std::string& from, const std::string& to,
                        std::initializer_list<const char*> names) {
  std::error_code error;
  for (const auto* name : names) {
    const auto source = fs::path(from) / name;
    if (!fs::exists(source, error)) continue;
    fs::copy(source, fs::path(to) / name, fs::copy_options::recursive, error);
    if (error) return unavailable("can't copy " + source.string() + ": " + error.message());
    WJ_CHECK(sync_tree(fs::path(to) / name));
  }
  return sync_path(to);
}

EpochId fresh_epoch(const Epochs& epochs) {
  for (;;) {
    const auto bytes = random_bytes(sizeof(EpochId));
    const EpochId epoch = ByteReader(bytes).be32();
    if (!epochs.knows(epoch)) return epoch;
  }
}

}  // namespace

Result<void> copy_secrets(const std::string& from, const std::string& to) {
  return copy_named(from, to, {"secrets", "operator.key"});
}

Result<void> copy_rest(const std::string& from, const std::string& to) {
  return copy_named(from, to, {"secrets", "operator.key", "layout"});
}

Result<Layout> layout_of_restored(const std::string& backup, const std::vector<BackupHead>& heads,
                                  Instant at) {
  WJ_TRY(auto layout, read_layout(backup));
  Restored restored;
  restored.epoch = fresh_epoch(layout.epochs);
  restored.at = Instant{at.us / 1'000 * 1'000};  // as the layout has it
  for (const auto& head : heads) restored.sizes.of.push_back(head.size);
  if (layout.books != heads.size() || !layout.epochs.may_follow(restored)) {
    return corrupt(layout_file(backup) +
                   " and the manifest beside it speak of different books; restore another backup");
  }
  layout.epochs.add(std::move(restored));
  return layout;
}

Result<void> write_manifest(const std::string& directory, const std::vector<BackupHead>& heads) {
  return write_private_file(directory + "/manifest", manifest_of(heads));
}

Result<void> check_is_no_backup(const std::string& directory) {
  std::error_code error;
  if (!fs::exists(fs::path(directory) / "manifest", error)) return {};
  return invalid(directory +
                 " is a backup (there is a manifest in it), which isn't served: `wonjang restore " +
                 directory + " DIR` makes a ledger of it");
}

Result<std::vector<BackupHead>> read_manifest(const std::string& directory) {
  const auto path = directory + "/manifest";
  std::ifstream file(path);
  if (!file) return not_found(path + " can't be read: is " + directory + " a backup?");
  const auto broken = [&] { return Error{ErrorKind::corrupt, path + " isn't a whole manifest of a backup"}; };
  std::string line;
  if (!std::getline(file, line) || line != "wonjang-backup 1") return broken();
  std::vector<BackupHead> out;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string book, size, root;
    std::size_t number = 0;
    BackupHead head;
    if (!(words >> book >> number >> size >> head.size >> root >> head.root)) return broken();
    if (book != "book" || size != "size" || root != "root" || number != out.size() || head.root.size() != 64)
      return broken();
    out.push_back(std::move(head));
  }
  if (out.empty()) return broken();
  return out;
}

}  // namespace wonjang
