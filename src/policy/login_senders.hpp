// SPDX-License-Identifier: Apache-2.0
// Which login sends under which addresses (M5), learnt first, then enforceable.
//
// A stolen login is used to send as somebody else. What is usual is learnt from live mail, login by login, and three things keep a thief
// from teaching it: an address is usual only when the login used it on several different days (many messages of one day are one use), a
// day adds a few addresses at most, and once a login is learnt nothing more is; an administrator declares what is new. A login is learnt
// when the time of learning is over and it was used on as many days, so that one that is used once a month is never judged by a single
// use. Messages that something spoke against teach nothing (`teaches`). Bounded: the login that was silent longest is forgotten first, and
// one that uses too many addresses is named instead of remembered.
#pragma once

#include "base/instant.hpp"
#include "base/mail_address.hpp"
#include "policy/decision.hpp"
#include "policy/settings.hpp"
#include "wire/message.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::policy {

class LoginSenders {
public:
    static constexpr std::size_t max_logins = 20'000;
    static constexpr std::size_t max_addresses = 50;  ///< of one login
    static constexpr std::size_t max_new_in_day = 5;  ///< addresses that a login adds in one day; further ones wait
    static constexpr std::size_t max_login = 256;     ///< octets; a longer name is never learnt

    enum class Standing : std::uint8_t {
        usual,     ///< declared, or used on several days while learning
        learning,  ///< the login is still being learnt: nothing can be said
        unusual,   ///< learnt, and this address is none of its own
        too_many,  ///< it uses more addresses than are remembered: a shared login, or a thief
    };

    struct Address {
        std::string address;                       ///< lower case
        std::int64_t first_day = 0, last_day = 0;  ///< days since 1970, UTC
        std::uint32_t days = 1;                    ///< different ones on which it was used
        bool declared = false;
        friend bool operator==(const Address&, const Address&) = default;
    };
    /// One login, as the store keeps it.
    struct Record {
        std::string login;  ///< lower case
        std::int64_t first_day = 0, last_day = 0;
        std::uint32_t days = 0;  ///< different ones on which it was used
        bool too_many = false;
        std::vector<Address> addresses;
        friend bool operator==(const Record&, const Record&) = default;
    };

    explicit LoginSenders(LearningSettings learning = {}) : learning_(learning) {}
    void change(LearningSettings learning) { learning_ = learning; }

    /// The null sender is nobody's and always usual. Capitals make no other login and no other address.
    [[nodiscard]] Standing standing(std::string_view login, const MailAddress& sender, Instant now) const;
    /// A message of `login` from `sender`, to learn from.
    void learn(std::string_view login, const MailAddress& sender, Instant now);
    /// A person's word, at any time: `address` is one of the login's own. False: max_addresses are declared already.
    bool declare(std::string_view login, std::string_view address, std::int64_t day);
    /// A person's word: this address is not; with none, the login is learnt anew.
    void forget(std::string_view login, std::string_view address);

    [[nodiscard]] std::size_t size() const { return logins_.size(); }
    [[nodiscard]] std::vector<Record> records() const;
    /// What the store gave back. What is beyond the limits is left out.
    void restore(std::vector<Record> records);
    /// What is to be written; `gone` are names without a record any more. Each change is told once.
    struct Changed {
        std::vector<Record> records;
        std::vector<std::string> gone;
    };
    [[nodiscard]] bool has_changes() const { return !changed_.empty(); }
    [[nodiscard]] Changed take_changed();
    /// It could not be written: it is told again.
    void not_written(const Changed& changed);

    /// Whether the login is learnt at that day, of the record of it: what is new is unusual from then on.
    [[nodiscard]] static bool learnt(const Record& record, const LearningSettings& learning, std::int64_t day);
    [[nodiscard]] static bool is_usual(const Address& address, const LearningSettings& learning) {
        return address.declared || address.days >= learning.days;
    }

private:
    [[nodiscard]] Record& record_at(const std::string& login, std::int64_t day);
    void make_room();

    LearningSettings learning_;
    std::map<std::string, Record, std::less<>> logins_;  // by login, lower case
    std::set<std::string, std::less<>> changed_;
};

/// "2026-11-24" as LoginSenders counts it.
[[nodiscard]] std::int64_t day_of(Instant when);

/// One more than a login can have of its own: of so many, one is always strange, and what stands behind need not be looked at.
inline constexpr std::size_t max_senders_shown = LoginSenders::max_addresses + 1;
/// The addresses a message is sent under: the envelope's sender and everybody in From, none twice, the null sender left out.
[[nodiscard]] std::vector<MailAddress> senders_of(const MailAddress& envelope, const wire::Message* message);

struct SenderStanding {
    MailAddress address;
    LoginSenders::Standing standing = LoginSenders::Standing::learning;
};
/// One finding that names every address that is neither usual nor still being learnt.
void judge_login_senders(std::string_view login, std::span<const SenderStanding> senders, Mode mode,
                         Decision& decision);

/// May this message teach what is usual? Not one that is refused or deferred, nor one in which a virus, spam, a listed link or a burst was
/// found, be it only observed: that is how a stolen login looks.
[[nodiscard]] bool teaches(const Decision& decision);

}  // namespace postern::policy
