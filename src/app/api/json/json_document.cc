#include "app/api/json/json_document.h"

#include <boost/json/basic_parser_impl.hpp>

#include "app/api/json/pan_guard.h"

namespace wonjang {

namespace json = boost::json;

// What basic_parser calls. Names and signatures are Boost.JSON's.
class JsonHandler {
 public:
  using View = json::string_view;
  using Code = json::error_code;
  static constexpr std::size_t max_object_size = JsonDocument::kNodesMax;
  static constexpr std::size_t max_array_size = JsonDocument::kNodesMax;
  static constexpr std::size_t max_key_size = 64 * 1024;
  static constexpr std::size_t max_string_size = 1024 * 1024;

  explicit JsonHandler(JsonDocument& document) : document_(document) {}

  void reset(std::string_view text) {
    text_ = text;
    open_.clear();
    key_ = {};
    part_from_ = std::string::npos;
    document_.nodes_.clear();
    document_.unescaped_.clear();
    document_.unescaped_.reserve(text.size());  // an escape is never shorter than what it stands for
  }

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code& ec) { return begin(JsonType::object, ec); }
  bool on_object_end(std::size_t n, Code&) { return end(n); }
  bool on_array_begin(Code& ec) { return begin(JsonType::array, ec); }
  bool on_array_end(std::size_t n, Code&) { return end(n); }
  bool on_key_part(View s, std::size_t, Code&) { return part(s); }
  bool on_key(View s, std::size_t n, Code&) {
    key_ = whole(s, n);
    return true;
  }
  bool on_string_part(View s, std::size_t, Code&) { return part(s); }
  bool on_string(View s, std::size_t n, Code& ec) {
    JsonNode* node = add(JsonType::string, ec);
    if (node != nullptr) node->text = whole(s, n);
    return node != nullptr;
  }
  bool on_number_part(View, Code&) { return true; }
  bool on_int64(std::int64_t i, View, Code& ec) { return add_integer(JsonType::integer, i, ec); }
  bool on_uint64(std::uint64_t, View, Code& ec) { return add(JsonType::other_number, ec) != nullptr; }
  bool on_double(double, View, Code& ec) { return add(JsonType::other_number, ec) != nullptr; }
  bool on_bool(bool b, Code& ec) { return add_integer(JsonType::boolean, b ? 1 : 0, ec); }
  bool on_null(Code& ec) { return add(JsonType::null, ec) != nullptr; }
  bool on_comment_part(View, Code&) { return true; }
  bool on_comment(View, Code&) { return true; }

 private:
  JsonNode* add(JsonType type, Code& ec) {
    auto& nodes = document_.nodes_;
    if (nodes.size() >= JsonDocument::kNodesMax) {
      ec = json::error::object_too_large;
      return nullptr;
    }
    auto& node = nodes.emplace_back();
    node.key = key_;
    node.type = type;
    node.after = static_cast<std::uint32_t>(nodes.size());
    key_ = {};
    return &node;
  }
  bool add_integer(JsonType type, std::int64_t value, Code& ec) {
    JsonNode* node = add(type, ec);
    if (node != nullptr) node->integer = value;
    return node != nullptr;
  }
  bool begin(JsonType type, Code& ec) {
    if (add(type, ec) == nullptr) return false;
    open_.push_back(static_cast<std::uint32_t>(document_.nodes_.size() - 1));
    return true;
  }
  bool end(std::size_t n) {
    auto& node = document_.nodes_[open_.back()];
    node.after = static_cast<std::uint32_t>(document_.nodes_.size());
    node.count = static_cast<std::uint32_t>(n);
    open_.pop_back();
    return true;
  }
  bool part(View s) {
    if (part_from_ == std::string::npos) part_from_ = document_.unescaped_.size();
    document_.unescaped_.append(s.data(), s.size());
    return true;
  }
  // The string that ends with `s`: a view of the text where it stands there as it is, else of the copy.
  std::string_view whole(View s, std::size_t size) {
    const bool in_text = s.data() >= text_.data() && s.data() + s.size() <= text_.data() + text_.size();
    if (part_from_ == std::string::npos && in_text) return {s.data(), s.size()};
    part(s);
    const auto from = part_from_;
    part_from_ = std::string::npos;
    return {document_.unescaped_.data() + from, size};
  }

  JsonDocument& document_;
  std::string_view text_;
  std::vector<std::uint32_t> open_;
  std::string_view key_;
  std::size_t part_from_ = std::string::npos;
};

class JsonDocument::Parser {
 public:
  explicit Parser(JsonDocument& document) : parser_(options(), document) {}
  json::basic_parser<JsonHandler>& operator*() { return parser_; }
  json::basic_parser<JsonHandler>* operator->() { return &parser_; }

 private:
  static json::parse_options options() {
    json::parse_options out;
    out.max_depth = kDepthMax;
    return out;
  }
  json::basic_parser<JsonHandler> parser_;
};

JsonDocument::JsonDocument() : parser_(std::make_unique<Parser>(*this)) { nodes_.reserve(64); }
JsonDocument::~JsonDocument() = default;

namespace {

FieldError malformed(std::string_view code, std::string_view what, std::size_t at) {
  return {"", code, std::string(what) + " at byte " + std::to_string(at)};
}

// What some editors and spreadsheets begin a file with.
bool begins_with_mark(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") || text.starts_with("\xFE\xFF") || text.starts_with("\xFF\xFE");
}

FieldError error_of(const json::error_code& ec, std::size_t at, std::string_view text) {
  if (at == 0 && begins_with_mark(text)) {
    return malformed("MALFORMED_JSON",
                     "not valid JSON: it begins with a byte order mark; save it as UTF-8 without one (BOM)",
                     at);
  }
  if (ec == json::error::too_deep) {
    return malformed("TOO_DEEP", "nested deeper than " + std::to_string(JsonDocument::kDepthMax), at);
  }
  if (ec == json::error::object_too_large || ec == json::error::array_too_large) {
    return malformed("TOO_LARGE", "more than " + std::to_string(JsonDocument::kNodesMax) + " values", at);
  }
  if (ec == json::error::incomplete) return malformed("MALFORMED_JSON", "the JSON text ends too early", at);
  return malformed("MALFORMED_JSON", "not valid JSON (" + ec.message() + ")", at);
}

}  // namespace

std::optional<FieldError> JsonDocument::parse(std::string_view text) {
  auto& parser = *parser_;
  parser->reset();
  parser->handler().reset(text);
  json::error_code ec;
  const std::size_t read = parser->write_some(false, text.data(), text.size(), ec);
  if (!ec && read < text.size()) ec = json::error::extra_data;
  if (!ec && nodes_.empty()) ec = json::error::incomplete;
  if (!ec) return std::nullopt;
  return error_of(ec, read, text);
}

std::string JsonDocument::pointer_of(const JsonNode& node) const {
  std::string out;
  const JsonNode* at = &root();
  while (at != &node) {
    std::size_t index = 0;
    const JsonNode* child = first(*at);
    while (nodes_.data() + child->after <= &node) {
      child = next(child);
      ++index;
    }
    out.push_back('/');
    out += at->type == JsonType::object ? pointer_token(child->key) : std::to_string(index);
    at = child;
  }
  if (holds_pan(out)) return "/(masked)";  // names of objects within each other can make one up together
  return out;
}

std::string pointer_token(std::string_view name) {
  constexpr std::string_view kMasked = "(masked)";
  if (holds_pan(name)) return std::string(kMasked);
  if (name.size() > 64) {
    std::size_t cut = 64;
    while (cut > 0 && (static_cast<unsigned char>(name[cut]) & 0xC0U) == 0x80U) --cut;
    name = name.substr(0, cut);
    if (holds_pan(name)) return std::string(kMasked);  // a cut can end a run of digits where a number would
  }
  std::string out;
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

}  // namespace wonjang
