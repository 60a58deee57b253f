// SPDX-License-Identifier: Apache-2.0
#include "evidence/dmarc_report.hpp"

#include "evidence/scan.hpp"
#include "evidence/unpack.hpp"
#include "wire/mime.hpp"

#include <fmt/format.h>

#include <expat.h>

#include <charconv>
#include <memory>

namespace postern::evidence {
namespace {

constexpr std::size_t max_document = 32 * 1024 * 1024;
constexpr std::size_t max_depth = 32, max_text = 1'000;

struct Reading {
    XML_Parser parser = nullptr;
    DmarcReport report;
    std::vector<std::string> path;
    std::string text;
    DmarcReport::Row row;
    bool source_good = false;
    std::string domain, result;  // of one auth_results entry
    std::string fault;

    void stop(std::string why) {
        if (fault.empty()) fault = std::move(why);
        XML_StopParser(parser, XML_FALSE);
    }
};

std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

Instant seconds(std::string_view text) {
    return Instant(std::chrono::seconds(std::min<std::uint64_t>(number(text), 32'503'680'000ULL)));
}

bool within(const Reading& reading, std::string_view element) {
    for (const std::string& name : reading.path)
        if (name == element) return true;
    return false;
}

void take_text(Reading& reading, std::string_view name, std::string_view text) {
    DmarcReport::Row& row = reading.row;
    if (within(reading, "auth_results")) {
        if (name == "domain") reading.domain = text;
        if (name == "result") reading.result = text;
        return;
    }
    if (within(reading, "record")) {
        if (name == "source_ip") {
            const auto ip = IpAddress::parse(text);
            reading.source_good = ip.has_value();
            if (ip) row.source = *ip;
        }
        if (name == "count") row.count = number(text);
        if (name == "disposition") row.disposition = text;
        if (name == "dkim") row.dkim_aligned = text == "pass";
        if (name == "spf") row.spf_aligned = text == "pass";
        if (name == "header_from") row.header_from = text;
        return;
    }
    if (name == "org_name") reading.report.reporter = text;
    if (name == "domain" && within(reading, "policy_published")) reading.report.domain = text;
    if (name == "begin") reading.report.begin = seconds(text);
    if (name == "end") reading.report.end = seconds(text);
}

void XMLCALL on_start(void* state, const XML_Char* name, const XML_Char**) {
    auto& reading = *static_cast<Reading*>(state);
    if (reading.path.size() == max_depth) return reading.stop("its elements are nested too deep");
    std::string_view bare(name);
    if (const auto colon = bare.rfind(':'); colon != bare.npos) bare.remove_prefix(colon + 1);
    reading.path.emplace_back(bare.substr(0, 64));
    reading.text.clear();
    if (bare == "record") {
        reading.row = {};
        reading.source_good = false;
    }
    if (within(reading, "auth_results") && (bare == "dkim" || bare == "spf")) reading.domain = reading.result = {};
}

void XMLCALL on_text(void* state, const XML_Char* text, int size) {
    auto& reading = *static_cast<Reading*>(state);
    if (reading.text.size() < max_text) reading.text.append(text, static_cast<std::size_t>(size));
}

void XMLCALL on_end(void* state, const XML_Char*) {
    auto& reading = *static_cast<Reading*>(state);
    const std::string name = reading.path.back();
    const bool in_auth = within(reading, "auth_results");
    take_text(reading, name, trimmed(reading.text));
    reading.text.clear();
    reading.path.pop_back();
    if (in_auth && (name == "dkim" || name == "spf")) {
        std::string& domain = name == "dkim" ? reading.row.dkim_domain : reading.row.spf_domain;
        if (domain.empty() || reading.result == "pass") domain = reading.domain;
    }
    if (name == "record" && reading.source_good) {
        if (reading.report.rows.size() == DmarcReport::max_rows) return reading.stop("it has too many rows");
        reading.report.rows.push_back(reading.row);
    }
}

/// Reports have no use for a document type, and entities are how XML bombs are made.
void XMLCALL on_doctype(void* state, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    static_cast<Reading*>(state)->stop("it declares a document type");
}

}  // namespace

Result<DmarcReport> parse_dmarc_report(std::string_view xml) {
    if (xml.size() > max_document)
        return fail("dmarc_report.too_large", fmt::format("the report is larger than {} octets", max_document));
    const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(XML_ParserCreate(nullptr),
                                                                              &XML_ParserFree);
    Reading reading{.parser = parser.get()};
    XML_SetUserData(parser.get(), &reading);
    XML_SetElementHandler(parser.get(), on_start, on_end);
    XML_SetCharacterDataHandler(parser.get(), on_text);
    XML_SetStartDoctypeDeclHandler(parser.get(), on_doctype);
    if (XML_Parse(parser.get(), xml.data(), static_cast<int>(xml.size()), 1) != XML_STATUS_OK)
        return fail(
            "dmarc_report.malformed",
            fmt::format("line {}: {}", XML_GetCurrentLineNumber(parser.get()),
                        reading.fault.empty() ? XML_ErrorString(XML_GetErrorCode(parser.get())) : reading.fault));
    if (reading.report.domain.empty())
        return fail("dmarc_report.malformed", "it is no DMARC report: it names no domain");
    return reading.report;
}

Result<std::vector<DmarcReport>> read_dmarc_file(std::string_view octets) {
    std::vector<std::string> files;
    const auto is_archive = [](std::string_view text) {
        return text.starts_with("PK") || text.starts_with("\x1f\x8b");
    };
    const std::string_view start = trimmed(octets.substr(0, 200));
    if (is_archive(octets) || start.starts_with('<')) {
        files.emplace_back(octets);
    } else {
        const auto message = wire::parse_message(wire::from_file(octets));
        if (!message) return fail("dmarc_report.malformed", "neither XML nor an archive nor a mail");
        const auto leaves = wire::mime_leaves(*message);
        if (!leaves) return std::unexpected(leaves.error());
        for (const wire::MimeLeaf& leaf : *leaves)
            if (is_archive(leaf.octets) || trimmed(leaf.octets.substr(0, 200)).starts_with('<'))
                files.push_back(leaf.octets);
        if (files.empty()) return fail("dmarc_report.malformed", "the mail carries no report");
    }
    std::vector<DmarcReport> reports;
    for (const std::string& file : files) {
        std::vector<Member> members{{"", file}};
        if (is_archive(file)) {
            auto unpacked = unpack(file);
            if (!unpacked) return std::unexpected(unpacked.error());
            members = *std::move(unpacked);
        }
        for (const Member& member : members) {
            auto report = parse_dmarc_report(member.octets);
            if (!report) return std::unexpected(report.error());
            reports.push_back(*std::move(report));
        }
    }
    return reports;
}

}  // namespace postern::evidence
