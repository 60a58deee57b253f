// SPDX-License-Identifier: Apache-2.0
#include "app/audit/active_settings.hpp"

#include "app/cli/shared_options.hpp"
#include "base/instant.hpp"
#include "base/domain_name.hpp"
#include "base/text.hpp"
#include "net/random.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

namespace postern::app {
namespace {

namespace fs = std::filesystem;

/// Only addresses whose parts need no quoting: they are put into forms that are odd enough by themselves.
Result<std::string> address(const Invocation& invocation, std::string_view option) {
    const std::string text = invocation.value(option).value_or("");
    if (text.empty()) return text;
    const auto at = text.find('@');
    const bool plain =
        text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_+@") == text.npos;
    if (at == 0 || at == text.npos || !plain || text.find('@', at + 1) != text.npos ||
        !DomainName::parse(text.substr(at + 1)))
        return std::unexpected(bad_option(option, text, "is written name@example.com").error());
    return text;
}

Result<void> folder(const Invocation& invocation, std::string_view option, std::string_view needs, std::string& into) {
    into = invocation.value(option).value_or("");
    if (into.empty()) return {};
    std::error_code fault;
    if (!fs::is_directory(into, fault)) return std::unexpected(bad_option(option, into, "is no folder").error());
    if (!invocation.has(needs))
        return std::unexpected(bad_option(option, into, fmt::format("needs {}", needs)).error());
    return {};
}

/// Two lines: login and password. A file that others can read is refused.
Result<void> read_user(const Invocation& invocation, ActiveSettings& out) {
    const auto path = invocation.value("--test-user");
    if (!path) return {};
    struct stat facts{};
    if (::stat(path->c_str(), &facts) == 0 && (facts.st_mode & 077) != 0)
        return std::unexpected(bad_option("--test-user", *path, "can be read by others; chmod 600").error());
    const auto text = read_file("--test-user", *path);
    if (!text) return std::unexpected(text.error());
    std::istringstream lines(*text);
    wire::SmtpCredentials user;
    std::getline(lines, user.login);
    std::getline(lines, user.password);
    for (std::string* word : {&user.login, &user.password}) word->erase(word->find_last_not_of(" \t\r") + 1);
    if (user.login.empty() || user.password.empty())
        return std::unexpected(
            bad_option("--test-user", *path, "holds the login in its first line, the password in its second").error());
    out.user = std::move(user);
    return {};
}

Result<std::string> new_secret(const std::string& path) {
    net::RandomIds random;
    std::string secret;
    for (int i = 0; i < 8; ++i) secret += fmt::format("{:04x}", random.next());
    std::error_code fault;
    fs::create_directories(fs::path(path).parent_path(), fault);
    // 0600 from the beginning, and never over an older one.
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return fail("usage", fmt::format("{}: the secret of your consent records cannot be written", printable(path)));
    const bool whole = ::write(file, secret.data(), secret.size()) == static_cast<ssize_t>(secret.size());
    ::close(file);
    if (!whole) return fail("usage", fmt::format("{}: cannot be written", printable(path)));
    return secret;
}

Result<std::string> read_secret(const Invocation& invocation, const std::string& data_directory) {
    const auto given = invocation.value("--consent-key");
    if (!given && data_directory.empty()) return fail("usage", "there is no data directory; --consent-key FILE");
    const std::string path = given ? *given : data_directory + "/consent.key";
    std::error_code fault;
    if (!given && !fs::exists(path, fault)) return new_secret(path);
    auto text = read_file("--consent-key", path);
    if (!text) return text;
    text->erase(text->find_last_not_of(" \t\r\n") + 1);
    if (text->size() < 16)
        return std::unexpected(bad_option("--consent-key", path, "is too short to be a secret").error());
    return text;
}

}  // namespace

Result<ActiveSettings> read_active_settings(const Invocation& invocation, const std::string& data_directory) {
    ActiveSettings out;
    out.wanted = invocation.has("--intrusive");
    out.dry_run = invocation.has("--dry-run");
    out.yes = invocation.has("--yes");
    out.leave_site = invocation.has("--leave-site");
    const bool asked_from_outside = invocation.has("--vantage") && invocation.command().path == "audit";
    if (!out.wanted && !asked_from_outside) return out;
    for (const auto& [option, into] :
         {std::pair{"--far-end", &out.far_recipient}, std::pair{"--sample-recipient", &out.sample_recipient}}) {
        auto text = address(invocation, option);
        if (!text) return std::unexpected(text.error());
        *into = *std::move(text);
    }
    if (auto done = folder(invocation, "--far-mailbox", "--far-end", out.far_mailbox); !done)
        return std::unexpected(done.error());
    if (auto done = folder(invocation, "--sample-mailbox", "--sample-recipient", out.sample_mailbox); !done)
        return std::unexpected(done.error());
    if (auto done = read_user(invocation, out); !done) return std::unexpected(done.error());
    for (const auto& [option, into] : {std::pair{"--active-time", &out.time}, std::pair{"--arrival-time", &out.wait}})
        if (const auto text = invocation.value(option)) {
            const auto value = parse_duration(*text);
            if (!value) return std::unexpected(bad_option(option, *text, "is a duration, such as 90s").error());
            *into = *value;
        }
    out.place = invocation.command().path == "audit" ? invocation.value("--place").value_or("") : "";
    if (const auto text = invocation.value("--web-form")) {
        auto form = WebForm::parse(*text);
        if (!form) return std::unexpected(form.error());
        if (out.sample_recipient.empty())
            return std::unexpected(bad_option("--web-form", *text, "needs --sample-recipient").error());
        out.web_form = *std::move(form);
    }
    auto vantages = probe::read_vantages(invocation);
    if (!vantages) return std::unexpected(vantages.error());
    out.vantages = *std::move(vantages);
    if (!out.vantages.empty() && !out.far_recipient.empty())
        return fail("usage", "--far-end and --vantage: one far end is enough");
    auto secret = read_secret(invocation, data_directory);
    if (!secret) return std::unexpected(secret.error());
    out.secret = *std::move(secret);
    return out;
}

}  // namespace postern::app
