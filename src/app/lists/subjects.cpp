// SPDX-License-Identifier: Apache-2.0
#include "app/lists/subjects.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>

namespace postern::app {
namespace {

using reputation::Subject;

constexpr std::size_t max_line = 1'024;

/// Digits and dots only, or colons: meant as an address, whatever else is wrong with it.
bool resembles_address(std::string_view text) {
    return text.contains(':') || (!text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos);
}

Result<std::vector<Subject>> read(std::string_view text) {
    if (text.contains('/')) {
        const auto network = Network::parse(text);
        return network ? Subject::all_of(*network) : std::unexpected(network.error());
    }
    if (const auto address = IpAddress::parse(text)) return std::vector{Subject(*address)};
    if (resembles_address(text))
        return fail("ip.malformed", "not an address (IPv4 has four numbers from 0 to 255, IPv6 eight groups)");
    auto domain = DomainName::parse(text);
    if (!domain) return std::unexpected(domain.error());
    if (domain->label_count() < 2)
        return fail("subject.not_a_domain", "not an address, a network or a full domain name");
    return std::vector{Subject(*std::move(domain))};
}

}  // namespace

Result<std::vector<Subject>> parse_subjects(std::string_view argument) {
    auto subjects = read(argument);
    if (!subjects)
        return fail(subjects.error().code,
                    fmt::format("\"{}\": {}", printable(argument, 256), subjects.error().message));
    return subjects;
}

Result<bool> SubjectSource::refill() {
    while (!words_.empty() && words_.front() != "-") {
        auto subjects = parse_subjects(words_.front());
        words_.pop_front();
        if (!subjects) return std::unexpected(subjects.error());
        ready_.assign(subjects->begin(), subjects->end());
        return true;
    }
    if (words_.empty()) return false;
    std::array<char, max_line> buffer{};
    while (std::fgets(buffer.data(), static_cast<int>(buffer.size()), lines_) != nullptr) {
        ++line_number_;
        std::string_view line(buffer.data());
        // A NUL hides the rest from fgets' result; a line without its end is longer than any subject.
        const bool whole = line.ends_with('\n') || std::feof(lines_) != 0;
        while (!line.empty() &&
               (line.back() == '\n' || line.back() == '\r' || line.back() == ' ' || line.back() == '\t'))
            line.remove_suffix(1);
        if (!whole)
            return fail("subject.line", fmt::format("line {}: longer than a subject, or holding a NUL", line_number_));
        if (line.empty() || line.starts_with('#')) continue;
        auto subjects = parse_subjects(line);
        if (!subjects)
            return fail(subjects.error().code, fmt::format("line {}: {}", line_number_, subjects.error().message));
        ready_.assign(subjects->begin(), subjects->end());
        return true;
    }
    words_.pop_front();
    return refill();
}

Result<std::optional<Subject>> SubjectSource::next() {
    if (ready_.empty()) {
        const auto more = refill();
        if (!more) return std::unexpected(more.error());
        if (!*more) return std::nullopt;
    }
    Subject subject = ready_.front();
    ready_.pop_front();
    return subject;
}

}  // namespace postern::app
