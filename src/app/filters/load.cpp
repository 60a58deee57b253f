// SPDX-License-Identifier: Apache-2.0
#include "app/filters/load.hpp"

#include "app/toml/document.hpp"

#include <stdexcept>

namespace postern::app {

std::string_view builtin_filter_services();
std::string_view builtin_shared_hosts();

Result<std::vector<audit::FilterService>> parse_filter_services(std::string_view text, const std::string& source) {
    const auto document = toml::parse(text, source);
    if (!document) return std::unexpected(document.error());
    toml::Table root(*document, source);
    std::vector<audit::FilterService> services;
    for (const toml::Node* node : root.tables("service")) {
        toml::Table table(*node, source);
        audit::FilterService one{.id = table.required_text("id"), .name = table.required_text("name")};
        one.mx = table.texts("mx");
        one.ranges = table.text("ranges");
        one.spf_include = table.text("spf_include");
        one.smart_host = table.text("smart_host");
        one.tls_name = table.text("tls_name");
        one.shared = table.flag("shared", true);
        one.hosts_mailboxes = table.flag("hosts_mailboxes", false);
        one.evidence = table.required_text("evidence");
        one.as_of = table.required_text("as_of");
        for (const std::string& zone : one.mx)
            if (const auto name = DomainName::parse(zone); !name) table.fault("mx", "filters.mx", name.error().message);
        if (one.mx.empty()) table.fault("mx", "filters.mx", "names no MX host");
        if (one.evidence != "H" && one.evidence != "M" && one.evidence != "L")
            table.fault("evidence", "filters.evidence", "is H, M or L");
        if (auto done = table.finish(); !done) return std::unexpected(done.error());
        services.push_back(std::move(one));
    }
    if (auto done = root.finish(); !done) return std::unexpected(done.error());
    return services;
}

std::vector<audit::FilterService> builtin_filter_service_catalogue() {
    auto services = parse_filter_services(builtin_filter_services(), "data/filter-services.toml");
    if (!services) throw std::logic_error(services.error().message);
    return *std::move(services);
}

std::vector<audit::SharedHosts> builtin_shared_hosts_catalogue() {
    const std::string source = "data/shared-hosts.toml";
    const auto document = toml::parse(builtin_shared_hosts(), source);
    if (!document) throw std::logic_error(document.error().message);
    toml::Table root(*document, source);
    std::vector<audit::SharedHosts> out;
    for (const toml::Node* node : root.tables("provider")) {
        toml::Table table(*node, source);
        audit::SharedHosts one{.provider = table.required_text("name"), .names = table.texts("names")};
        for (const std::string& name : one.names)
            if (!DomainName::parse(name)) table.fault("names", "hosts.name", "is no host name");
        if (auto done = table.finish(); !done) throw std::logic_error(done.error().message);
        out.push_back(std::move(one));
    }
    return out;
}

}  // namespace postern::app
