// SPDX-License-Identifier: Apache-2.0
#include "watch/case_file.hpp"

#include "base/contains.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

namespace postern::watch {
namespace {

constexpr std::string_view subject_line = "# Case: ";
constexpr std::string_view opened_line = "Opened: ";
constexpr std::string_view list_line = "## Listed on ";
constexpr std::string_view open_box = "- [ ] ";
constexpr std::string_view closed_line = "Closed: ";

bool starts(std::string_view line, std::string_view prefix, std::string_view& rest) {
    if (!line.starts_with(prefix)) return false;
    rest = line.substr(prefix.size());
    return true;
}

std::string listing_text(const CaseListing& listing) {
    std::string out =
        fmt::format("{}{}\n\n- Zone: {}\n- Meaning: {}\n", list_line, listing.name, listing.zone, listing.meanings);
    if (!listing.text.empty()) out += fmt::format("- The list says: {}\n", printable(listing.text));
    if (listing.since) out += fmt::format("- Known here since {}\n", to_rfc3339(*listing.since));
    if (!listing.lookup_url.empty()) out += fmt::format("- Look up: {}\n", listing.lookup_url);
    out += fmt::format("- Who may ask: {}\n- How it ends: {}\n", reputation::to_string(listing.removal.who),
                       reputation::removal_in_words(listing.removal));
    return out;
}

}  // namespace

std::string case_page(const std::string& subject, const std::vector<CaseListing>& listings, Instant opened) {
    std::string out = fmt::format("{}{}\n\n{}{}\n\n", subject_line, subject, opened_line, to_rfc3339(opened));
    std::vector<std::string> boxes;
    for (const CaseListing& listing : listings) {
        out += listing_text(listing) + "\nLikely causes, the likeliest first:\n\n";
        for (const reputation::Cause& cause : listing.causes) {
            out += fmt::format("1. {}\n", cause.sentence);
            for (const std::string& check : cause.checks)
                if (!contains(boxes, check)) boxes.push_back(check);
        }
        out += "\n";
    }
    out += "## Before asking\n\nTick a box, \"- [x]\", when you have seen it to be true, or struck the cause out as "
           "not the one here.\n\n";
    for (const std::string& box : boxes) out += fmt::format("{}{}\n", open_box, box);
    out += fmt::format("{}The cause was found, and is written here: \n", open_box);
    out += fmt::format("{}Nothing of it was seen again for a day.\n", open_box);
    out += "\nThen `postern case draft` gives a request that you can send yourself. Never pay for a removal.\n";
    return out;
}

Result<CaseState> read_case(std::string_view page) {
    CaseState state;
    while (!page.empty()) {
        const auto end = page.find('\n');
        const std::string_view line = page.substr(0, end);
        page.remove_prefix(end == std::string_view::npos ? page.size() : end + 1);
        std::string_view rest;
        if (starts(line, subject_line, rest)) state.subject = rest;
        else if (starts(line, opened_line, rest)) state.opened = rest;
        else if (starts(line, list_line, rest)) state.lists.emplace_back(rest);
        else if (starts(line, open_box, rest)) state.open.emplace_back(rest);
        else if (starts(line, "- [x] ", rest) || starts(line, "- [X] ", rest)) state.ticked.emplace_back(rest);
        else if (line.starts_with(closed_line)) state.closed = true;
    }
    if (state.subject.empty() || state.lists.empty()) return fail("case.not_a_case", "this is not the page of a case");
    return state;
}

Result<std::string> draft_request(const CaseState& state) {
    if (!state.open.empty())
        return fail("case.boxes_open",
                    fmt::format("{} {} still open; the first: {}", state.open.size(),
                                state.open.size() == 1 ? "box is" : "boxes are", printable(state.open.front())));
    std::string out =
        fmt::format("Subject: Removal of {}\n\nHello,\n\n{} is listed on {}. We found the cause and mended it:\n\n",
                    state.subject, state.subject, fmt::join(state.lists, ", "));
    for (const std::string& done : state.ticked) out += fmt::format("- {}\n", printable(done));
    out += "\nPlease remove the entry, or tell us what you still see (time in UTC, source port, HELO) so that we can "
           "follow it.\n\nThank you\n";
    return out;
}

}  // namespace postern::watch
