// The server's certificate and key, from PEM files, into an OpenSSL context. What no client would accept is
// refused here, at the start, where somebody is looking.
// Threads: any (function).
#pragma once

#include <openssl/types.h>

#include <string>

#include "base/result.h"

namespace wonjang {

// Errors: invalid, each with the file and what is wrong with it: it can't be read, it holds no certificate
// (or key), the key is another certificate's, the certificate has expired or isn't valid yet. A certificate
// that expires while the server runs stops nothing: clients refuse it from then on.
Result<void> load_tls_files(SSL_CTX* context, const std::string& certificate_file,
                            const std::string& key_file);

}  // namespace wonjang
