#include "app/api/same_hand.h"

#include "app/api/api.h"

namespace wonjang {

std::string same_hand(Api& api, const Actor& first, const Caller& caller, const std::string& did) {
  if (first.id == caller.actor.id) return "this key " + did;
  const auto key = ApiKeyId::parse(first.id);
  if (!key || !api.registry()->may_be_one_hand(*key, caller.key)) return "";
  return "this key and the one that " + did +
         " may be one person's: one made the other, or one key made both; have it decided with a key that "
         "another person holds (GET /v1/api-keys shows createdBy)";
}

}  // namespace wonjang
