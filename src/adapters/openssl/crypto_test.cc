#include "adapters/openssl/crypto.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "adapters/openssl/signed_note.h"

namespace wonjang {
namespace {

namespace fs = std::filesystem;

std::string bytes(std::string_view hex) { return from_hex(hex).value(); }

Hash256 seed(std::string_view hex) { return ByteReader(bytes(hex)).bytes<32>(); }

class CryptoFiles : public testing::Test {
 protected:
  CryptoFiles() {
    std::string pattern = (fs::temp_directory_path() / "wonjang_crypto_XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~CryptoFiles() override { fs::remove_all(folder_); }
  std::string path(const char* name) const { return (folder_ / name).string(); }
  void write_secret(const char* name, const std::string& text) const {
    std::ofstream(path(name)) << text;
    fs::permissions(path(name), fs::perms::owner_read | fs::perms::owner_write);
  }

  fs::path folder_;
};

TEST(Random, does_not_repeat_itself) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(random_bytes(16));
  EXPECT_EQ(seen.size(), 100U);
  EXPECT_EQ(random_bytes(0), "");
  EXPECT_EQ(random_bytes(33).size(), 33U);
}

// RFC 4231, cases 1, 2 and 6.
TEST(Hmac, gives_the_rfc_4231_examples) {
  EXPECT_EQ(to_hex(view(hmac_sha256(std::string(20, '\x0B'), "Hi There"))),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(to_hex(view(hmac_sha256("Jefe", "what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(view(hmac_sha256(std::string(131, '\xAA'),
                                    "Test Using Larger Than Block-Size Key - Hash Key First"))),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hmac, an_empty_key_is_a_key) {
  hmac_sha256("another", "message");
  EXPECT_EQ(to_hex(view(hmac_sha256({}, {}))),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(ConstantTimeEqual, is_equality) {
  EXPECT_TRUE(constant_time_equal("", ""));
  EXPECT_TRUE(constant_time_equal("abc", "abc"));
  EXPECT_FALSE(constant_time_equal("abc", "abd"));
  EXPECT_FALSE(constant_time_equal("abc", "ab"));
  EXPECT_FALSE(constant_time_equal("", "a"));
}

// RFC 8032 7.1, tests 1 and 2.
TEST(SigningKey, gives_the_rfc_8032_examples) {
  const auto first =
      SigningKey::from_seed(seed("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  EXPECT_EQ(to_hex(view(first.public_key())),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  const Signature empty = first.sign("");
  EXPECT_EQ(to_hex({reinterpret_cast<const char*>(empty.data()), empty.size()}),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe"
            "24655141438e7a100b");
  const auto second =
      SigningKey::from_seed(seed("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  EXPECT_EQ(to_hex(view(second.public_key())),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  EXPECT_TRUE(verify_signature(second.public_key(), "\x72", second.sign("\x72")));
}

TEST(SigningKey, a_changed_message_signature_or_key_is_refused) {
  const auto key = SigningKey::generate();
  const Signature signature = key.sign("message");
  EXPECT_TRUE(verify_signature(key.public_key(), "message", signature));
  EXPECT_FALSE(verify_signature(key.public_key(), "messagf", signature));
  EXPECT_FALSE(verify_signature(SigningKey::generate().public_key(), "message", signature));
  for (const std::size_t at : {0U, 31U, 32U, 63U}) {
    Signature bad = signature;
    bad[at] ^= 1;
    EXPECT_FALSE(verify_signature(key.public_key(), "message", bad)) << at;
  }
}

TEST_F(CryptoFiles, a_saved_key_is_the_same_key_and_nobody_else_reads_it) {
  const auto key = SigningKey::generate();
  ASSERT_TRUE(key.save(path("key.pem")));
  struct stat status {};
  ASSERT_EQ(::stat(path("key.pem").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const auto loaded = SigningKey::load(path("key.pem"));
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->public_key(), key.public_key());
}

TEST_F(CryptoFiles, a_key_is_never_written_over) {
  const auto first = SigningKey::generate();
  ASSERT_TRUE(first.save(path("key.pem")));
  const auto second = SigningKey::generate().save(path("key.pem"));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::conflict);
  EXPECT_EQ(SigningKey::load(path("key.pem"))->public_key(), first.public_key());
}

TEST_F(CryptoFiles, what_is_no_key_is_refused) {
  EXPECT_EQ(SigningKey::load(path("missing.pem")).error().kind, ErrorKind::not_found);
  for (const char* text : {"", "hello", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"}) {
    write_secret("bad.pem", text);
    EXPECT_EQ(SigningKey::load(path("bad.pem")).error().kind, ErrorKind::invalid) << text;
  }
  EXPECT_EQ(SigningKey::generate().save(path("no/such/folder.pem")).error().kind, ErrorKind::not_found);
}

TEST_F(CryptoFiles, a_key_that_others_may_read_is_refused) {
  ASSERT_TRUE(SigningKey::generate().save(path("key.pem")));
  fs::permissions(path("key.pem"), fs::perms::group_read, fs::perm_options::add);
  const auto key = SigningKey::load(path("key.pem"));
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().kind, ErrorKind::invalid);
}

TEST(TokenSeal, opens_what_it_sealed_and_shows_nothing_of_it) {
  const TokenSeal seal(Hash256{1});
  std::set<Hash128> tokens;
  for (std::uint8_t i = 0; i < 100; ++i) {
    Hash128 position{};
    position[15] = i;
    const Hash128 token = seal.seal(position);
    EXPECT_EQ(seal.open(token), position);
    EXPECT_EQ(seal.seal(position), token);
    tokens.insert(token);
  }
  EXPECT_EQ(tokens.size(), 100U);
  EXPECT_NE(TokenSeal(Hash256{2}).seal({}), seal.seal({}));
}

// The key id is the start of the hash of name, newline, 1 and public key (C2SP signed-note).
// key.
TEST(SignedNote, is_text_blank_line_and_signature) {
  const auto key = SigningKey::from_seed(Hash256{7});
  const std::string text = "wonjang.example/book0\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
  const std::string note = sign_note(key, "wonjang.example/book0", text);
  const std::string start = text + "\n\xE2\x80\x94 wonjang.example/book0 ";
  ASSERT_TRUE(note.starts_with(start)) << note;
  ASSERT_TRUE(note.ends_with("\n"));
  const auto signature = from_base64(note.substr(start.size(), note.size() - start.size() - 1));
  ASSERT_TRUE(signature);
  ASSERT_EQ(signature->size(), 68U);
  EXPECT_TRUE(verify_signature(key.public_key(), text, ByteReader(signature->substr(4)).bytes<64>()));

  const std::string vkey = verifier_key(key.public_key(), "wonjang.example/book0");
  EXPECT_EQ(vkey.substr(0, 31), "wonjang.example/book0+" + to_hex(signature->substr(0, 4)) + "+");
  EXPECT_EQ(from_base64(vkey.substr(31))->substr(1), view(key.public_key()));
}

// RFC 8410, section 10.1.
TEST(Signing, a_public_key_is_written_as_others_read_it) {
  const auto bytes = from_base64("GdCxDI6xz+TFybPmt2cLCzrY9+V8HU6Ki+Sb/oMJwK8=");
  ASSERT_TRUE(bytes && bytes->size() == 32);
  PublicKey key{};
  std::copy(bytes->begin(), bytes->end(), key.begin());
  EXPECT_EQ(public_key_pem(key),
            "-----BEGIN PUBLIC KEY-----\n"
            "MCowBQYDK2VwAyEAGdCxDI6xz+TFybPmt2cLCzrY9+V8HU6Ki+Sb/oMJwK8=\n"
            "-----END PUBLIC KEY-----\n");
}

}  // namespace
}  // namespace wonjang
