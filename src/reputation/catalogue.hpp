// SPDX-License-Identifier: Apache-2.0
// The catalogue of blocklists as values: who runs which list, what it lists, what its answers mean, who may ask it how often, how
// an entry ends. The data stand in data/blocklists.toml; data/README.md explains each field.
//
// A union (Spamhaus ZEN) is one list that is asked once; what people know by name (XBL) is one of its parts, told apart by code.
#pragma once

#include "reputation/code_pattern.hpp"
#include "reputation/subject.hpp"

#include <chrono>
#include <map>
#include <optional>

namespace postern::reputation {

using Length = std::chrono::milliseconds;

/// May an organisation that earns money ask without paying?
enum class Commercial : std::uint8_t { yes, no, with_key };

struct Operator {
    std::string name;
    std::int64_t daily_budget = 0;  ///< questions a day from this machine
    std::string terms;
    Commercial commercial = Commercial::yes;
    std::string resolver_policy;
    std::string help_url;
};

/// What a list wants before it answers: a key in the question, or a registration of the asking resolver.
struct Access {
    enum class What : std::uint8_t { key, registration };
    What what = What::key;
    std::string how;
    std::string url;
};

/// What usually leads to an entry, and what a person finds true when it is mended.
struct Cause {
    std::string sentence;
    std::vector<std::string> checks;
};

enum class Effect : std::uint8_t {
    block,        ///< listed
    allow,        ///< known good; never an alarm
    information,  ///< a fact about the subject; never an alarm
    refused,      ///< the operator's way of saying that it gives no answer
};

/// What one answer, or one bit of its last octet, means.
struct Meaning {
    std::variant<CodePattern, std::uint8_t> code;  ///< a pattern, or a bit mask of one bit
    Effect effect = Effect::block;
    std::string sentence;
    std::string mend;         ///< for refusals
    std::string part;         ///< zone of the part it belongs to; empty: the list itself
    std::optional<int> tier;  ///< where it differs from the part's or list's
};

struct Removal {
    enum class How : std::uint8_t { self_service, automatic, request, provider, none };
    enum class Who : std::uint8_t { you, provider, nobody };
    How how = How::none;
    Who who = Who::you;
    std::string url;
    std::optional<Length> expires;    ///< by itself, after the cause is gone
    std::optional<Length> cool_down;  ///< between two requests
    bool paid_offered = false;        ///< the operator sells removal: never paid
    std::string note;
};

/// What a list and a part of a list have in common.
struct Profile {
    DomainName zone;  ///< without the key's label
    std::string name;
    int tier = 0;
    std::string lookup_url;  ///< {subject} is filled in
    Removal removal;
    std::vector<std::string> causes;
};

struct Part : Profile {
    std::vector<DomainName> aliases;
};

struct TestPoint {
    bool exists = true;
    bool certain = true;             ///< false: its absence proves nothing
    std::string listed;              ///< as a subject; empty: 127.0.0.2, or TEST for domains (RFC 5782 5)
    std::string absent;              ///< empty: 127.0.0.1, or INVALID for domains; "none": there is none
    std::vector<CodePattern> codes;  ///< what it must answer with, one of; empty: any
};

enum class Role : std::uint8_t { block, allow, information };
enum class Ip6Query : std::uint8_t { address, prefix64, both };

struct List : Profile {
    std::string operator_id;
    std::vector<Kind> kinds;
    Role role = Role::block;
    std::string access;  ///< name of an Access; empty: none needed
    bool keyed = false;  ///< the key is the first label of the zone
    std::vector<DomainName> replaces;
    Ip6Query ip6_query = Ip6Query::address;
    int ip6_unit = 128;  ///< 64: an entry covers the whole /64
    TestPoint test;
    std::vector<Meaning> codes;
    std::vector<Part> parts;
    std::string evidence;  ///< "H", "M" or "L"
    std::string as_of;     ///< "2026-10"
    bool own = false;      ///< given by the user, not catalogued: no operator, no budget

    [[nodiscard]] bool takes(Kind kind) const;
    /// The part a hit belongs to, or the list itself.
    [[nodiscard]] const Profile& profile_of(std::string_view part) const;
};

struct DeadZone {
    DomainName zone;
    bool subzones = false;
    std::string closed;
    std::string story;
    std::string danger;
};

struct Catalogue {
    std::map<std::string, Operator, std::less<>> operators;
    std::map<std::string, Access, std::less<>> accesses;
    std::map<std::string, Cause, std::less<>> causes;
    std::vector<List> lists;
    std::vector<DeadZone> dead;

    struct Found {
        const List* list = nullptr;
        const Part* part = nullptr;  ///< nothing: the list as a whole
    };
    /// By zone, or by the zone or alias of a part; borrowed from this catalogue.
    [[nodiscard]] std::optional<Found> find(const DomainName& zone) const;
    [[nodiscard]] const DeadZone* find_dead(const DomainName& zone) const;
    /// The zone nearest in spelling, for "did you mean"; "" if none.
    [[nodiscard]] std::string nearest_zone(const DomainName& zone) const;
    /// Takes over what `other` says: its entries replace those of the same name or zone.
    void overlay(Catalogue other);
};

/// A list of people's own: any kind of subject, any answer in 127.0.0.0/8 but 127.0.0.1 and refusals counts as listed.
[[nodiscard]] List own_zone(DomainName zone);

}  // namespace postern::reputation
