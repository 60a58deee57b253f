// SPDX-License-Identifier: Apache-2.0
#include "audit/active/relay_outcome.hpp"

#include "audit/active/hearing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace postern::audit {
namespace {

using What = RelayOutcome::What;

bool same_server(const Conversation& conversation, const RelayOutcome& outcome) {
    return conversation.server == outcome.server && conversation.port == outcome.port;
}

/// In the same connection, or alone in the next one that asked: a submission port takes no mail for postmaster.
const Turn* control_of(const Active& active, const Conversation& talk) {
    if (const Turn* turn = talk.turn("postmaster")) return turn;
    bool behind = false;
    for (const Conversation& one : active.conversations) {
        if (behind && one.server == talk.server && one.purpose == "relay-control") return one.turn("postmaster");
        behind = behind || &one == &talk;
    }
    return nullptr;
}

/// In this conversation; what a failed control makes worthless is `banned`.
std::optional<RelayOutcome> outcome_in(const Active& active, const Conversation& talk, const RelayForm& form) {
    const Turn* rcpt = talk.turn(form.id);
    if (rcpt == nullptr) return std::nullopt;
    const Turn* mail = talk.turn(fmt::format("mail {}", form.sender));
    const Turn* shows = rcpt->unsaid && mail != nullptr ? mail : rcpt;
    RelayOutcome out{.form = &form, .server = talk.server, .port = talk.port, .quote = quoted(*shows)};
    const Turn* asked = control_of(active, talk);
    const bool out_of_time = talk.fault_code == "net.budget" || talk.fault_code == "net.timeout";
    if (out_of_time && (asked == nullptr || asked->code == 0))
        return out;  // cut off before its control: it says nothing
    const Heard control = heard(asked);
    if (control != Heard::accepted) {
        // Greylisting shows in the control too; a refusal or silence of the control is a ban.
        out.what = control == Heard::deferred ? What::deferred : What::banned;
        return out;
    }
    switch (heard(shows)) {
    case Heard::accepted: out.what = What::accepted; break;
    case Heard::refused: out.what = What::refused; break;
    case Heard::deferred: out.what = What::deferred; break;
    case Heard::otherwise: out.what = What::otherwise; break;
    case Heard::nothing: out.what = What::not_tried; break;
    }
    return out;
}

/// A far end that gives every form an address of its own (postern-...-r13@) tells which of several arrived.
What told_apart(const Active& active, std::string_view token, std::string_view form) {
    if (!active.tagged) return What::among;
    const std::string tag = fmt::format("-r{}@", form.substr(1));
    const bool came = std::ranges::any_of(active.arrivals, [&](const Arrival& one) {
        return one.token == token && is_itself(one) && speaks_of(one.recipient, tag);
    });
    return came ? What::delivered : What::taken;
}

/// What a delivery with its own token made of an accepted form.
void follow_delivery(const Active& active, RelayOutcome& outcome) {
    for (const Conversation& talk : active.conversations) {
        if (!same_server(talk, outcome) || !talk.purpose.starts_with("relay-delivery/")) continue;
        // Alone, or with others in one message.
        if (heard(talk.turn(outcome.form->id)) != Heard::accepted) continue;
        const bool alone = talk.purpose != "relay-delivery/together";
        if (const Arrival* arrival = alone ? arrival_of(active, talk.token) : nullptr) {
            outcome.what = What::delivered;
            outcome.quote = fmt::format("{}; the message arrived at {}", outcome.quote, arrival->where);
            return;
        }
        if (!alone && arrival_of(active, talk.token) != nullptr) {
            outcome.what = told_apart(active, talk.token, outcome.form->id);
            if (outcome.what != What::taken) return;
        }
        const Turn* end = talk.turn("end");
        if (heard(end) == Heard::accepted) {
            outcome.what = What::taken;
            outcome.quote = quoted(*end);
        } else if (heard(end) == Heard::refused) {
            outcome.what = What::refused;
            outcome.quote =
                fmt::format("accepted at RCPT, refused at the end of the message: {} {}", end->code, end->text);
        }
    }
}

int weight(What what) {
    switch (what) {
    case What::delivered: return 9;
    case What::among:
    case What::taken: return 8;
    case What::accepted: return 7;
    case What::refused: return 6;
    case What::kept:
    case What::at_home: return 5;
    case What::otherwise: return 4;
    case What::deferred: return 3;
    case What::banned: return 2;
    default: return 1;
    }
}

bool takes_everybody(const Active& active, const RelayOutcome& outcome) {
    return std::ranges::any_of(active.conversations, [&](const Conversation& talk) {
        return same_server(talk, outcome) && talk.purpose == "relay-control" &&
               heard(talk.turn("unknown")) == Heard::accepted;
    });
}

}  // namespace

bool is_itself(const Arrival& arrival) {
    if (arrival.only_asked) return false;
    const std::string head =
        "\n" + arrival.octets.substr(0, std::min(arrival.octets.find("\n\r\n"), arrival.octets.find("\n\n")));
    return speaks_of(head, "\nx-postern-token: " + arrival.token) ||
           speaks_of(head, "\nmessage-id: <" + arrival.token + "@");
}

const Arrival* arrival_of(const Active& active, std::string_view token) {
    if (token.empty()) return nullptr;
    const auto found =
        std::ranges::find_if(active.arrivals, [&](const Arrival& one) { return one.token == token && is_itself(one); });
    return found == active.arrivals.end() ? nullptr : &*found;
}

std::vector<RelayOutcome> relay_outcomes(const Active& active) {
    std::vector<RelayOutcome> out;
    for (const Conversation& talk : active.conversations) {
        if (talk.purpose != "relay") continue;
        for (const RelayForm& form : relay_forms()) {
            auto seen = outcome_in(active, talk, form);
            if (!seen) continue;
            if (seen->what == What::accepted) {
                follow_delivery(active, *seen);
                if (form.at_home && takes_everybody(active, *seen)) {
                    if (seen->what == What::accepted) seen->what = What::at_home;
                    if (seen->what == What::taken) seen->what = What::kept;  // `among` stays: something did get out
                }
            }
            const auto before = std::ranges::find_if(
                out, [&](const RelayOutcome& one) { return one.form == &form && same_server(talk, one); });
            if (before == out.end()) out.push_back(*std::move(seen));
            else if (weight(seen->what) > weight(before->what)) *before = *std::move(seen);
        }
    }
    std::ranges::sort(out, {}, [](const RelayOutcome& one) { return std::tuple(one.form->id, one.server, one.port); });
    return out;
}

}  // namespace postern::audit
