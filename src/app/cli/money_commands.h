// The command tree of the money side: trial-balance, journal, contract, calendar, change, settlement, payout,
// funds, reconcile. Threads: one.
#pragma once

#include <functional>
#include <memory>

#include "app/cli/online.h"

namespace CLI {
class App;
}

namespace wonjang {

// How commands are added to the tree they stand in.
struct CommandHooks {
  std::function<CLI::App*(const char* name, const char* what)> noun;
  // An online command; without a parent at the top. Its body runs when the key's place is known.
  std::function<CLI::App*(CLI::App* parent, const char* name, const char* what, std::function<int()> body)>
      online;
  const OnlineOptions& options;  // complete when a body runs; outlives the tree
};

// What it gives holds the flags' values: it must outlive the parse and the command.
std::shared_ptr<void> add_money_commands(const CommandHooks& hooks);

}  // namespace wonjang
