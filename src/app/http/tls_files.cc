#include "app/http/tls_files.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string_view>
#include <system_error>

namespace wonjang {
namespace {

// OpenSSL says "system lib" of a file that isn't there, and nothing of which one it was.
Result<void> must_be_readable(const std::string& what, const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  char byte = 0;
  const bool is_readable = fd >= 0 && ::read(fd, &byte, 1) >= 0;
  const int why = errno;
  if (fd >= 0) ::close(fd);
  if (is_readable) return {};
  return invalid(what + " " + file + " can't be read: " + std::generic_category().message(why));
}

std::string reason() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  const char* text = code == 0 ? nullptr : ERR_reason_error_string(code);
  return text == nullptr ? "OpenSSL gives no reason" : text;
}

std::string text_of(const ASN1_TIME* time) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
  ASN1_TIME_print(out.get(), time);
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

Result<void> must_be_valid_now(const X509& certificate, const std::string& file) {
  const auto* until = X509_get0_notAfter(&certificate);
  if (X509_cmp_current_time(until) < 0) {
    return invalid("the TLS certificate " + file + " expired at " + text_of(until) +
                   ": every client that looks would refuse it; put a new one there");
  }
  const auto* from = X509_get0_notBefore(&certificate);
  if (X509_cmp_current_time(from) > 0) {
    return invalid("the TLS certificate " + file + " isn't valid before " + text_of(from) +
                   ": use it from then on, or look at this machine's clock");
  }
  return {};
}

}  // namespace

Result<void> load_tls_files(SSL_CTX* context, const std::string& certificate_file,
                            const std::string& key_file) {
  WJ_CHECK(must_be_readable("the TLS certificate", certificate_file));
  WJ_CHECK(must_be_readable("the TLS key", key_file));
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1)
    return invalid("the TLS certificate " + certificate_file + " holds no certificate in PEM: " + reason());
  WJ_CHECK(must_be_valid_now(*SSL_CTX_get0_certificate(context), certificate_file));
  if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    const auto why = reason();
    const bool is_other = why.find("mismatch") != std::string::npos;
    return invalid(is_other ? "the TLS key " + key_file + " isn't the key of the certificate " +
                                  certificate_file + ": they belong together, take both from one issue"
                            : "the TLS key " + key_file + " holds no key in PEM: " + why);
  }
  if (SSL_CTX_check_private_key(context) != 1)
    return invalid("the TLS key " + key_file + " isn't the key of the certificate " + certificate_file);
  return {};
}

}  // namespace wonjang
