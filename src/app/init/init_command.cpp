// SPDX-License-Identifier: Apache-2.0
#include "app/init/init_command.hpp"

#include "app/cli/shared_options.hpp"
#include "app/collect/host.hpp"
#include "app/config/config.hpp"
#include "base/text.hpp"
#include "evidence/host.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <set>

namespace postern::app {
namespace {

std::string quoted_list(const std::set<std::string>& items) {
    std::string out;
    for (const std::string& one : items) out += fmt::format("{}\"{}\"", out.empty() ? "" : ", ", one);
    return "[" + out + "]";
}

/// Domains whose mail ends here or is handed on from here; tables in files are not followed.
std::set<std::string> mail_domains(const evidence::PostfixConfig& postfix) {
    std::set<std::string> out;
    const std::string host = postfix.get("myhostname");
    for (const char* setting : {"mydestination", "relay_domains", "virtual_mailbox_domains", "virtual_alias_domains"})
        for (const std::string& word : evidence::setting_words(postfix.get(setting))) {
            const auto name = DomainName::parse(word);
            if (name && name->label_count() > 1 && !word.contains(':') && name->text() != host &&
                !name->text().starts_with("localhost"))
                out.emplace(name->text());
        }
    return out;
}

/// Machines that may send without login; whole classes are named to the administrator instead of taken over.
void trusted_machines(const evidence::PostfixConfig& postfix, std::set<std::string>& narrow,
                      std::set<std::string>& wide) {
    for (std::string word : evidence::setting_words(postfix.get("mynetworks"))) {
        std::erase_if(word, [](char c) { return c == '[' || c == ']'; });
        const auto address = IpAddress::parse(word);
        const auto network =
            address ? Result<Network>(Network::around(*address, address->bits())) : Network::parse(word);
        if (!network) continue;
        const IpAddress& first = network->first();
        if ((first.is_v4() && first.octets()[0] == 127) || first == IpAddress::parse("::1")) continue;
        (network->prefix() >= (network->first().is_v4() ? 24 : 64) ? narrow : wide).insert(network->to_string());
    }
}

std::string clamd_address(const audit::Evidence& evidence) {
    const std::string* text = evidence.file("clamd.conf");
    if (text == nullptr) return {};
    const auto settings = evidence::read_key_values(*text);
    const auto get = [&](std::string_view key) {
        const auto found = settings.find(key);
        return found == settings.end() ? std::string() : found->second;
    };
    if (const std::string path = get("LocalSocket"); !path.empty()) return "unix:" + path;
    const std::string port = get("TCPSocket"), address = get("TCPAddr");
    return port.empty() ? "" : fmt::format("{}@{}", address.empty() ? "127.0.0.1" : address, port);
}

/// rspamd's normal worker listens on 11333 (2C45 in the kernel's table).
bool rspamd_listens(const audit::Evidence& evidence) {
    const std::string* sockets = evidence.file("proc.tcp");
    return sockets != nullptr && sockets->contains(":2C45 00000000:0000 0A");
}

std::string line(bool found, std::string_view key, std::string_view value, std::string_view comment) {
    return fmt::format("# {}\n{}{} = {}\n", comment, found ? "" : "# ", key, value);
}

}  // namespace

std::string first_config(const audit::Evidence& evidence) {
    const auto& postfix = evidence.postfix;
    const std::set<std::string> domains = mail_domains(postfix);
    std::set<std::string> narrow, wide;
    trusted_machines(postfix, narrow, wide);
    const std::string clamd = clamd_address(evidence);
    std::string out =
        "# Written by postern init from what this machine showed. Every measure observes: the log says what would "
        "have\n"
        "# happened. postern config example explains all settings; postern config check FILE finds faults.\n\n[site]\n";
    out += line(!domains.empty(), "domains", domains.empty() ? "[\"example.com\"]" : quoted_list(domains),
                "The mail domains, from mydestination, relay_domains and virtual domains; add those of tables.");
    out += "\n[gate]\n";
    out += line(!narrow.empty(), "senders", narrow.empty() ? "[\"192.0.2.9\"]" : quoted_list(narrow),
                "Machines that send without login, from mynetworks.");
    for (const std::string& one : wide)
        out += fmt::format(
            "# Not taken over: {} is a class of machines. Name those that send, and take it out of mynetworks.\n", one);
    out += "\n[malware]\nmode = \"observe\"\n";
    out += line(!clamd.empty(), "clamd", fmt::format("\"{}\"", clamd.empty() ? "unix:/run/clamav/clamd.ctl" : clamd),
                clamd.empty() ? "No virus scanner was found: install clamav-daemon. Without one, M1 is not enforced."
                              : "The virus scanner that was found.");
    out += "\n[spam]\nmode = \"observe\"\n";
    const bool rspamd = rspamd_listens(evidence);
    out += line(rspamd, "rspamd", "\"127.0.0.1@11333\"",
                rspamd ? "rspamd was found listening." : "No rspamd was found listening on 11333.");
    return out;
}

Exit run_init(const Invocation& invocation) {
    audit::Evidence evidence;
    collect_host(evidence, false);
    evidence.read_files();
    if (!evidence.postfix.present())
        std::fprintf(stderr, "postern: no Postfix was found here; the configuration names what to fill in\n");
    const std::string text = first_config(evidence);
    if (const auto good = parse_config(text, "init"); !good) return refuse(good.error().message);
    const std::string path = invocation.value("--output").value_or(default_config_path);
    if (path == "-") {
        std::fwrite(text.data(), 1, text.size(), stdout);
        return Exit::well;
    }
    std::error_code ignored;  // open says what is wrong
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (file < 0 && errno == EEXIST)
        return refuse(fmt::format("{} is there already; --output - shows what would be written", printable(path)));
    if (file < 0) return refuse(fmt::format("{}: {}", printable(path), std::strerror(errno)));
    const bool whole = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    close(file);
    if (!whole) {
        unlink(path.c_str());
        return refuse(fmt::format("{} could not be written", printable(path)));
    }
    fmt::print("{} is written: everything observes.\n\nNext: postern serve, and in Postfix's main.cf\n    "
               "smtpd_milters = inet:127.0.0.1:8891\n    "
               "non_smtpd_milters = inet:127.0.0.1:8891\nbeside those that are there already.\n",
               printable(path));
    return Exit::well;
}

}  // namespace postern::app
