// SPDX-License-Identifier: Apache-2.0
// An offender as JSON: for events, webhooks, `trap show --format json`, and to be read back after a restart.
//
// Texts are made harmless on the way out, so what is read back is the harmless form. Of words that were only counted, the number is
// kept but not which they were: after a restart their count begins with those that are named.
#pragma once

#include "base/json.hpp"
#include "egress/offender.hpp"
#include "egress/offender_judgement.hpp"

namespace postern::egress {

[[nodiscard]] json::object to_json(const Offender& offender);
/// "kind", "sentence", "evidence", "advice"
[[nodiscard]] json::object to_json(const OffenderJudgement& judgement);
/// Errors: egress.offender.malformed.
[[nodiscard]] Result<Offender> read_offender(const json::value& document);

}  // namespace postern::egress
