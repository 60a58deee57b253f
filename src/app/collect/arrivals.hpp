// SPDX-License-Identifier: Apache-2.0
// Where test messages may arrive, looked into: a mailbox on this machine's disk.
#pragma once

#include "audit/active/conversation.hpp"
#include "net/loop.hpp"

#include <filesystem>
#include <set>

namespace postern::app {

/// Messages of one audit; each is given once.
class ArrivalSource {
public:
    virtual ~ArrivalSource() = default;
    /// What has arrived since the last look. `audit` begins every token of this audit.
    virtual net::Task<std::vector<audit::Arrival>> look(std::string audit) = 0;
};

/// A Maildir (new/ and cur/) or a plain folder with one message a file.
class Mailbox : public ArrivalSource {
public:
    static constexpr std::size_t max_files = 5'000, max_octets = 1024 * 1024;

    /// `where`: "sample", or the far end's name. What already lies there is left alone.
    Mailbox(std::string folder, std::string where);
    net::Task<std::vector<audit::Arrival>> look(std::string audit) override;

private:
    [[nodiscard]] std::vector<std::filesystem::path> files() const;

    std::string folder_, where_;
    std::set<std::string> known_;  // names of files, without Maildir's flags
};

/// The first token of the audit in a message: three digits behind the audit's own, and an "s" for a second message hidden in a first;
/// "" if there is none.
[[nodiscard]] std::string token_in(std::string_view octets, std::string_view audit);

}  // namespace postern::app
