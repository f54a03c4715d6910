// Service: a whole ledger behind HTTP, made of its parts: books, ledger, gateway, resolver, API, server. The
// one place that knows them all.
//
//   ServiceConfig config{.data_dir = "/var/lib/wonjang"};
//   WJ_TRY(auto service, Service::open(config));
//   WJ_CHECK(service->start());
//   ... service->port() ...
//   service->drain(std::chrono::seconds(20));      // on SIGTERM
//
// A data directory belongs to one process at a time (the books' lock). In it: book-0, book-1 ...; secrets/
// (pepper, token key, signing key; all 0600); views/ and money/ (derived, may be deleted); jobs/ (requests
// whose job isn't over); layout (the number of books, fixed, written once all of them exist: from then on a
// missing one is refused, never made anew); operator.key, the first operator's key, made when no key was ever
// created.
//
// Threads: open, start, drain and the destructor from one thread; the rest from any.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "app/service/service_config.h"

namespace wonjang {

class Api;
class Book;
class Ledger;
class SigningKey;

class Service {
 public:
  // Opens the books; nobody is served yet. Errors: invalid (configuration, the directory isn't for it),
  // not_found (a book is missing), unavailable (in use, no space), corrupt.
  // `wrap` is for tests: it gets every opened book, to stand between it and the ledger.
  using WrapBook = std::function<std::unique_ptr<Book>(std::unique_ptr<Book>)>;
  static Result<std::unique_ptr<Service>> open(ServiceConfig config, WrapBook wrap = {});
  ~Service();  // drain(0)
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // Listens. Errors: invalid (address, certificate), unavailable (port taken).
  Result<void> start();

  std::uint16_t port() const;
  // In memory there is no file: the first operator's key.
  const std::string& operator_key() const;

  // Takes nothing new, answers what is under way (at most `deadline`), then stops the parts in order: door,
  // providers, resolver, books. Gives the number of connections cut off.
  std::size_t drain(std::chrono::milliseconds deadline);

  // For the command line and tests.
  Ledger& ledger();
  Api& api();
  const SigningKey& signing_key() const;

 private:
  struct Impl;
  explicit Service(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Where the parts of a data directory are.
std::string book_directory(const std::string& data_dir, std::uint32_t book);
std::string signing_key_file(const std::string& data_dir);
std::string operator_key_file(const std::string& data_dir);

}  // namespace wonjang
