#include "app/cli/sanity.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/openssl/crypto.h"
#include "app/cli/api_client.h"
#include "app/cli/exit.h"
#include "app/sanity/sanity.h"
#include "app/service/backup_files.h"
#include "base/bytes.h"

extern char** environ;

namespace wonjang {
namespace {

// A connection per key.
class HttpDoor final : public sanity::Door {
 public:
  explicit HttpDoor(ServerAddress server) : server_(std::move(server)) {}

  sanity::Answer ask(const sanity::Question& question) override {
    auto& client = clients_[question.api_key];
    if (!client) client = std::make_unique<ApiClient>(server_, question.api_key);
    auto answer = question.method == "GET"   ? client->get(question.target)
                  : question.method == "PUT" ? client->put(question.target)
                                             : client->post(question.target, question.idempotency_key,
                                                            question.body, question.content_type);
    if (!answer) return {.status = 0, .body = answer.error().message};
    return {answer->status, std::move(answer->body), answer->replayed, std::move(answer->position)};
  }

 private:
  const ServerAddress server_;
  std::map<std::string, std::unique_ptr<ApiClient>> clients_;
};

// A file of this process alone, gone with this object.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& text)
      : path_((std::filesystem::temp_directory_path() / "wonjang-sanity-XXXXXX").string()) {
    const int fd = ::mkstemp(path_.data());
    if (fd < 0) return;
    is_written_ = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(fd);
  }
  ~ScratchFile() { ::unlink(path_.c_str()); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  bool is_written() const { return is_written_; }
  std::string& path() { return path_; }

 private:
  std::string path_;
  bool is_written_ = false;
};

// How a program ended that says nothing here; -1: it can't be started, or didn't come to an end.
int run_quietly(std::vector<std::string> words) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = -1;
  const int failed = ::posix_spawn(&pid, arguments.front(), &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  if (failed != 0 || ::waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

std::filesystem::path this_program() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error);
}

// Asks the separate program, which shares nothing with this one.
std::optional<bool> verify_beside(const std::string& key, const std::string& proof) {
  const auto program = (this_program().parent_path() / "wonjang-verify").string();
  if (::access(program.c_str(), X_OK) != 0) return std::nullopt;
  ScratchFile file(proof);
  if (!file.is_written()) return std::nullopt;
  const int exit = run_quietly({program, "--key", key, file.path()});
  return exit < 0 ? std::nullopt : std::optional(exit == 0);
}

// Restores `directory`/`name` beside itself as `wonjang restore` does it, and deletes both. REQUIRES: a
// backup of that name was made by this run
sanity::RestoredBackup restore_beside(const std::string& directory, const std::string& name) {
  const auto from = std::filesystem::path(directory) / name;
  const auto to = std::filesystem::path(directory) / (name + ".restored");
  sanity::RestoredBackup out;
  const auto heads = read_manifest(from.string());
  if (!heads) {
    out.fault = heads.error().message + "; is --backup-dir the server's ledger.backup_dir?";
    return out;
  }
  for (const auto& head : *heads) out.heads.push_back(head.root);
  const int exit = run_quietly({this_program().string(), "restore", from.string(), to.string()});
  if (exit != 0) {
    out.fault = "`wonjang restore " + from.string() + " DIR` ends with " + std::to_string(exit) +
                "; the backup stays there to look at";
  }
  std::error_code ignored;
  std::filesystem::remove_all(to, ignored);
  if (out.fault.empty()) std::filesystem::remove_all(from, ignored);
  return out;
}

}  // namespace

int run_sanity(const OnlineOptions& options, const SanityCommand& command) {
  const auto server = parse_server_url(options.url);
  if (!server) return fail(server.error());
  auto key = read_key_file(options.key_file);
  if (!key) return fail(key.error());
  HttpDoor door(*server);
  const auto alive = door.ask({.method = "GET", .target = "/livez"});
  if (alive.status == 0) return fail(unavailable(alive.body));
  const auto language = command.language == "ko" ? sanity::Language::ko : sanity::Language::en;
  const bool is_json = options.output == "json";
  sanity::RestoreBackup restore;
  if (!command.backup_dir.empty())
    restore = [&](const std::string& name) { return restore_beside(command.backup_dir, name); };
  const auto report = sanity::run(door,
                                  {.operator_key = *std::move(key),
                                   .run = to_hex(random_bytes(4)),
                                   .simulator = command.simulator,
                                   .verify = &verify_beside,
                                   .restore = restore},
                                  [&](const sanity::CaseResult& one) {
                                    if (is_json) return;
                                    std::fputs(sanity::line_of(one, language).c_str(), stdout);
                                    std::fflush(stdout);
                                  });
  if (is_json) {
    std::printf("%s\n", sanity::json_of(report).c_str());
  } else {
    std::fputs(sanity::summary_of(report, language).c_str(), stdout);
  }
  return report.ok() ? kExitOk : kExitFailed;
}

}  // namespace wonjang
