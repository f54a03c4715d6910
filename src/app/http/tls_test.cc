#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdio>
#include <filesystem>

#include "app/http/http_test_client.h"
#include "app/http/server.h"

namespace wonjang {
namespace {

class Echo : public HttpHandler {
 public:
  void handle(HttpRequest request, Respond respond) override {
    HttpResponse out;
    out.body = request.head.is_tls() ? "tls " + request.body : "plain";
    respond(std::move(out));
  }
};

// A temporary folder with a self-signed certificate and its key.
class HttpTlsTest : public ::testing::Test {
 protected:
  HttpTlsTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "wj_tls_XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"),
                               -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_sign(certificate, key, EVP_sha256());
    write("cert.pem", [&](FILE* f) { PEM_write_X509(f, certificate); });
    write("key.pem", [&](FILE* f) { PEM_write_PrivateKey(f, key, nullptr, nullptr, 0, nullptr, nullptr); });
    X509_free(certificate);
    EVP_PKEY_free(key);
    context_ = SSL_CTX_new(TLS_client_method());
  }
  ~HttpTlsTest() override {
    SSL_CTX_free(context_);
    std::filesystem::remove_all(folder_);
  }
  template <typename F>
  void write(const char* name, F f) {
    FILE* file = std::fopen((folder_ + "/" + name).c_str(), "w");
    f(file);
    std::fclose(file);
  }
  HttpServerOptions options() const {
    HttpServerOptions out;
    out.tls_certificate_file = folder_ + "/cert.pem";
    out.tls_key_file = folder_ + "/key.pem";
    return out;
  }

  std::string folder_;
  SSL_CTX* context_ = nullptr;
  Echo echo_;
};

TEST_F(HttpTlsTest, requests_and_large_answers_pass_and_the_end_is_said) {
  auto server = HttpServer::start(options(), echo_);
  ASSERT_TRUE(server) << server.error().message;
  const TestClient socket((*server)->port());
  SSL* ssl = SSL_new(context_);
  SSL_set_fd(ssl, socket.fd());
  ASSERT_EQ(SSL_connect(ssl), 1);
  EXPECT_GE(SSL_version(ssl), TLS1_2_VERSION);
  const std::string body(900'000, 'z');
  std::string request = "POST /a HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(body.size()) +
                        "\r\n\r\n" + body + "GET /b HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n";
  ASSERT_EQ(SSL_write(ssl, request.data(), static_cast<int>(request.size())),
            static_cast<int>(request.size()));
  std::string got;
  char bytes[16384];
  int n = 0;
  while ((n = SSL_read(ssl, bytes, sizeof bytes)) > 0) got.append(bytes, static_cast<std::size_t>(n));
  EXPECT_EQ(SSL_get_error(ssl, n), SSL_ERROR_ZERO_RETURN);  // close_notify, not a cut
  EXPECT_NE(got.find("tls " + body), std::string::npos);
  EXPECT_NE(got.find("Connection: close\r\n\r\ntls "), std::string::npos);
  SSL_free(ssl);
}

TEST_F(HttpTlsTest, old_versions_and_plain_text_are_turned_away) {
  auto server = HttpServer::start(options(), echo_);
  ASSERT_TRUE(server);
  SSL_CTX_set_security_level(context_, 0);
  SSL_CTX_set_max_proto_version(context_, TLS1_1_VERSION);
  const TestClient old((*server)->port());
  SSL* ssl = SSL_new(context_);
  SSL_set_fd(ssl, old.fd());
  EXPECT_NE(SSL_connect(ssl), 1);
  SSL_free(ssl);
  ERR_clear_error();
  TestClient plain((*server)->port());
  plain.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(plain.read_all().find("HTTP/1.1"), std::string::npos);
  EXPECT_TRUE(eventually([&] { return (*server)->stats().connections_open == 0; }));
}

TEST_F(HttpTlsTest, a_missing_file_or_half_a_pair_is_invalid) {
  auto broken = options();
  broken.tls_key_file = folder_ + "/none.pem";
  const auto missing = HttpServer::start(broken, echo_);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::invalid);
  EXPECT_NE(missing.error().message.find("none.pem"), std::string::npos);
  broken.tls_key_file.clear();
  EXPECT_FALSE(HttpServer::start(broken, echo_));
}

}  // namespace
}  // namespace wonjang
