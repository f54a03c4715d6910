#include "app/api/pending_jobs.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "app/api/log.h"
#include "app/api/secrets.h"

namespace wonjang {
namespace {

constexpr std::string_view kFirstLine = "wonjang-job 1";
constexpr std::string_view kJobEnding = ".job";
constexpr std::string_view kGivenUpEnding = ".given-up";

std::string hex_of(const Hash128& key) { return to_hex(view(key)); }

template <typename Number>
bool parse_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

std::optional<Hash128> parse_key(std::string_view hex) {
  Hash128 out{};
  if (hex.size() != 2 * out.size()) return std::nullopt;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto* from = hex.data() + 2 * i;
    if (std::from_chars(from, from + 2, out[i], 16).ptr != from + 2) return std::nullopt;
  }
  return out;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

// One name, one line: what came in a header or a request line has no line break.
std::string one_line(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

}  // namespace

std::string encode_pending_job(const PendingJob& job) {
  std::string out(kFirstLine);
  const auto line = [&out](std::string_view name, const std::string& value) {
    out.append("\n").append(name).append(" ").append(one_line(value));
  };
  line("key", hex_of(job.key));
  line("what", job.what);
  line("target", job.target);
  line("content-type", job.content_type);
  line("idempotency-key", job.key_header);
  line("actor-kind", std::to_string(static_cast<unsigned>(job.actor.kind)));
  line("actor", job.actor.id);
  line("begun-us", std::to_string(job.begun_at.us));
  line("tries", std::to_string(job.tries));
  if (job.fingerprint != Hash128{}) line("fingerprint", hex_of(job.fingerprint));
  if (job.given_up_at.us != 0) line("given-up-us", std::to_string(job.given_up_at.us));
  return out + "\n\n" + job.body;
}

Result<PendingJob> decode_pending_job(std::string_view text) {
  const auto end = text.find("\n\n");
  if (end == std::string_view::npos || !text.starts_with(std::string(kFirstLine) + "\n"))
    return invalid("it doesn't begin as the file of a job");
  std::map<std::string_view, std::string_view> values;
  for (auto head = text.substr(0, end); !head.empty();) {
    const auto line = head.substr(0, head.find('\n'));
    head.remove_prefix(std::min(head.size(), line.size() + 1));
    const auto space = line.find(' ');
    if (space != std::string_view::npos) values[line.substr(0, space)] = line.substr(space + 1);
  }
  PendingJob out;
  const auto key = parse_key(values["key"]);
  std::uint8_t kind = 0;
  if (!key || !parse_number(values["actor-kind"], kind) ||
      !parse_number(values["begun-us"], out.begun_at.us) || !parse_number(values["tries"], out.tries)) {
    return invalid("a number or the key in it can't be read");
  }
  if (const auto hex = values["fingerprint"]; !hex.empty()) {
    const auto fingerprint = parse_key(hex);
    if (!fingerprint) return invalid("the fingerprint in it can't be read");
    out.fingerprint = *fingerprint;
  }
  if (const auto at = values["given-up-us"]; !at.empty() && !parse_number(at, out.given_up_at.us))
    return invalid("the time in it can't be read");
  out.key = *key;
  out.what = values["what"];
  out.target = values["target"];
  out.content_type = values["content-type"];
  out.key_header = values["idempotency-key"];
  out.actor = {static_cast<ActorKind>(kind), std::string(values["actor"])};
  out.body = text.substr(end + 2);
  return out;
}

std::string PendingJobs::file_of(const Hash128& key, std::string_view ending) const {
  return directory_ + "/" + hex_of(key) + std::string(ending);
}

Result<void> PendingJobs::keep(const PendingJob& job) const {
  if (directory_.empty()) return {};
  WJ_CHECK(make_private_directory(directory_));
  return write_private_file(file_of(job.key, kJobEnding), encode_pending_job(job));
}

bool PendingJobs::has(const Hash128& key) const {
  std::error_code error;
  return !directory_.empty() && std::filesystem::exists(file_of(key, kJobEnding), error);
}

// Not synced: a file that comes back after a power cut is that of a job that finds everything done.
void PendingJobs::forget(const Hash128& key) const {
  std::error_code error;
  if (!directory_.empty()) std::filesystem::remove(file_of(key, kJobEnding), error);
}

bool PendingJobs::is_of_another(const Hash128& key, const Hash128& fingerprint) const {
  if (!has(key)) return false;
  const auto noted = decode_pending_job(text_of(file_of(key, kJobEnding)));
  return noted && noted->fingerprint != Hash128{} && noted->fingerprint != fingerprint;
}

void PendingJobs::take_back_try(const Hash128& key) const {
  if (!has(key)) return;
  auto job = decode_pending_job(text_of(file_of(key, kJobEnding)));
  if (!job || job->tries == 0) return;
  --job->tries;
  (void)keep(*job);
}

void PendingJobs::give_up(const Hash128& key, Instant now) const {
  if (!has(key)) return;
  const auto from = file_of(key, kJobEnding);
  const auto to = file_of(key, kGivenUpEnding);
  std::error_code error;
  auto job = decode_pending_job(text_of(from));
  if (job) {
    job->given_up_at = now;
    // On a full disk it is moved as it is.
    if (write_private_file(to, encode_pending_job(*job))) {
      std::filesystem::remove(from, error);
      return;
    }
  }
  std::filesystem::rename(from, to, error);
}

PendingJobs::Found PendingJobs::all() const {
  Found out;
  std::error_code error;
  if (directory_.empty() || !std::filesystem::exists(directory_, error)) return out;
  std::filesystem::directory_iterator entry(directory_, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const auto& path = entry->path();
    const bool is_given_up = path.extension() == kGivenUpEnding;
    if (path.extension() != kJobEnding && !is_given_up) continue;
    auto job = decode_pending_job(text_of(path.string()));
    if (job && path.stem() == hex_of(job->key)) {
      (is_given_up ? out.given_up : out.jobs).push_back(*std::move(job));
    } else if (!is_given_up) {
      out.unreadable.push_back(path.filename().string());
    }
  }
  if (error) out.unreadable.push_back(directory_ + " (" + error.message() + ")");
  std::ranges::sort(out.jobs, {}, [](const PendingJob& job) { return std::pair(job.begun_at.us, job.key); });
  return out;
}

std::size_t PendingJobs::count() const {
  std::size_t out = 0;
  std::error_code error;
  if (directory_.empty() || !std::filesystem::exists(directory_, error)) return out;
  std::filesystem::directory_iterator entry(directory_, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
    out += entry->path().extension() == kJobEnding ? 1 : 0;
  return out;
}

}  // namespace wonjang
