#include "app/http/message.h"

#include <utility>

#include "app/http/request_head.h"

namespace wonjang {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

class FunctionSink : public ResponseSink {
 public:
  explicit FunctionSink(std::function<void(HttpResponse)> function) : function_(std::move(function)) {}
  void complete(Ticket, HttpResponse response) noexcept override { function_(std::move(response)); }
  void abandon(Ticket) noexcept override {
    HttpResponse response;
    response.status = 500;
    function_(std::move(response));
  }

 private:
  std::function<void(HttpResponse)> function_;
};

}  // namespace

HttpRequestHead HttpRequestHead::make(std::string_view method, std::string_view target,
                                      const std::vector<HttpHeader>& headers) {
  std::string bytes;
  bytes.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: test\r\n");
  for (const auto& h : headers) bytes.append(h.name).append(": ").append(h.value).append("\r\n");
  bytes.append("\r\n");
  auto parsed = parse_request_head(bytes, 64 * 1024);
  WJ_ASSERT(parsed.outcome == HeadOutcome::complete);
  parsed.head.arrival_ = std::chrono::steady_clock::now();
  return std::move(parsed.head);
}

std::optional<std::string_view> HttpRequestHead::find(std::string_view name) const {
  for (const auto& h : headers_) {
    if (same_name(cut(h.name), name)) return cut(h.value);
  }
  return std::nullopt;
}

std::size_t HttpRequestHead::count(std::string_view name) const {
  std::size_t out = 0;
  for (const auto& h : headers_) out += same_name(cut(h.name), name) ? 1U : 0U;
  return out;
}

Respond Respond::to(std::function<void(HttpResponse)> function) {
  return Respond(std::make_shared<FunctionSink>(std::move(function)), {});
}

void HttpHandler::handle_stream(std::shared_ptr<HttpStream> stream) {
  stream->respond(protocol_error(501, "not_streamed", "this route does not take a stream"));
}

HttpResponse HttpHandler::protocol_error(int status, std::string_view code, std::string_view detail) {
  HttpResponse out;
  out.status = status;
  out.content_type = "application/problem+json";
  out.body.append(R"({"status":)").append(std::to_string(status)).append(R"(,"code":")").append(code);
  out.body.append(R"(","detail":")").append(detail).append("\"}\n");
  return out;
}

}  // namespace wonjang
