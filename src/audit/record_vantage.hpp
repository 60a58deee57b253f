// SPDX-License-Identifier: Apache-2.0
// Looks and vantages as JSON. Members are named as in the probe's protocol, so that its client reads answers by the same functions.
#pragma once

#include "audit/vantage.hpp"
#include "base/json.hpp"

namespace postern::audit {

[[nodiscard]] json::value look_json(const SmtpLook& look);
[[nodiscard]] SmtpLook look_from(const json::value& from);
[[nodiscard]] SeenConnection connection_from(const json::value& from);
[[nodiscard]] SeenMessage message_from(const json::value& from);
[[nodiscard]] RecipientLook recipients_from(const json::value& from);
[[nodiscard]] json::value vantage_json(const Vantage& vantage);
[[nodiscard]] Vantage vantage_from(const json::value& from);

}  // namespace postern::audit
