#include "adapters/memory/plain_text_forms.h"

#include "testing/text_contract.h"

namespace wonjang {

INSTANTIATE_TYPED_TEST_SUITE_P(Plain, TextFormsContract, PlainTextForms);

}  // namespace wonjang
