// wonjang-verify: checks proofs without the database and without the ledger's code. Exit: 0 valid, 1 not
// valid, 2 usage.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "verify/proof.h"

namespace {

constexpr std::size_t kFileMax = std::size_t{256} << 20U;

constexpr const char* kUsage =
    "usage: wonjang-verify --key KEY PROOF\n"
    "       wonjang-verify --key KEY consistency [OLD NEW] PROOF\n"
    "\n"
    "KEY    the ledger's public key, or a file with it: name+id+base64, 32 bytes in base64, or PEM\n"
    "PROOF  a file written by `wonjang proof`\n"
    "OLD, NEW  checkpoints that you have kept: the proof must be about these two\n"
    "\n"
    "Exit status: 0 valid, 1 not valid, 2 wrong usage or unreadable file.\n";

struct UsageError {
  std::string message;
};

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) throw UsageError{path + ": can't be read"};
  const auto size = static_cast<std::streamoff>(file.tellg());
  if (size < 0 || static_cast<std::size_t>(size) > kFileMax)
    throw UsageError{path + ": is too large or no file"};
  file.seekg(0);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

verify::Key read_key(const std::string& argument) {
  const bool is_file = std::ifstream(argument).good();
  try {
    return verify::key_of(is_file ? read_file(argument) : argument);
  } catch (const verify::NotValid& why) {
    throw UsageError{"--key: " + std::string(why.what()) + (is_file ? "" : "; and there is no such file")};
  }
}

verify::Verdict run(std::vector<std::string> arguments) {
  std::string key_argument;
  for (std::size_t i = 0; i + 1 < arguments.size(); ++i) {
    if (arguments[i] != "--key") continue;
    key_argument = arguments[i + 1];
    arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(i),
                    arguments.begin() + static_cast<std::ptrdiff_t>(i) + 2);
    break;
  }
  if (key_argument.empty() || arguments.empty()) throw UsageError{kUsage};
  const verify::Key key = read_key(key_argument);
  if (arguments[0] == "consistency" && arguments.size() == 2) {
    return verify::check_consistency(read_file(arguments[1]), key);
  }
  if (arguments[0] == "consistency" && arguments.size() == 4) {
    const std::string old_head = read_file(arguments[1]);
    const std::string new_head = read_file(arguments[2]);
    return verify::check_consistency(read_file(arguments[3]), key, old_head, new_head);
  }
  if (arguments.size() != 1) throw UsageError{kUsage};
  return verify::check_payment(read_file(arguments[0]), key);
}

}  // namespace

int main(int count, char** values) {
  if (count == 2 && (std::string(values[1]) == "--help" || std::string(values[1]) == "-h")) {
    std::fputs(kUsage, stdout);
    return 0;
  }
  try {
    const verify::Verdict verdict = run({values + 1, values + count});
    std::fputs(verdict.text.c_str(), verdict.is_valid ? stdout : stderr);
    return verdict.is_valid ? 0 : 1;
  } catch (const UsageError& why) {
    std::fprintf(stderr, "%s\n", why.message.c_str());
    return 2;
  }
}
