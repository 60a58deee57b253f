// SPDX-License-Identifier: Apache-2.0
// Samples: from outside to the sample recipient, and as the test user. The recipient leads to a local sink inside the site; only with
// leave to do so, and only to one's own far end, does a sample leave it.
#include "audit/active/samples.hpp"

#include "base/contains.hpp"

#include <fmt/format.h>

namespace postern::audit {
namespace {

bool wanted(const ActiveWishes& wishes, std::string_view sample, bool out) {
    const auto any = [&](std::initializer_list<std::string_view> checks) {
        for (const std::string_view check : checks)
            if (wishes.checks.contains(check)) return true;
        return false;
    };
    const bool spam = out ? any({"3-02", "3-05"}) : any({"3-01", "3-05", "3-11"});
    const bool plain = out ? any({"1-05"}) : any({"1-04", "3-11"});
    const bool wrapped = any({"1-06"});
    if (sample == "clean") return spam || plain || wrapped || (!out && any({"3-12", "3-13", "3-14"}));
    if (sample == "gtube") return spam;
    return sample == "eicar-plain" ? plain || wrapped : wrapped;
}

std::vector<Script> scripts_for(const ActiveTarget& target, const ActiveWishes& wishes, std::uint16_t port, bool out,
                                const std::string& from, const std::string& to, Tokens& tokens) {
    std::vector<Script> scripts;
    for (const Sample& sample : samples()) {
        if (!wanted(wishes, sample.name, out)) continue;
        Script script{.purpose = fmt::format("sample-{}/{}", out ? "out" : "in", sample.name),
                      .server = target.ip,
                      .port = port,
                      .channel = port == 465 ? Channel::wrapped
                                 : out       ? Channel::starttls
                                             : Channel::if_offered,
                      .log_in = out,
                      .token = tokens.next()};
        script.send("end", "<" + from + ">", "<" + to + ">",
                    sample_message(wishes, sample.name, script.token, from, to));
        scripts.push_back(std::move(script));
    }
    return scripts;
}

/// GTUBE, and a clean message before it, by a way that is no conversation; the null sender, so that nothing comes back to anybody.
void add_other_way(Acts& acts, const ActiveWishes& wishes, Tokens& tokens, Way way, std::string_view name) {
    std::vector<Script> scripts;
    for (const char* sample : {"clean", "gtube"}) {
        Script script{.purpose = fmt::format("sample-{}/{}", name, sample), .server = {}, .way = way};
        script.token = tokens.next();
        script.say("end",
                   sample_message(wishes, sample, script.token, wishes.sample_recipient, wishes.sample_recipient),
                   Line::always, Line::Kind::message);
        scripts.push_back(std::move(script));
    }
    acts.push_back(
        in_order({},
                 fmt::format("{}: 2 samples (clean, GTUBE) to {}",
                             way == Way::web ? "the web form" : "sendmail on this machine", wishes.sample_recipient),
                 std::move(scripts)));
}

}  // namespace

void add_sample_acts(Acts& acts, const ActiveWishes& wishes, const std::shared_ptr<Tokens>& tokens) {
    if (wishes.sample_recipient.empty()) return;
    for (const ActiveTarget& target : one_a_host(wishes.targets)) {
        const std::string ip = target.ip.to_string();
        if (contains(target.ports, 25))
            if (auto scripts =
                    scripts_for(target, wishes, 25, false, wishes.far_recipient, wishes.sample_recipient, *tokens);
                !scripts.empty()) {
                std::string announcement = fmt::format("{}: {} samples (clean, EICAR, GTUBE) from outside to {}", ip,
                                                       scripts.size(), wishes.sample_recipient);
                acts.push_back(in_order(target.ip, std::move(announcement), std::move(scripts)));
            }
        const std::uint16_t port = submission_port(target);
        if (wishes.user_address.empty() || port == 0) continue;
        const std::string& to = wishes.leave_site && wishes.far_end ? wishes.far_recipient : wishes.sample_recipient;
        if (auto scripts = scripts_for(target, wishes, port, true, wishes.user_address, to, *tokens);
            !scripts.empty()) {
            std::string announcement =
                fmt::format("{} port {}: {} samples as the test user to {}", ip, port, scripts.size(), to);
            acts.push_back(in_order(target.ip, std::move(announcement), std::move(scripts)));
        }
    }
    if (!wishes.checks.contains("3-05")) return;
    if (wishes.pickup) add_other_way(acts, wishes, *tokens, Way::pickup, "pickup");
    if (wishes.web_form) add_other_way(acts, wishes, *tokens, Way::web, "web");
}

}  // namespace postern::audit
