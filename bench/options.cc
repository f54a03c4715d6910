#include "options.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <limits>
#include <vector>

#include "base/nearest.h"

namespace wonjang::bench {
namespace {

// The options that were given and aren't there, each with the nearest one that is.
std::string say_unknown(const CLI::App& app) {
  std::vector<std::string> known;
  for (const auto* option : app.get_options()) known.push_back(option->get_name());
  std::string out;
  for (const auto& given : app.remaining()) {
    if (!given.starts_with('-')) continue;  // the value of one, as a rule
    const auto name = given.substr(0, given.find('='));
    const auto near = nearest_name(name, known);
    out += "there is no option `" + name + "`";
    out += near.empty() ? "\n" : "; did you mean `" + near + "`?\n";
  }
  if (out.empty() && app.remaining_size() > 0) out = "`" + app.remaining().front() + "` is one too many\n";
  return out;
}

}  // namespace

Options::Options(const std::string& what) : app_(std::make_unique<CLI::App>(what)) {
  app_->option_defaults()->always_capture_default();
  app_->allow_extras();  // to name the nearest of what isn't there
}
Options::~Options() = default;

template <typename T>
Options& Options::add(const char* name, T& value, const char* what, T least) {
  app_->add_option(name, value, what)->check(CLI::Range(least, std::numeric_limits<T>::max()));
  return *this;
}

Options& Options::count(const char* name, std::uint64_t& value, const char* what) {
  return add<std::uint64_t>(name, value, what, 1);
}
Options& Options::count(const char* name, std::uint32_t& value, const char* what) {
  return add<std::uint32_t>(name, value, what, 1);
}
Options& Options::number(const char* name, std::uint64_t& value, const char* what) {
  return add<std::uint64_t>(name, value, what, 0);
}
Options& Options::number(const char* name, std::uint32_t& value, const char* what) {
  return add<std::uint32_t>(name, value, what, 0);
}
Options& Options::text(const char* name, std::string& value, const char* what) {
  app_->add_option(name, value, what);
  return *this;
}
Options& Options::flag(const char* name, bool& value, const char* what) {
  app_->add_flag(name, value, what);
  return *this;
}

Options& Options::yes_no(const char* name, bool& value, const char* what) {
  app_->add_option(name, value, what);
  return *this;
}

void Options::parse(int argc, char** argv) {
  try {
    app_->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app_->exit(error);  // also of --help, which is none
    std::exit(status == 0 ? 0 : 2);
  }
  const auto unknown = say_unknown(*app_);
  if (unknown.empty()) return;
  std::fprintf(stderr, "%s\n%s", unknown.c_str(), app_->help().c_str());
  std::exit(2);
}

}  // namespace wonjang::bench
