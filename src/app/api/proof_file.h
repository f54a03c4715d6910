// The text files of docs/formats/proof.md: checkpoints, payment proofs, consistency proofs. Shared by the API
// and the command line. Threads: any.
#pragma once

#include <string>
#include <string_view>

#include "adapters/openssl/crypto.h"
#include "base/result.h"
#include "domain/ids.h"
#include "engine/ledger/proof.h"

namespace wonjang {

// "wonjang/book0": what a book's tree is called in its checkpoints. REQUIRES: `log_name` has no space and no
// '+'
std::string origin_of(std::string_view log_name, std::uint32_t book);

// The signed head of the tree at `size`.
std::string checkpoint_text(const SigningKey& key, std::string_view origin, std::uint64_t size,
                            const Hash256& root);

// The present head. Errors: those of the book.
Result<std::string> checkpoint_of(const Book& book, const Digest& digest, const SigningKey& key,
                                  std::string_view origin);

// Errors: not_found (no such payment), unavailable (only just written), and those of the book.
Result<std::string> payment_proof_of(const Book& book, const Digest& digest, const SigningKey& key,
                                     std::string_view origin, PaymentId payment);

// That the tree of `old_size` is the beginning of the present one. Errors: invalid (old_size), and those of
// the book.
Result<std::string> consistency_proof_of(const Book& book, const Digest& digest, const SigningKey& key,
                                         std::string_view origin, std::uint64_t old_size);

}  // namespace wonjang
