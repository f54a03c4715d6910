// Proofs that a stranger can check (docs/formats/proof.md): of a payment, and the signed heads of the books.
// They read a part of the tree, so they run on the waiters' thread.

#include <utility>

#include "adapters/openssl/signed_note.h"
#include "app/api/api.h"
#include "app/api/json/json_writer.h"
#include "app/api/proof_file.h"
#include "app/api/query.h"

namespace wonjang {
namespace {

void answer_text(Api& api, CallPtr call, std::string text) {
  HttpResponse response;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(text);
  api.answer(std::move(call), std::move(response));
}

// Runs `work` beside the I/O threads.
void off_thread(Api& api, CallPtr call, std::function<void(Api&, CallPtr)> work) {
  const auto held = std::make_shared<CallPtr>(std::move(call));
  const bool taken = api.parts().waiters.add(
      [&api, held, work = std::move(work)](bool) {
        work(api, std::move(*held));
        return true;
      },
      std::chrono::steady_clock::now());
  if (!taken) api.answer_no_room(std::move(*held));
}

void prove_payment(Api& api, CallPtr call, PaymentId id) {
  const auto missing = Refusal{RefusalCode::payment_not_found, "there is no such payment", "", 0};
  const auto payment = api.ledger().payment(id);
  if (!payment) return api.answer_error(std::move(call), payment.error());
  const auto merchant = call->caller->merchant;
  if (!*payment || (!merchant.is_zero() && merchant != (*payment)->merchant)) {
    return api.answer_refusal(std::move(call), missing);
  }
  const auto book = api.ledger().book_of_slot(id.slot());
  std::string text;
  const auto done = api.ledger().with_book(book, [&](const Book& b) -> Result<void> {
    WJ_TRY(text, payment_proof_of(b, api.digest(), api.parts().signing_key,
                                  origin_of(api.options().log_name, book), id));
    return {};
  });
  if (!done) return api.answer_error(std::move(call), done.error());
  answer_text(api, std::move(call), std::move(text));
}

// Public keys and signed heads of all books; with ?book=&after= the proof that the book of size `after` is
// its beginning.
void show_checkpoints(Api& api, CallPtr call) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().begin_array("checkpoints");
  for (std::uint32_t book = 0; book < api.ledger().books(); ++book) {
    const auto origin = origin_of(api.options().log_name, book);
    std::string text;
    const auto done = api.ledger().with_book(book, [&](const Book& b) -> Result<void> {
      WJ_TRY(text, checkpoint_of(b, api.digest(), api.parts().signing_key, origin));
      return {};
    });
    if (!done) return api.answer_error(std::move(call), done.error());
    json.begin_object();
    json.number("book", book).text("origin", origin);
    json.text("verifierKey", verifier_key(api.parts().signing_key.public_key(), origin))
        .text("checkpoint", text);
    json.end_object();
  }
  json.end_array().end_object();
  api.answer_json(std::move(call), std::move(body));
}

void show_consistency(Api& api, CallPtr call, std::uint32_t book, std::uint64_t after) {
  std::string text;
  const auto done = api.ledger().with_book(book, [&](const Book& b) -> Result<void> {
    WJ_TRY(text, consistency_proof_of(b, api.digest(), api.parts().signing_key,
                                      origin_of(api.options().log_name, book), after));
    return {};
  });
  if (!done && done.error().kind == ErrorKind::invalid) {
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, done.error().message);
  }
  if (!done) return api.answer_error(std::move(call), done.error());
  answer_text(api, std::move(call), std::move(text));
}

}  // namespace

void get_proof(Api& api, CallPtr call) {
  const auto id = PaymentId::parse(call->parameter);
  if (!id) {
    return api.answer_refusal(std::move(call),
                              {RefusalCode::payment_not_found, "that is no payment's id", "", 0});
  }
  off_thread(api, std::move(call), [id = *id](Api& a, CallPtr c) { prove_payment(a, std::move(c), id); });
}

void get_checkpoints(Api& api, CallPtr call) {
  Query query(call->request.head.query());
  if (const auto wrong = query.parse({"book", "after"})) {
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter, *wrong);
  }
  const auto book = query.number("book", 0, api.ledger().books() - 1, 0);
  const auto after = query.number("after", 1, INT64_MAX, 0);
  if (!book || !after || query.find("book").has_value() != query.find("after").has_value()) {
    return api.answer_problem(std::move(call), ProblemKind::bad_parameter,
                              "give both: book, and the size `after` of an older checkpoint; or neither");
  }
  if (*after == 0) return off_thread(api, std::move(call), &show_checkpoints);
  off_thread(api, std::move(call),
             [book = static_cast<std::uint32_t>(*book), size = static_cast<std::uint64_t>(*after)](
                 Api& a, CallPtr c) { show_consistency(a, std::move(c), book, size); });
}

}  // namespace wonjang
