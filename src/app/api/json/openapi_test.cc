// openapi.json says what the program does: requests are read by these names, answers hold these members,
// problems have these codes.
#include <boost/json.hpp>
#include <map>
#include <set>
#include <sstream>

#include "app/api/json/commands.h"
#include "app/api/json/field_shapes.h"
#include "app/api/json/problem.h"
#include "app/api/json/table_for_tests.h"

namespace wonjang {
namespace {

namespace json = boost::json;

const json::value& document() {
  static const json::value parsed = json::parse(read_text_file(WJ_API_JSON_TESTDATA "/../openapi.json"));
  return parsed;
}
const json::object& schemas() { return document().at("components").at("schemas").as_object(); }

std::set<std::string> names_of(const json::object& object) {
  std::set<std::string> out;
  for (const auto& member : object) out.emplace(member.key());
  return out;
}

const json::value& resolved(const json::value& schema) {
  const auto* ref = schema.is_object() ? schema.as_object().if_contains("$ref") : nullptr;
  if (ref == nullptr) return schema;
  const std::string path(ref->as_string());
  return document().at_pointer(path.substr(1));
}

TEST(OpenApi, request_schemas_and_the_readers_shapes_are_the_same) {
  std::set<std::string> described;
  for (const auto& schema : schemas()) {
    if (schema.value().as_object().contains("x-request")) described.emplace(schema.key());
  }
  std::set<std::string> read;
  for (const auto* shape : all_shapes()) {
    read.emplace(shape->name);
    const auto* schema = schemas().if_contains(json::string_view(shape->name.data(), shape->name.size()));
    ASSERT_NE(schema, nullptr) << shape->name;
    EXPECT_FALSE(schema->at("additionalProperties").as_bool()) << shape->name;
    std::set<std::string> fields(shape->names().begin(), shape->names().end());
    EXPECT_EQ(names_of(schema->at("properties").as_object()), fields) << shape->name;
  }
  EXPECT_EQ(described, read);
}

// What is required there is refused here when it is missing, and nothing else is.
TEST(OpenApi, required_fields_are_required) {
  const PaymentId payment(RawId{0x019A'0000'0001'1230ULL, 8});
  const ParseContext tenant{MerchantId(RawId{0x019A'0000'0000'1230ULL, 7})};
  const auto errors_of = [](const auto& parsed) {
    std::set<std::string> out;
    for (const auto& e : std::get<FieldErrors>(parsed)) out.insert(e.pointer.substr(1));
    return out;
  };
  const std::pair<const char*, std::set<std::string>> rows[] = {
      {"CreatePayment", errors_of(parse_create("{}", tenant))},
      {"ProviderApproval", errors_of(parse_approve("{}", payment))},
      {"CancelPayment", errors_of(parse_cancel("{}", payment))},
      {"FailPayment", errors_of(parse_fail("{}", payment))},
      {"Deposit", errors_of(parse_deposit("{}", payment))},
      {"DepositReversal", errors_of(parse_deposit_reversal("{}", payment))},
      {"Acquisition", errors_of(parse_acquisition("{}", payment))},
      {"Resolution",
       errors_of(parse_resolution(R"({"cancelId":"cnl_01K800000128R000000000000A"})", payment))},
      {"CreateMerchant", errors_of(parse_merchant("{}"))},
      {"CreateApiKey", errors_of(parse_api_key("{}", tenant))},
  };
  for (const auto& [name, missing] : rows) {
    std::set<std::string> required;
    for (const auto& field : schemas().at(name).at("required").as_array())
      required.emplace(field.as_string());
    EXPECT_EQ(missing, required) << name;
  }
}

void collect_refs(const json::value& value, std::set<std::string>& out) {
  if (value.is_array()) {
    for (const auto& item : value.as_array()) collect_refs(item, out);
  } else if (value.is_object()) {
    for (const auto& member : value.as_object()) {
      if (member.key() == "$ref") {
        out.emplace(member.value().as_string());
      } else {
        collect_refs(member.value(), out);
      }
    }
  }
}

TEST(OpenApi, every_reference_leads_somewhere_and_every_schema_is_used) {
  std::set<std::string> refs;
  collect_refs(document(), refs);
  for (const auto& ref : refs) {
    json::error_code ec;
    EXPECT_NE(document().find_pointer(ref.substr(1), ec), nullptr) << ref;
  }
  for (const auto& schema : schemas()) {
    EXPECT_TRUE(refs.contains("#/components/schemas/" + std::string(schema.key()))) << schema.key();
  }
}

TEST(OpenApi, every_operation_says_who_may_and_takes_a_key_where_it_writes) {
  std::set<std::string> ids;
  for (const auto& path : document().at("paths").as_object()) {
    for (const auto& [method, operation] : path.value().as_object()) {
      const std::string where = std::string(method) + " " + std::string(path.key());
      EXPECT_TRUE(ids.emplace(operation.at("operationId").as_string()).second) << where;
      const auto& scopes = operation.at("x-scopes").as_array();
      const auto* security = operation.as_object().if_contains("security");
      EXPECT_EQ(scopes.empty(), security != nullptr && security->as_array().empty()) << where;
      std::set<std::string> parameters;
      if (const auto* list = operation.as_object().if_contains("parameters")) {
        for (const auto& parameter : list->as_array())
          parameters.emplace(resolved(parameter).at("name").as_string());
      }
      // A rebuild or a verification of the views writes nothing to the ledger, and asking twice is asking
      // once; nor does signing in.
      const bool writes = method == "post" && path.key() != "/v1/ingest" && path.key() != "/v1/session" &&
                          !path.key().starts_with("/v1/views/");
      EXPECT_EQ(parameters.contains("Idempotency-Key"), writes) << where;
      const auto brace = std::string(path.key()).find('{');
      if (brace != std::string::npos) {
        const std::string key(path.key());
        EXPECT_TRUE(parameters.contains(key.substr(brace + 1, key.find('}') - brace - 1))) << where;
      }
    }
  }
}

// `value` holds no member that its schema doesn't name.
void expect_described(const json::value& value, const json::value& schema_or_ref, const std::string& where) {
  const auto& schema = resolved(schema_or_ref).as_object();
  if (value.is_array()) {
    for (const auto& item : value.as_array()) expect_described(item, schema.at("items"), where + "[]");
  } else if (value.is_object()) {
    const auto* properties = schema.if_contains("properties");
    if (properties == nullptr) return;  // an open object: metadata
    for (const auto& member : value.as_object()) {
      const auto* property = properties->as_object().if_contains(member.key());
      ASSERT_NE(property, nullptr) << where << "." << member.key() << " is answered and not described";
      expect_described(member.value(), *property, where + "." + std::string(member.key()));
    }
    if (const auto* required = schema.if_contains("required")) {
      for (const auto& name : required->as_array()) {
        EXPECT_TRUE(value.as_object().contains(name.as_string())) << where << "." << name;
      }
    }
  } else if (const auto* codes = schema.if_contains("enum")) {
    EXPECT_NE(std::ranges::find(codes->as_array(), value), codes->as_array().end()) << where << " " << value;
  }
}

TEST(OpenApi, golden_answers_are_described) {
  const auto golden = [](const char* file) {
    return json::parse(read_text_file(std::string(WJ_API_JSON_TESTDATA "/") + file));
  };
  expect_described(golden("payment.json"), schemas().at("Payment"), "Payment");
  expect_described(golden("refusal.json"), schemas().at("Problem"), "Problem");
  int count = 0;
  for (const char* file : {"/events.txt", "/references.txt"}) {
    std::istringstream lines(read_text_file(std::string(WJ_API_JSON_TESTDATA) + file));
    for (std::string line; std::getline(lines, line); ++count)
      expect_described(json::parse(line), schemas().at("Event"), "Event");
  }
  EXPECT_GT(count, 40);
}

TEST(OpenApi, problem_codes_are_the_catalogue) {
  std::set<std::string> described;
  for (const auto& code : schemas().at("Problem").at("properties").at("code").at("enum").as_array())
    described.emplace(code.as_string());
  std::set<std::string> given;
  for (const auto kind : problem_kinds()) given.emplace(spec_of(kind).code);
  for (std::uint16_t n = 1; n < 200; ++n) {
    if (title_of(static_cast<RefusalCode>(n)) != "Refused")
      given.emplace(code_of(static_cast<RefusalCode>(n)));
  }
  EXPECT_EQ(described, given);
}

// The vectors of the tax rule: what the documents show is what the program computes.
TEST(OpenApi, examples_are_read_and_are_the_documented_tax_vectors) {
  const ParseContext tenant{MerchantId(RawId{0x019A'0000'0000'1230ULL, 7})};
  const std::map<std::int64_t, TaxParts> vectors = {{9026, {8205, 821, 0, 0}}, {11000, {909, 91, 10000, 0}}};
  const auto& examples = schemas().at("CreatePayment").at("examples").as_array();
  ASSERT_EQ(examples.size(), vectors.size());
  for (const auto& example : examples) {
    const auto parsed = parse_create(json::serialize(example), tenant);
    ASSERT_TRUE(std::holds_alternative<ParsedCommand>(parsed)) << example;
    const auto& create = std::get<CreatePayment>(std::get<ParsedCommand>(parsed).command);
    EXPECT_EQ(parts_of_total(create.total, create.tax_free, create.tax_exempt), vectors.at(create.total));
  }
  for (const auto& example : schemas().at("CancelPayment").at("examples").as_array()) {
    EXPECT_TRUE(std::holds_alternative<ParsedCommand>(
        parse_cancel(json::serialize(example), PaymentId(RawId{1, 2}))));
  }
  for (const auto& example : schemas().at("ProviderApproval").at("examples").as_array()) {
    EXPECT_TRUE(std::holds_alternative<ParsedCommand>(
        parse_approve(json::serialize(example), PaymentId(RawId{1, 2}))));
  }
}

}  // namespace
}  // namespace wonjang
