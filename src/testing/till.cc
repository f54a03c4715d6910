#include "testing/till.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace wonjang {

std::string testdata_path(const std::string& name) {
  std::string path = WJ_DOMAIN_DIR;
  path += "/testdata/";
  path += name;
  return path;
}

std::string file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void expect_same_as_file(const std::string& path, const std::string& computed) {
  if (std::getenv("WJ_UPDATE") != nullptr) {
    std::ofstream(path, std::ios::binary) << computed;
    return;
  }
  std::istringstream is(computed);
  std::istringstream was(file_text(path));
  std::string computed_line;
  std::string expected_line;
  for (int line = 1;; ++line) {
    const bool more = static_cast<bool>(std::getline(is, computed_line));
    const bool expected_more = static_cast<bool>(std::getline(was, expected_line));
    if (!more && !expected_more) return;
    ASSERT_EQ(more, expected_more) << path << " ends at another line than computed, " << line;
    ASSERT_EQ(computed_line, expected_line) << path << ":" << line << " (WJ_UPDATE=1 rewrites it)";
  }
}

}  // namespace wonjang
