#include "adapters/openssl/signed_note.h"

#include "adapters/openssl/digest.h"

namespace wonjang {
namespace {

constexpr char kEd25519 = 0x01;

std::string typed(const PublicKey& key) {
  std::string out(1, kEd25519);
  out.append(reinterpret_cast<const char*>(key.data()), key.size());
  return out;
}

// The first four bytes of SHA-256(name, newline, type, public key).
std::string key_id(const PublicKey& key, std::string_view name) {
  const Hash256 hash = OpensslDigest().sha256(std::string(name) + "\n" + typed(key));
  return std::string(view(hash).substr(0, 4));
}

}  // namespace

std::string sign_note(const SigningKey& key, std::string_view name, std::string_view text) {
  WJ_ASSERT(text.ends_with('\n'));
  WJ_ASSERT(!name.empty());
  WJ_ASSERT(name.find_first_of(" +\n") == std::string_view::npos);
  const Signature signature = key.sign(text);
  std::string signed_bytes = key_id(key.public_key(), name);
  signed_bytes.append(reinterpret_cast<const char*>(signature.data()), signature.size());
  return std::string(text) + "\n\xE2\x80\x94 " + std::string(name) + " " + to_base64(signed_bytes) + "\n";
}

std::string verifier_key(const PublicKey& key, std::string_view name) {
  return std::string(name) + "+" + to_hex(key_id(key, name)) + "+" + to_base64(typed(key));
}

}  // namespace wonjang
