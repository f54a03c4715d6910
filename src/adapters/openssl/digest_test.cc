#include "adapters/openssl/digest.h"

#include "testing/digest_contract.h"

namespace wonjang {

INSTANTIATE_TYPED_TEST_SUITE_P(Openssl, DigestContract, OpensslDigest);

}  // namespace wonjang
