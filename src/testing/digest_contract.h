// What every Digest promises: it is SHA-256. The NIST examples, and one hash over the hashes of 209 messages
// of all lengths around the block borders, made with another implementation (Python's hashlib).
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "ports/digest.h"

namespace wonjang {

template <typename Adapter>
class DigestContract : public testing::Test {
 protected:
  std::string hex(std::string_view message) const { return to_hex(view(digest_.sha256(message))); }
  const Adapter adapter_{};
  const Digest& digest_ = adapter_;
};
TYPED_TEST_SUITE_P(DigestContract);

inline std::string patterned(std::size_t size) {
  std::string out;
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<char>(i * 131 + 7));
  return out;
}

TYPED_TEST_P(DigestContract, gives_the_nist_examples) {
  EXPECT_EQ(this->hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(this->hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(this->hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(
      this->hex(
          "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs"
          "mnopqrstnopqrstu"),
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  EXPECT_EQ(this->hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TYPED_TEST_P(DigestContract, agrees_with_another_implementation_on_every_length) {
  std::string hashes;
  for (std::size_t size = 0; size <= 200; ++size) hashes.append(view(this->digest_.sha256(patterned(size))));
  for (const std::size_t size : {255U, 256U, 257U, 1000U, 4095U, 4096U, 4097U, 65'537U}) {
    hashes.append(view(this->digest_.sha256(patterned(size))));
  }
  EXPECT_EQ(this->hex(hashes), "78450f11ca9c2f311b343aec17b0673c8d51785141a91e7a4f9bf5691e9711a1");
}

TYPED_TEST_P(DigestContract, two_parts_are_one_message) {
  for (const std::size_t size : {0U, 1U, 55U, 56U, 63U, 64U, 65U, 119U, 120U, 200U}) {
    const std::string message = patterned(size);
    for (std::size_t cut = 0; cut <= size; ++cut) {
      const std::string_view whole = message;
      EXPECT_EQ(this->digest_.sha256(whole.substr(0, cut), whole.substr(cut)), this->digest_.sha256(whole))
          << size << " " << cut;
    }
  }
}

REGISTER_TYPED_TEST_SUITE_P(DigestContract, gives_the_nist_examples,
                            agrees_with_another_implementation_on_every_length, two_parts_are_one_message);

}  // namespace wonjang
