// SPDX-License-Identifier: Apache-2.0
// Which login sends under which addresses (M5), learnt first, then enforceable.
//
// A stolen login is used to send as somebody else. What is usual is learnt from live mail for a time, by login; after that time nothing
// more is learnt, because a thief would teach it; an administrator declares what is new. An address counts as usual only when the login
// has used it on two days, so that one burst within the time of learning proves nothing. Bounded: the login that was silent longest is
// forgotten first, and one that uses too many addresses is named instead of remembered.
#pragma once

#include "base/instant.hpp"
#include "base/mail_address.hpp"
#include "policy/decision.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace postern::policy {

class LoginSenders {
public:
    static constexpr std::size_t max_logins = 20'000;
    static constexpr std::size_t max_addresses = 50;  ///< of one login
    static constexpr std::chrono::milliseconds learning_time = std::chrono::days(14);

    enum class Standing : std::uint8_t {
        usual,     ///< declared, or used on two days while learning
        learning,  ///< the login is still being learnt: nothing can be said
        unusual,   ///< learnt, and this address is none of its own
        too_many,  ///< it uses more addresses than are remembered: a shared login, or a thief
    };

    /// One address of one login, as the store keeps it.
    struct Entry {
        std::string login, address;
        std::int64_t first_day = 0, last_day = 0;  ///< days since 1970
        bool declared = false;
        friend bool operator==(const Entry&, const Entry&) = default;
    };

    /// A message of `login` from `sender`; tells how it stood before this message. The null sender is nobody's and always usual.
    Standing see(std::string_view login, const MailAddress& sender, Instant now);
    [[nodiscard]] Standing standing(std::string_view login, const MailAddress& sender, Instant now) const;
    /// A person's word, at any time.
    void declare(std::string_view login, const MailAddress& sender, Instant now);

    [[nodiscard]] std::size_t size() const { return logins_.size(); }
    /// All that was learnt, by login; and the same put back. What is beyond the limits is left out.
    [[nodiscard]] std::vector<Entry> entries() const;
    void restore(const std::vector<Entry>& entries);

private:
    struct Days {
        std::int64_t first = 0, last = 0;
        bool declared = false;
    };
    struct Login {
        std::int64_t first_day = 0, last_day = 0;
        bool too_many = false;
        std::map<std::string, Days, std::less<>> addresses;
    };

    [[nodiscard]] Login& login_at(std::string_view login, std::int64_t day);
    void make_room();

    std::map<std::string, Login, std::less<>> logins_;
};

/// A finding unless it is usual or still being learnt.
void judge_login_sender(std::string_view login, const MailAddress& sender, LoginSenders::Standing standing, Mode mode,
                        Decision& decision);

}  // namespace postern::policy
