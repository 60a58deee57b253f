// SPDX-License-Identifier: Apache-2.0
#include "app/explain/explain_command.hpp"

#include "app/cli/shared_options.hpp"
#include "app/explain/explain_event.hpp"
#include "app/lists/settings.hpp"
#include "base/text.hpp"
#include "reputation/delisting.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace postern::app {

std::string_view builtin_check_pages();

namespace {

using namespace reputation;

std::string code_text(const Meaning& meaning) {
    if (const auto* pattern = std::get_if<CodePattern>(&meaning.code)) return pattern->text();
    return fmt::format("bit {}", std::get<std::uint8_t>(meaning.code));
}

std::string_view effect_text(Effect effect) {
    switch (effect) {
    case Effect::block: return "";
    case Effect::allow: return " (a good word, no listing)";
    case Effect::information: return " (information, no listing)";
    case Effect::refused: return " (a refusal: says nothing about the subject)";
    }
    return "";
}

std::string profile_text(const Profile& profile, const Catalogue& catalogue) {
    std::string out = fmt::format("  {} ({}), tier {}\n    {}\n", profile.name, profile.zone.text(), profile.tier,
                                  removal_in_words(profile.removal));
    for (const std::string& name : profile.causes)
        if (const auto cause = catalogue.causes.find(name); cause != catalogue.causes.end())
            out += fmt::format("    Likely cause: {}\n", cause->second.sentence);
    return out;
}

std::string list_text(const List& list, const Catalogue& catalogue) {
    std::string kinds;
    for (const Kind kind : list.kinds) kinds.append(kinds.empty() ? "" : ", ").append(to_string(kind));
    std::string out = fmt::format("{}\n  zone {}, takes {}, tier {}, evidence {} of {}\n", list.name, list.zone.text(),
                                  kinds, list.tier, list.evidence, list.as_of);
    if (list.role != Role::block)
        out += list.role == Role::allow ? "  An allow-list: never an alarm.\n" : "  Information: never an alarm.\n";
    if (const auto who = catalogue.operators.find(list.operator_id); who != catalogue.operators.end()) {
        out += fmt::format("\nOperator: {} {}\n  {}\n", who->second.name, who->second.help_url, who->second.terms);
        if (!who->second.resolver_policy.empty()) out += fmt::format("  {}\n", who->second.resolver_policy);
        out += fmt::format("  At most {} questions a day are asked from this machine.\n", who->second.daily_budget);
    }
    if (const auto access = catalogue.accesses.find(list.access); access != catalogue.accesses.end())
        out += fmt::format("  Needs a {}: {} {}\n", access->second.what == Access::What::key ? "key" : "registration",
                           access->second.how, access->second.url);
    out += "\nAnswers\n";
    for (const Meaning& meaning : list.codes)
        out += fmt::format("  {:<16} {}{}{}\n", code_text(meaning), meaning.sentence,
                           meaning.part.empty() ? "" : fmt::format(" [{}]", meaning.part), effect_text(meaning.effect));
    out += "\nRemoval and causes\n" + profile_text(list, catalogue);
    for (const Part& part : list.parts) out += profile_text(part, catalogue);
    return out;
}

/// The page of docs/checks, or nothing.
std::string_view check_page(std::string_view id) {
    std::string_view pages = builtin_check_pages();
    const auto at = pages.find(fmt::format("\f# {} ", id));
    if (at == pages.npos) return {};
    pages.remove_prefix(at + 1);
    return pages.substr(0, pages.find('\f'));
}

}  // namespace

Exit run_explain(const Invocation& invocation) {
    const auto settings = read_lists_settings(invocation);
    if (!settings || invocation.words().size() != 1) {
        std::fprintf(stderr, "postern: %s\n",
                     settings ? "explain takes one name, such as zen.spamhaus.org" : settings.error().message.c_str());
        return Exit::usage;
    }
    const std::string& word = invocation.words().front();
    if (is_event_id(word)) {
        const auto config = read_config(invocation);
        if (!config) return refuse(config.error().message);
        const std::string data_dir = data_directory(invocation, *config);
        const auto event = explain_event(word, data_dir);
        if (!event) return refuse(event.error().message);
        if (!*event)
            return refuse(fmt::format("there is no event {} in {}; --data-dir names the daemon's", word,
                                      data_dir.empty() ? "any data directory" : printable(data_dir)));
        std::fwrite((*event)->data(), 1, (*event)->size(), stdout);
        return Exit::well;
    }
    if (const std::string_view page = check_page(word); !page.empty()) {
        std::fwrite(page.data(), 1, page.size(), stdout);
        return Exit::well;
    }
    const auto zone = DomainName::parse(word);
    const Catalogue& catalogue = settings->catalogue;
    if (zone)
        if (const DeadZone* dead = catalogue.find_dead(*zone)) {
            std::printf("%s is dead%s%s: %s It is never asked; take it out of every filter.\n",
                        std::string(zone->text()).c_str(), dead->closed.empty() ? "" : " since ", dead->closed.c_str(),
                        dead->story.c_str());
            return Exit::well;
        }
    const auto found = zone ? catalogue.find(*zone) : std::nullopt;
    if (!found) {
        const std::string near = zone ? catalogue.nearest_zone(*zone) : "";
        std::fprintf(stderr, "postern: nothing is known of \"%s\"%s\n", printable(word, 256).c_str(),
                     near.empty() ? "" : fmt::format("; did you mean {}?", near).c_str());
        return Exit::usage;
    }
    if (found->part != nullptr)
        std::printf("%s is a part of %s.\n\n", std::string(found->part->zone.text()).c_str(),
                    found->list->name.c_str());
    std::fputs(list_text(*found->list, catalogue).c_str(), stdout);
    return Exit::well;
}

}  // namespace postern::app
