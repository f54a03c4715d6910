// PendingJobs: requests whose job has begun and isn't over, each in a file of its own beside the books: who
// asked, what, and the body. A process that dies in a job leaves the file; the next one does the same request
// again (job_continuer.h), which is safe: a job's facts name what they are about, so what stands is found and
// only the rest is done.
//
//   DIR/<key>.job        mode 0600; on disk before the job writes its first fact
//   DIR/<key>.given-up   of a job that was cut off again each time, or was refused; for a person
//
// The key is that of the request (idempotency.h), in hexadecimal. A file: lines "name value" up to an empty
// one, then the body as it came. While a file lies there its key is that request's, though the ledger knows
// nothing of it yet.
//
// Threads: any; one at a time for one key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "domain/event.h"

namespace wonjang {

struct PendingJob {
  Hash128 key{};
  std::string what;    // "payouts for 2026-11-22", for people
  std::string target;  // path and query of the POST
  std::string content_type;
  std::string key_header;  // Idempotency-Key as it was sent
  Actor actor;
  Instant begun_at;
  std::uint32_t tries = 0;  // how often it was begun again; a process that is stopped takes its own back
  Hash128 fingerprint{};    // of what was asked (idempotency.h); zero: not known
  Instant given_up_at;      // zero: it wasn't
  std::string body;
};

class PendingJobs {
 public:
  // Empty: nothing is kept, because nothing of the process outlives it, or nobody wants it to.
  explicit PendingJobs(std::string directory) : directory_(std::move(directory)) {}

  // Durable when it returns; takes the place of the key's former one. Errors: unavailable.
  Result<void> keep(const PendingJob& job) const;
  bool has(const Hash128& key) const;
  // Is the key noted for another request than this?
  bool is_of_another(const Hash128& key, const Hash128& fingerprint) const;
  void forget(const Hash128& key) const;
  // One try less. Nothing happens when the key isn't noted, or the disk is full: then it counts.
  void take_back_try(const Hash128& key) const;
  // Nothing happens when the key isn't noted.
  void give_up(const Hash128& key, Instant now) const;

  struct Found {
    std::vector<PendingJob> jobs;         // by begun_at
    std::vector<PendingJob> given_up;     // in no order
    std::vector<std::string> unreadable;  // files that hold no job, by name; the directory, if it is one
  };
  Found all() const;
  std::size_t count() const;  // files of jobs

 private:
  std::string file_of(const Hash128& key, std::string_view ending) const;

  const std::string directory_;
};

std::string encode_pending_job(const PendingJob& job);
// Errors: invalid.
Result<PendingJob> decode_pending_job(std::string_view text);

}  // namespace wonjang
