// Options: what a benchmark is told on its command line, by CLI11. What it doesn't know ends it with status 2
// and the nearest name that it knows: a misspelled `--paymets` must not measure a million. `--help` shows all
// of them with what counts unless said.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace wonjang::bench {

class Options {
 public:
  explicit Options(const std::string& what);
  ~Options();
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  // "--payments", or "payments" for one that is told by its place. Values are kept, so that what stands in
  // `value` is shown as what counts.
  Options& count(const char* name, std::uint64_t& value, const char* what);  // at least 1
  Options& count(const char* name, std::uint32_t& value, const char* what);
  Options& number(const char* name, std::uint64_t& value, const char* what);
  Options& number(const char* name, std::uint32_t& value, const char* what);
  Options& text(const char* name, std::string& value, const char* what);
  Options& flag(const char* name, bool& value, const char* what);    // --name
  Options& yes_no(const char* name, bool& value, const char* what);  // --name 1, --name 0

  // Ends the process where there is nothing to measure.
  void parse(int argc, char** argv);

 private:
  template <typename T>
  Options& add(const char* name, T& value, const char* what, T least);

  std::unique_ptr<CLI::App> app_;
};

}  // namespace wonjang::bench
