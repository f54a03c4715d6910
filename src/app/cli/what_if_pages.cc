#include "app/cli/what_if_pages.h"

#include <cstdio>

#include "app/cli/exit.h"
#include "app/cli/shown_amounts.h"

namespace wonjang {
namespace {

namespace json = boost::json;

struct List {
  const char* name;
  const char* next;  // member with its cursor
};
constexpr List kLists[] = {
    {"lines", "nextLinesCursor"}, {"payouts", "nextPayoutsCursor"}, {"failures", "nextFailuresCursor"}};

Result<json::object> read_to_the_end(const AskWhatIf& ask) {
  const std::pair<std::string, std::string> limit{"limit", "10000"};
  WJ_TRY(auto whole, ask({limit}));
  for (const auto& list : kLists) {
    auto cursor = text_in(whole, list.next);
    while (!cursor.empty()) {
      WJ_TRY(auto page, ask({limit, {"cursor", cursor}}));
      auto& items = whole.at(list.name).as_array();
      for (auto& item : page.at(list.name).as_array()) items.push_back(std::move(item));
      cursor = text_in(page, list.next);
      whole["counts"] = page.at("counts");
      whole["feeDelta"] = page.at("feeDelta");
    }
    whole[list.next] = nullptr;
  }
  whole["truncated"] = false;
  return whole;
}

void print_totals(const json::object& answer) {
  const auto& counts = answer.at("counts").as_object();
  std::printf("moves %s lines and %s payouts of %s merchants", text_in(counts, "lines").c_str(),
              text_in(counts, "payouts").c_str(), text_in(counts, "merchants").c_str());
  if (text_in(counts, "failures") != "0")
    std::printf("; can't do %s things", text_in(counts, "failures").c_str());
  std::printf("\n");
  const auto shown = with_shown_amounts(answer);
  for (const auto& one : shown.at("feeDelta").as_array())
    std::printf("fees %s %s\n", text_in(one.as_object(), "amount").c_str(),
                text_in(one.as_object(), "currency").c_str());
}

void print_list(const OnlineOptions& options, const json::object& answer, const char* heading,
                const char* list, const std::vector<Column>& columns) {
  if (answer.at(list).as_array().empty()) return;
  std::printf("\n%s\n", heading);
  print_money(options, answer, list, columns);
}

}  // namespace

Result<json::object> whole_what_if(const AskWhatIf& ask) {
  constexpr int kTries = 3;
  for (int tries = 1;; ++tries) {
    auto whole = read_to_the_end(ask);
    const bool moved_on = !whole && whole.error().message.find("moved on") != std::string::npos;
    if (!moved_on || tries == kTries) return whole;
  }
}

int show_what_if(const OnlineOptions& options, const AskWhatIf& ask) {
  const auto answer = whole_what_if(ask);
  if (!answer) return fail(answer.error());
  if (options.output == "json") {
    print_money(options, *answer, "lines");
    return kExitOk;
  }
  if (options.output != "table") {
    for (const auto& list : kLists) print_money(options, *answer, list.name);
    return kExitOk;
  }
  print_totals(*answer);
  print_list(options, *answer, "Lines", "lines",
             {{"line", "lineId"},
              {"by", "by"},
              {"payout from", "payoutDate.from"},
              {"to", "payoutDate.to"},
              {"fee from", "fee.from"},
              {"to", "fee.to"}});
  print_list(options, *answer, "Payouts", "payouts",
             {{"merchant", "merchantId"},
              {"currency", "currency"},
              {"from", "date.from"},
              {"to", "date.to"},
              {"net", "net"},
              {"requested as", "payoutId"}});
  print_list(options, *answer, "What it can't do", "failures",
             {{"line", "lineId"}, {"by", "by"}, {"reason", "reason"}});
  return kExitOk;
}

}  // namespace wonjang
