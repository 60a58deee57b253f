// SPDX-License-Identifier: Apache-2.0
#include "app/lists/lists_command.hpp"

#include "app/lists/execute.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace postern::app {
namespace {

/// People and pipes see each report at once, as long as there are few; a million of them would be a million system calls.
bool write_out(std::string_view text, bool at_once) {
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && (!at_once || std::fflush(stdout) == 0);
}

}  // namespace

Exit run_lists(const Invocation& invocation) {
    if (invocation.words().empty())
        return refuse("lists needs an address, network or domain; try: postern lists --help");
    const auto settings = read_lists_settings(invocation);
    if (!settings) return refuse(settings.error().message);

    const bool colour = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
    const bool at_once = settings->bounded() || isatty(STDOUT_FILENO) != 0;
    const bool notes_inside = settings->format == "text" || settings->format == "html";
    std::unique_ptr<Renderer> renderer;
    Hooks hooks;
    hooks.begin = [&](bool many) {
        renderer = make_renderer(
            {.format = settings->format, .colour = colour, .many = many, .catalogue = &settings->catalogue});
        write_out(renderer->begin(), true);
    };
    hooks.report = [&](const SubjectReport& report) { return write_out(renderer->subject(report), at_once); };
    hooks.end = [&](const Summary& summary) {
        write_out(renderer->end(summary), true);
        if (!notes_inside)
            for (const std::string& note : summary.notes) std::fprintf(stderr, "postern: note: %s\n", note.c_str());
    };
    return execute_lists(*settings, invocation.words(), hooks);
}

}  // namespace postern::app
