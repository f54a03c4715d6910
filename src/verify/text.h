// The text side of proofs: lines, base64, keys, checkpoints (C2SP signed notes). Written for the verifier
// alone. Anything that isn't exactly as docs/formats/proof.md says throws NotValid: one meaning, one
// spelling. Threads: any.
#pragma once

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace verify {

using Hash = std::array<std::uint8_t, 32>;

// The check that failed, as a sentence.
class NotValid : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline void require(bool holds, const std::string& otherwise) {
  if (!holds) throw NotValid(otherwise);
}

Hash sha256(std::string_view bytes);
std::string base64_decoded(std::string_view text);
Hash hash_of(std::string_view base64);

// Takes a text apart from the front, line by line. Every line ends in a newline.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool next_starts_with(std::string_view word) const { return rest_.starts_with(word); }
  std::string_view next();
  void expect(std::string_view line);
  // The next line without `word` in front of it.
  std::string_view after(std::string_view word);
  std::size_t number() const { return number_; }  // of the line read last
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

// Decimal, no sign, no leading zero, up to 2^63 - 1.
std::uint64_t integer_of(std::string_view text);

struct Key {
  std::string name;  // empty: of whatever origin the checkpoint names
  Hash bytes{};      // Ed25519
};
// "name+id+base64", base64 of 32 bytes, or a PEM public key.
Key key_of(std::string_view text);

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Hash root{};
};
// Reads a signed note up to the end of its signature lines and checks the signature.
Checkpoint take_checkpoint(Lines& lines, const Key& key);

}  // namespace verify
