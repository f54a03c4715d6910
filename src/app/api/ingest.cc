#include "app/api/ingest.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <deque>
#include <utility>
#include <vector>

#include "app/api/api.h"
#include "app/api/json/answers.h"
#include "app/api/json/ingest.h"
#include "app/api/media_type.h"
#include "app/api/write_request.h"
#include "base/mutex.h"

namespace wonjang {
namespace {

constexpr std::size_t kChunkLines = 512;
constexpr std::size_t kLinesAhead = 4096;  // submitted and not yet answered, of one stream
constexpr std::chrono::milliseconds kBusyRest{2};

struct Chunk;

struct Line {
  Chunk* chunk = nullptr;
  std::uint64_t number = 0;
  Answer answer;  // or, for a line that never went to the ledger:
  Reply problem;
};

class IngestSession;

struct Chunk {
  std::shared_ptr<IngestSession> session;
  std::vector<Line> lines;  // reserved: addresses are tags
  std::vector<Request> requests;
  std::atomic<std::size_t> open{0};
};

// For all sessions: outlives every chunk, since a flush may come after the chunk's last answer.
class LineCompletion final : public Completion {
 public:
  void complete(std::uint64_t tag, Answer answer) override;
};
LineCompletion line_completion;

class IngestSession final : public OpenStream, public std::enable_shared_from_this<IngestSession> {
 public:
  IngestSession(Api& api, std::shared_ptr<HttpStream> stream, std::shared_ptr<const Caller> caller,
                std::string request_id, std::uint64_t first_line)
      : api_(api),
        stream_(std::move(stream)),
        caller_(std::move(caller)),
        request_id_(std::move(request_id)),
        first_line_(first_line) {}

  void begin();
  void chunk_is_answered();
  void drain() override;

 private:
  enum class Step : std::uint8_t { need_bytes, busy, end };

  void read();
  void on_read(Result<std::string> bytes);
  void parse();
  void end_input(std::optional<ProblemKind> refusal);
  bool key_is_good() const;
  Step parse_some();
  bool next_line(std::string_view& line);
  bool add_line(Chunk& chunk, std::string_view line, std::uint64_t number);
  bool find_target(Chunk& chunk, Line& line, ParsedIngest& parsed, bool& wait);
  void add_problem(Chunk& chunk, std::uint64_t number, Reply problem);
  void submit(std::unique_ptr<Chunk> chunk);
  bool is_busy();
  void pause();
  void resume();
  void write_results();
  void start_answer();
  void take_answered(std::vector<std::unique_ptr<Chunk>>& out) WJ_REQUIRES(mutex_);
  void refuse(ProblemKind kind);
  void on_written(const Result<void>& written);
  void render(const Line& line);
  Reply failed_line(const Error& error, const ProblemExtras& extras);
  void give_up();
  void account(int status);

  Api& api_;
  const std::shared_ptr<HttpStream> stream_;
  const std::shared_ptr<const Caller> caller_;
  const std::string request_id_;
  const std::uint64_t first_line_;

  // Of the one thread that parses at a time.
  std::string input_;
  std::size_t from_ = 0;     // of what isn't parsed yet
  std::size_t scanned_ = 0;  // no newline before this
  std::uint64_t line_ = 0;   // the last one read
  bool too_long_ = false;    // until the next newline: answered already
  bool revoked_ = false;     // the key, or expired
  bool input_ended_ = false;
  std::shared_ptr<const RegistryState> registry_;

  Mutex mutex_;
  std::deque<std::unique_ptr<Chunk>> chunks_ WJ_GUARDED_BY(mutex_);  // in order of lines
  std::size_t lines_open_ WJ_GUARDED_BY(mutex_) = 0;
  bool parsing_ WJ_GUARDED_BY(mutex_) = false;
  bool paused_ WJ_GUARDED_BY(mutex_) = false;
  bool writing_ WJ_GUARDED_BY(mutex_) = false;
  bool ended_ WJ_GUARDED_BY(mutex_) = false;  // all input that is taken was parsed and submitted
  std::optional<ProblemKind> refusal_ WJ_GUARDED_BY(mutex_);  // the answer if there are no lines to answer
  bool failed_ WJ_GUARDED_BY(mutex_) = false;
  bool finished_ WJ_GUARDED_BY(mutex_) = false;

  // Of the one who writes at a time.
  std::string output_;
  bool started_ = false;
  bool failure_logged_ = false;
  // Counted by that one too, but a connection that goes is accounted for by whoever notices.
  std::atomic<std::uint64_t> accepted_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
};

void LineCompletion::complete(std::uint64_t tag, Answer answer) {
  auto* line =
      reinterpret_cast<Line*>(static_cast<std::uintptr_t>(tag));  // NOLINT(performance-no-int-to-ptr)
  line->answer = std::move(answer);
  auto& chunk = *line->chunk;
  const auto session = chunk.session;  // the chunk may be gone with its last answer
  if (chunk.open.fetch_sub(1) == 1) session->chunk_is_answered();
}

// ---- input ----

void IngestSession::begin() {
  api_.add_stream(weak_from_this());
  if (api_.is_draining()) return drain();  // it may have begun before we stood in the list
  read();
}

// Whoever parses sees that the server is draining; if nobody does, nobody will any more.
void IngestSession::drain() {
  {
    const MutexLock lock(mutex_);
    if (parsing_ || ended_) return;
  }
  end_input(ProblemKind::shutting_down);
}

void IngestSession::read() {
  stream_->read_some(
      [self = shared_from_this()](Result<std::string> bytes) { self->on_read(std::move(bytes)); });
}

void IngestSession::on_read(Result<std::string> bytes) {
  if (!bytes) {
    // Broken framing: what came before it was whole.
    return bytes.error().kind == ErrorKind::invalid ? end_input(ProblemKind::bad_parameter) : give_up();
  }
  {
    const MutexLock lock(mutex_);
    if (ended_ || failed_) return;
    parsing_ = true;
  }
  if (bytes->empty()) {
    input_ended_ = true;
  } else if (input_.empty()) {
    input_ = *std::move(bytes);
  } else {
    input_.append(*bytes);
  }
  parse();
}

void IngestSession::parse() {
  registry_ = api_.registry();
  if (!key_is_good()) revoked_ = input_ended_ = true;
  switch (parse_some()) {
    case Step::need_bytes: {
      {
        const MutexLock lock(mutex_);
        parsing_ = false;
      }
      return api_.is_draining() ? drain() : read();
    }
    case Step::busy:
      return pause();
    case Step::end:
      return end_input(revoked_
                           ? std::optional(ProblemKind::unauthenticated)
                           : (api_.is_draining() ? std::optional(ProblemKind::shutting_down) : std::nullopt));
  }
}

void IngestSession::end_input(std::optional<ProblemKind> refusal) {
  {
    const MutexLock lock(mutex_);
    parsing_ = false;
    ended_ = true;
    if (!refusal_) refusal_ = refusal;
  }
  write_results();
}

bool IngestSession::key_is_good() const {
  const auto authorization = stream_->head().header("Authorization");
  return api_.parts().authenticator.authenticate(authorization).failure == AuthFailure::none;
}

IngestSession::Step IngestSession::parse_some() {
  for (;;) {
    if (api_.is_draining()) return Step::end;
    if (is_busy()) return Step::busy;
    auto chunk = std::make_unique<Chunk>();
    chunk->lines.reserve(kChunkLines);
    chunk->requests.reserve(kChunkLines);
    bool must_wait = false;
    std::string_view line;
    while (chunk->lines.size() < kChunkLines) {
      const auto before = from_;
      if (!next_line(line)) break;
      if (line_ < first_line_) {
        too_long_ = false;  // that was said of this line
        continue;
      }
      if (!add_line(*chunk, line, line_)) {  // it speaks of an order that may be on its way
        must_wait = true;
        from_ = scanned_ = before;
        --line_;
        break;
      }
    }
    const bool got_some = !chunk->lines.empty();
    if (got_some) submit(std::move(chunk));
    if (must_wait) return Step::busy;
    if (got_some) continue;
    input_.erase(0, from_);
    from_ = scanned_ = 0;
    return input_ended_ ? Step::end : Step::need_bytes;
  }
}

// The next whole line without its end. False: there is none yet.
bool IngestSession::next_line(std::string_view& line) {
  const auto newline = input_.find('\n', scanned_);
  const auto end = newline == std::string::npos ? input_.size() : newline;
  const bool whole = newline != std::string::npos || (input_ended_ && (end > from_ || too_long_));
  if (!whole) {
    scanned_ = end;
    if (end - from_ > api_.options().ingest_line_bytes_max) {  // don't gather what can't be taken
      too_long_ = true;
      from_ = scanned_ = end;
    }
    return false;
  }
  line = std::string_view(input_).substr(from_, end - from_);
  if (line.ends_with('\r')) line.remove_suffix(1);
  from_ = scanned_ = std::min(end + 1, input_.size());
  ++line_;
  return true;
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t") == std::string_view::npos; }

// False: the line has to wait until what is under way is answered.
bool IngestSession::add_line(Chunk& chunk, std::string_view text, std::uint64_t number) {
  if (std::exchange(too_long_, false) || text.size() > api_.options().ingest_line_bytes_max) {
    ProblemExtras extras;
    extras.detail = "the line is too long";
    add_problem(chunk, number, problem_reply(ProblemKind::body_too_large, extras));
    return true;
  }
  if (is_blank(text)) return true;
  if (revoked_) {
    ProblemExtras extras;
    extras.detail = "this key was revoked or has expired meanwhile";
    add_problem(chunk, number, problem_reply(ProblemKind::unauthenticated, extras));
    return true;
  }
  ParseContext context;
  context.tenant = caller_->merchant;
  auto parsed = parse_ingest_line(text, context);
  if (const auto* refusal = std::get_if<IngestRefusal>(&parsed)) {
    add_problem(chunk, number, field_problem(refusal->errors));
    return true;
  }
  auto& good = std::get<ParsedIngest>(parsed);
  chunk.lines.push_back({});
  auto& line = chunk.lines.back();
  line.chunk = &chunk;
  line.number = number;
  bool wait = false;
  if (!find_target(chunk, line, good, wait)) {
    if (wait) chunk.lines.pop_back();
    return !wait;
  }
  auto& request = chunk.requests.emplace_back();
  identify(request, api_, *caller_, std::move(good.key), good.parsed.canonical, good.key_kind);
  request.payment = good.target.payment;
  request.reason = std::move(good.parsed.reason);
  request.command = std::move(good.parsed.command);
  request.renderer = &ingest_renderer();
  request.completion = &line_completion;
  request.tag = reinterpret_cast<std::uintptr_t>(&line);
  return true;
}

// True: `parsed.target.payment` says which payment (or it is a create by a merchant that may). False: the
// line was answered, or has to wait.
bool IngestSession::find_target(Chunk& chunk, Line& line, ParsedIngest& parsed, bool& wait) {
  auto refuse = [&](RefusalCode code, const char* detail, const char* pointer) {
    line.problem = refusal_reply({code, detail, pointer, 0});
    return false;
  };
  if (const auto* create = std::get_if<CreatePayment>(&parsed.parsed.command)) {
    const auto* merchant = registry_->find(create->merchant);
    if (merchant != nullptr && !merchant->closed) return true;
    const auto key = idempotency_key(api_.digest(), caller_->tenant(), parsed.key_kind, parsed.key);
    if (answered_before(api_, key)) return true;  // in better days
    return merchant == nullptr
               ? refuse(RefusalCode::merchant_unknown, "there is no such merchant", "/data/merchantId")
               : refuse(RefusalCode::merchant_closed, "the merchant is closed", "/data/merchantId");
  }
  if (!parsed.target.payment.is_zero()) return true;
  const auto merchant = caller_->merchant.is_zero() ? parsed.target.merchant : caller_->merchant;
  {
    const MutexLock lock(mutex_);  // before the look: what is answered meanwhile is found
    wait = lines_open_ > 0 || !chunk.requests.empty();
  }
  const auto found = api_.ledger().payment_of_order(merchant, parsed.target.order_id);
  if (found && *found) {
    parsed.target.payment = **found;
    return true;
  }
  if (wait) return false;
  if (!found) {
    line.problem = problem_reply(ProblemKind::unavailable);
    return false;
  }
  return refuse(RefusalCode::payment_not_found, "there is no payment of this order", "/orderId");
}

void IngestSession::add_problem(Chunk& chunk, std::uint64_t number, Reply problem) {
  chunk.lines.push_back({&chunk, number, {}, std::move(problem)});
}

void IngestSession::submit(std::unique_ptr<Chunk> chunk) {
  const auto count = chunk->requests.size();
  chunk->session = shared_from_this();
  chunk->open = count + 1;  // one for us, so that it isn't done before it stands in the list
  auto* raw = chunk.get();
  auto requests = std::move(chunk->requests);
  {
    const MutexLock lock(mutex_);
    lines_open_ += chunk->lines.size();
    chunks_.push_back(std::move(chunk));
  }
  if (!requests.empty()) api_.ledger().submit(std::move(requests));
  if (raw->open.fetch_sub(1) == 1) write_results();
}

// ---- pace ----

bool IngestSession::is_busy() {
  if (api_.ledger().room() < kChunkLines) return true;
  const MutexLock lock(mutex_);
  return lines_open_ >= kLinesAhead;
}

// Parsing goes on when results were written; if there are none to come, in a moment.
void IngestSession::pause() {
  bool ask_again = false;
  {
    const MutexLock lock(mutex_);
    paused_ = true;
    parsing_ = false;
    ask_again = chunks_.empty() && !writing_;
  }
  if (!ask_again) return;
  const bool taken = api_.parts().waiters.add(
      [self = shared_from_this(), is_new = true](bool last) mutable {
        if (std::exchange(is_new, false) && !last) return false;  // let others on first
        self->resume();
        return true;
      },
      std::chrono::steady_clock::now() + kBusyRest);
  if (!taken) end_input(api_.is_draining() ? ProblemKind::shutting_down : ProblemKind::queue_full);
}

void IngestSession::resume() {
  {
    const MutexLock lock(mutex_);
    if (!paused_ || ended_ || failed_) return;
    paused_ = false;
    parsing_ = true;
  }
  parse();
}

// ---- output ----

// On one of the writer's threads, which have better things to do than to render lines: an empty write comes
// back on the connection's thread, and finds all chunks that were answered meanwhile.
void IngestSession::chunk_is_answered() {
  bool is_heard = true;
  {
    const MutexLock lock(mutex_);
    if (writing_ || finished_) return;  // the end of that write comes here
    is_heard = !failed_;
    if (is_heard) writing_ = true;
  }
  if (!is_heard) return write_results();
  start_answer();
  stream_->write_some(
      {}, [self = shared_from_this()](const Result<void>& written) { self->on_written(written); });
}

void IngestSession::start_answer() {
  if (std::exchange(started_, true)) return;
  HttpResponse head;
  head.content_type = "application/x-ndjson";
  head.headers.push_back({"X-Request-Id", request_id_});
  stream_->start(std::move(head));
}

// Takes the chunks in front that are answered, and writes their lines, unless a write is under way: its end
// comes back here.
void IngestSession::write_results() {
  const auto self = shared_from_this();  // the last chunk may hold the last reference
  std::vector<std::unique_ptr<Chunk>> done;
  bool is_last = false;
  std::optional<ProblemKind> refusal;
  {
    const MutexLock lock(mutex_);
    if (writing_ || finished_) return;
    take_answered(done);
    if (failed_) return;  // nobody hears them; they hold this session until they are let go of
    is_last = ended_ && chunks_.empty();
    if (done.empty() && !is_last) return;
    writing_ = true;
    finished_ = is_last;
    refusal = refusal_;
  }
  output_.clear();
  for (const auto& chunk : done) {
    for (const auto& line : chunk->lines) render(line);
  }
  if (is_last && refusal && !started_ && output_.empty()) return refuse(*refusal);
  start_answer();
  if (is_last) {
    account(200);
    if (!output_.empty()) stream_->write_some(std::move(output_), [](const Result<void>&) {});
    return stream_->finish();
  }
  stream_->write_some(std::move(output_), [self = shared_from_this()](const Result<void>& written) {
    self->on_written(written);
  });
}

void IngestSession::take_answered(std::vector<std::unique_ptr<Chunk>>& out) {
  while (!chunks_.empty() && chunks_.front()->open.load() == 0) {
    lines_open_ -= chunks_.front()->lines.size();
    out.push_back(std::move(chunks_.front()));
    chunks_.pop_front();
  }
}

void IngestSession::refuse(ProblemKind kind) {
  const auto detail = kind == ProblemKind::bad_parameter ? std::string_view("the chunked body is malformed")
                                                         : std::string_view("no line was taken");
  auto response = api_.problem_response(kind, detail, request_id_, stream_->head().path());
  response.headers.push_back({"X-Request-Id", request_id_});
  account(response.status);
  stream_->respond(std::move(response));
}

void IngestSession::on_written(const Result<void>& written) {
  if (!written) return give_up();
  {
    const MutexLock lock(mutex_);
    writing_ = false;
  }
  write_results();
  resume();
}

Reply IngestSession::failed_line(const Error& error, const ProblemExtras& extras) {
  if (!std::exchange(failure_logged_, true)) {  // the first of a stream: they come in thousands
    log_event(LogLevel::error, "ledger_error",
              {{"kind", name_of(error.kind)}, {"message", error.message}, {"requestId", request_id_}});
  }
  return problem_reply(api_.kind_of_failed_write(error), extras);
}

void IngestSession::render(const Line& line) {
  const auto& answer = line.answer;
  Reply problem = line.problem;
  if (problem.status == 0) {
    ProblemExtras extras;
    extras.payment = answer.payment_id;
    extras.first_used_at = answer.first_used_at;
    if (answer.kind == AnswerKind::key_reused) {
      extras.payment = PaymentId();
      api_.metrics().count_conflict_reused();
      problem = problem_reply(ProblemKind::key_reused, extras);
    } else if (answer.kind == AnswerKind::open) {
      problem = problem_reply(ProblemKind::request_in_progress, extras);
    } else if (answer.kind == AnswerKind::failed) {
      problem = failed_line(answer.error.value_or(unavailable("no answer")), extras);
    } else if (answer.reply.status >= 400) {
      problem = answer.reply;
    }
  }
  const auto status = problem.status != 0 ? problem.status : answer.reply.status;
  output_.append("{\"line\":").append(std::to_string(line.number));
  output_.append(",\"status\":").append(std::to_string(status));
  if (!answer.payment_id.is_zero() && answer.kind != AnswerKind::key_reused) {
    output_.append(",\"paymentId\":\"");
    answer.payment_id.append_text(output_);
    output_.push_back('"');
  }
  if (answer.has_position) {
    output_.append(",\"position\":\"")
        .append(api_.parts().tokens.position(answer.book, answer.next_position))
        .append("\"");
  }
  if (answer.kind == AnswerKind::replayed) {
    api_.metrics().count_replay();
    output_.append(",\"replayed\":true");
  }
  if (problem.status != 0) {
    ++refused_;
    while (problem.body.ends_with('\n')) problem.body.pop_back();
    output_.append(",\"problem\":").append(problem.body);
  } else {
    ++accepted_;
  }
  output_.append("}\n");
}

// The connection is gone. What was submitted is written all the same; the sender comes again and gets
// replays.
void IngestSession::give_up() {
  const auto self = shared_from_this();
  std::vector<std::unique_ptr<Chunk>> answered;
  {
    const MutexLock lock(mutex_);
    if (failed_ || finished_) return;
    failed_ = true;
    writing_ = false;
    take_answered(answered);
  }
  account(499);
}

void IngestSession::account(int status) {
  const std::uint64_t accepted = accepted_;
  const std::uint64_t refused = refused_;
  api_.metrics().count_ingest(accepted, refused);
  const auto elapsed = std::chrono::steady_clock::now() - stream_->head().arrival();
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count();
  const auto matched = match_route("POST", "/v1/ingest");
  api_.metrics().end_request(index_of(*matched.route), status, micros);
  log_event(LogLevel::info, "ingest",
            {{"status", status},
             {"lines", static_cast<std::int64_t>(accepted + refused)},
             {"refused", static_cast<std::int64_t>(refused)},
             {"micros", micros},
             {"key", caller_->actor.id},
             {"requestId", request_id_}});
}

bool is_ndjson(std::string_view content_type) {
  auto type = std::string(content_type.substr(0, content_type.find(';')));
  while (type.ends_with(' ') || type.ends_with('\t')) type.pop_back();
  for (char& c : type) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return type == "application/x-ndjson" || type == "application/jsonl" ||
         type == "application/cloudevents+jsonl";
}

// The first line that counts. Nothing: not a line number.
std::optional<std::uint64_t> first_line_of(const HttpRequestHead& head) {
  const auto text = head.header("Resume-From-Line");
  if (text.empty()) return 1;
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || out == 0) return std::nullopt;
  return out;
}

}  // namespace

void start_ingest(Api& api, std::shared_ptr<HttpStream> stream) {
  api.metrics().begin_request();
  const auto& head = stream->head();
  const auto* route = match_route(head.method(), head.path()).route;
  const auto request_id = api.request_id_of(head);
  const auto refuse = [&](HttpResponse response) {
    response.headers.push_back({"X-Request-Id", request_id});
    api.metrics().end_request(index_of(*route), response.status, 0);
    stream->respond(std::move(response));
  };
  const auto problem = [&](ProblemKind kind, std::string_view detail) {
    refuse(api.problem_response(kind, detail, request_id, head.path()));
  };
  auto admitted = api.admit(head, *route, request_id);
  if (admitted.caller == nullptr) return refuse(std::move(admitted.refusal));
  if (const auto wrong = wrong_query(*route, head.query()))
    return problem(ProblemKind::bad_parameter, *wrong);
  if (!is_ndjson(head.header("Content-Type"))) {
    return problem(ProblemKind::unsupported_media_type,
                   "send newline-delimited JSON as application/x-ndjson");
  }
  if (is_packed(head)) return refuse(api.refusal_of_packed(request_id, head.path()));
  if (head.count("Idempotency-Key") > 0) {
    return problem(ProblemKind::key_malformed,
                   "each line has a key of its own; one for the whole body isn't taken");
  }
  if (api.is_draining()) return problem(ProblemKind::shutting_down, "another server may take it");
  const auto first = first_line_of(head);
  if (!first) return problem(ProblemKind::bad_parameter, "Resume-From-Line is a line's number, from 1");
  std::make_shared<IngestSession>(api, std::move(stream), std::move(admitted.caller), request_id, *first)
      ->begin();
}

}  // namespace wonjang
