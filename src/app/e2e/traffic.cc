#include "app/e2e/traffic.h"

#include <map>

namespace wonjang::e2e {
namespace {

std::string text_at(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::int64_t number_at(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? value->as_int64() : -1;
}

std::string cancel_body(std::int64_t amount) {
  return R"({"amount":)" + std::to_string(amount) + R"(,"reason":"e2e"})";
}

// True about `sample` times in `size`.
bool is_sampled(std::size_t size, std::size_t sample, Rng& rng) {
  return size <= sample || rng.below(size) < sample;
}

}  // namespace

Traffic::Traffic(Shop shop, std::uint64_t seed) : shop_(std::move(shop)), rng_(seed), lines_(kConnections) {}

void Traffic::start(const Server& server) {
  acknowledged_ = 0;
  for (std::size_t i = 0; i + 1 < kConnections; ++i) {
    threads_.emplace_back(
        [this, i, client = server.client(shop_.key)]() mutable { send_singles(i, std::move(client)); });
  }
  threads_.emplace_back(
      [this, client = server.client(shop_.ingest_key)]() mutable { send_bodies(std::move(client)); });
}

bool Traffic::wait_acknowledged(std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return acknowledged_ >= count; });
}

void Traffic::join() {
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void Traffic::count(std::size_t more) {
  const std::lock_guard lock(mutex_);
  acknowledged_ += more;
  changed_.notify_all();
}

Sent Traffic::next_create(std::size_t connection, Rng& rng) {
  std::size_t order = 0;
  {
    const std::lock_guard lock(mutex_);
    order = orders_++;
  }
  Sent out;
  out.key = "k" + std::to_string(connection) + "-" + std::to_string(order);
  out.created = static_cast<std::int64_t>(1000 + rng.below(9000));
  out.target = "/v1/payments";
  out.body = card_payment(std::to_string(order), out.created);
  return out;
}

// A 201 is an acknowledgement, a 503 a refusal that ends this connection's work, silence too.
bool Traffic::take(Sent& sent, const std::optional<Reply>& reply) {
  if (!reply) return false;
  if (reply->status == 503) {
    sent.is_refused = reply->code() != "IN_DOUBT";
    return false;
  }
  EXPECT_EQ(reply->status, 201) << sent.key << " " << reply->body;
  EXPECT_FALSE(reply->replayed) << sent.key;
  if (reply->status != 201) return false;
  sent.answer = reply->body;
  count(1);
  return true;
}

// Creates, and after every third one a cancel of it.
void Traffic::send_singles(std::size_t connection, Client client) {
  auto& line = lines_[connection];
  Rng rng(line.size() * kConnections + connection);
  for (;;) {
    line.push_back(next_create(connection, rng));
    auto& create = line.back();
    if (!take(create, client.post(create.target, create.key, create.body))) return;
    if (!rng.chance(33)) continue;
    Reply made;
    made.body = create.answer;
    Sent cancel;
    cancel.key = create.key + "-c";
    cancel.target = "/v1/payments/" + made.text("id") + "/cancels";
    cancel.canceled = static_cast<std::int64_t>(1 + rng.below(900));
    cancel.body = cancel_body(cancel.canceled);
    line.push_back(std::move(cancel));
    auto& sent = line.back();
    if (!take(sent, client.post(sent.target, sent.key, sent.body))) return;
  }
}

std::vector<Sent> Traffic::next_lines(Rng& rng) {
  std::vector<Sent> out;
  for (std::size_t left = 1 + rng.below(30); left > 0; --left) {
    Sent create = next_create(kConnections - 1, rng);
    const auto order = create.key.substr(create.key.find('-') + 1);
    create.target.clear();
    create.body = R"({"op":"create","idempotencyKey":")" + create.key + R"(","data":)" +
                  card_payment(order, create.created, shop_.merchant) + "}\n";
    const auto key = create.key + "-c";
    out.push_back(std::move(create));
    if (!rng.chance(33)) continue;
    Sent cancel;
    cancel.key = key;
    cancel.canceled = static_cast<std::int64_t>(1 + rng.below(900));
    cancel.body = R"({"op":"cancel","idempotencyKey":")" + key + R"(","merchantId":")" + shop_.merchant +
                  R"(","orderId":"order-)" + order + R"(","data":)" + cancel_body(cancel.canceled) + "}\n";
    out.push_back(std::move(cancel));
  }
  return out;
}

void Traffic::send_bodies(Client client) {
  auto& line = lines_.back();
  Rng rng(line.size());
  for (;;) {
    const auto first = line.size();
    std::string body;
    for (auto& one : next_lines(rng)) {
      body += one.body;
      line.push_back(std::move(one));
    }
    std::vector<Sent*> sent;
    for (auto i = first; i < line.size(); ++i) sent.push_back(&line[i]);
    take_results(sent, client.ingest(body), /*expect_replay=*/false);
    if (sent.back()->answer.empty()) return;
  }
}

void Traffic::take_results(std::vector<Sent*> lines, const std::vector<boost::json::object>& results,
                           bool expect_replay) {
  std::size_t fresh = 0;
  ASSERT_LE(results.size(), lines.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    auto& sent = *lines[i];
    const auto& result = results[i];
    if (number_at(result, "status") == 503) {
      sent.is_refused = true;
      continue;
    }
    ASSERT_EQ(number_at(result, "status"), 201) << sent.key << " " << boost::json::serialize(result);
    const auto answer = text_at(result, "paymentId") + " " + text_at(result, "position");
    if (expect_replay) {
      EXPECT_EQ(answer, sent.answer) << sent.key;
      EXPECT_TRUE(result.contains("replayed")) << sent.key;
      continue;
    }
    EXPECT_FALSE(sent.is_refused && result.contains("replayed")) << sent.key << " was refused, and happened";
    sent.answer = answer;
    sent.is_refused = false;
    ++fresh;
  }
  count(fresh);
}

bool Traffic::probe(const Server& server) {
  auto& line = lines_.front();
  line.push_back(next_create(0, rng_));
  return take(line.back(),
              server.client(shop_.key).post(line.back().target, line.back().key, line.back().body));
}

void Traffic::resend(const Server& server, std::size_t sample) {
  for (std::size_t i = 0; i + 1 < kConnections; ++i) resend_singles(server, lines_[i], sample / kConnections);
  resend_lines(server, lines_.back(), sample / kConnections);
  EXPECT_EQ(unacknowledged(), 0U);
}

void Traffic::resend_singles(const Server& server, Line& line, std::size_t sample) {
  auto client = server.client(shop_.key);
  for (auto& sent : line) {
    const bool is_new = sent.answer.empty();
    if (!is_new && !is_sampled(line.size(), sample, rng_)) continue;
    const auto reply = client.post(sent.target, sent.key, sent.body);
    ASSERT_TRUE(reply) << sent.key;
    ASSERT_EQ(reply->status, 201) << sent.key << " " << reply->body;
    if (!is_new) {
      EXPECT_EQ(reply->body, sent.answer) << sent.key;
      EXPECT_TRUE(reply->replayed) << sent.key;
    }
    EXPECT_FALSE(sent.is_refused && reply->replayed) << sent.key << " was refused, and happened";
    sent.is_refused = false;
    sent.answer = reply->body;
  }
}

void Traffic::resend_lines(const Server& server, Line& line, std::size_t sample) {
  std::string news;
  std::string repeats;
  std::vector<Sent*> new_lines;
  std::vector<Sent*> repeated_lines;
  for (auto& sent : line) {
    const bool is_new = sent.answer.empty();
    if (!is_new && !is_sampled(line.size(), sample, rng_)) continue;
    (is_new ? news : repeats) += sent.body;
    (is_new ? new_lines : repeated_lines).push_back(&sent);
  }
  auto client = server.client(shop_.ingest_key);
  if (!new_lines.empty()) {
    const auto results = client.ingest(news);
    EXPECT_EQ(results.size(), new_lines.size());
    take_results(new_lines, results, /*expect_replay=*/false);
  }
  if (repeated_lines.empty()) return;
  const auto results = client.ingest(repeats);
  EXPECT_EQ(results.size(), repeated_lines.size());
  take_results(repeated_lines, results, /*expect_replay=*/true);
}

void Traffic::expect_in_feed(const std::vector<boost::json::object>& feed) const {
  std::map<std::string, std::int64_t> created;
  std::map<std::string, std::int64_t> canceled;
  std::set<std::string> ids;
  for (const auto& event : feed) {
    EXPECT_TRUE(ids.insert(text_at(event, "id")).second) << text_at(event, "id") << " stands there twice";
    const auto type = text_at(event, "type");
    const auto& data = event.at("data").as_object();
    const auto key = text_at(data, "idempotencyKey");
    if (type == "com.wonjang.payment.created") {
      EXPECT_TRUE(created.emplace(key, number_at(data, "totalAmount")).second) << key << " was booked twice";
    } else if (type == "com.wonjang.cancel.succeeded") {
      EXPECT_TRUE(canceled.emplace(key, number_at(data, "amount")).second) << key << " was cancelled twice";
    }
  }
  std::size_t creates = 0;
  std::size_t cancels = 0;
  for (const auto& line : lines_) {
    for (const auto& sent : line) {
      if (sent.answer.empty()) continue;
      const bool is_cancel = sent.canceled > 0;
      (is_cancel ? cancels : creates) += 1;
      const auto& there = is_cancel ? canceled : created;
      const auto found = there.find(sent.key);
      ASSERT_NE(found, there.end()) << sent.key << " was acknowledged and is gone";
      EXPECT_EQ(found->second, is_cancel ? sent.canceled : sent.created) << sent.key;
    }
  }
  EXPECT_EQ(created.size(), creates) << "payments that nobody sent";
  EXPECT_EQ(canceled.size(), cancels) << "cancels that nobody sent";
}

std::size_t Traffic::acknowledged() const {
  std::size_t out = 0;
  for (const auto& line : lines_) {
    for (const auto& sent : line) out += sent.answer.empty() ? 0 : 1;
  }
  return out;
}

std::size_t Traffic::refused() const {
  std::size_t out = 0;
  for (const auto& line : lines_) {
    for (const auto& sent : line) out += sent.is_refused ? 1 : 0;
  }
  return out;
}

std::size_t Traffic::unacknowledged() const {
  std::size_t out = 0;
  for (const auto& line : lines_) {
    for (const auto& sent : line) out += sent.answer.empty() ? 1 : 0;
  }
  return out;
}

}  // namespace wonjang::e2e
