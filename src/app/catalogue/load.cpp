// SPDX-License-Identifier: Apache-2.0
#include "app/catalogue/load.hpp"

#include "app/toml/document.hpp"
#include "base/instant.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace postern::app {

std::string_view builtin_blocklists();  // generated from data/blocklists.toml

namespace {

using namespace reputation;
using toml::Node;
using toml::Table;

/// Reads one document; `source` stands in every fault.
class Loader {
public:
    explicit Loader(std::string source) : source_(std::move(source)) {}

    Result<Catalogue> load(const Node& document);

private:
    template <class Value>
    void named(Table& top, const std::string& key, std::map<std::string, Value, std::less<>>& into,
               Value (Loader::*read)(Table&));
    Operator read_operator(Table& table);
    Access read_access(Table& table);
    Cause read_cause(Table& table);
    DeadZone read_dead(Table& table);
    List read_list(Table& table);
    Part read_part(Table& table, const List& list);
    void read_profile(Table& table, Profile& profile, const Profile& inherited);
    Meaning read_meaning(Table& table, Role role);
    void read_codes(Table& table, List& list);
    TestPoint read_test(Table& table);
    Removal read_removal(Table& table);
    std::optional<Length> length(Table& table, const std::string& key);
    DomainName zone(Table& table, const std::string& key, const std::string& text);

    template <class Value>
    Value choice(Table& table, const std::string& key, const std::string& text,
                 std::initializer_list<std::pair<std::string_view, Value>> choices);
    /// Ends the reading of a table below `outer`, which takes over its fault.
    void finish(Table& table) {
        if (auto finished = table.finish(); !finished && !fault_) fault_ = finished.error();
    }

    std::string source_;
    std::optional<Error> fault_;
};

template <class Value>
Value Loader::choice(Table& table, const std::string& key, const std::string& text,
                     std::initializer_list<std::pair<std::string_view, Value>> choices) {
    std::string known;
    for (const auto& [name, value] : choices) {
        if (name == text) return value;
        known.append(known.empty() ? "" : ", ").append(name);
    }
    table.fault(key, "catalogue.invalid", fmt::format("{} is one of {}", key, known));
    return choices.begin()->second;
}

std::optional<Length> Loader::length(Table& table, const std::string& key) {
    const std::string text = table.text(key);
    if (text.empty()) return std::nullopt;
    const auto parsed = parse_duration(text);
    if (!parsed) table.fault(key, "catalogue.invalid", fmt::format("{}: {}", key, parsed.error().message));
    return parsed ? std::optional(*parsed) : std::nullopt;
}

DomainName Loader::zone(Table& table, const std::string& key, const std::string& text) {
    auto name = DomainName::parse(text);
    if (!name) table.fault(key, "catalogue.invalid", fmt::format("{}: {}", key, name.error().message));
    return name.value_or(DomainName{});
}

Operator Loader::read_operator(Table& table) {
    return {
        .name = table.required_text("name"),
        .daily_budget = table.integer("daily_budget").value_or(300),
        .terms = table.text("terms"),
        .commercial =
            choice<Commercial>(table, "commercial", table.text("commercial", "yes"),
                               {{"yes", Commercial::yes}, {"no", Commercial::no}, {"key", Commercial::with_key}}),
        .resolver_policy = table.text("resolver_policy"),
        .help_url = table.text("help_url"),
    };
}

Access Loader::read_access(Table& table) {
    Access access;
    access.what = choice<Access::What>(table, "kind", table.required_text("kind"),
                                       {{"key", Access::What::key}, {"registration", Access::What::registration}});
    (void)table.text("operator");
    access.how = table.required_text("how");
    access.url = table.text("url");
    return access;
}

Cause Loader::read_cause(Table& table) { return {table.required_text("sentence"), table.texts("checks")}; }

DeadZone Loader::read_dead(Table& table) {
    DeadZone dead;
    dead.zone = zone(table, "zone", table.required_text("zone"));
    dead.subzones = table.flag("subzones", false);
    dead.closed = table.text("closed");
    dead.story = table.required_text("story");
    dead.danger = table.text("danger");
    (void)table.text("evidence");
    return dead;
}

Removal Loader::read_removal(Table& table) {
    Removal removal;
    removal.how = choice<Removal::How>(table, "how", table.required_text("how"),
                                       {{"self-service", Removal::How::self_service},
                                        {"automatic", Removal::How::automatic},
                                        {"request", Removal::How::request},
                                        {"provider", Removal::How::provider},
                                        {"none", Removal::How::none}});
    removal.who = choice<Removal::Who>(
        table, "who", table.required_text("who"),
        {{"you", Removal::Who::you}, {"provider", Removal::Who::provider}, {"nobody", Removal::Who::nobody}});
    removal.url = table.text("url");
    removal.expires = length(table, "expires");
    removal.cool_down = length(table, "cool_down");
    removal.paid_offered = choice<bool>(table, "paid", table.text("paid", "no"), {{"no", false}, {"never", true}});
    removal.note = table.text("note");
    return removal;
}

void Loader::read_profile(Table& table, Profile& profile, const Profile& inherited) {
    profile.name = table.required_text("name");
    profile.tier = static_cast<int>(table.integer("tier").value_or(inherited.tier));
    if (profile.tier < 0 || profile.tier > 3) table.fault("tier", "catalogue.invalid", "tier is 0, 1, 2 or 3");
    profile.lookup_url = table.text("lookup_url", inherited.lookup_url);
    profile.removal = inherited.removal;
    if (const Node* node = table.table("removal")) {
        Table removal(*node, source_);
        profile.removal = read_removal(removal);
        finish(removal);
    }
    profile.causes = table.texts("causes");
    if (profile.causes.empty()) profile.causes = inherited.causes;
}

Part Loader::read_part(Table& table, const List& list) {
    Part part;
    part.zone = zone(table, "zone", table.required_text("zone"));
    for (const std::string& alias : table.texts("aliases")) part.aliases.push_back(zone(table, "aliases", alias));
    read_profile(table, part, list);
    return part;
}

Meaning Loader::read_meaning(Table& table, Role role) {
    Meaning meaning;
    if (const auto bit = table.integer("bit")) {
        if (*bit < 1 || *bit > 128 || (*bit & (*bit - 1)) != 0)
            table.fault("bit", "catalogue.invalid", "bit is a power of two from 1 to 128");
        meaning.code = static_cast<std::uint8_t>(*bit);
    } else {
        const auto pattern = CodePattern::parse(table.required_text("code"));
        if (pattern) meaning.code = *pattern;
        else table.fault("code", "catalogue.invalid", pattern.error().message);
    }
    const Effect usual = role == Role::allow         ? Effect::allow
                         : role == Role::information ? Effect::information
                                                     : Effect::block;
    const std::string effect = table.text("effect");
    meaning.effect = effect.empty() ? usual
                                    : choice<Effect>(table, "effect", effect,
                                                     {{"block", Effect::block},
                                                      {"allow", Effect::allow},
                                                      {"information", Effect::information},
                                                      {"refused", Effect::refused}});
    meaning.sentence = table.required_text("meaning");
    meaning.mend = table.text("mend");
    meaning.part = table.text("part");
    if (const auto tier = table.integer("tier")) meaning.tier = static_cast<int>(*tier);
    return meaning;
}

void Loader::read_codes(Table& table, List& list) {
    for (const char* key : {"errors", "codes"})
        for (const Node* node : table.tables(key)) {
            Table entry(*node, source_);
            Meaning meaning = read_meaning(entry, list.role);
            if (std::string_view(key) == "errors") meaning.effect = Effect::refused;
            finish(entry);
            list.codes.push_back(std::move(meaning));
        }
    if (list.codes.empty()) table.fault("codes", "catalogue.invalid", "a list needs at least one code");
}

TestPoint Loader::read_test(Table& table) {
    TestPoint test;
    test.exists = !table.flag("none", false);
    test.certain = table.flag("certain", true) && test.exists;
    test.listed = table.text("listed");
    test.absent = table.text("absent");
    for (const std::string& code : table.texts("codes")) {
        const auto pattern = CodePattern::parse(code);
        if (pattern) test.codes.push_back(*pattern);
        else table.fault("codes", "catalogue.invalid", pattern.error().message);
    }
    return test;
}

List Loader::read_list(Table& table) {
    constexpr std::string_view key_label = "{key}.";
    List list;
    std::string name = table.required_text("zone");
    list.keyed = name.starts_with(key_label);
    if (list.keyed) name.erase(0, key_label.size());
    list.zone = zone(table, "zone", name);
    read_profile(table, list, Profile{});
    list.operator_id = table.required_text("operator");
    for (const std::string& kind : table.texts("kinds"))
        list.kinds.push_back(
            choice<Kind>(table, "kinds", kind, {{"ip4", Kind::ip4}, {"ip6", Kind::ip6}, {"domain", Kind::domain}}));
    list.role = choice<Role>(table, "role", table.text("role", "block"),
                             {{"block", Role::block}, {"allow", Role::allow}, {"information", Role::information}});
    list.access = table.text("access");
    if (list.keyed && list.access.empty())
        table.fault("zone", "catalogue.invalid", "a zone with {key} names the access that gives the key");
    for (const std::string& replaced : table.texts("replaces"))
        list.replaces.push_back(zone(table, "replaces", replaced));
    list.ip6_query =
        choice<Ip6Query>(table, "ip6_query", table.text("ip6_query", "address"),
                         {{"address", Ip6Query::address}, {"prefix64", Ip6Query::prefix64}, {"both", Ip6Query::both}});
    list.ip6_unit = static_cast<int>(table.integer("ip6_unit").value_or(128));
    if (const Node* node = table.table("test")) {
        Table test(*node, source_);
        list.test = read_test(test);
        finish(test);
    }
    read_codes(table, list);
    for (const Node* node : table.tables("part")) {
        Table part(*node, source_);
        list.parts.push_back(read_part(part, list));
        finish(part);
    }
    list.evidence = table.text("evidence", "L");
    list.as_of = table.text("as_of");
    return list;
}

template <class Value>
void Loader::named(Table& top, const std::string& key, std::map<std::string, Value, std::less<>>& into,
                   Value (Loader::*read)(Table&)) {
    const Node* node = top.table(key);
    if (node == nullptr) return;
    for (const auto& [name, entry] : std::get<Node::Members>(node->value)) {
        Table table(entry, source_);
        into.emplace(name, (this->*read)(table));
        finish(table);
    }
}

Result<Catalogue> Loader::load(const Node& document) {
    Catalogue catalogue;
    Table top(document, source_);
    named(top, "operator", catalogue.operators, &Loader::read_operator);
    named(top, "access", catalogue.accesses, &Loader::read_access);
    named(top, "cause", catalogue.causes, &Loader::read_cause);
    for (const Node* node : top.tables("list")) {
        Table table(*node, source_);
        catalogue.lists.push_back(read_list(table));
        finish(table);
    }
    for (const Node* node : top.tables("dead")) {
        Table table(*node, source_);
        catalogue.dead.push_back(read_dead(table));
        finish(table);
    }
    finish(top);
    if (fault_) return std::unexpected(*fault_);
    return catalogue;
}

}  // namespace

Result<Catalogue> parse_catalogue(std::string_view text, const std::string& source) {
    const auto document = toml::parse(text, source);
    if (!document) return std::unexpected(document.error());
    return Loader(source).load(*document);
}

Catalogue builtin_catalogue() {
    auto catalogue = parse_catalogue(builtin_blocklists(), "data/blocklists.toml");
    if (!catalogue) throw std::logic_error(catalogue.error().message);
    return *std::move(catalogue);
}

}  // namespace postern::app
