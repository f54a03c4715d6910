#include "adapters/openssl/crypto.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

// One AES block through EVP needs a context per thread or per call; the block function needs neither.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/aes.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

namespace wonjang {
namespace {

constexpr std::size_t kKeyFileBytesMax = 4096;

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

struct BioFree {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
using Bio = std::unique_ptr<BIO, BioFree>;

struct ContextFree {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, ContextFree>;

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

Error to_error(const std::string& path, int error) {
  const std::string message = path + ": " + std::strerror(error);
  if (error == ENOENT) return not_found(message);
  if (error == EEXIST) return conflict(message);
  return unavailable(message);
}

// No pass phrases: without this the library asks on the terminal.
int no_pass_phrase(char*, int, int, void*) { return 0; }

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(file) == 0;
}

// Without this the file's name may be gone after a power failure.
bool sync_folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  const File file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return file.get() >= 0 && ::fsync(file.get()) == 0;
}

}  // namespace

std::string random_bytes(std::size_t size) {
  std::string out(size, '\0');
  WJ_ASSERT(RAND_bytes(reinterpret_cast<std::uint8_t*>(out.data()), static_cast<int>(size)) == 1);
  return out;
}

Hash256 hmac_sha256(std::string_view key, std::string_view message) {
  Hash256 out;
  unsigned size = 0;
  // An empty view may have no address, which HMAC() takes for "the key of the last call".
  const void* const key_bytes = key.empty() ? "" : key.data();
  WJ_ASSERT(HMAC(EVP_sha256(), key_bytes, static_cast<int>(key.size()), bytes_of(message), message.size(),
                 out.data(), &size) != nullptr);
  WJ_ASSERT(size == out.size());
  return out;
}

bool constant_time_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void SigningKey::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

SigningKey SigningKey::generate() {
  EVP_PKEY* const key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  WJ_ASSERT(key != nullptr);
  return SigningKey(key);
}

SigningKey SigningKey::from_seed(const Hash256& seed) {
  EVP_PKEY* const key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size());
  WJ_ASSERT(key != nullptr);
  return SigningKey(key);
}

Result<SigningKey> SigningKey::load(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return to_error(path, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return to_error(path, errno);
  if ((status.st_mode & 077U) != 0) return invalid(path + ": others may read this secret key; chmod 600 it");

  std::string text(kKeyFileBytesMax, '\0');
  const ssize_t size = ::read(file.get(), text.data(), text.size());
  if (size < 0) return to_error(path, errno);
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(size)));
  WJ_ASSERT(bio != nullptr);
  SigningKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_pass_phrase, nullptr));
  OPENSSL_cleanse(text.data(), text.size());
  if (key.key_ == nullptr || EVP_PKEY_get_id(key.key_.get()) != EVP_PKEY_ED25519) {
    return invalid(path + ": no Ed25519 secret key in PEM form");
  }
  return key;
}

Result<void> SigningKey::save(const std::string& path) const {
  const Bio bio(BIO_new(BIO_s_secmem()));
  WJ_ASSERT(bio != nullptr);
  WJ_ASSERT(PEM_write_bio_PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);

  const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.get() < 0) return to_error(path, errno);
  if (!write_all(file.get(), {text, static_cast<std::size_t>(size)}) || !sync_folder_of(path)) {
    const int error = errno;
    ::unlink(path.c_str());
    return unavailable(path + ": " + std::strerror(error));
  }
  return {};
}

PublicKey SigningKey::public_key() const {
  PublicKey out;
  std::size_t size = out.size();
  WJ_ASSERT(EVP_PKEY_get_raw_public_key(key_.get(), out.data(), &size) == 1);
  return out;
}

Signature SigningKey::sign(std::string_view message) const {
  const Context context(EVP_MD_CTX_new());
  Signature out;
  std::size_t size = out.size();
  WJ_ASSERT(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
  WJ_ASSERT(EVP_DigestSign(context.get(), out.data(), &size, bytes_of(message), message.size()) == 1);
  return out;
}

std::string public_key_pem(const PublicKey& key) {
  // SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING of 32 bytes }
  constexpr std::string_view kBefore("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 12);
  std::string der(kBefore);
  der.append(reinterpret_cast<const char*>(key.data()), key.size());
  return "-----BEGIN PUBLIC KEY-----\n" + to_base64(der) + "\n-----END PUBLIC KEY-----\n";
}

bool verify_signature(const PublicKey& key, std::string_view message, const Signature& signature) {
  EVP_PKEY* const raw = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size());
  if (raw == nullptr) return false;
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> owned(raw, &EVP_PKEY_free);
  const Context context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, raw) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes_of(message),
                          message.size()) == 1;
}

struct TokenSeal::Keys {
  AES_KEY encrypt;
  AES_KEY decrypt;
  ~Keys() { OPENSSL_cleanse(this, sizeof *this); }
};

TokenSeal::TokenSeal(const Hash256& server_secret) : keys_(std::make_unique<Keys>()) {
  // A label of its own, so that this key says nothing about others made from the same secret.
  const Hash256 key = hmac_sha256(view(server_secret), "wonjang token seal v1");
  WJ_ASSERT(AES_set_encrypt_key(key.data(), 128, &keys_->encrypt) == 0);
  WJ_ASSERT(AES_set_decrypt_key(key.data(), 128, &keys_->decrypt) == 0);
}
TokenSeal::~TokenSeal() = default;
TokenSeal::TokenSeal(TokenSeal&&) noexcept = default;
TokenSeal& TokenSeal::operator=(TokenSeal&&) noexcept = default;

Hash128 TokenSeal::seal(const Hash128& plain) const {
  Hash128 out;
  AES_encrypt(plain.data(), out.data(), &keys_->encrypt);
  return out;
}

Hash128 TokenSeal::open(const Hash128& token) const {
  Hash128 out;
  AES_decrypt(token.data(), out.data(), &keys_->decrypt);
  return out;
}

}  // namespace wonjang
