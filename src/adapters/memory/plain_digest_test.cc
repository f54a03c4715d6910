#include "adapters/memory/plain_digest.h"

#include "testing/digest_contract.h"

namespace wonjang {

INSTANTIATE_TYPED_TEST_SUITE_P(Plain, DigestContract, PlainDigest);

}  // namespace wonjang
