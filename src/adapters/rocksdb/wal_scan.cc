#include "adapters/rocksdb/wal_scan.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

namespace wonjang::rocks {
namespace {

constexpr std::size_t kBlock = 32 * 1024;
constexpr std::size_t kHeader = 7;
enum FragmentType : std::uint8_t { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

constexpr std::array<std::uint32_t, 256> crc32c_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0x82F63B78U : 0U);
    table[i] = crc;
  }
  return table;
}

std::uint32_t crc32c(std::string_view bytes) {
  static constexpr auto kTable = crc32c_table();
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char byte : bytes) crc = kTable[(crc ^ static_cast<std::uint8_t>(byte)) & 0xFFU] ^ (crc >> 8U);
  return ~crc;
}

std::uint32_t masked(std::uint32_t crc) { return ((crc >> 15U) | (crc << 17U)) + 0xA282EAD8U; }

struct Fragment {
  std::uint8_t type = 0;
  std::size_t end = 0;
};

// The fragment at `at`, if there is a whole one with its right checksum. One never crosses a block's end.
std::optional<Fragment> fragment_at(std::string_view bytes, std::size_t at) {
  const std::size_t block_end = std::min(bytes.size(), (at / kBlock + 1) * kBlock);
  if (at + kHeader > block_end) return std::nullopt;
  std::uint32_t stored = 0;  // little-endian, as this program's machines are
  std::memcpy(&stored, bytes.data() + at, 4);
  const std::size_t length =
      static_cast<std::uint8_t>(bytes[at + 4]) + 256U * static_cast<std::uint8_t>(bytes[at + 5]);
  const auto type = static_cast<std::uint8_t>(bytes[at + 6]);
  if (type < kFull || type > kLast || at + kHeader + length > block_end) return std::nullopt;
  if (masked(crc32c(bytes.substr(at + 6, 1 + length))) != stored) return std::nullopt;
  return Fragment{type, at + kHeader + length};
}

// A block's last bytes, too few for a header, are zeros.
std::size_t skip_trailer(std::size_t at) {
  const std::size_t left = kBlock - at % kBlock;
  return left < kHeader ? at + left : at;
}

bool all_zero(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char byte) { return byte == 0; });
}

// Tried at every byte: with a broken length nobody knows where the next record begins.
bool record_begins_after(std::string_view bytes, std::size_t bad_at) {
  for (std::size_t at = bad_at + 1; at + kHeader <= bytes.size(); ++at) {
    const auto type = static_cast<std::uint8_t>(bytes[at + 6]);
    if (type != kFull && type != kFirst) continue;
    if (fragment_at(bytes, at)) return true;
  }
  return false;
}

}  // namespace

WalFileFindings scan_wal_bytes(std::string_view bytes) {
  std::size_t record_at = 0;  // where the record began that isn't complete yet
  bool in_record = false;
  for (std::size_t at = 0; at < bytes.size();) {
    at = skip_trailer(at);
    if (at >= bytes.size()) break;
    const auto fragment = fragment_at(bytes, at);
    if (!fragment) {
      if (!in_record && all_zero(bytes.substr(at))) return {};  // space taken ahead, never written
      return {true, at, record_begins_after(bytes, at)};
    }
    const bool begins = fragment->type == kFull || fragment->type == kFirst;
    if (begins == in_record) return {true, at, begins};
    if (begins) record_at = at;
    in_record = fragment->type == kFirst || fragment->type == kMiddle;
    at = fragment->end;
  }
  if (in_record) return {true, record_at, false};
  return {};
}

Result<WalFindings> scan_wal(const std::string& directory) {
  namespace fs = std::filesystem;
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".log" && entry.file_size() > 0) files.push_back(entry.path());
  }
  if (error) return unavailable("list " + directory + ": " + error.message());
  std::sort(files.begin(), files.end());  // numbered with leading zeros

  WalFindings findings;
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (!in.good() && !in.eof()) return unavailable("read " + file.string());
    const auto found = scan_wal_bytes(bytes);
    if (!found.bad) continue;
    const auto where = file.filename().string() + " at offset " + std::to_string(found.bad_at);
    findings.torn_tail = file == files.back() && !found.record_after;
    if (!findings.torn_tail) {
      findings.damage = where;
      return findings;
    }
    findings.torn_bytes = bytes.size() - found.bad_at;
    findings.torn = where + " (" + std::to_string(findings.torn_bytes) + " bytes)";
  }
  return findings;
}

}  // namespace wonjang::rocks
