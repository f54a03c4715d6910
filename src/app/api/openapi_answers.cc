#include "app/api/openapi_answers.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <map>
#include <mutex>
#include <optional>
#include <regex>
#include <vector>

#include "app/api/openapi.h"
#include "domain/time.h"

namespace wonjang {
namespace {

namespace json = boost::json;

// What is checked, and what only tells people something.
constexpr std::array<std::string_view, 25> kKeywords{"type",
                                                     "properties",
                                                     "required",
                                                     "additionalProperties",
                                                     "patternProperties",
                                                     "items",
                                                     "enum",
                                                     "oneOf",
                                                     "anyOf",
                                                     "pattern",
                                                     "format",
                                                     "minLength",
                                                     "maxLength",
                                                     "minimum",
                                                     "maximum",
                                                     "minItems",
                                                     "maxItems",
                                                     "maxProperties",
                                                     "description",
                                                     "default",
                                                     "examples",
                                                     "x-request",
                                                     "example",
                                                     "title",
                                                     "deprecated"};

const json::value& document() {
  static const json::value parsed = json::parse(std::string(openapi_json()));
  return parsed;
}

const json::object& resolved(const json::value& of) {
  const auto* ref = of.as_object().if_contains("$ref");
  if (ref == nullptr) return of.as_object();
  return document().at_pointer(std::string_view(ref->as_string()).substr(1)).as_object();
}

bool is_match(const std::string& pattern, std::string_view text) {
  static std::mutex mutex;
  static std::map<std::string, std::regex> known;
  const std::lock_guard lock(mutex);
  auto found = known.find(pattern);
  if (found == known.end()) found = known.emplace(pattern, std::regex(pattern)).first;
  return std::regex_search(text.begin(), text.end(), found->second);
}

bool is_integer(const json::value& value) { return value.is_int64() || value.is_uint64(); }

bool is_of_type(const json::value& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_bool();
  if (type == "integer") return is_integer(value);
  if (type == "number") return is_integer(value) || value.is_double();
  return type == "null" && value.is_null();
}

// The first difference of a value from a schema.
class Comparison {
 public:
  std::string fault_of(const json::value& value, const json::value& schema_or_ref, const std::string& where) {
    const auto& schema = resolved(schema_or_ref);
    for (const auto& keyword : schema) {
      if (std::ranges::find(kKeywords, std::string_view(keyword.key())) == kKeywords.end())
        return where + ": this test doesn't know the keyword " + std::string(keyword.key());
    }
    if (const auto* choices = schema.if_contains("anyOf")) return of_any(value, choices->as_array(), where);
    if (const auto* choices = schema.if_contains("oneOf"))
      return of_choices(value, choices->as_array(), where);
    if (auto fault = of_type(value, schema, where); !fault.empty()) return fault;
    if (const auto* codes = schema.if_contains("enum")) {
      if (std::ranges::find(codes->as_array(), value) == codes->as_array().end())
        return where + " is " + json::serialize(value) + ", which isn't one of its values";
    }
    if (value.is_string()) return of_text(value.as_string(), schema, where);
    if (is_integer(value)) return of_number(value, schema, where);
    if (value.is_array()) return of_array(value.as_array(), schema, where);
    return value.is_object() ? of_object(value.as_object(), schema, where) : std::string();
  }

 private:
  // Of several the fault of the one that comes closest isn't known: the first one's is told.
  std::string of_any(const json::value& value, const json::array& choices, const std::string& where) {
    std::string first;
    for (const auto& choice : choices) {
      auto fault = fault_of(value, choice, where);
      if (fault.empty()) return {};
      if (first.empty()) first = std::move(fault);
    }
    return first;
  }

  std::string of_choices(const json::value& value, const json::array& choices, const std::string& where) {
    const auto fitting = std::ranges::count_if(
        choices, [&](const auto& choice) { return fault_of(value, choice, where).empty(); });
    return fitting == 1 ? std::string() : where + " fits " + std::to_string(fitting) + " of oneOf";
  }

  static std::string of_type(const json::value& value, const json::object& schema, const std::string& where) {
    const auto* type = schema.if_contains("type");
    if (type == nullptr) return {};
    const auto fits = [&](const json::value& name) { return is_of_type(value, name.as_string()); };
    const bool is_right = type->is_array() ? std::ranges::any_of(type->as_array(), fits) : fits(*type);
    return is_right ? std::string()
                    : where + " is " + json::serialize(value) + ", not " + json::serialize(*type);
  }

  static std::string of_text(std::string_view text, const json::object& schema, const std::string& where) {
    const auto bad = [&](std::string_view what) {
      return where + " is \"" + std::string(text) + "\", which isn't of its " + std::string(what);
    };
    if (const auto* pattern = schema.if_contains("pattern")) {
      if (!is_match(std::string(pattern->as_string()), text)) return bad("pattern");
    }
    if (const auto* format = schema.if_contains("format")) {
      const std::string_view name = format->as_string();
      if (name == "date-time" && !parse_rfc3339(text)) return bad("format");
      if (name == "date" && !parse_business_date(text)) return bad("format");
    }
    const auto* least = schema.if_contains("minLength");
    if (least != nullptr && static_cast<std::int64_t>(text.size()) < least->as_int64())
      return bad("minLength");
    return {};
  }

  static std::string of_number(const json::value& value, const json::object& schema,
                               const std::string& where) {
    const auto number = value.is_int64() ? value.as_int64() : INT64_MAX;
    const auto* least = schema.if_contains("minimum");
    const auto* most = schema.if_contains("maximum");
    const bool is_within =
        (least == nullptr || number >= least->as_int64()) && (most == nullptr || number <= most->as_int64());
    return is_within ? std::string()
                     : where + " is " + json::serialize(value) + ", which is out of its bounds";
  }

  std::string of_array(const json::array& list, const json::object& schema, const std::string& where) {
    const auto size = static_cast<std::int64_t>(list.size());
    const auto* least = schema.if_contains("minItems");
    const auto* most = schema.if_contains("maxItems");
    if ((least != nullptr && size < least->as_int64()) || (most != nullptr && size > most->as_int64()))
      return where + " has " + std::to_string(size) + " items";
    const auto* items = schema.if_contains("items");
    for (std::size_t i = 0; items != nullptr && i < list.size(); ++i) {
      if (auto fault = fault_of(list[i], *items, where + "/" + std::to_string(i)); !fault.empty())
        return fault;
    }
    return {};
  }

  std::string of_object(const json::object& object, const json::object& schema, const std::string& where) {
    if (const auto* required = schema.if_contains("required")) {
      for (const auto& name : required->as_array()) {
        if (!object.contains(name.as_string()))
          return where + " has no " + std::string(name.as_string()) + ", which is required";
      }
    }
    for (const auto& member : object) {
      if (auto fault = of_member(member, schema, where + "/" + std::string(member.key())); !fault.empty())
        return fault;
    }
    return {};
  }

  std::string of_member(const json::key_value_pair& member, const json::object& schema,
                        const std::string& where) {
    const auto* properties = schema.if_contains("properties");
    if (properties != nullptr) {
      if (const auto* known = properties->as_object().if_contains(member.key()))
        return fault_of(member.value(), *known, where);
    }
    if (const auto* patterns = schema.if_contains("patternProperties")) {
      for (const auto& pattern : patterns->as_object()) {
        if (is_match(std::string(pattern.key()), member.key()))
          return fault_of(member.value(), pattern.value(), where);
      }
    }
    const auto* others = schema.if_contains("additionalProperties");
    if (others != nullptr && others->is_object()) return fault_of(member.value(), *others, where);
    return properties == nullptr ? std::string() : where + " is answered and isn't described";
  }
};

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> out;
  for (std::size_t from = 1; from <= path.size();) {
    const auto end = std::min(path.find('/', from), path.size());
    out.push_back(path.substr(from, end - from));
    from = end + 1;
  }
  return out;
}

// Null: the document has no such path. Where several fit, the one with fewer names in braces.
const json::object* path_of(std::string_view target) {
  const auto asked = segments(target.substr(0, target.find('?')));
  const json::object* best = nullptr;
  std::size_t best_names = SIZE_MAX;
  for (const auto& path : document().at("paths").as_object()) {
    const auto known = segments(path.key());
    if (known.size() != asked.size()) continue;
    std::size_t names = 0;
    const bool fits = std::ranges::equal(known, asked, [&](std::string_view pattern, std::string_view part) {
      const bool is_name = pattern.starts_with('{');
      names += is_name ? 1 : 0;
      return is_name || pattern == part;
    });
    if (!fits || names >= best_names) continue;
    best = &path.value().as_object();
    best_names = names;
  }
  return best;
}

// Null: such a status isn't described. What is wrong with a request may be said by `default` alone.
const json::object* response_of(const json::object& operation, int status) {
  const auto& responses = operation.at("responses").as_object();
  if (const auto* exact = responses.if_contains(std::to_string(status))) return &resolved(*exact);
  const auto* otherwise = responses.if_contains("default");
  return otherwise == nullptr || status < 400 ? nullptr : &resolved(*otherwise);
}

std::string fault_of_body(const HeardAnswer& answer, const json::value& schema) {
  boost::system::error_code error;
  const auto value = json::parse({answer.body.data(), answer.body.size()}, error);
  if (error) return "the body is no JSON";
  return Comparison().fault_of(value, schema, "");
}

}  // namespace

std::string undescribed(const HeardAnswer& answer) {
  const auto* path = path_of(answer.target);
  if (path == nullptr) return {};
  std::string method(answer.method == "HEAD" ? "GET" : answer.method);
  std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c | 0x20); });
  const auto* operation = path->if_contains(method);
  if (operation == nullptr) return {};
  const auto where =
      std::string(answer.method) + " " + std::string(answer.target) + " " + std::to_string(answer.status);
  const auto* response = response_of(operation->as_object(), answer.status);
  if (response == nullptr) return where + ": this status isn't described";
  if (answer.method == "HEAD" || answer.body.empty()) return {};
  const auto type = std::string(answer.content_type.substr(0, answer.content_type.find(';')));
  const auto* contents = response->if_contains("content");
  const auto* content = contents == nullptr ? nullptr : contents->as_object().if_contains(type);
  if (content == nullptr) return where + ": a body of type " + type + " isn't described";
  if (type != "application/json" && type != "application/problem+json") return {};
  const auto fault = fault_of_body(answer, content->at("schema"));
  return fault.empty() ? std::string() : where + ": " + fault;
}

}  // namespace wonjang
