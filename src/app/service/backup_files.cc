#include "app/service/backup_files.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <span>
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

constexpr std::string_view kVersion1 = "wonjang-backup 1";
constexpr std::string_view kVersion2 = "wonjang-backup 2";
constexpr std::array<const char*, 3> kKept{"secrets", "operator.key", "layout"};  // beside the books

using FileDigests = std::map<std::string, std::string>;  // hex, by the path within the backup

struct Manifest {
  bool knows_files = false;
  std::vector<BackupHead> heads;
  FileDigests files;
};

Result<std::string> digest_of_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  if (!file) return unavailable("can't read " + path.string());
  return to_hex(view(OpensslDigest().sha256(std::move(bytes).str())));
}

// Of what there is of kKept.
Result<FileDigests> digests_in(const fs::path& directory) {
  FileDigests out;
  std::error_code error;
  const auto add = [&](const fs::path& path) -> Result<void> {
    WJ_TRY(out[path.lexically_relative(directory).generic_string()], digest_of_file(path));
    return {};
  };
  for (const auto* name : kKept) {
    const auto top = directory / name;
    if (fs::is_regular_file(top, error)) WJ_CHECK(add(top));
    if (!fs::is_directory(top, error)) continue;
    for (fs::recursive_directory_iterator entry(top, error), end; !error && entry != end;
         entry.increment(error)) {
      if (entry->is_regular_file(error)) WJ_CHECK(add(entry->path()));
    }
    if (error) return unavailable("can't read " + top.string() + ": " + error.message());
  }
  return out;
}

std::string manifest_of(const std::vector<BackupHead>& heads, const FileDigests& files) {
  std::string out(kVersion2);
  out += "\n";
  for (std::size_t i = 0; i < heads.size(); ++i) {
    out += "book " + std::to_string(i) + " size " + std::to_string(heads[i].size) + " root " + heads[i].root +
           "\n";
  }
  for (const auto& [name, digest] : files) out += "file " + digest + " " + name + "\n";
  return out + "end\n";
}

// One line of it; false: it is none.
bool add_line(Manifest& manifest, const std::string& line) {
  std::istringstream words(line);
  std::string what;
  words >> what;
  if (what == "book") {
    std::string size, root;
    std::size_t number = 0;
    BackupHead head;
    if (!(words >> number >> size >> head.size >> root >> head.root)) return false;
    if (size != "size" || root != "root" || number != manifest.heads.size() || head.root.size() != 64)
      return false;
    manifest.heads.push_back(std::move(head));
    return true;
  }
  std::string digest, name;
  if (!manifest.knows_files || what != "file" || !(words >> digest) || digest.size() != 64) return false;
  words.get();
  return std::getline(words, name) && !name.empty() && manifest.files.emplace(name, digest).second;
}

Result<Manifest> parse_manifest(const std::string& directory) {
  const auto path = directory + "/manifest";
  std::ifstream file(path);
  if (!file) return not_found(path + " can't be read: is " + directory + " a backup?");
  const auto broken = [&] { return Error{ErrorKind::corrupt, path + " isn't a whole manifest of a backup"}; };
  std::string line;
  std::getline(file, line);
  Manifest out;
  out.knows_files = line == kVersion2;
  if (!out.knows_files && line != kVersion1) return broken();
  bool has_ended = !out.knows_files;
  while (std::getline(file, line)) {
    if (out.knows_files && has_ended) return broken();
    if (out.knows_files && line == "end") {
      has_ended = true;
    } else if (!add_line(out, line)) {
      return broken();
    }
  }
  if (out.heads.empty() || !has_ended) return broken();
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

Result<void> copy_named(const std::string& from, const std::string& to, std::span<const char* const> names) {
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
  return copy_named(from, to, std::span(kKept).first(2));
}

Result<void> copy_rest(const std::string& from, const std::string& to) { return copy_named(from, to, kKept); }

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
  WJ_TRY(const auto files, digests_in(directory));
  return write_private_file(directory + "/manifest", manifest_of(heads, files));
}

Result<void> check_is_no_backup(const std::string& directory) {
  std::error_code error;
  if (!fs::exists(fs::path(directory) / "manifest", error)) return {};
  return invalid(directory +
                 " is a backup (there is a manifest in it), which isn't served: `wonjang restore " +
                 directory + " DIR` makes a ledger of it");
}

Result<std::vector<BackupHead>> read_manifest(const std::string& directory) {
  WJ_TRY(auto manifest, parse_manifest(directory));
  return std::move(manifest.heads);
}

Result<void> check_files(const std::string& directory) {
  WJ_TRY(const auto manifest, parse_manifest(directory));
  if (!manifest.knows_files) return {};
  WJ_TRY(const auto files, digests_in(directory));
  const auto wrong = [&](const std::string& name, std::string_view what) {
    return corrupt(directory + "/" + name + std::string(what) +
                   " (by the manifest beside it); nothing was written. Put back the file that was backed up, "
                   "or restore another backup");
  };
  for (const auto& [name, digest] : manifest.files) {
    const auto found = files.find(name);
    if (found == files.end()) return wrong(name, " is missing");
    if (found->second != digest) return wrong(name, " isn't the one that was backed up");
  }
  for (const auto& [name, digest] : files) {
    if (!manifest.files.contains(name)) return wrong(name, " wasn't there when it was backed up");
  }
  return {};
}

}  // namespace wonjang
