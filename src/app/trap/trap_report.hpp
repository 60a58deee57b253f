// SPDX-License-Identifier: Apache-2.0
// What people are told of an offender: one event, one sentence.
#pragma once

#include "egress/offender_book.hpp"
#include "store/event_log.hpp"

#include <string>

namespace postern::app {

/// "10.0.0.7 (annas-pc, 52:54:00:12:34:56)": the address, and what names the machine. Raw where the machine named itself.
[[nodiscard]] std::string name_offender(const egress::Offender& offender);
[[nodiscard]] store::Event to_event(const egress::OffenderIncident& incident, Instant now);

}  // namespace postern::app
