// SPDX-License-Identifier: Apache-2.0
#include "app/casework/case_command.hpp"

#include "app/lists/execute.hpp"
#include "base/text.hpp"
#include "watch/case_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace postern::app {
namespace {

using namespace reputation;
namespace fs = std::filesystem;

Instant now() { return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

Result<fs::path> case_folder(const Invocation& invocation) {
    const auto config = read_config(invocation);
    if (!config) return std::unexpected(config.error());
    return fs::path(data_directory(invocation, *config)) / "cases";
}

/// An id is a file's name without folder or ending: letters, digits, dots, hyphens, underscores.
bool is_id(std::string_view id) {
    return !id.empty() && id.front() != '.' && std::ranges::all_of(id, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view(".-_").contains(c);
    });
}

Result<std::string> read_page(const Invocation& invocation, fs::path* where = nullptr) {
    if (invocation.words().size() != 1 || !is_id(invocation.words().front()))
        return fail("usage", "one case is needed; postern case list names them");
    const auto folder = case_folder(invocation);
    if (!folder) return std::unexpected(folder.error());
    const fs::path path = *folder / (invocation.words().front() + ".md");
    std::ifstream file(path);
    std::ostringstream text;
    if (!file || !(text << file.rdbuf()))
        return fail("usage", fmt::format("{}: cannot be read; postern case list names the cases", path.string()));
    if (where != nullptr) *where = path;
    return text.str();
}

watch::CaseListing listing(const Subject& subject, const Row& row, const Catalogue& catalogue) {
    const Profile& profile = row.profile();
    watch::CaseListing out{.name = profile.name,
                           .zone = std::string(profile.zone.text()),
                           .meanings = {},
                           .text = row.finding.text,
                           .lookup_url = lookup_url(profile, subject),
                           .since = row.since,
                           .removal = profile.removal,
                           .causes = {}};
    for (const Hit& hit : row.finding.verdict.hits)
        out.meanings += fmt::format("{}{}: {}", out.meanings.empty() ? "" : "; ", hit.code.to_string(), hit.meaning);
    for (const std::string& name : profile.causes)
        if (const auto cause = catalogue.causes.find(name); cause != catalogue.causes.end())
            out.causes.push_back(cause->second);
    return out;
}

/// Asks the lists about one subject and keeps its listings.
Exit ask(const ListsSettings& settings, const std::string& word, std::vector<watch::CaseListing>& listings) {
    Hooks hooks;
    hooks.report = [&](const SubjectReport& report) {
        for (const Row& row : report.rows)
            if (row.is_listing()) listings.push_back(listing(report.subject, row, settings.catalogue));
        return true;
    };
    return execute_lists(settings, {word}, hooks);
}

}  // namespace

Exit run_case_open(const Invocation& invocation) {
    if (invocation.words().size() != 1 || invocation.words().front() == "-")
        return refuse("case open takes one address, /64 or domain");
    const auto settings = read_lists_settings(invocation);
    if (!settings) return refuse(settings.error().message);
    const std::string& subject = invocation.words().front();
    std::vector<watch::CaseListing> listings;
    const Exit asked = ask(*settings, subject, listings);
    if (asked == Exit::usage) return asked;
    if (listings.empty()) {
        std::printf("%s is not listed%s; no case was opened.\n", subject.c_str(),
                    asked == Exit::undetermined ? " as far as the lists answered" : "");
        return asked;
    }
    const Instant opened = now();
    std::string id = subject;
    std::ranges::replace_if(id, [](char c) { return c == ':' || c == '/'; }, '-');
    const fs::path folder = fs::path(settings->data_dir) / "cases";
    const fs::path path = folder / fmt::format("{}_{}.md", id, to_date(opened));
    std::error_code fault;
    fs::create_directories(folder, fault);
    if (fs::exists(path)) {
        std::printf("the case is open already: %s\n", path.c_str());
        return Exit::found;
    }
    std::ofstream file(path);
    if (!(file << watch::case_page(subject, listings, opened)) || !file.flush())
        return refuse(fmt::format("{}: cannot be written", path.string()));
    std::printf("opened %s\nWork through its boxes, then: postern case draft %s\n", path.c_str(), path.stem().c_str());
    return Exit::found;
}

Exit run_case_list(const Invocation& invocation) {
    const auto folder = case_folder(invocation);
    if (!folder) return refuse(folder.error().message);
    std::vector<fs::path> pages;
    std::error_code absent;  // no folder: no case
    for (const auto& entry : fs::directory_iterator(*folder, absent))
        if (entry.path().extension() == ".md") pages.push_back(entry.path());
    std::ranges::sort(pages);
    for (const fs::path& page : pages) {
        std::ifstream file(page);
        std::ostringstream text;
        text << file.rdbuf();
        const auto state = watch::read_case(text.str());
        if (!state) continue;
        std::printf("%s  %s on %s\n", page.stem().c_str(),
                    state->closed ? "closed"
                                  : fmt::format("{} of {} boxes open", state->open.size(),
                                                state->open.size() + state->ticked.size())
                                        .c_str(),
                    printable(fmt::format("{}", fmt::join(state->lists, ", "))).c_str());
    }
    if (pages.empty()) std::puts("no cases");
    return Exit::well;
}

Exit run_case_show(const Invocation& invocation) {
    const auto page = read_page(invocation);
    if (!page) return refuse(page.error().message);
    std::istringstream lines(*page);
    for (std::string line; std::getline(lines, line);) std::printf("%s\n", printable(line, 4'096).c_str());
    return Exit::well;
}

Exit run_case_draft(const Invocation& invocation) {
    const auto page = read_page(invocation);
    if (!page) return refuse(page.error().message);
    const auto state = watch::read_case(*page);
    if (!state) return refuse(state.error().message);
    const auto draft = watch::draft_request(*state);
    if (!draft) {
        std::fprintf(stderr, "postern: no draft yet: %s\n", draft.error().message.c_str());
        return Exit::found;
    }
    std::fputs(draft->c_str(), stdout);
    return Exit::well;
}

Exit run_case_close(const Invocation& invocation) {
    fs::path path;
    const auto page = read_page(invocation, &path);
    if (!page) return refuse(page.error().message);
    const auto state = watch::read_case(*page);
    if (!state) return refuse(state.error().message);
    const auto settings = read_lists_settings(invocation);
    if (!settings) return refuse(settings.error().message);
    std::vector<watch::CaseListing> listings;
    const Exit asked = ask(*settings, state->subject, listings);
    if (asked != Exit::well) {
        std::fprintf(stderr, "postern: the case stays open: %s\n",
                     listings.empty() ? "the lists did not all answer"
                                      : fmt::format("still listed on {}", listings.front().name).c_str());
        return asked;
    }
    std::ofstream file(path, std::ios::app);
    if (!(file << "\nClosed: " << to_rfc3339(now()) << ", no list that was asked holds it any more.\n") ||
        !file.flush())
        return refuse(fmt::format("{}: cannot be written", path.string()));
    std::printf("closed: %s is not listed any more\n", printable(state->subject).c_str());
    return Exit::well;
}

}  // namespace postern::app
