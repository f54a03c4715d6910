#include "verify/text.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

namespace verify {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kDash = "\xE2\x80\x94 ";  // em dash, space
constexpr std::size_t kSignaturesMax = 64;
constexpr std::size_t kKeyIdSize = 4;
constexpr std::size_t kSignatureSize = 64;

Hash hash_from(std::string_view bytes) {
  Hash out;
  std::copy_n(bytes.begin(), out.size(), out.begin());
  return out;
}

std::string key_id(std::string_view name, const Hash& key) {
  std::string input(name);
  input += "\n\x01";
  input.append(key.begin(), key.end());
  const Hash hash = sha256(input);
  return {hash.begin(), hash.begin() + kKeyIdSize};
}

bool signature_holds(const Hash& key, std::string_view text, std::string_view signature) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pkey(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()), &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const auto* const signed_by = reinterpret_cast<const unsigned char*>(signature.data());
  const auto* const message = reinterpret_cast<const unsigned char*>(text.data());
  return pkey && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) == 1 &&
         EVP_DigestVerify(context.get(), signed_by, signature.size(), message, text.size()) == 1;
}

// The line "— name base64": true when it is by this key. One by this key that doesn't hold is the end.
bool is_signature_by(const Key& key, std::string_view line, std::string_view text) {
  const std::size_t space = line.rfind(' ');
  require(space != std::string_view::npos && space > 0, "a signature line has no name");
  const std::string_view name = line.substr(0, space);
  const std::string signature = base64_decoded(line.substr(space + 1));
  require(signature.size() > kKeyIdSize, "a signature line is too short");
  if (name != key.name || signature.substr(0, kKeyIdSize) != key_id(name, key.bytes)) return false;
  require(signature.size() == kKeyIdSize + kSignatureSize, "the signature isn't 64 bytes");
  require(signature_holds(key.bytes, text, std::string_view(signature).substr(kKeyIdSize)),
          "the signature of the checkpoint doesn't hold");
  return true;
}

std::string pem_body(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN PUBLIC KEY-----";
  constexpr std::string_view kEnd = "-----END PUBLIC KEY-----";
  const std::size_t end = text.find(kEnd);
  require(end != std::string_view::npos, "the PEM key has no end");
  std::string body(text.substr(kBegin.size(), end - kBegin.size()));
  std::erase_if(body, [](char c) { return c == '\n' || c == '\r'; });
  return body;
}

}  // namespace

Hash sha256(std::string_view bytes) {
  Hash out;
  unsigned size = 0;
  require(EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, EVP_sha256(), nullptr) == 1 &&
              size == out.size(),
          "SHA-256 isn't to be had on this machine");
  return out;
}

std::string base64_decoded(std::string_view text) {
  require(text.size() % 4 == 0, "base64 isn't padded");
  const std::size_t end = std::min(text.find('='), text.size());
  require(text.substr(end) == std::string_view("==").substr(0, text.size() - end) && text.size() - end <= 2,
          "base64 is padded in the wrong way");
  std::string out;
  std::uint32_t bits = 0;
  unsigned have = 0;  // bits that are not yet part of a byte
  for (const char c : text.substr(0, end)) {
    const std::size_t value = kBase64.find(c);
    require(value != std::string_view::npos, "a character isn't base64");
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    have += 6;
    if (have < 8) continue;
    have -= 8;
    out.push_back(static_cast<char>(bits >> have));
    bits &= (1U << have) - 1;
  }
  require(bits == 0, "base64 has bits behind its end");
  return out;
}

Hash hash_of(std::string_view base64) {
  const std::string bytes = base64_decoded(base64);
  require(bytes.size() == Hash().size(), "a hash isn't 32 bytes");
  return hash_from(bytes);
}

std::string_view Lines::next() {
  ++number_;
  const std::size_t end = rest_.find('\n');
  require(end != std::string_view::npos, "the file ends before its time");
  const std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return line;
}

void Lines::expect(std::string_view line) {
  require(next() == line, "expected the line \"" + std::string(line) + "\"");
}

std::string_view Lines::after(std::string_view word) {
  std::string_view line = next();
  require(line.starts_with(word), "expected a line that starts with \"" + std::string(word) + "\"");
  line.remove_prefix(word.size());
  return line;
}

std::uint64_t integer_of(std::string_view text) {
  constexpr std::size_t kDigitsMax = 18;
  require(!text.empty() && text.size() <= kDigitsMax, "a number is missing or too long");
  require(text == "0" || text[0] != '0', "a number has a leading zero");
  std::uint64_t out = 0;
  for (const char c : text) {
    require(c >= '0' && c <= '9', "a number has another character than digits");
    out = out * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return out;
}

Key key_of(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  if (text.starts_with("-----BEGIN PUBLIC KEY-----")) {
    const std::string der = base64_decoded(pem_body(text));
    constexpr std::string_view kEd25519("\x30\x2A\x30\x05\x06\x03\x2B\x65\x70\x03\x21\x00", 12);
    require(der.size() == 44 && der.starts_with(kEd25519), "the PEM key isn't Ed25519");
    return {"", hash_from(std::string_view(der).substr(kEd25519.size()))};
  }
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (text.size() == 44) return {"", hash_of(text)};
  require(second != std::string_view::npos && first > 0,
          "the key is neither name+id+base64, 32 bytes in base64 nor PEM");
  const std::string typed = base64_decoded(text.substr(second + 1));
  require(typed.size() == 33 && typed[0] == '\x01', "the key isn't Ed25519");
  Key key{std::string(text.substr(0, first)), hash_from(std::string_view(typed).substr(1))};
  std::string id;
  for (const char c : key_id(key.name, key.bytes)) {
    constexpr std::string_view kHex = "0123456789abcdef";
    id += kHex[static_cast<unsigned char>(c) >> 4U];
    id += kHex[static_cast<unsigned char>(c) & 15U];
  }
  require(text.substr(first + 1, second - first - 1) == id, "the key's id doesn't fit its name and bytes");
  return key;
}

Checkpoint take_checkpoint(Lines& lines, const Key& given) {
  const std::string_view start = lines.rest();
  Checkpoint out;
  out.origin = lines.next();
  require(!out.origin.empty(), "the checkpoint has no origin");
  out.size = integer_of(lines.next());
  out.root = hash_of(lines.next());
  lines.expect("");
  const std::string_view text =
      start.substr(0, start.size() - lines.rest().size() - 1);  // without the empty line

  const Key key{given.name.empty() ? out.origin : given.name, given.bytes};
  require(key.name == out.origin, "the checkpoint is of " + out.origin + ", the key of " + key.name);
  bool is_signed = false;
  for (std::size_t count = 0; lines.next_starts_with(kDash); ++count) {
    require(count < kSignaturesMax, "the checkpoint has too many signatures");
    if (is_signature_by(key, lines.after(kDash), text)) is_signed = true;
  }
  require(is_signed, "the checkpoint isn't signed by this key");
  return out;
}

}  // namespace verify
