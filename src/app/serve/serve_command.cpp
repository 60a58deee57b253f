// SPDX-License-Identifier: Apache-2.0
#include "app/serve/serve_command.hpp"

#include "app/cli/shared_options.hpp"
#include "app/serve/confinement.hpp"
#include "app/serve/daemon.hpp"
#include "app/serve/held_signals.hpp"
#include "base/text.hpp"
#include "net/random.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <filesystem>
#include <mutex>

namespace postern::app {
namespace {

/// Ten letters and digits that people can read aloud: no I, L, O, U, and unguessable.
std::string make_id(net::RandomIds& random) {
    constexpr std::string_view letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    std::string out = "E";
    for (int i = 0; i < 10; i += 2) {
        const std::uint16_t drawn = random.next();
        out += letters[drawn % 32];
        out += letters[(drawn >> 5) % 32];
    }
    return out;
}

Result<std::vector<const RoleEntry*>> wanted_roles(const Invocation& invocation) {
    std::vector<std::string_view> names;
    for (const RoleEntry& role : roles()) names.push_back(role.name);
    std::vector<const RoleEntry*> out;
    for (const std::string& name : invocation.values("--role")) {
        const auto found = std::ranges::find(names, name);
        if (found == names.end()) {
            const std::string_view meant = nearest(name, names);
            return bad_option("--role", name,
                              meant.empty() ? fmt::format("is one of {}", fmt::join(names, ", "))
                                            : fmt::format("did you mean {}?", meant));
        }
        out.push_back(&roles()[static_cast<std::size_t>(found - names.begin())]);
    }
    if (out.empty())
        for (const RoleEntry& role : roles()) out.push_back(&role);
    return out;
}

net::Task<> run_daemon(Daemon& daemon, std::vector<const RoleEntry*> wanted, Config config, bool& started) {
    started = co_await daemon.run(std::move(wanted), std::move(config));
}

}  // namespace

Exit run_serve(const Invocation& invocation) {
    hold_signals();
    if (const auto given_up = give_up_exec(); !given_up)
        log_line("less confined than it should be: " + given_up.error().message);
    if (geteuid() == 0)
        log_line("running as root, which nothing here needs; packaging/postern.service shows a user of its own");
    const auto wanted = wanted_roles(invocation);
    if (!wanted) return refuse(wanted.error().message);
    auto config = read_config(invocation);
    if (!config) return refuse(config.error().message);
    const std::string data_dir = data_directory(invocation, *config);
    if (data_dir.empty()) return refuse("there is no place to keep events; name one with --data-dir");
    std::error_code fault;
    std::filesystem::create_directories(data_dir, fault);
    std::mutex mutex;  // ids are made on the threads of several loops
    net::RandomIds random;
    auto events = store::EventLog::open(
        {.path = data_dir + "/events.sqlite",
         .keep = config->serve.keep_events,
         .now = [] { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); },
         .new_id =
             [&] {
                 const std::lock_guard lock(mutex);
                 return make_id(random);
             },
         .tell = [](std::string_view sentence) { log_line(sentence); }});
    if (!events) return refuse(events.error().message);
    net::Loop loop;
    Daemon daemon(loop, **events, data_dir, [&] { return read_config(invocation); });
    bool started = false;
    loop.run(run_daemon(daemon, *wanted, *std::move(config), started));
    return started ? Exit::well : Exit::usage;
}

}  // namespace postern::app
