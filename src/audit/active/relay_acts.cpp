// SPDX-License-Identifier: Apache-2.0
// The relay battery as acts: whole against every port that takes mail, over IPv4 and IPv6. What port 25 refuses over IPv4, another door may
// take: each has its own rules in the mail server.
#include "audit/active/plan.hpp"
#include "audit/active/relay_outcome.hpp"
#include "audit/active/relay_run.hpp"
#include "base/contains.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace postern::audit {
namespace {

class RelayAct : public Act {
public:
    RelayAct(RelayRun::Target target, const std::vector<std::string>& forms, RelayRun::Wishes wishes)
        : target_(target), count_(forms.size()), run_(target, forms, std::move(wishes)) {}

    [[nodiscard]] const IpAddress& server() const override { return target_.server; }
    [[nodiscard]] std::optional<Script> next(const Conversation* last) override { return run_.next(last); }
    [[nodiscard]] std::string stopped() const override { return run_.stopped(); }
    [[nodiscard]] bool banned() const override { return run_.banned(); }
    [[nodiscard]] std::size_t connections() const override { return RelayRun::connections(count_); }
    [[nodiscard]] std::string announcement() const override {
        return fmt::format(
            "{} port {}: {} ways to have a stranger's mail relayed, up to RCPT, in {} connections; what is accepted "
            "is sent to your own far end, if there is one",
            target_.server.to_string(), target_.port, count_, connections());
    }

private:
    RelayRun::Target target_;
    std::size_t count_;
    RelayRun run_;
};

Channel channel_of(std::uint16_t port) { return port == 465 ? Channel::wrapped : Channel::if_offered; }

std::uint16_t control_port(const ActiveTarget& target, std::uint16_t port) {
    const bool submission = port == 465 || port == 587;
    return submission && contains(target.ports, std::uint16_t{25}) ? std::uint16_t{25} : port;
}

std::string literal(const IpAddress& ip) {
    return ip.is_v4() ? fmt::format("[{}]", ip.to_string()) : fmt::format("[IPv6:{}]", ip.to_string());
}

/// `main_door`: port 25 over IPv4, whose forms belong to checks of their own; of all other doors there is one check.
std::vector<std::string> forms_for(const ActiveWishes& wishes, bool main_door) {
    std::vector<std::string> out;
    const bool all = !main_door || !wishes.place.empty();
    for (const RelayForm& form : relay_forms())
        if (all || wishes.checks.contains(form.check) || form.id == "R01") out.emplace_back(form.id);
    return out;
}

}  // namespace

void add_relay_acts(Acts& acts, const ActiveWishes& wishes, const std::shared_ptr<Tokens>& tokens) {
    if (!wishes.relay) return;
    const bool any_form =
        std::ranges::any_of(relay_forms(), [&](const RelayForm& form) { return wishes.checks.contains(form.check); });
    const auto [far_local, far_domain] = split_address(wishes.far_recipient);
    for (const ActiveTarget& target : wishes.targets)
        for (const std::uint16_t port : target.ports) {
            const bool main_door = port == 25 && target.ip.is_v4();
            const bool wanted = !wishes.place.empty() ? wishes.checks.contains(relay_check_of(wishes.place))
                                : main_door           ? any_form
                                                      : wishes.checks.contains("6-06");
            if (!wanted) continue;
            RelayRun::Wishes run{
                .names = {far_local, far_domain, "postern-" + tokens->audit(), std::string(wishes.domain.text()),
                          std::string(target.host.text()), literal(target.ip), wishes.tagged},
                .positive = fmt::format("<postmaster@{}>", wishes.domain.text()),
                .deliver = wishes.far_end,
                .new_token = [tokens] { return tokens->next(); },
                .message =
                    [wishes, sender = fmt::format("postern-{}@{}", tokens->audit(), far_domain)](
                        std::string_view form, std::string_view token) {
                        return test_message(
                            wishes, token, sender, wishes.far_recipient,
                            fmt::format("does it carry a stranger's mail to another domain ({})? If you read this at "
                                        "another domain, it does.",
                                        form));
                    }};
            acts.push_back(std::make_unique<RelayAct>(
                RelayRun::Target{target.ip, port, channel_of(port), control_port(target, port)},
                forms_for(wishes, main_door), std::move(run)));
        }
}

}  // namespace postern::audit
