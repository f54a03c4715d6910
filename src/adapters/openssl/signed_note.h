// Signed notes (C2SP signed-note) with one Ed25519 signature: the form of a tree head. See
// docs/formats/proof.md. Threads: any.
#pragma once

#include <string>
#include <string_view>

#include "adapters/openssl/crypto.h"

namespace wonjang {

// `text`, an empty line, and the signature line "— name base64(key id, signature)".
// REQUIRES: `text` ends in a newline; `name` is not empty and has no space and no '+'.
std::string sign_note(const SigningKey& key, std::string_view name, std::string_view text);

// "name+hex(key id)+base64(0x01, public key)": what wonjang-verify and other tools take as --key.
std::string verifier_key(const PublicKey& key, std::string_view name);

}  // namespace wonjang
