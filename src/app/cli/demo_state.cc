#include "app/cli/demo_state.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace wonjang {

namespace json = boost::json;

namespace {

std::string file_of(const std::string& data_dir) { return data_dir + "/demo.json"; }

json::object to_json(const DemoState& state) {
  return {{"seed", state.seed},
          {"payments", state.payments},
          {"merchants", state.merchants},
          {"now", to_rfc3339_micros(state.now)},
          {"isFed", state.is_fed},
          {"isTold", state.is_told},
          {"firstKey", state.first_key},
          {"secondKey", state.second_key},
          {"merchantKey", state.merchant_key},
          {"paidUntil", to_text(state.paid_until)}};
}

std::optional<DemoState> from_json(const json::object& in) {
  try {
    DemoState out;
    out.seed = in.at("seed").to_number<std::uint64_t>();
    out.payments = in.at("payments").to_number<std::uint64_t>();
    out.merchants = in.at("merchants").to_number<std::uint32_t>();
    const auto now = parse_rfc3339(std::string(in.at("now").as_string()));
    if (!now) return std::nullopt;
    out.now = *now;
    out.is_fed = in.at("isFed").as_bool();
    out.is_told = in.at("isTold").as_bool();
    out.first_key = in.at("firstKey").as_string();
    out.second_key = in.at("secondKey").as_string();
    out.merchant_key = in.at("merchantKey").as_string();
    const auto paid_until = parse_business_date(std::string(in.at("paidUntil").as_string()));
    if (!paid_until) return std::nullopt;
    out.paid_until = *paid_until;
    return out;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace

Result<std::optional<DemoState>> read_demo_state(const std::string& data_dir) {
  const auto path = file_of(data_dir);
  if (!std::filesystem::exists(path)) return std::optional<DemoState>();
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  boost::system::error_code error;
  const auto parsed = json::parse(text, error);
  std::optional<DemoState> out;
  if (!error && parsed.is_object()) out = from_json(parsed.as_object());
  if (!out)
    return invalid(path +
                   " can't be read, so it isn't known which city this directory holds. Take another "
                   "--data-dir, or `wonjang serve` to look at this one");
  return out;
}

Result<void> write_demo_state(const std::string& data_dir, const DemoState& state) {
  const auto path = file_of(data_dir);
  const auto beside = path + ".new";
  const auto text = json::serialize(to_json(state)) + "\n";
  const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool ok = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ok = ok && ::fsync(fd) == 0;
  if (fd >= 0) ok = ::close(fd) == 0 && ok;
  if (ok && std::rename(beside.c_str(), path.c_str()) == 0) return {};
  return unavailable("can't write " + path + ": " + std::strerror(errno));
}

}  // namespace wonjang
