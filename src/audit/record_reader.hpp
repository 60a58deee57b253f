// SPDX-License-Identifier: Apache-2.0
// Members of a recorded audit, read with defaults: a record of another version lacks some, and none of them can end the program.
#pragma once

#include "base/dns.hpp"
#include "base/instant.hpp"
#include "base/json.hpp"
#include "wire/base64.hpp"

#include <optional>

namespace postern::audit {

using json::array;
using json::object;
using json::value;

class RecordReader {
public:
    explicit RecordReader(const value& from) : members_(from.if_object()) {}

    [[nodiscard]] std::string text(std::string_view name) const {
        const value* found = get(name);
        const auto* string = found == nullptr ? nullptr : found->if_string();
        return string == nullptr ? std::string() : std::string(string->begin(), string->end());
    }
    [[nodiscard]] std::string bytes(std::string_view name) const {
        return wire::decode_base64(text(name)).value_or("");
    }
    [[nodiscard]] std::uint64_t number(std::string_view name) const {
        const value* found = get(name);
        if (found == nullptr) return 0;
        if (const auto* n = found->if_int64(); n != nullptr && *n >= 0) return static_cast<std::uint64_t>(*n);
        const auto* u = found->if_uint64();
        return u == nullptr ? 0 : *u;
    }
    [[nodiscard]] bool flag(std::string_view name) const {
        const value* found = get(name);
        const bool* truth = found == nullptr ? nullptr : found->if_bool();
        return truth != nullptr && *truth;
    }
    [[nodiscard]] Instant instant(std::string_view name) const {
        return Instant(std::chrono::milliseconds(static_cast<std::int64_t>(number(name))));
    }
    [[nodiscard]] const value* get(std::string_view name) const {
        return members_ == nullptr ? nullptr : members_->if_contains(name);
    }
    template <class Take>
    void each(std::string_view name, Take take) const {
        if (const value* found = get(name); found != nullptr && found->is_array())
            for (const value& item : found->get_array()) take(item);
    }
    template <class Take>
    void each_member(std::string_view name, Take take) const {
        if (const value* found = get(name); found != nullptr && found->is_object())
            for (const auto& member : found->get_object()) take(std::string(member.key()), member.value());
    }
    [[nodiscard]] std::vector<std::string> texts(std::string_view name) const {
        std::vector<std::string> out;
        each(name, [&](const value& item) {
            if (const auto* string = item.if_string()) out.emplace_back(string->begin(), string->end());
        });
        return out;
    }
    [[nodiscard]] std::optional<IpAddress> ip(std::string_view name) const {
        const auto parsed = IpAddress::parse(text(name));
        return parsed ? std::optional(*parsed) : std::nullopt;
    }
    [[nodiscard]] DomainName domain(std::string_view name) const {
        return DomainName::parse(text(name)).value_or(DomainName());
    }

private:
    const object* members_;
};

}  // namespace postern::audit
