// World: what the cases of one run share: fresh merchants with keys, a second operator, days of the past that
// belong to them, and short ways to ask.
//
// Nobody else is touched: merchants, keys and the calendar SANITY are the run's own; its payments lie on days
// of 2013 on which no other merchant has any.
//
// Threads: one owner.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/sanity/check.h"
#include "app/sanity/door.h"
#include "domain/time.h"

namespace wonjang::sanity {

// What wonjang-verify says: valid, not valid; nothing: there is no such program here.
using VerifyProof = std::function<std::optional<bool>(const std::string& key, const std::string& proof)>;

// What restoring a backup elsewhere came to; nothing of it is left.
struct RestoredBackup {
  std::string fault;               // empty: what was restored is what was backed up
  std::vector<std::string> heads;  // by book, hex; as the backup's manifest has them
};
// Of a backup that the server has just made under this name.
using RestoreBackup = std::function<RestoredBackup(const std::string& name)>;

struct Options {
  std::string operator_key;
  std::string run;        // in every name of this run; [a-z0-9]
  std::string simulator;  // name of a simulated provider; empty: outcomes that get lost aren't tried
  VerifyProof verify;
  RestoreBackup restore = {};  // none: no backup is made
};

struct Store {
  std::string id;
  std::string key;
  std::string key_id;
  std::string code;
  std::string day;        // of its payments, YYYY-MM-DD
  std::string day_after;  // half-open periods end here
  std::string period() const { return "from=" + day + "&until=" + day_after; }
};

class World {
 public:
  World(Door& door, const Options& options);

  const Options& options() const { return options_; }
  std::string name(std::string_view what) const { return "sanity-" + options_.run + "-" + std::string(what); }

  Answer house_get(const std::string& target);
  Answer house_post(const std::string& target, const std::string& body,
                    const std::string& content_type = "application/json");
  Answer first_post(const std::string& target, const std::string& body);
  Answer second_post(const std::string& target, const std::string& body);
  Answer get(const Store& of, const std::string& target);
  // `key` empty: a fresh one.
  Answer post(const Store& of, const std::string& target, const std::string& body,
              const std::string& key = {}, const std::string& content_type = "application/json");
  Answer ask(const Question& question) { return door_.ask(question); }
  // Asks until what was written last can be seen, at most `kPatience`. `target` with its `?`.
  Answer house_get_fresh(const std::string& target);
  Answer get_fresh(const Store& of, const std::string& target);

  // A recorded card payment of the day. `more`: further members, each behind a comma.
  Answer pay(const Store& of, const std::string& order, std::int64_t amount, const std::string& more = {});
  std::string card_body(const Store& of, const std::string& order, std::int64_t amount,
                        const std::string& more = {});
  std::string at(const Store& of, std::string_view time) const {
    return of.day + "T" + std::string(time) + "+09:00";
  }

  // The i-th day that a run may take for its own: a Monday to Wednesday of 2013, by the run's name. Another
  // one for each i below kCandidateDays.
  static constexpr std::uint32_t kCandidateDays = 147;
  BusinessDate candidate_day(std::uint32_t i) const;

  // Proposes with the first person's key and approves with the second's; the change's id, empty: `check`
  // says why not. Where the server lets one key decide, the proposal is enough.
  std::string decide(Check& check, const std::string& body);

  Store store;    // pays and cancels
  Store counted;  // has three payments and a cancel on a day of its own: what is added up and settled
  std::vector<Store> cycles;                        // settled by other rhythms, on a day of their own
  Store stranger;                                   // must see nothing of the others
  std::string first_key, first_key_id;              // of the person who proposes changes ...
  std::string second_key, second_key_id;            // ... and of the one who decides them
  std::string first_paid, second_paid, third_paid;  // payments of `counted`
  std::string payout_id;
  std::string last_position;

 private:
  Answer sent(const Question& question);
  std::string next_key() { return name(std::to_string(++keys_)); }

  Door& door_;
  const Options options_;
  std::uint32_t keys_ = 0;
  std::uint32_t approvals_ = 0;
};

}  // namespace wonjang::sanity
