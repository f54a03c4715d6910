// OpenApiAnswers: holds answers against /openapi.json. For tests: every answer that a test of the API hears
// is looked at (api_test_world.h), so that a member, a status or a content type which the document doesn't
// name is a failure wherever it shows itself.
//
// Of JSON Schema it knows what the document uses (the list stands in the .cc); a keyword that it doesn't know
// is a fault too, so that nothing is passed over. An object with `properties` has no other members, also
// where the schema leaves that open: readers may ignore what they don't know, the document may not.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wonjang {

struct HeardAnswer {
  std::string_view method;
  std::string_view target;  // path and query
  int status = 0;
  std::string_view content_type;
  std::string_view body;
};

// Empty: as described, or a path that the document doesn't have. Else the first difference and where it is.
std::string undescribed(const HeardAnswer& answer);

}  // namespace wonjang
