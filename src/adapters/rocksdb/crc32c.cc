// RocksDB sums every record of its log with CRC-32C, in Debian's build through tables, four bytes by four
// look-ups: 3.5 % of a bulk load. The linker sends those calls here (--wrap in CMakeLists.txt), to a library
// that has the processor's own instructions. Same polynomial, same numbers: what one of them wrote the other
// reads (docs/adr/0019).
#include <isa-l/crc.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): the linker's name for it
// rocksdb::crc32c::Extend: `sum` is that of what came before, 0 of nothing.
extern "C" std::uint32_t __wrap__ZN7rocksdb6crc32c6ExtendEjPKcm(std::uint32_t sum, const char* data,
                                                                std::size_t size);
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

extern "C" std::uint32_t __wrap__ZN7rocksdb6crc32c6ExtendEjPKcm(std::uint32_t sum, const char* data,
                                                                std::size_t size) {
  constexpr std::size_t kAtOnce = std::numeric_limits<int>::max();
  std::uint32_t out = ~sum;
  while (size > 0) {
    const std::size_t part = std::min(size, kAtOnce);
    // It only reads, whatever its parameter says.
    auto* bytes = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(data));
    out = crc32_iscsi(bytes, static_cast<int>(part), out);
    data += part;
    size -= part;
  }
  return ~out;
}
