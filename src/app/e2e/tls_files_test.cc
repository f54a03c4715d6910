// TLS from files: the program with a certificate and a key of its own speaks HTTPS; with files that no client
// would be content with it says what is wrong with which, and doesn't begin.
#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>

#include "app/e2e/server.h"
#include "testing/temp_dir.h"

namespace wonjang::e2e {
namespace {

template <typename T, void (*release)(T*)>
struct Released {
  void operator()(T* of) const { release(of); }
};
using PrivateKey = std::unique_ptr<EVP_PKEY, Released<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Released<X509, X509_free>>;
using TlsContext = std::unique_ptr<SSL_CTX, Released<SSL_CTX, SSL_CTX_free>>;
using Tls = std::unique_ptr<SSL, Released<SSL, SSL_free>>;

void write_pem(const std::string& file, const std::function<void(FILE*)>& write) {
  FILE* out = std::fopen(file.c_str(), "w");
  ASSERT_NE(out, nullptr) << file;
  write(out);
  std::fclose(out);
}

class TlsFiles : public testing::TestWithParam<std::uint32_t> {
 protected:
  // A server that dies is a failure to be told, not the end of all tests: OpenSSL writes to what it had.
  TlsFiles() { std::signal(SIGPIPE, SIG_IGN); }

  // Signed by itself for 127.0.0.1, valid in [from, until) seconds from now.
  void make_pair(const std::string& name, long from_s, long until_s) const {
    const PrivateKey key(EVP_EC_gen("P-256"));
    const Certificate made(X509_new());
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), from_s);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), until_s);
    X509_set_pubkey(made.get(), key.get());
    auto* subject = X509_get_subject_name(made.get());
    const std::string host = "127.0.0.1";
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(host.c_str()), -1, -1, 0);
    X509_set_issuer_name(made.get(), subject);
    const std::unique_ptr<X509_EXTENSION, Released<X509_EXTENSION, X509_EXTENSION_free>> names(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("IP:" + host).c_str()));
    X509_add_ext(made.get(), names.get(), -1);
    ASSERT_GT(X509_sign(made.get(), key.get(), EVP_sha256()), 0);
    write_pem(certificate(name), [&](FILE* f) { PEM_write_X509(f, made.get()); });
    write_pem(key_of(name),
              [&](FILE* f) { PEM_write_PrivateKey(f, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  }
  std::string certificate(const std::string& name) const { return directory_ / (name + ".crt"); }
  std::string key_of(const std::string& name) const { return directory_ / (name + ".key"); }

  static std::vector<std::string> flags(const std::string& certificate_file, const std::string& key_file) {
    return {"--set", "http.tls_certificate_file=" + certificate_file, "--set",
            "http.tls_key_file=" + key_file};
  }

  // One request by somebody who believes `name`'s certificate alone; empty: no connection was made.
  std::string https_get(const std::string& name, const std::string& target) const {
    const TlsContext context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    EXPECT_EQ(SSL_CTX_load_verify_file(context.get(), certificate(name).c_str()), 1);
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_port = htons(server_.port());
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&there), sizeof there), 0);
    const timeval patience{20, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    std::string answer;
    {
      const Tls tls(SSL_new(context.get()));
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls.get()), "127.0.0.1");
      SSL_set_fd(tls.get(), fd);
      auto key = text_of_file(server_.key_file());
      std::erase(key, '\n');
      const std::string request = "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" +
                                  "Authorization: Bearer " + key + "\r\n\r\n";
      if (SSL_connect(tls.get()) == 1 &&
          SSL_write(tls.get(), request.data(), static_cast<int>(request.size())) > 0) {
        char buffer[4096];
        for (int n = 0; (n = SSL_read(tls.get(), buffer, sizeof buffer)) > 0;)
          answer.append(buffer, static_cast<std::size_t>(n));
      }
    }
    ::close(fd);
    return answer;
  }

  // `serve` ends by itself as after any wrong configuration, and names the file and what is wrong with it.
  void expect_refused(const std::string& certificate_file, const std::string& key_file,
                      const std::string& named, const std::string& why) {
    ASSERT_FALSE(server_.try_start(flags(certificate_file, key_file))) << why;
    EXPECT_EQ(server_.process().wait(), 2) << server_.log();
    EXPECT_NE(server_.log().find(named), std::string::npos) << server_.log();
    EXPECT_NE(server_.log().find(why), std::string::npos) << server_.log();
    std::filesystem::remove(server_.data_dir() + ".log");
  }

  static constexpr long kHour = 3600;
  TempDir directory_;
  Server server_{directory_ / "ledger", {.books = GetParam()}};
};
INSTANTIATE_TEST_SUITE_P(Books, TlsFiles, testing::Values(1U, 4U));

TEST_P(TlsFiles, a_certificate_and_its_key_make_the_door_https_and_nothing_else) {
  make_pair("server", -kHour, kHour);
  make_pair("stranger", -kHour, kHour);
  ASSERT_TRUE(server_.start(flags(certificate("server"), key_of("server"))));
  const auto answer = https_get("server", "/v1/events?limit=5");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer;
  EXPECT_NE(answer.find("com.wonjang.api_key.created"), std::string::npos) << answer;
  EXPECT_EQ(https_get("stranger", "/livez"), "") << "whoever believes another certificate doesn't get in";
  EXPECT_FALSE(server_.house().get("/livez")) << "no plain HTTP beside it";
  EXPECT_EQ(server_.stop(), 0);
}

TEST_P(TlsFiles, what_no_client_would_accept_is_refused_at_the_start_in_words) {
  make_pair("server", -kHour, kHour);
  make_pair("other", -kHour, kHour);
  make_pair("expired", -2 * kHour, -kHour);
  make_pair("early", kHour, 2 * kHour);
  std::ofstream(directory_ / "letter.pem") << "Dear customer,\n";
  const auto good = certificate("server");
  const auto key = key_of("server");
  expect_refused(directory_ / "none.crt", key, "none.crt", "No such file or directory");
  expect_refused(good, directory_ / "none.key", "none.key", "No such file or directory");
  expect_refused(directory_.path(), key, directory_.path(), "can't be read: Is a directory");
  expect_refused(directory_ / "letter.pem", key, "letter.pem", "holds no certificate in PEM");
  expect_refused(good, directory_ / "letter.pem", "letter.pem", "holds no key in PEM");
  expect_refused(good, key_of("other"), "other.key", "isn't the key of the certificate");
  expect_refused(certificate("expired"), key_of("expired"), "expired.crt", "expired at ");
  expect_refused(certificate("early"), key_of("early"), "early.crt", "isn't valid before ");
  if (::geteuid() != 0) {  // root reads everything
    std::filesystem::permissions(key, std::filesystem::perms::none);
    expect_refused(good, key, "server.key", "Permission denied");
    std::filesystem::permissions(key, std::filesystem::perms::owner_read);
  }
  ASSERT_TRUE(server_.start(flags(good, key))) << "and none of it did harm";
  EXPECT_TRUE(https_get("server", "/livez").starts_with("HTTP/1.1 200"));
}

}  // namespace
}  // namespace wonjang::e2e
