// SPDX-License-Identifier: Apache-2.0
// What the gate learns from the mail it sees, shared by all conversations: which login sends as whom, and what the masquerade would change.
//
// It lives in memory behind one lock, held for a look each message; whoever keeps it over a restart (app/gate/memory_keeper.hpp) takes the
// changes out from time to time and brings in what a person said at the command line.
#pragma once

#include "policy/login_senders.hpp"
#include "policy/masquerade_preview.hpp"

#include <mutex>
#include <span>
#include <string_view>
#include <vector>

namespace postern::gate {

/// A person's word about a login.
struct LoginWish {
    enum class What : std::uint8_t { allow, forget };
    What what = What::allow;
    std::string login, address;  ///< no address: the whole login
    std::int64_t day = 0;
};

/// Any thread.
class GateMemory {
public:
    struct Changed {
        policy::LoginSenders::Changed logins;
        policy::MasqueradePreview::Changed masquerade;
    };

    void change(policy::LearningSettings learning);

    [[nodiscard]] std::vector<policy::SenderStanding> standing(std::string_view login,
                                                               std::vector<MailAddress> addresses, Instant now) const;
    void learn(std::string_view login, std::span<const policy::SenderStanding> senders, Instant now);

    void see(const policy::MasqueradeSight& sight, const policy::MasqueradeDomains& domains, std::string_view who,
             Instant now);
    /// Domains whose masquerade a person confirmed.
    [[nodiscard]] std::vector<DomainName> confirmed() const;
    /// True: it was not so before.
    bool confirm(std::vector<DomainName> domains);

    void restore(std::vector<policy::LoginSenders::Record> logins, std::vector<policy::MasqueradePreview::Row> rows,
                 policy::MasqueradePreview::Totals totals);
    void apply(std::span<const LoginWish> wishes);
    [[nodiscard]] bool has_changes() const;
    [[nodiscard]] Changed take_changed();
    void not_written(const Changed& changed);

private:
    mutable std::mutex mutex_;
    policy::LoginSenders logins_;  // guarded by mutex_, as are the next
    policy::MasqueradePreview masquerade_;
    std::vector<DomainName> confirmed_;
};

}  // namespace postern::gate
