#include "adapters/openssl/digest.h"

// The low-level functions are deprecated in favour of EVP, which takes 243 ns for 300 bytes where these take
// 212, and that an event has: a context from the heap and two indirections per call. They stay in every
// OpenSSL 3.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

namespace wonjang {

Hash256 OpensslDigest::sha256(std::string_view bytes) const { return sha256({}, bytes); }

Hash256 OpensslDigest::sha256(std::string_view prefix, std::string_view bytes) const {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, prefix.data(), prefix.size());
  SHA256_Update(&context, bytes.data(), bytes.size());
  Hash256 out;
  SHA256_Final(out.data(), &context);
  return out;
}

}  // namespace wonjang
