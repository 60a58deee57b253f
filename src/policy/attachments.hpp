// SPDX-License-Identifier: Apache-2.0
// Attachments that no virus scanner is needed for to refuse: programs, scripts, shortcuts, disk images, and names made to deceive (M1).
#pragma once

#include "policy/decision.hpp"
#include "policy/settings.hpp"
#include "wire/mime_walk.hpp"

#include <span>
#include <string>
#include <string_view>

namespace postern::policy {

/// Extensions that run something when opened on a usual desktop, lower case, without the dot.
[[nodiscard]] std::span<const std::string_view> dangerous_extensions();

/// "invoice.pdf.exe" for `exe`; white space and dots at the end are what systems drop, and so are they here. "" if there is none.
[[nodiscard]] std::string extension_of(std::string_view name);

/// What is wrong with a file's name: "it ends in .exe", "its writing direction is turned"; "" if nothing is.
[[nodiscard]] std::string deceit_in_name(std::string_view name, std::span<const std::string> extensions);

/// What nobody could look into, whatever a scanner says of the rest: "mime.too_deep" and its kin, "locked", "piece"; "" if there is nothing.
[[nodiscard]] std::string_view unseen_in(const wire::MimeWalk& walk);

/// Every part of the walk; each kind of finding once, with the names as evidence.
void judge_attachments(const wire::MimeWalk& walk, const MalwareSettings& settings, Decision& decision);

}  // namespace postern::policy
