#include "app/api/proof_file.h"

#include "adapters/openssl/signed_note.h"
#include "engine/ledger/head.h"

namespace wonjang {
namespace {

void append_hash_line(std::string& out, const Hash256& hash) {
  out.append("hash ").append(to_base64(view(hash))).append("\n");
}

Result<BookHead> head_of(const Book& book) {
  WJ_TRY(const auto bytes, book.head());
  return decode_head(bytes);
}

}  // namespace

std::string origin_of(std::string_view log_name, std::uint32_t book) {
  return std::string(log_name) + "/book" + std::to_string(book);
}

std::string checkpoint_text(const SigningKey& key, std::string_view origin, std::uint64_t size,
                            const Hash256& root) {
  std::string text(origin);
  text.append("\n").append(std::to_string(size)).append("\n").append(to_base64(view(root))).append("\n");
  return sign_note(key, origin, text);
}

Result<std::string> checkpoint_of(const Book& book, const Digest& digest, const SigningKey& key,
                                  std::string_view origin) {
  WJ_TRY(const auto head, head_of(book));
  return checkpoint_text(key, origin, head.tree.size(), head.tree.root(digest));
}

Result<std::string> payment_proof_of(const Book& book, const Digest& digest, const SigningKey& key,
                                     std::string_view origin, PaymentId payment) {
  WJ_TRY(const auto proof, prove_stream(book, digest, payment.raw()));
  std::string out = "wonjang-proof v1\npayment " + payment.text() + "\n";
  for (const auto& event : proof.events) {
    out.append("event ")
        .append(std::to_string(event.leaf))
        .append(" ")
        .append(to_base64(event.bytes))
        .append("\n");
    for (const auto& hash : event.path) append_hash_line(out, hash);
  }
  out.append("checkpoint\n").append(checkpoint_text(key, origin, proof.tree_size, proof.root));
  return out;
}

Result<std::string> consistency_proof_of(const Book& book, const Digest& digest, const SigningKey& key,
                                         std::string_view origin, std::uint64_t old_size) {
  WJ_TRY(const auto head, head_of(book));
  WJ_TRY(const auto proof, prove_consistency(book, digest, old_size, head.tree.size()));
  std::string out = "wonjang-consistency v1\n";
  for (const auto& hash : proof.path) append_hash_line(out, hash);
  out.append("old\n").append(checkpoint_text(key, origin, old_size, proof.old_root));
  out.append("new\n").append(checkpoint_text(key, origin, head.tree.size(), proof.new_root));
  return out;
}

}  // namespace wonjang
