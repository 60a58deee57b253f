// SPDX-License-Identifier: Apache-2.0
#include "app/dkim/keygen_command.hpp"

#include "app/cli/shared_options.hpp"
#include "base/text.hpp"
#include "identity/dkim_sign.hpp"
#include "net/private_key.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace postern::app {
namespace {

/// Owner only; never over a file that is there: a lost key cannot be had again.
Result<void> write_new(const std::string& path, std::string_view text) {
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 && errno == EEXIST)
        return fail("usage", fmt::format("{} is there already; a key is never overwritten", printable(path)));
    if (file < 0) return fail("usage", fmt::format("{}: {}", printable(path), std::strerror(errno)));
    const bool whole = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(file) == 0;
    const int fault = errno;
    close(file);
    if (whole) return {};
    unlink(path.c_str());
    return fail("usage", fmt::format("{}: {}", printable(path), std::strerror(fault)));
}

}  // namespace

Exit run_dkim_keygen(const Invocation& invocation) {
    const std::string name = invocation.words().empty() ? "" : invocation.words().front();
    const auto domain = DomainName::parse(name);
    if (!domain || invocation.words().size() != 1) return refuse("dkim keygen wants one domain, such as example.com");
    const std::string selector = invocation.value("--selector").value_or("postern");
    const std::string path = invocation.value("--key").value_or(fmt::format("{}.{}.pem", selector, domain->text()));
    const auto kind = invocation.value("--type").value_or("rsa") == "rsa" ? net::KeyKind::rsa : net::KeyKind::ed25519;
    const auto pem = net::make_private_key(kind, identity::DkimSigner::least_rsa_bits);
    if (!pem) return refuse(pem.error().message);
    const auto signer = identity::DkimSigner::make(*domain, selector, *pem);
    if (!signer) return refuse(signer.error().message);
    if (const auto written = write_new(path, *pem); !written) return refuse(written.error().message);
    fmt::print("The private key is in {}. Publish this record:\n\n{}\n\nThen see that it is there: postern audit {} "
               "--message SENT.eml\n",
               printable(path), signer->zone_line(), domain->text());
    return Exit::well;
}

}  // namespace postern::app
